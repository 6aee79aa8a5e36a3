"""The rendered pages: hostile text stays text, and nothing in them needs what the headers forbid."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.text import visible
from newsmarts.desk import pages
from newsmarts.desk.views import days_view
from newsmarts.review.notice import Notice
from tests.desk.day_files import (
    HOSTILE,
    HOSTILE_ATTRIBUTE,
    LeftOut,
    expectation,
    publish_withheld,
    write_day,
)
from tests.desk.desk_client import states_of, view_of
from tests.tags import first_tag

DAY = date(2025, 9, 1)
TEMPLATES = Path(pages.__file__).parent / "templates"


def day_page(home: Path, **options: str) -> BeautifulSoup:
    view = view_of(home, DAY, **options)
    return BeautifulSoup(
        pages.render("contracts/day.html", base_path="/desk", has_docs=True, can_start=True, view=view),
        "lxml",
    )


def hostile_day(home: Path, text: str) -> None:
    write_day(
        home,
        DAY,
        left_out=[LeftOut(f"{text}.txt", text, text, text, text, text)],
        expectations=[
            expectation(text, text, notes=text, expectation_type=text, column_name=text, severity=text)
        ],
        accepted=False,
        refusal=text,
        run_id=text,
    )
    publish_withheld(home, DAY, [LeftOut(text, text, text, text, stage="publish")])


def assert_no_foreign_markup(page: BeautifulSoup) -> None:
    """Only the page's own script and style are there, and no element carries behaviour."""
    assert [str(script.get("src", "")).split("?")[0] for script in page.find_all("script")] == [
        "/desk/static/theme.js",
        "/desk/static/frame.js",
    ]
    assert not any(script.string for script in page.find_all("script"))
    assert not page.find_all(["img", "iframe", "object", "embed", "style", "base", "template"])
    for element in page.find_all(True):
        for name, value in element.attrs.items():
            assert not name.startswith("on"), f"{element.name} has {name}"
            assert name != "style", f"{element.name} has a style, which the headers refuse"
            assert "javascript:" not in str(value).lower()


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE_ATTRIBUTE, "</title></bdi><svg onload=x>", "{{ 7*7 }}"])
def test_hostile_text_stays_text_everywhere(tmp_path: Path, text: str) -> None:
    hostile_day(tmp_path, text)
    page = day_page(tmp_path)
    assert_no_foreign_markup(page)
    shown = page.get_text()
    # source path, reason and its chip, detail, stage, expectation, publisher, refusal, run, contract …
    assert shown.count(text) >= 16
    assert "49" not in shown


def test_hostile_text_stays_text_in_messages() -> None:
    html = pages.render("message.html", base_path="/desk", item=Notice(HOSTILE, HOSTILE_ATTRIBUTE))
    page = BeautifulSoup(html, "lxml")
    assert_no_foreign_markup(page)
    assert HOSTILE in page.get_text()


@given(st.text())
def test_visible_leaves_nothing_that_can_hide_or_reorder(text: str) -> None:
    shown = visible(text)
    assert all(char.isprintable() or char in "\u00a0\u200c\u200d" for char in shown)
    if text.isprintable():
        assert shown == text


def test_direction_marks_and_controls_are_spelled_out(tmp_path: Path) -> None:
    write_day(tmp_path, DAY, left_out=[LeftOut("a\u202etxt.exe\n\x07", "missing_date", "…")])
    assert "a\\u202etxt.exe\\n\\x07" in day_page(tmp_path).get_text()


def test_every_shape_of_page_keeps_to_the_rules(tmp_path: Path) -> None:
    empty = pages.render("contracts/days.html", base_path="", view=days_view(states_of(tmp_path)))
    assert "No captures yet" in empty
    write_day(tmp_path, DAY, left_out=[LeftOut("a.txt", "missing_date", "no date")])
    (tmp_path / "staged" / "validated" / "capture_day=2025-09-02").mkdir()
    for html in (
        empty,
        pages.render("contracts/days.html", base_path="/desk", view=days_view(states_of(tmp_path))),
        pages.render(
            "contracts/days.html", base_path="/desk", view=days_view(states_of(tmp_path), date(1999, 1, 1))
        ),
        pages.render(
            "contracts/day.html",
            base_path="/desk",
            has_docs=True,
            can_start=True,
            view=view_of(tmp_path, date(2020, 1, 1)),
        ),
    ):
        page = BeautifulSoup(html, "lxml")
        assert page.select_one("meta[name=viewport]")
        assert len(page.find_all("h1")) <= 1
        assert not page.select("[style]")


def test_links_keep_the_path_that_the_pages_are_mounted_under(tmp_path: Path) -> None:
    write_day(tmp_path, DAY, left_out=[LeftOut("a.txt", "missing date&x", "…")])
    page = day_page(tmp_path)
    links = [link["href"] for link in page.select("a, link")] + [first_tag(page, "form")["action"]]
    assert all(str(link).startswith("/desk/") for link in links)
    assert "/desk/contracts?day=2025-09-01&reason=missing%20date%26x" in links


def test_outcome_and_expectations_are_shown(tmp_path: Path) -> None:
    write_day(
        tmp_path,
        DAY,
        captures=6,
        left_out=[
            LeftOut("2025-09-01/a.txt", "missing_date", "no date", "date_present"),
            LeftOut("2025-09-01/list.html", "section_page", "Its <address>.", outcome="not_article"),
        ],
        warnings=["nour_news: <b>no</b> tags"],
        expectations=[expectation("nour_news_articles", "date_present", passed=False, unexpected_rows=1)],
    )
    page = day_page(tmp_path)
    sentence = " ".join(first_tag(page, ".sum").get_text(" ", strip=True).split())
    assert sentence == (
        "6 captures = 4 valid + 1 not an article + 1 quarantined every capture is accounted for"
    )
    assert '<li class="lines"><bdi>nour_news: &lt;b&gt;no&lt;/b&gt; tags</bdi></li>' in str(page)
    headings = [heading.get_text(" ", strip=True) for heading in page.select("section > h2")]
    assert headings[:3] == ["Unusual compared with the days before", "Quarantined 1", "Not articles 1"]
    assert "Its <address>." in page.get_text()
    row = first_tag(page, "tr.broken")
    assert [cell.get_text(strip=True) for cell in row.find_all("td")] == ["not met", "critical", "4", "1"]
    away = " ".join(first_tag(page, "table.cards tbody tr").get_text(" ").split())
    assert away == ("2025-09-01/a.txt al_mayadeen 2025-09-01 missing_date validate · date_present no date")


def test_what_is_met_is_folded_away(tmp_path: Path) -> None:
    """Contracts have dozens of expectations; the broken ones are seen first."""
    write_day(tmp_path, DAY, expectations=[expectation("a", "met"), expectation("a", "broken", passed=False)])
    page = day_page(tmp_path)
    assert [first_tag(row, ".mono").get_text() for row in page.select("details tr.met")] == ["met"]
    assert first_tag(page, "details").get("open") is None
    assert not page.select("details tr.broken")
    assert page.select("section > .table-wrap tr.broken")


def test_a_day_that_does_not_add_up_says_so(tmp_path: Path) -> None:
    write_day(tmp_path, DAY, captures=5, valid=4)
    page = day_page(tmp_path)
    assert "≠" in first_tag(page, ".sum.bad").get_text()


def test_every_asset_exists_and_unknown_names_are_refused() -> None:
    assert {"desk.css", "theme.js", "contracts.svg", "contracts-dark.svg"} <= set(pages.assets())
    for name in ("../pages.py", "../static/desk.css", "nope", ""):
        with pytest.raises(KeyError):
            pages.asset(name)


def test_style_fetches_nothing_and_templates_mark_nothing_safe() -> None:
    for name, asset in pages.assets().items():
        if name.endswith(".css"):
            assert not re.search(r"url\(|@import|https?:", asset.content.decode()), name
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape|Markup", text), template.name
