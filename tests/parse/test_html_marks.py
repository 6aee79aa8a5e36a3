"""Marks: small selectors of the elements that rules look out for, and what of a page each holds."""

from __future__ import annotations

import pytest

from newsmarts.parse import html as reading_html
from newsmarts.parse.html_marks import elements_of
from newsmarts.parse.reading import Reading, Region

PAGE = """<html><body>
<div id="top" class="bar wide"><p>First line</p><section><p class="lead">Second line</p></section></div>
<article lang="en" data-part="text"><p>Third line</p><div><p>Fourth line</p></div></article>
<p class="meta">
By <span class="name">Mara Odell</span> and <b class="name">Talal Kelmeri</b> | <i>12.03.2025</i>
</p>
<ul class="tags"><li><a href="/t/1">Crane</a></li><li><a href="/t/2">Quay</a></li>
<li><a href="/t/3">Oil</a></li><li><a href="/t/4">Port</a></li></ul>
<article data-part="more text"><p>Last line</p></article>
</body></html>"""


def read(mark: str, page: str = PAGE) -> Reading:
    return reading_html.read_html(page, [mark])


def texts(mark: str, page: str = PAGE) -> list[list[str]]:
    reading = read(mark, page)
    regions = sorted(reading.marks.get(mark, ()))
    return [[each.text] if each.text else reading.texts[each.start : each.end] for each in regions]


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        ("#top", [["First line", "Second line"]]),
        ("div.wide.bar", [["First line", "Second line"]]),
        ("section.bar", []),
        (".ba", []),
        ("#top p", [["First line"], ["Second line"]]),
        ("#top > p", [["First line"]]),
        ("#top>section > .lead", [["Second line"]]),
        ("body #top .lead", [["Second line"]]),
        (".lead p", []),
        ("[data-part=text]", [["Third line", "Fourth line"]]),
        ("[data-part='more text'] p", [["Last line"]]),
        ("article[data-part]", [["Third line", "Fourth line"], ["Last line"]]),
        ("article[lang=en] > p", [["Third line"]]),
        ("article", [["Third line", "Fourth line"], ["Last line"]]),
        (".meta .name", [["Mara Odell"], ["Talal Kelmeri"]]),
        (".meta > i", [["12.03.2025"]]),
        (".tags a", [["Crane"], ["Quay"], ["Oil"], ["Port"]]),
        (".tags > li", [["Crane"], ["Quay"], ["Oil"], ["Port"]]),
    ],
)
def test_what_a_mark_finds(mark: str, found: list[list[str]]) -> None:
    assert texts(mark) == found


def test_the_place_of_a_text_amid_its_block() -> None:
    reading = read(".name")
    block = reading.texts.index("By Mara Odell and Talal Kelmeri | 12.03.2025")
    assert reading.marks[".name"] == [
        Region(block, block + 1, "Mara Odell", 2),
        Region(block, block + 1, "Talal Kelmeri", 17),
    ]


def test_an_inline_element_around_blocks_holds_them() -> None:
    page = "<html><body><span class=body><p>One.</p><p>Two.</p></span><p>Three.</p></body></html>"
    assert texts(".body", page) == [["One.", "Two."]]


def test_what_is_left_open_ends_with_the_page() -> None:
    assert texts(".body", "<html><body><div class=body><p>One.</p><p>Two.") == [["One.", "Two."]]


@pytest.mark.parametrize(
    "mark",
    ["", " ", "p", "div > p", "*", "p:first-child", "a, b", ".x + .y", "[x~=y]", "..x", "> p", "p >", "[x"],
)
def test_what_is_no_mark(mark: str) -> None:
    with pytest.raises(ValueError, match=r"selector|any page"):
        elements_of(mark)
