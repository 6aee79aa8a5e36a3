"""What holds of any page, however its parts are cut, shuffled, repeated or mixed with others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.errors import CaptureError
from newsmarts.core.records import Article
from newsmarts.core.ticker import TickerIndex
from newsmarts.parse.page import parse_page
from samples import html, text
from samples.generator import Generator
from samples.markup import SKINS
from samples.model import Page
from tests.parse.pages import ARTICLE
from tests.parse.skins import SKINS as OTHER_SKINS

PAGES = [Generator(seed=29, days=2).page(number).page for number in range(16)]
MAYADEEN = [page for page in PAGES if page.publisher == "al_mayadeen" and page.ticker]
RENDERERS: list[Callable[[Page], str]] = [
    text.render,
    *(lambda page, skin=skin: html.render(page, skin) for skin in SKINS),
    *OTHER_SKINS.values(),
]
NOISE = [
    "Advertisement",
    "Subscribe to our newsletter",
    "Follow us on Telegram",
    "Share",
    "  • x",
    "  •",
    "All",
    "Listen",
    "BREAKING",
    "Related News",
    "Most Read",
    "Coverage",
    "Read Next",
    "5 Min Read",
    "16 May 2023 20:44",
    "  • By Al Mayadeen",
    "Read more: Something else",
    "— Somebody (@somebody) May 1, 2024",
    "\u200b",
    "\u00a0",
]


def article_of(capture: str | bytes) -> Article | None:
    """The capture's article; None when it is quarantined. Anything but a CaptureError fails the test."""
    try:
        return parse_page(capture.encode() if isinstance(capture, str) else capture).article
    except CaptureError as error:
        turned_away = (error.reason_code, error.detail)
    assert all(turned_away)
    return None


def assert_no_leak(article: Article | None, page: Page) -> None:
    """A subheading that says what the ticker says may be the author's: that is for the ticker contract."""
    if article is not None:
        index = TickerIndex(page.ticker)
        blocks = [block for block in article.body if block.kind != "subheading"]
        assert not [line for block in blocks for line in block.lines() if index.leak_in(line)]


@given(page=st.sampled_from(PAGES), render=st.sampled_from(RENDERERS), data=st.data())
def test_a_capture_cut_off_at_any_byte_is_whole_or_nothing(
    page: Page, render: Any, data: st.DataObject
) -> None:
    if page.publisher == "nour_news" and render in OTHER_SKINS.values():
        return
    capture = render(page).encode()
    whole = article_of(capture)
    assert whole is not None
    article = article_of(capture[: data.draw(st.integers(0, len(capture)))])
    if article is not None:
        assert (article.headline, article.body, article.tags, article.ticker) == (
            whole.headline,
            whole.body,
            whole.tags,
            whole.ticker,
        )


@given(page=st.sampled_from(MAYADEEN), data=st.data())
def test_parts_in_any_order_never_put_the_ticker_into_a_body(page: Page, data: st.DataObject) -> None:
    chunks = data.draw(st.permutations(text.render(page).split("\n\n")))
    assert_no_leak(article_of("\n\n".join(chunks)), page)


@given(page=st.sampled_from(MAYADEEN), data=st.data())
def test_noise_anywhere_never_puts_the_ticker_into_a_body(page: Page, data: st.DataObject) -> None:
    chunks = text.render(page).split("\n\n")
    for line in data.draw(st.lists(st.sampled_from(NOISE), min_size=1, max_size=4)):
        chunks.insert(data.draw(st.integers(0, len(chunks))), line)
    assert_no_leak(article_of("\n\n".join(chunks)), page)


@given(page=st.sampled_from(MAYADEEN), data=st.data())
def test_ticker_lines_anywhere_in_the_article_never_become_body(page: Page, data: st.DataObject) -> None:
    chunks = text.render(page).split("\n\n")
    first = chunks.index(page.headline or "") + 1
    last = chunks.index("Most Read")
    for line in data.draw(st.lists(st.sampled_from(page.ticker), min_size=1, max_size=5)):
        chunks.insert(data.draw(st.integers(first + 1, last)), line)
    article = article_of("\n\n".join(chunks))
    assert_no_leak(article, page)
    if article is not None:
        expected = [block for block in page.record("text")["body"] if block["kind"] == "paragraph"]
        assert [block.to_record() for block in article.body if block.kind == "paragraph"] == expected


@given(page=st.sampled_from(MAYADEEN), render=st.sampled_from(RENDERERS[1:]), data=st.data())
def test_ticker_lines_anywhere_in_the_markup_never_become_body(
    page: Page, render: Any, data: st.DataObject
) -> None:
    capture = render(page)
    for line in data.draw(st.lists(st.sampled_from(page.ticker), min_size=1, max_size=3)):
        places = [at for at in range(len(capture)) if capture.startswith("</", at)]
        at = data.draw(st.sampled_from(places))
        capture = f"{capture[:at]}<div>{html_escape(line)}</div>{capture[at:]}"
    assert_no_leak(article_of(capture), page)


@given(data=st.binary(max_size=400))
def test_any_bytes_end_in_an_answer(data: bytes) -> None:
    article_of(data)
    article_of(b"Al Mayadeen English\n\nBREAKING\n" + data)
    article_of(b"<html><body><h1>Al Mayadeen English</h1>" + data)
    article_of(b"News ID : 1\n" + data + b"\nfirst name & last name")


@given(
    spaces=st.lists(
        st.sampled_from([" ", "  ", "\u00a0", " \u00a0", "\u200b ", "\t", "\u2009", "\u202f"]), min_size=8
    ),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_white_space_of_any_kind_is_one_space(spaces: list[str], line_end: str) -> None:
    words = " ".join(block["text"] for block in ARTICLE.record("text")["body"]).split(" ")
    spaced = "".join(word + spaces[number % len(spaces)] for number, word in enumerate(words))
    page = replace(ARTICLE, body=(ARTICLE.body[0],))
    capture = (
        text.render(page).replace(ARTICLE.record("text")["body"][0]["text"], spaced).replace("\n", line_end)
    )
    article = article_of(capture)
    assert article is not None
    assert article.body_text == " ".join(words)


def html_escape(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;")
