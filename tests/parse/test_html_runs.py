"""Runs of links are read by a pattern exactly as the parser and the walk would read them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.errors import CaptureError
from newsmarts.parse import html as reading_html
from newsmarts.parse.html_marks import Marks
from newsmarts.parse.html_runs import STAND_IN, Run, take_runs
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


ENTRY = '<li class="item"><a href="/x">Word</a></li>'
RUN = f"{ENTRY}\n{ENTRY}{ENTRY} {ENTRY}\n"

# {} is where a run goes: in what isn't read, in what is read as text, and in odd company.
PLACES = [
    "<ul>{}</ul>", "<ul><li>{}</li></ul>", "<p>Open {}text", "<a href=/o>{}after</a>",
    "<span>in {}line</span>", "<h2>{}</h2>", "<figure>{}<figcaption>{}</figcaption></figure>",
    "<pre>{}\n</pre>", "<!-- {} -->", "<script>{}</script>",
    '<script type="application/ld+json">{}</script>', "<title>{}</title>", "<div hidden>{}</div>",
    '<div style="display:none">{}</div>', "<template>{}</template>", "<rt>{}</rt>",
    "<noscript>{}</noscript>", "<textarea>{}</textarea>", "<select>{}</select>", "<svg>{}</svg>",
    "<img alt='{}'>", "<a href='{}'>there</a>", "<input placeholder='{}'>", "<p title='{}'>titled</p>",
    "<table><tr><td>{}<td>{}</table>", "<button>{}</button>", "<dl>{}</dl>", "text{}text", "<br>{}<br>",
    "<img alt=q src=i.png>{}", "<p>a<img alt=q>{}", "<blockquote>{}{}</blockquote>",
    "<ol><ul>{}</ul>{}</ol>", "<meta name=author content='{}'>", "<! {}", "<?x {} ?>",
    '<p class="x{}">y</p>', "<p class=x{}>y</p>", "<plaintext>{}", "<iframe>{}</iframe>", "<b><i>{}</b>",
    "</body>{}",
]  # fmt: skip
ENTRIES = [
    ENTRY, '<li class="p&#45;content"><a href="/k">Marked</a></li>',
    '<li><a class=" a p-content" href="/k">Marked</a></li>', '<li class="p-contents"><a href="/k">N</a></li>',
    '<li><a href="/k"><span class="sr-only">Spoken</span></a></li>',
    '<li><a href="/k"><b>Bold</b></a></li>',
    "<li><a href=/bare>Unquoted</a></li>", "<li><a href='/q'>\n One \n</a> </li>",
    '<div><a title="t" href="/s" data-x><span class="p-content">Spanned</span></a></div>',
    '<p><a href=""><b>Nowhere</b></a></p>', '<dd><a href="/d">D</a></dd>',
    "<li><a href=/slash/>Slash</a></li>", '<li hidden><a href="/h">Hidden</a></li>',
    '<li><a href="/h" style="display:none">Hidden</a></li>',
    '<li><a href="/a?b&c">Entity &amp; text</a></li>', '<li><a href="/a" href="/b">Twice</a></li>',
    "<li><a>No address</a></li>", '<li><a href="/e"> </a></li>', '<li><a href="/dash">–</a></li>',
    '<li><a href="/z">Zero\u200bwidth\u00a0and\u2028more</a></li>',
    '<li><a href="/c">Co\x85ntrol\x0c</a></li>', '<li><a href="/u">\u200b</a></li>',
    '<LI><A HREF="/U">Upper</A></LI>', '<li><a href="/n">مرحبا</a></li>',
    '<li><a href = "/w">Spaced</a></li>', '<li><a href="/o">Open<li>',
    '<li {x}=1><a href="/b">Brace</a></li>', '<li id="Body_Body_lblNewsBody"><a href="/m">Mark</a></li>',
    '<li><a href="/>">Angle</a></li>', "<li><a href='/\"'>Quote</a></li>",
    '<li><a href="/x"><span>Two</span> parts</a></li>', '<li><a href="/x"><span>Cut</a></span></li>',
    '<li><a href="/y">Next line\r\n</a></li>',
]  # fmt: skip


def reported(reading: Reading) -> dict[str, Any]:
    """All that a reading says, and what the rules make of it."""
    roles: list[str] = []
    try:
        outcome: Any = parse_reading(reading, publisher_of(reading), None, roles).article
    except CaptureError as error:
        outcome = (error.reason_code, error.detail)
    return {
        "blocks": list(reading.blocks()),
        "bold": reading.bold,
        "hidden": reading.hidden,
        "containers": (reading.owners, reading.starts, reading.ends, reading.parents),
        "marks": reading.marks,
        "ended": reading.ended,
        "head": reading.head,
        "roles": roles,
        "outcome": outcome,
    }


def assert_same(text: str) -> None:
    reading = reading_html.read_html(text, MARKS)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading_html, "take_runs", lambda markup, _: (markup, {}))
        whole = reading_html.read_html(text, MARKS)
    assert reported(reading) == reported(whole)


def test_most_links_of_a_page_are_in_runs() -> None:
    taken = [sum(len(run.entries) for run in take_runs(page, Marks(()))[1].values()) for page in PAGES]
    assert sum(count >= 5 for count in taken) > len(PAGES) // 2
    markup, runs = take_runs(f"<body>{RUN}", Marks(()))
    assert markup == f'<body><li {STAND_IN}="0"></li>\n'
    assert runs == {"0": Run("li", [("/x", "Word")] * 4)}


@pytest.mark.parametrize("place", PLACES)
def test_a_run_reads_the_same_wherever_it_stands(place: str) -> None:
    for before, after in (("<p>Before", "<p>After"), ("<div>Before</div>", "<div>After</div>")):
        assert_same(f"<html><head></head><body>{before}{place.replace('{}', RUN)}{after}")


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_reads_the_same_whatever_it_is(entry: str) -> None:
    for tag in ("div", "ul", "span"):
        assert_same(f"<html><body><p>Before<{tag}>{RUN}{entry * 4}{RUN}{entry}</{tag}>after</body></html>")


@given(
    page=st.sampled_from(PAGES),
    runs=st.lists(
        st.tuples(
            st.floats(0, 1),
            st.booleans(),
            st.sampled_from(PLACES),
            st.lists(st.sampled_from(ENTRIES), max_size=6),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_runs_amid_a_page_read_the_same(page: str, runs: list[tuple[float, bool, str, list[str]]]) -> None:
    for place, at_tag, around, entries in runs:
        at = int(place * len(page))
        at = max(at, page.find("<", at)) if at_tag else at
        page = page[:at] + around.replace("{}", "".join(entries) + RUN) + page[at:]
    assert_same(page)


def test_where_runs_arent_what_they_seem_the_page_is_read_as_it_is() -> None:
    reading = reading_html.read_html(f"<html><body><p><img alt='{RUN}'><p>{RUN}</body></html>")
    assert 'href="/x"' in reading.texts[0]
    assert reading.texts[1:] == ["Word"] * 4


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
    assert_same(page)


@pytest.mark.parametrize("part", MARKUP)
def test_odd_markup_reads_the_same(part: str) -> None:
    for before in ("</head>", "</h1>", "</p>"):
        assert_same(PAGES[0].replace(before, part + before, 1))


def test_the_last_element_left_open_ends_with_the_page() -> None:
    reading = reading_html.read_html('<html><body><div class="open"><p>One<p>Two', [".open"])
    assert reading.texts == ["One", "Two"]
    assert reading.mark(".open") == (0, 2)
