"""An HTML page gives one and the same reading and record by way of its whole tree and without it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.errors import CaptureError, UnclearMarkup
from newsmarts.parse import html as reading_html
from newsmarts.parse.page import MARKS, parse_reading, publisher_of
from newsmarts.parse.reading import Reading
from samples import html
from samples.generator import Generator
from samples.markup import SKINS
from tests.parse.skins import SKINS as OTHER_SKINS

_MADE = [Generator(seed=31, days=2).page(number).page for number in range(12)]
PAGES = [html.render(page, skin) for page in _MADE for skin in SKINS]
PAGES += [
    render(page) for page in _MADE if page.publisher == "al_mayadeen" for render in OTHER_SKINS.values()
]

# What parsers are known to read in ways of their own: left out ends, raw text, ruby, odd spaces, two heads.
MARKUP = [
    "<p>", "</p>", "<div hidden>", '<div style="display:none">', "</div>", "<pre> \n", "</pre>", "</li>",
    "<ruby>a<rt>b</rt></ruby>", "<rt><p>x</rt>", "<rp>(", "<li>", "<ul>", "</ul>", "<h2>", "<br/>", "<hr>",
    "<title>t <b>x</b></title>", "<svg><title>s</title><p>q</p></svg>", "<math><mi>x</mi></math>",
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"H"}</script>', "<script>",
    "</script>", "<style>", "<!-- c -->", "<!--", "-->", "<![CDATA[ x ]]>", "<?php x ?>", "<a href=/x>",
    "</a>", "<span>", "</span>", '<img alt="q" src=/i.png>', '<input placeholder="hey">', "<textarea>\n x",
    "</textarea>", "<select><option>o</select>",
    "<noscript><p>n</p><meta name=author content=Me></noscript>",
    "<template><p>t</p></template>", '<p {x}class="p-content">', "<p {x=1>", "<o:p>z</o:p>",
    "<table><tr><td>c", "&amp;", "&nbsp;", "&#0;", "\x0c", "\x1c", "\r\n", " ", "\n", "<", ">", '"',
    "</body>",
    "</html>", "<html lang=fr>", "<body class=b>", '<meta property="og:title" content="other">',
    '<link rel="x canonical" href=/z>', "<frameset>", "<plaintext>", "<iframe>", "</iframe>", "<button>",
    "<figure><figcaption>", "<blockquote>",
    '<A CLASS=" P-Content\n x">', '<p id=" a b ">', '<div class="" id>',
    "<b><i></b></i>", "<head>", "</head>", "\u00a0", "\u2028", "\ufffd",
]  # fmt: skip


def by_tree(text: str, monkeypatch: pytest.MonkeyPatch) -> Reading:
    """The reading of a page by way of its whole tree."""

    def refuse(*_: object) -> None:
        raise UnclearMarkup

    with monkeypatch.context() as patched:
        patched.setattr(reading_html, "MetadataBuilder", refuse)
        return reading_html.read_html(text, MARKS)


def reported(reading: Reading) -> dict[str, Any]:
    """All that a reading says, and what the rules make of it."""
    roles: list[str] = []
    try:
        outcome: Any = parse_reading(reading, publisher_of(reading), None, roles).article
    except CaptureError as error:
        outcome = (error.reason_code, error.detail)
    return {
        "blocks": list(reading.blocks()),
        "containers": (reading.owners, reading.starts, reading.ends, reading.parents),
        "marks": reading.marks,
        "ended": reading.ended,
        "head": reading.head,
        "roles": roles,
        "outcome": outcome,
    }


def assert_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reported(reading_html.read_html(text, MARKS)) == reported(by_tree(text, monkeypatch))


def test_pages_as_they_come_take_the_fast_path(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [by_tree(text, monkeypatch) for text in PAGES]

    def fail(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(reading_html, "read_tree", fail)
    for text, reading in zip(PAGES, whole, strict=True):
        assert reported(reading_html.read_html(text, MARKS)) == reported(reading)
        assert len(reading) > 10


@given(
    page=st.sampled_from(PAGES),
    changes=st.lists(
        st.tuples(st.floats(0, 1), st.booleans(), st.lists(st.sampled_from(MARKUP), max_size=3)), max_size=4
    ),
    cut=st.none() | st.floats(0, 1),
)
def test_broken_pages_read_the_same(
    page: str, changes: list[tuple[float, bool, list[str]]], cut: float | None
) -> None:
    for place, at_tag, parts in changes:
        at = int(place * len(page))
        at = max(at, page.find("<", at)) if at_tag else at
        page = page[:at] + "".join(parts) + page[at:]
    if cut is not None:
        page = page[: int(cut * len(page))]
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert_same(page, monkeypatch)


@pytest.mark.parametrize("part", MARKUP)
def test_odd_markup_reads_the_same(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for before in ("</head>", "</h1>", "</p>"):
        assert_same(PAGES[0].replace(before, part + before, 1), monkeypatch)


def test_an_attribute_that_seems_to_have_a_namespace_takes_the_whole_tree() -> None:
    reading = reading_html.read_html(
        '<html><body><p>Before<p {x}class="named">Text</p></body></html>', [".named"]
    )
    assert reading.mark(".named") == (1, 2)


@pytest.mark.parametrize("around", ["template", "rp", "svg"])
def test_a_first_title_inside_another_kind_of_text_reads_the_same(
    around: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("<title>One</title>", "<title></title>"):
        page = f"<html><{around}>{title}</{around}><title>Two</title><body><p>Text</p></body></html>"
        assert_same(page, monkeypatch)
        assert_same(f"<title>Zero</title>{page}", monkeypatch)


def test_the_last_element_left_open_ends_with_the_page() -> None:
    reading = reading_html.read_html('<html><body><div class="open"><p>One<p>Two', [".open"])
    assert reading.texts == ["One", "Two"]
    assert reading.mark(".open") == (0, 2)
