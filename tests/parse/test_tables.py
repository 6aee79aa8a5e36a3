"""Tables of a body: what is one, what is only laid out as one, and where its cells are on the page."""

from __future__ import annotations

from typing import Any

import pytest

from newsmarts.parse.page import parse_page
from newsmarts.parse.provenance import body_sources
from tests.parse.pages import FIRST, THIRD, read
from tests.parse.test_body_lines import added, marked_up, refused

LINES = (
    "The ferry Larkspur had been due at noon, and came at nine in the evening.",
    "The port authority said that the quay would be open again by Thursday.",
    "Owners of small boats have waited for the new breakwater since the spring.",
    "The council will vote on the second part of the plan before the summer.",
)


def table(*rows: tuple[str, ...]) -> str:
    """Rows of cells, as markup."""
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table><tbody>{''.join(f'<tr>{row}</tr>' for row in cells)}</tbody></table>"


def blocks(fragment: str, after: str = FIRST.text) -> list[dict[str, Any]]:
    return added(read(marked_up(fragment, after)).to_record())


@pytest.mark.parametrize("after", [FIRST.text, THIRD.text])
@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        (table(("Year", "Boats"), ("2020", "31")), "Year\tBoats\n2020\t31"),
        (
            "<table><thead><tr><th>Crew</th><th></th><th>Won</th></tr></thead>"
            "<tr><td><a href='/crew'>Ostrin</a></td><td>by sail</td><td>7</td></tr>"
            "<tr><td><p>Ilvane</p></td><td>by<br>oar</td><td></td></tr></table>",
            "Crew\t\tWon\nOstrin\tby sail\t7\nIlvane\tby oar\t",
        ),
        (table(("Port", "Share"), ("Kelmen", "<img src='/f.png' alt='Flag'> 3")), "Port\tShare\nKelmen\t3"),
        (table(("Name", "What it does"), ("Weir", LINES[0]), ("Quay", "Holds")), None),
    ],
)
def test_rows_of_cells_are_one_block(after: str, fragment: str, text: str | None) -> None:
    wanted = text or f"Name\tWhat it does\nWeir\t{LINES[0]}\nQuay\tHolds"
    assert blocks(fragment, after) == [{"kind": "table", "text": wanted}]


def test_what_is_over_a_table_heads_it() -> None:
    boats = table(("Year", "Boats"), ("2020", "31"))
    captioned = boats.replace("<tbody>", "<caption>Boats by year</caption><tbody>")
    for fragment in (f"<h3>Boats by year</h3>{boats}", f"<div>Boats by year</div>{boats}", captioned):
        assert [block["kind"] for block in blocks(fragment)] == ["subheading", "table"], fragment


@pytest.mark.parametrize(
    "fragment",
    [
        table(("".join(f"<p>{line}</p>" for line in LINES),)),
        table((f"<p>{LINES[0]}</p>", f"<p>{LINES[1]}</p>"), (f"<p>{LINES[2]}</p>", f"<p>{LINES[3]}</p>")),
        table(*((f"<p>{line}</p>", "") for line in LINES)),
        table((table((LINES[0],), (LINES[1],)),), (LINES[2],), (LINES[3],)),
        table((f"<p>{LINES[0]}</p><p>{LINES[1]}</p>", LINES[2]), ("", LINES[3])),
    ],
)
def test_a_table_around_paragraphs_is_read_as_they_are(fragment: str) -> None:
    assert blocks(fragment) == [{"kind": "paragraph", "text": line} for line in LINES]


@pytest.mark.parametrize(
    "fragment",
    [
        table(("Share", "Tweet"), ("Print", "Email")),
        table(*(("<img src='/a.jpg' alt='A quay'>",) * 2,) * 2),
        table(
            (f"<a href='/1'>{LINES[0]}</a>", "<a href='/2'>Ilvane votes today</a>"),
            ("<a href='/3'>Ostrin</a>", ""),
        ),
    ],
)
def test_furniture_pictures_and_links_in_cells_are_no_table(fragment: str) -> None:
    assert "table" not in {block["kind"] for block in blocks(fragment)}


def test_a_table_is_traced_to_its_cells() -> None:
    first = table(("Year", "", "Boats"), ("2020", "", "31 of <b>old</b>"))
    second = table(("Port", "Share"), ("Kelmen", "3<br>of 9"))
    page = parse_page(marked_up(first + second).encode(), media_type="text/html")
    shown = [
        (block.kind, [page.reading.texts[number - 1] for number in numbers])
        for block, numbers in zip(page.article.body, body_sources(page), strict=True)
        if block.kind == "table"
    ]
    assert shown == [
        ("table", ["Year", "Boats", "2020", "31 of old"]),
        ("table", ["Port", "Share", "Kelmen", "3", "of 9"]),
    ]


def test_a_body_s_text_has_its_tables_rows() -> None:
    article = read(marked_up(table(("Year", "Boats"), ("2020", "31"))))
    assert "\n\nYear\tBoats\n2020\t31\n\n" in article.body_text
    changed = read(marked_up(table(("Year", "Boats"), ("2020", "32"))))
    assert article.text_sha256 != changed.text_sha256


def test_a_ticker_line_in_a_cell_is_not_loaded() -> None:
    fragment = table(("Time", "What"), ("10:45", "BREAKING: Ferries stay in port as the storm nears"))
    assert refused(marked_up(fragment)) == "unclear_ticker"
