"""Runs of links are read by a pattern exactly as the parser and the walk would read them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.parse import html as reading_html
from newsmarts.parse.html_stream import MetadataBuilder, take_runs
from newsmarts.parse.page import MARKS
from tests.parse.test_fast_path import PAGES, by_tree, reported

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
    ENTRY, "<li><a href=/bare>Unquoted</a></li>", "<li><a href='/q'>\n One \n</a> </li>",
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


def assert_same(text: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert reported(reading_html.read_html(text, MARKS)) == reported(by_tree(text, monkeypatch))


def test_most_links_of_a_page_are_in_runs() -> None:
    taken = [sum(len(run.entries) for run in take_runs(page, ()).runs) for page in PAGES]
    assert sum(count >= 5 for count in taken) > len(PAGES) // 2
    assert [run.entries for run in take_runs(f"<body>{RUN}", ()).runs] == [[("Word", "/x")] * 4]


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


def test_a_page_that_holds_the_stand_ins_name_is_read_whole() -> None:
    page = f"<html><body>{RUN}<p run-???>"
    page = page.replace("???", str(len(page)))
    assert not take_runs(page, ()).runs
    assert_same(page)


def test_where_runs_arent_what_they_seem_the_page_is_read_as_it_is() -> None:
    reading = reading_html.read_html(f"<html><body><p><img alt='{RUN}'><p>{RUN}</body></html>")
    assert 'href="/x"' in reading.texts[0]
    assert reading.texts[1:] == ["Word"] * 4


def test_a_run_that_nobody_reads_costs_no_second_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []

    def build(*arguments: Any) -> MetadataBuilder:
        pages.append(arguments)
        return MetadataBuilder(*arguments)

    monkeypatch.setattr(reading_html, "MetadataBuilder", build)
    for place in ("<!-- {} -->", "<div hidden>{}</div>", "<script>{}</script>", "<noscript>{}</noscript>"):
        pages.clear()
        reading_html.read_html(f"<html><body>{place.replace('{}', RUN)}<ul>{RUN}</ul></body></html>")
        assert len(pages) == 1, place
