"""HTML that browsers read otherwise than its tags alone say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsmarts.parse.page import read_page
from samples import html
from tests.parse.pages import ARTICLE, FIRST, SECOND, THIRD, read

PAGE = html.render(replace(ARTICLE, news_id="7"), "semantic")
PARAGRAPH = f"<p>{SECOND.text}</p>"
BODY = ARTICLE.record("text")["body"]


@pytest.mark.parametrize(
    "form",
    [
        '<div style="-webkit-backface-visibility:hidden">{}</div>',
        "<quote-box><template shadowrootmode=open><style>p{{margin:0}}</style>{}</template></quote-box>",
        '<x-text><template shadowrootmode="closed">{}<template><p>Later.</p></template></template></x-text>',
        '<div hidden id="S:1f">{}</div>',
        '<div><svg class="icon"><path d="M0 0">{}</div>',
        "<svg><foreignObject><p>A drawing's</p></foreignObject></svg>{}",
        "<svg/>{}",
    ],
)
def test_what_a_browser_shows_is_read(form: str) -> None:
    assert PARAGRAPH in PAGE
    assert read(PAGE.replace(PARAGRAPH, form.format(PARAGRAPH), 1)).to_record()["body"] == BODY


@pytest.mark.parametrize(
    "form",
    ['<div style="visibility:hidden">{}</div>', "<div hidden>{}</div>", "<template>{}</template>"],
)
def test_what_a_browser_hides_is_not(form: str) -> None:
    without = [block for block in BODY if block["text"] != SECOND.text]
    assert read(PAGE.replace(PARAGRAPH, form.format(PARAGRAPH), 1)).to_record()["body"] == without


@pytest.mark.parametrize(
    ("fragment", "texts"),
    [
        ("The pier<button></button> is open.", ["The pier is open."]),
        ("The pier<label for=a></label> is open.", ["The pier is open."]),
        ("<p>The pier <button>Share</button> is open.</p>", ["The pier", "Share", "is open."]),
        ("<button><span>Share</span></button>", ["Share"]),
        (
            '<p>The <a href="/a">act<span class="sr-only"> (opens a new tab)</span></a> is old.</p>',
            ["The act is old."],
        ),
        ("<div><span>VELMORA —</span><span>The pier is open.</span></div>", ["VELMORA — The pier is open."]),
        ("<h2 class=sr-only>Most read</h2>", ["Most read"]),
    ],
)
def test_elements_amid_a_sentence(fragment: str, texts: list[str]) -> None:
    page = f"<html><body><article>{fragment}</article></body></html>"
    assert read_page(page.encode(), "text/html").texts == texts


@pytest.mark.parametrize(
    ("attributes", "address"),
    [
        ('src="/a.jpg"', "/a.jpg"),
        ('src="data:image/gif;base64,R0" data-src="/a.jpg"', "/a.jpg"),
        ('src="data:image/gif;base64,R0" data-lazy-src="/a.jpg"', "/a.jpg"),
        ('srcset="/a.jpg 320w, /b.jpg 640w"', "/a.jpg"),
        ('src="data:image/gif;base64,R0" data-srcset="/a.jpg 1x, /b.jpg 2x"', "/a.jpg"),
        ('src="data:image/gif;base64,R0"', ""),
    ],
)
def test_a_picture_s_address(attributes: str, address: str) -> None:
    reading = read_page(f'<html><body><img alt="A pier" {attributes}></body></html>'.encode(), "text/html")
    assert reading.links == [address]


def test_a_whole_page_in_a_shadow_root() -> None:
    body = PAGE.index(f"<p>{FIRST.text}</p>"), PAGE.index(THIRD.text) + len(THIRD.text) + len("</p>")
    inside = PAGE[slice(*body)]
    shadow = f'<x-body><template shadowrootmode="open">{inside}</template></x-body>'
    assert read(PAGE.replace(inside, shadow)).to_record()["body"] == BODY
