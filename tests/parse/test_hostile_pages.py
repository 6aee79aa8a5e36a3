"""Pages made to hurt: each ends with an answer or a clear reason, in bounded time and memory.

Bounds are on counts and sizes, not on seconds: a page over a limit is turned away before it is read.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.parse.decoding import MAX_LINE_CHARS
from newsmarts.parse.html import MAX_TAGS
from newsmarts.parse.page import parse_page
from newsmarts.parse.text import MAX_LINES
from samples import html, text
from samples.model import Paragraph
from tests.parse.hostile_sizes import CASES
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


@pytest.mark.slow
def test_all_at_a_fiftieth_of_their_size_in_bounded_memory() -> None:
    """At full size: ``python -m tests.parse.hostile_sizes``."""
    command = [sys.executable, "-m", "tests.parse.hostile_sizes", "--scale", "0.02"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    measured = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["case"] for each in measured] == list(CASES)
    for each in measured:
        assert re.fullmatch(r"read, \d+ blocks|[a-z_]+", each["outcome"]), each
        assert each["outcome"] not in {"died", "parser_error"}, each
        assert each["peak_mb"] <= 20 + 15 * each["size_mb"], each


@pytest.mark.parametrize("length", [MAX_LINE_CHARS - 1000, MAX_LINE_CHARS + 1000, 20_000_000])
@pytest.mark.parametrize("html_page", [False, True])
def test_a_line_that_no_article_has(length: int, html_page: bool) -> None:
    line = ("Ships came and ships went, said Kelmeri. " * (length // 41)).strip()
    page = replace(ARTICLE, body=(Paragraph(line), FIRST))
    capture = html.render(page, "semantic") if html_page else text.render(page)
    if length < MAX_LINE_CHARS:
        assert read(capture).body[0].text == line
    else:
        assert refused(capture.encode()) == "line_too_long"


def test_lines_that_no_page_has() -> None:
    lines = "\n".join(f"Ship number {n} came." for n in range(MAX_LINES - 200))
    capture = text.render(replace(ARTICLE, body=(Paragraph(lines),)))
    assert len(read(capture).body) == MAX_LINES - 200
    assert refused(capture.replace("Ship number 1 came.", "\n" * 200).encode()) == "too_many_lines"


def test_a_million_line_breaks_are_too_many_tags() -> None:
    assert refused(
        html.render(ARTICLE, "semantic").replace("<p>", "<p>" + "<br>" * 1_000_000, 1).encode()
    ) == ("too_many_tags")


@pytest.mark.parametrize("length", [9_990_000, 12_000_000])
def test_a_comment_of_the_largest_page_is_none_of_its_text(length: int) -> None:
    capture = html.render(ARTICLE, "semantic")
    comment = f"<!-- {'x ' * (length // 2)} -->"
    assert read(
        capture.replace(f"<p>{FIRST.text}", f"{comment}<p>{FIRST.text}")
    ).to_record() == ARTICLE.record("text")


def test_embedded_pictures_do_not_count_for_the_size_of_a_page() -> None:
    picture = "data:image/jpeg;base64," + "QUJD" * 300_000
    capture = html.render(ARTICLE, "semantic").replace(
        "</head>", f"<style>.a {{ background: url({picture}) }}</style></head>"
    )
    figures = (
        f'<p>{FIRST.text}</p><figure><img src="{picture}" alt="Pier"></figure>' + f'<img src="{picture}">' * 9
    )
    capture = capture.replace(f"<p>{FIRST.text}</p>", figures, 1)
    assert len(capture) > 12_000_000
    assert read(capture).body_text == read(text.render(ARTICLE)).body_text


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
    assert [block.text for block in article.body] == [FIRST.text]


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
        ["A short line"] * 20_000 + ["  • A tag"] * 20_000,
        ["— Somebody (@somebody) May 1, 2024\n" * 40_000],
        ["Related News", "Ostrin reopens"] * 20_000,
        ["BREAKING\nA ship"] * 20_000,
        ["Most Read", "Coverage"] * 20_000,
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
