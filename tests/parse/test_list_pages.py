"""The lists under an article, also where the ticker shows through or a headline is in the ticker as well."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from include.errors import CaptureError
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


def outcome_of(capture: str) -> dict[str, Any] | str:
    """The record, or why there is none."""
    try:
        return read(capture).to_record()
    except CaptureError as error:
        return error.reason_code


def lists_of(capture: str) -> tuple[int, int]:
    start = max(at for label in ("Most Read", ">Most Read<") if (at := capture.find(label)) >= 0)
    return start, capture.index("Al Mayadeen is an Arab")


@pytest.mark.parametrize("skin", [*SKINS, *OTHER_SKINS])
def test_ticker_lines_in_the_lists_of_an_html_capture(skin: Any) -> None:
    capture = OTHER_SKINS[skin](ARTICLE) if skin in OTHER_SKINS else html.render(ARTICLE, skin)
    start, end = lists_of(capture)
    closing = re.compile(r"</(?:div|h3|h4|ul|section|article|tr|table)>", re.IGNORECASE)
    places = [match.end() for match in closing.finditer(capture) if start < match.end() < end]
    unclear = 0
    for at in places:
        outcome = outcome_of(f"{capture[:at]}<div>{TICKER[0]}</div>{capture[at:]}")
        if outcome == "unclear_list":
            unclear += 1
        else:
            assert outcome == RECORD, capture[at - 80 : at]
    assert unclear < 0.2 * len(places)


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


def test_two_ticker_lines_either_of_which_may_be_the_headline_are_not_guessed_at() -> None:
    headline = ARTICLE.most_read[1].headline
    capture = text.render(replace(ARTICLE, ticker=(*TICKER, headline)))
    lists = capture.index("Most Read")
    capture = capture[:lists] + capture[lists:].replace(headline, f"{headline}\n\n{TICKER[0]}", 1)
    assert outcome_of(capture) == "unclear_list"
