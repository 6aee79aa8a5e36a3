"""Most read, coverage and read next on pages of declared publishers, whatever is in an entry."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.core.records import PageLink
from tests.parse.declared import declare, read
from tests.parse.test_declared_openings import DATE, HEADLINE, RULES, TEXT, page

LABELS = """\
most_read = "Readers' choice"
read_next = "Next up"
coverage = "In depth"
"""
NO_END = RULES.replace('end = "Imprint"\n', "").replace('standfirst = ".lede"\n', "") + LABELS
GOOSE, BRIDGES = "Goose halts cricket final", "Ten bridges that lead nowhere at all"
TITLES = (GOOSE, BRIDGES, "Who stole the weathervane?")
DAY = "11th of February, 2024"


def entries(form: str) -> str:
    """The list in one of many forms; each entry has a picture, a caption or both."""
    return "".join(form.format(n=number, title=title) for number, title in enumerate(TITLES, start=1))


@pytest.mark.parametrize(
    ("form", "caption", "section", "day"),
    [
        ('<li><a href="/m/{n}">{title}</a></li>', None, None, None),
        ('<li><a href="/m/{n}"><img src="/{n}.jpg" alt="Picture {n}"><h4>{title}</h4></a></li>',
         "Picture", None, None),
        ('<li><figure><img src="/{n}.jpg" alt="Alt"><figcaption>Picture {n}</figcaption></figure>'
         '<h3><a href="/m/{n}">{title}</a></h3></li>', "Picture", None, None),
        ('<li><article><b>{n}</b><h3><a href="/{n}">{title}</a></h3><p>All, and more.</p></article></li>',
         None, None, None),
        (f'<li><a href="/m/{{n}}">{{title}}</a><div>Town</div><div>{DAY}</div></li>', None, "Town", True),
        (f'<li><time>{DAY}</time><a href="/m/{{n}}">{{title}}</a></li>', None, None, True),
        ('<li><a href="/town">Town</a><a href="/m/{n}">{title}</a><span>12 Feb 2024</span></li>',
         None, "Town", True),
        ('<div><a href="/{n}"><img src="/p.jpg" alt="x"><p>Picture {n} so</p><div>{title}</div></a></div>',
         "Picture", None, None),
        ('<div><a href="/m/{n}"><div class="hint">Picture {n}</div><div class="line">{title}</div></a></div>',
         "Picture", None, None),
    ],
)  # fmt: skip
def test_an_entry_is_what_is_in_one_element(
    tmp_path: Path, form: str, caption: str | None, section: str | None, day: bool | None
) -> None:
    rules = NO_END.replace("date =", 'entry_headline = ".line"\ndate =')
    rules = rules.replace(
        'dates = "%d of %B, %Y, %I.%M%p"', 'dates = ["%d of %B, %Y, %I.%M%p", "%d of %B, %Y"]'
    )
    publisher = declare(tmp_path, "saltmere_ledger", rules)
    holder = "ol" if form.startswith("<li") else "div"
    below = f"<section><h2>Readers' choice</h2><{holder}>{entries(form)}</{holder}></section>"
    article = read(publisher, page(below=below + "<p>Printed at the quay.</p>"))
    assert [link.headline for link in article.most_read] == [*TITLES]
    for number, link in enumerate(article.most_read, start=1):
        assert (link.caption or "").startswith(f"{caption} {number}" if caption else "")
        assert (link.caption is None, link.section) == (caption is None, section)
        assert (link.published_on is not None) == bool(day)


def test_an_entry_of_unclear_lines_is_left_out(tmp_path: Path) -> None:
    form = '<div><a href="/m/{n}"><div>A long line number {n}</div><div>{title}</div></a></div>'
    publisher = declare(tmp_path, "saltmere_ledger", NO_END)
    article = read(publisher, page(below=f"<div><b>Readers' choice</b>{entries(form)}</div>"))
    assert article.most_read == ()


def test_lists_by_marks(tmp_path: Path) -> None:
    marks = 'most_read = ".pop > li"\nread_next = ".next a"\ncoverage = ".themes a"\ndate ='
    publisher = declare(tmp_path, "saltmere_ledger", NO_END.replace("date =", marks))
    lists = f"""
        <ol class="pop"><li><h4>{GOOSE}</h4><time>12 Feb 2024</time></li><li><h4>{BRIDGES}</h4></li></ol>
        <div class="next"><a href="/1">{BRIDGES}</a> <a href="/2">{GOOSE}</a></div>
        <div class="themes"><a href="/3">Harbours</a> <a href="/4">The sea</a></div>"""
    article = read(publisher, page(below=lists))
    assert article.most_read == (PageLink(GOOSE, published_on=date(2024, 2, 12)), PageLink(BRIDGES))
    assert article.read_next == (PageLink(BRIDGES), PageLink(GOOSE))
    assert article.coverage == ("Harbours", "The sea")


def text_page(*below: str) -> str:
    opening = ("Saltmere Ledger", HEADLINE, "By Ines Tarrow", DATE)
    return "\n\n".join((*opening, *TEXT, *below)) + "\n"


@pytest.mark.parametrize(
    ("below", "days"),
    [
        (TITLES, 0),
        (("\n".join(f"  {n}. {title}" for n, title in enumerate(TITLES, start=1)),), 0),
        (("\n".join(f"  • {title}" for title in TITLES),), 0),
        (tuple(f"{title}\n  • Town\n  • 12 Feb 2024" for title in TITLES), 3),
        (tuple(f"12 Feb 2024\n{title}" for title in TITLES), 3),
    ],
)
def test_a_line_is_an_entry_in_text_captures(tmp_path: Path, below: tuple[str, ...], days: int) -> None:
    publisher = declare(tmp_path, "saltmere_ledger", NO_END)
    article = read(publisher, text_page("Next up", GOOSE, BRIDGES, "Readers' choice", *below))
    assert [block.text for block in article.body] == [*TEXT]
    assert article.read_next == (PageLink(GOOSE), PageLink(BRIDGES))
    assert [link.headline for link in article.most_read] == [*TITLES]
    assert sum(link.published_on is not None for link in article.most_read) == days


def test_a_subheading_that_is_a_lists_label(tmp_path: Path) -> None:
    publisher = declare(tmp_path, "saltmere_ledger", NO_END)
    article = read(publisher, text_page("Next up", f"{TEXT[0]} That was all.", "In depth", "Harbours"))
    assert [block.text for block in article.body] == [*TEXT, "Next up", f"{TEXT[0]} That was all."]
    assert (article.read_next, article.coverage) == ((), ("Harbours",))


def test_a_capture_that_ends_in_a_list_loses_its_last_entry(tmp_path: Path) -> None:
    whole = text_page("Readers' choice", *TITLES)
    with_end = NO_END.replace("[layouts.labels]", '[layouts.labels]\nend = "Imprint"')
    for rules, text in ((NO_END, whole[:-9]), (with_end, whole)):
        article = read(declare(tmp_path, "saltmere_ledger", rules), text)
        assert [link.headline for link in article.most_read] == [*TITLES[:2]]
    dated = text_page("Readers' choice", *(f"{title}\n1{n} Feb 2024" for n, title in enumerate(TITLES)))
    for size in range(len(whole) // 2, len(dated)):
        if dated[size - 1] == "\n":
            continue
        try:
            found = read(declare(tmp_path, "saltmere_ledger", NO_END), dated[:size]).most_read
        except CaptureError:
            continue
        assert [link.published_on and link.published_on.day for link in found] == [10, 11, 12][: len(found)]
        assert [link.headline for link in found] == [*TITLES[: len(found)]]
