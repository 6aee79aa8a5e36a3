"""Lists that people work through: what a form that can't be taken keeps, and what is folded and searched."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsmarts.core.schemas import SHARES, SHARES_FILE, write_rows
from newsmarts.core.settings import settings
from newsmarts.desk.airflow import FeedAnswer
from tests.desk.day_files import write_day, write_landed_day
from tests.desk.desk_client import MadeUpAirflow, get, guarded, post
from tests.tags import first_tag

pytestmark = pytest.mark.xdist_group("sample_marts")


def page_of(path: str) -> BeautifulSoup:
    return BeautifulSoup(get(guarded(), path).text, "lxml")


def test_contracts_are_searched_and_folded(samples: Path) -> None:
    assert samples
    page = page_of("/contracts")
    rows = page.select("table.history tbody tr")
    assert rows
    assert all("broken" in row["class"] for row in rows)
    assert not page.select("details.note[open]")
    every = page_of("/contracts?show=all")
    assert len(every.select("table.history tbody tr")) > 2 * len(rows)
    assert not [
        group for group in every.select("details.contract-group[open]") if not group.select("tr.broken")
    ]
    found = page_of("/contracts?show=all&q=House+byline")
    assert 0 < len(found.select("table.history tbody tr")) < len(rows)
    none = get(guarded(), "/contracts?q=<script>zz").text
    assert "No expectation" in none
    assert "<script>&" not in none


def test_a_days_page_has_its_feeds_and_a_button(samples: Path) -> None:
    assert samples
    page = page_of("/contracts?day=2025-09-04")
    assert "From the feeds: inbox 16 captures." in " ".join(page.get_text().split())
    answer = post(guarded(), "/backfill", {"day": "2025-09-04", "start": "chosen"})
    assert answer.status_code == 303
    assert first_tag(page, "main form button[name=start]").get_text() == "Run this day again"
    assert 'name="start"' not in get(guarded(start_runs=403), "/contracts?day=2025-09-04").text


def test_sources_show_each_feeds_answers_and_days(samples: Path) -> None:
    write_landed_day(samples, date(2026, 1, 1), captures=0)  # a run by schedule, for which no feed had any
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    airflow = MadeUpAirflow()
    airflow.due = datetime(2026, 1, 3, tzinfo=UTC)
    airflow.answers = [
        FeedAnswer("inbox", "9 captures (<b>)", "failed", moment, "news_pages", "run/1"),
        FeedAnswer("old", "1 capture", "success", moment, "news_pages", "r"),
    ]
    html = get(guarded(airflow), "/sources").text
    text = " ".join(BeautifulSoup(html, "lxml").get_text(" ").split())
    assert "<b>)" not in html
    assert "9 captures (<b>) 2026-01-02 03:04 UTC" in text
    assert "62 captures, at most 16 a day" in text
    assert "Next visit 2026-01-03 00:00 UTC" in text
    assert "/dags/news_pages/runs/run%2F1/tasks/land" in html


def test_drift_shows_shares_by_publisher_and_what_is_unusual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    settings.cache_clear()
    for number in range(7):
        day = date(2025, 9, 1 + number)
        rows = [("", 20), ("tags", 19 if number == 6 else 1)]
        folder = write_day(tmp_path, day)
        write_rows(
            folder / SHARES_FILE,
            SHARES,
            [
                {
                    "capture_day": day,
                    "publisher": "nour_news",
                    "language": "en",
                    "kind": "field",
                    "name": name,
                    "pages": pages,
                    "of_pages": 20,
                }
                for name, pages in rows
            ],
        )
    row = first_tag(page_of("/drift"), "table.drift tbody tr")
    assert [title.get_text() for title in row.select("title")][-2:] == [
        "2025-09-06: 1 of 20",
        "2025-09-07: 19 of 20",
    ]
    cells = [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td:not(.strips)")]
    assert cells == ["tags unusual", "empty field (en)", "95.0%", "5.0%", "2025-09-07 19 of 20"]
    settings.cache_clear()
