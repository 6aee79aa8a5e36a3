"""Pages made to hurt: each ends with an answer or a clear reason, in bounded time and memory.

Bounds are on counts and sizes, not on seconds: a page over a limit is turned away before it is read.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from include.errors import CaptureError
from include.parse.html import MAX_TAGS
from include.parse.page import parse_page
from samples import html, text
from samples.model import Paragraph
from tests.parse.pages import ARTICLE, FIRST, read


def refused(data: bytes) -> str:
    with pytest.raises(CaptureError) as caught:
        parse_page(data, media_type="text/html")
    return caught.value.reason_code


def test_ten_million_tags_are_not_parsed() -> None:
    assert refused(b"<html>" + b"<b>" * 10_000_000) == "too_many_tags"


def test_deep_nesting_is_walked_without_recursion() -> None:
    depth = MAX_TAGS // 2 - 2_000
    capture = html.render(ARTICLE, "semantic")
    deep = "<div>" * depth + f"<p>{FIRST.text}</p>" + "</div>" * depth
    assert read(capture.replace(f"<p>{FIRST.text}</p>", deep)).to_record() == ARTICLE.record("text")


def test_two_hundred_thousand_levels_are_too_many() -> None:
    assert refused(b"<html>" + b"<div>" * 200_000 + b"Al Mayadeen English") == "too_many_tags"


def test_one_line_of_many_megabytes() -> None:
    line = "Ships came and ships went, said Kelmeri. " * 400_000
    page = replace(ARTICLE, body=(Paragraph(line.strip()), FIRST))
    assert len(read(text.render(page)).body_text) > 16_000_000


def test_a_million_lines() -> None:
    lines = "\n\n".join(f"Ship number {n} came." for n in range(200_000))
    page = replace(ARTICLE, body=(Paragraph(lines),))
    assert len(read(text.render(page)).body) == 200_000


@pytest.mark.parametrize(
    "line",
    [
        "• " * 50_000,
        "Read more: " * 20_000,
        "— " * 20_000 + "(@a) May 1, 2024",
        "BREAKING " * 20_000,
        "( " * 50_000,
    ],
    ids=["bullets", "promos", "dashes", "labels", "brackets"],
)
def test_lines_that_patterns_could_choke_on(line: str) -> None:
    page = replace(ARTICLE, body=(FIRST, Paragraph(line.strip()), FIRST))
    assert read(text.render(page)).headline == ARTICLE.headline


@pytest.mark.parametrize("count", [200, 3_000])
def test_a_ticker_of_thousands_repeated_in_the_article(count: int) -> None:
    ticker = tuple(f"Ship number {n} leaves the third pier of Velmora for Ostrin" for n in range(count))
    body = (FIRST, *(Paragraph(line) for line in ticker), FIRST)
    article = read(text.render(replace(ARTICLE, ticker=ticker, body=body)))
    assert article.ticker == ticker
    assert [block.text for block in article.body] == [FIRST.text, FIRST.text]


def test_numbers_too_large_to_be_true() -> None:
    capture = text.render(replace(ARTICLE, shares="9" * 60, read_minutes=12))
    article = read(capture)
    assert article.share_count is None
    assert article.read_minutes == 12


def test_an_address_bomb_in_the_head_is_left_out() -> None:
    capture = html.render(ARTICLE, "semantic")
    bomb = f'<link rel="canonical" href="https://english.almayadeen.net/news/{"a" * 3_000_000}">'
    article = read(capture.replace("<head>", f"<head>{bomb}"))
    assert article.extra["url"].endswith("/velmora-opens-third-pier")
    assert article.to_record() == ARTICLE.record("text")


@pytest.mark.parametrize(
    "lines",
    [
        ["A short line"] * 60_000 + ["  • A tag"] * 60_000,
        ["— Somebody (@somebody) May 1, 2024\n" * 60_000],
        ["Related News", "Ostrin reopens"] * 40_000,
        ["BREAKING\nA ship"] * 40_000,
        ["Most Read", "Coverage"] * 40_000,
    ],
    ids=["subheadings", "posts", "related", "tickers", "lists"],
)
def test_work_grows_with_the_page_and_not_with_its_square(lines: list[str]) -> None:
    """Each of these took minutes if some step looked at the rest of the page for each line."""
    page = replace(ARTICLE, body=(FIRST, Paragraph("\n\n".join(lines)), FIRST))
    with contextlib.suppress(CaptureError):
        read(text.render(page))


@pytest.mark.parametrize(
    "entry", ["<div>Related News</div>", "<div>BREAKING</div>", "<ul><li>", "<p>Most Read"]
)
def test_work_grows_with_the_markup_and_not_with_its_square(entry: str) -> None:
    capture = html.render(ARTICLE, "semantic")
    with contextlib.suppress(CaptureError):
        read(capture.replace(f"<p>{FIRST.text}</p>", entry * (50_000 // entry.count("<"))))
