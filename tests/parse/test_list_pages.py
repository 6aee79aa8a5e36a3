"""The lists under an article, also where the ticker shows through or a headline is in the ticker as well."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from samples import html, text
from samples.markup import SKINS
from tests.parse.pages import ARTICLE, TICKER, read
from tests.parse.skins import SKINS as OTHER_SKINS

RECORD = ARTICLE.record("text")


def chunks_with(line: str, *, after: str) -> list[str]:
    """The text capture with a line of its own at each place from a chunk on, one place at a time."""
    chunks = text.render(ARTICLE).split("\n\n")
    first = chunks.index(after) + 1
    last = next(at for at, chunk in enumerate(chunks) if chunk.startswith("Al Mayadeen is an Arab"))
    return ["\n\n".join([*chunks[:at], line, *chunks[at:]]) for at in range(first, last + 1)]


@pytest.mark.parametrize("line", [TICKER[0], TICKER[1], "\n\n".join(TICKER), "\n".join(TICKER)])
def test_ticker_lines_in_the_lists_of_a_text_capture(line: str) -> None:
    captures = chunks_with(line, after="Most Read")
    assert len(captures) > 8
    for capture in captures:
        assert read(capture).to_record() == RECORD


def lists_of(capture: str) -> tuple[int, int]:
    start = max(at for label in ("Most Read", ">Most Read<") if (at := capture.find(label)) >= 0)
    return start, capture.index("Al Mayadeen is an Arab")


@pytest.mark.parametrize("skin", [*SKINS, *OTHER_SKINS])
def test_ticker_lines_in_the_lists_of_an_html_capture(skin: Any) -> None:
    capture = OTHER_SKINS[skin](ARTICLE) if skin in OTHER_SKINS else html.render(ARTICLE, skin)
    start, end = lists_of(capture)
    closing = re.compile(r"</(?:div|h3|h4|ul|section|article|tr|table)>", re.IGNORECASE)
    places = [match.end() for match in closing.finditer(capture) if start < match.end() < end]
    whole = 0
    for at in places:
        record = read(f"{capture[:at]}<div>{TICKER[0]}</div>{capture[at:]}").to_record()
        for name in ("most_read", "read_next"):
            assert all(entry in RECORD[name] for entry in record[name]), capture[at - 80 : at]
        whole += record == RECORD
        assert record | {"most_read": [], "read_next": []} == RECORD | {"most_read": [], "read_next": []}
    assert whole > 0.8 * len(places)


@pytest.mark.parametrize("skin", [None, *SKINS, *OTHER_SKINS])
def test_a_headline_of_the_lists_may_be_in_the_ticker_as_well(skin: Any) -> None:
    for link in (*ARTICLE.most_read, *ARTICLE.read_next):
        page = replace(ARTICLE, ticker=(TICKER[0], link.headline, TICKER[1]))
        if skin is None:
            capture = text.render(page)
        else:
            capture = OTHER_SKINS[skin](page) if skin in OTHER_SKINS else html.render(page, skin)
        assert read(capture).to_record() == page.record("text")


def test_a_headline_in_the_ticker_beside_another_ticker_line() -> None:
    headline = ARTICLE.most_read[1].headline
    page = replace(ARTICLE, ticker=(*TICKER, headline))
    capture = text.render(page)
    place = "Most Read\n\n"
    assert read(capture.replace(place, f"{place}{TICKER[0]}\n\n")).to_record() == page.record("text")


def test_two_ticker_lines_either_of_which_may_be_the_headline_cost_the_entry() -> None:
    headline = ARTICLE.most_read[1].headline
    page = replace(ARTICLE, ticker=(*TICKER, headline))
    capture = text.render(page)
    lists = capture.index("Most Read")
    capture = capture[:lists] + capture[lists:].replace(headline, f"{headline}\n\n{TICKER[0]}", 1)
    record = page.record("text")
    assert read(capture).to_record() == record | {"most_read": record["most_read"][:1]}


LINES = ["A foreign line", "16 May 2023", "By Maren Pell", "Read more: Something else", "Related News"]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("after", ["Most Read", "Read Next"])
def test_a_foreign_line_costs_the_entry_that_it_stands_in(line: str, after: str) -> None:
    for capture in chunks_with(line, after=after)[1:]:
        record = read(capture).to_record()
        for name in ("most_read", "read_next"):
            assert all(entry in RECORD[name] for entry in record[name]), capture[capture.index(after) :]
            assert len(record[name]) >= len(RECORD[name]) - 2
        assert record["body"] == RECORD["body"]


@pytest.mark.parametrize("line", ["Advertisement", "Share", "Listen", ""])
def test_furniture_among_the_lists_costs_nothing(line: str) -> None:
    for capture in chunks_with(line, after="Most Read")[1:]:
        assert read(capture).to_record() == RECORD
