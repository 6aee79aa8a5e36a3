"""Which days want to be run and why; the form that starts them; and how they get on."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsmarts.core.partitions import partition_path
from newsmarts.core.settings import Settings, settings
from newsmarts.core.versions import code_version, contracts_version
from newsmarts.desk import backfill
from newsmarts.desk.airflow import BackfillActive, DagFacts
from newsmarts.desk.backfill import backfill_view, progress_view, why
from newsmarts.desk.ledger import LedgerDay
from newsmarts.desk.results import read_outcome
from newsmarts.desk.starting import MAX_DAYS
from newsmarts.land.local_days import LocalDays
from tests.desk.day_files import write_day, write_landed_day
from tests.desk.desk_client import MadeUpAirflow, get, guarded, post, run_of

DAY = date(2025, 9, 1)
TODAY = date(2025, 11, 1)
NOW = (code_version(), contracts_version(Settings().contracts_dir))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    monkeypatch.setattr(backfill, "_LOOK_SECONDS", -1.0)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def up_to_date_day(home: Path, day: date, **changes: object) -> None:
    write_day(home, day, **{"code_version": NOW[0], "contracts_version": NOW[1], **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "run", "reason"),
    [
        ({}, None, None),
        ({}, "success", None),
        ({}, "failed", "failed"),
        ({"accepted": False}, "success", "refused"),
        ({"captures": 9, "valid": 3}, None, "refused"),
        ({"contracts_version": "older"}, None, "contracts"),
        ({"code_version": "older"}, None, "rules"),
        ({"code_version": "older", "contracts_version": "older"}, None, "contracts"),
        ({"code_version": "older", "accepted": False}, "failed", "failed"),
    ],
)
def test_a_day_wants_to_be_run_for_its_most_urgent_reason(
    home: Path, changes: dict[str, object], run: str | None, reason: str | None
) -> None:
    up_to_date_day(home, DAY, **changes)
    known = LedgerDay(DAY, read_outcome(home, DAY))
    assert why(known, run_of(DAY, run) if run else None, LocalDays(), NOW) == reason


def test_days_without_results_want_to_be_run_when_there_are_captures() -> None:
    in_inbox = LocalDays(files=Counter({DAY: 1}))
    assert why(LedgerDay(DAY, landed=0), None, LocalDays(), NOW) is None
    assert why(LedgerDay(DAY, landed=1), None, LocalDays(), NOW) == "waiting"
    assert why(LedgerDay(DAY, landed=0), None, in_inbox, NOW) == "waiting"
    assert why(LedgerDay(DAY, is_damaged=True), None, LocalDays(), NOW) == "waiting"
    assert why(LedgerDay(DAY, landed=0), run_of(DAY, "failed"), LocalDays(), NOW) == "failed"


def test_a_file_that_came_after_the_run_is_seen(home: Path) -> None:
    up_to_date_day(home, DAY)
    os.utime(partition_path(home, "validated", DAY), (2_000, 2_000))
    page = home / "inbox" / str(DAY) / "a.txt"
    page.parent.mkdir(parents=True)
    page.write_text("x")
    keys = []
    for changed_at in (1_000, 3_000):
        os.utime(page, (changed_at, changed_at))
        view = backfill_view(Settings(home=home), MadeUpAirflow(), can_start=True, today=TODAY)
        keys.append([group.key for group in view.groups])
    assert keys == [[], ["new"]]


def test_the_page_lists_days_by_reason_and_counts_the_rest(home: Path) -> None:
    for number in range(3):
        up_to_date_day(home, DAY + timedelta(days=number))
    write_landed_day(home, DAY + timedelta(days=3), captures=2)
    write_day(home, DAY + timedelta(days=4), contracts_version="older")
    write_landed_day(home, TODAY)  # not over yet
    runs = [run_of(DAY, "failed"), run_of(DAY + timedelta(days=1), "running")]
    view = backfill_view(Settings(home=home), MadeUpAirflow(runs), can_start=True, today=TODAY)
    assert {group.key: [choice.day.day for choice in group.days] for group in view.groups} == {
        "failed": [1],
        "waiting": [4],
        "contracts": [5],
    }
    assert (view.running, view.up_to_date) == ((date(2025, 9, 2),), 1)
    assert view.groups[1].days[0].captures == 2


def test_years_of_days_are_cut_to_what_goes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = LocalDays(files=Counter({DAY - timedelta(days=number): 1 for number in range(MAX_DAYS + 9)}))
    monkeypatch.setattr(backfill, "look", lambda _: inbox)
    view = backfill_view(settings(), MadeUpAirflow(), can_start=True, today=TODAY)
    (group,) = view.groups
    assert (len(group.days), group.total, group.days[0].day) == (MAX_DAYS, MAX_DAYS + 9, DAY)


def test_what_keeps_days_from_running_is_told(home: Path) -> None:
    def titles(airflow: MadeUpAirflow, *, can_start: bool = True) -> list[str]:
        view = backfill_view(Settings(home=home), airflow, can_start=can_start, today=TODAY)
        return [notice.title for notice in view.notices]

    assert titles(MadeUpAirflow()) == []
    assert titles(MadeUpAirflow(dag=None)) == ["No days can be started"]
    assert titles(MadeUpAirflow(dag=DagFacts(is_paused=True, backfill_active=True))) == [
        "news_pages is paused",
        "A backfill isn't complete yet",
    ]
    assert titles(MadeUpAirflow(), can_start=False) == ["You can look, but not start"]


def test_days_are_started_from_the_form_in_the_users_name() -> None:
    airflow = MadeUpAirflow()
    answer = post(guarded(airflow), "/backfill", {"start": "chosen", "day": ["2025-09-01", "2025-09-03"]})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/backfill/progress?since=20")
    assert airflow.started == [(DAY, "ada"), (date(2025, 9, 3), "ada")]
    assert get(guarded(airflow), answer.headers["location"]).status_code == 200


def test_a_range_and_a_whole_group_are_started(home: Path) -> None:
    airflow = MadeUpAirflow([run_of(date(2025, 8, 1), "failed")])
    app = guarded(airflow)
    post(app, "/backfill", {"start": "range", "first": "2025-09-01", "last": "2025-09-03"})
    post(app, "/backfill", {"start": "failed", "day": "2020-01-01"})
    assert airflow.backfills == [(DAY, date(2025, 9, 3), "ada")]
    assert airflow.started == [(date(2025, 8, 1), "ada")]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "No day was chosen"),
        ({"start": "chosen"}, "No day was chosen"),
        ({"start": "chosen", "day": "2025-02-30"}, "not a day"),
        ({"start": "chosen", "day": "../../etc/passwd"}, "not a day"),
        ({"start": "chosen", "day": "2999-01-01"}, "not over yet"),
        ({"start": "range", "first": "2025-09-03", "last": "2025-09-01"}, "before it begins"),
        ({"start": "range", "first": "2000-01-01", "last": "2025-09-01"}, "too many at once"),
        ({"start": "range", "first": "0001-01-01", "last": "9999-12-31"}, "no days before"),
        ({"start": "range", "first": "", "last": ""}, "not a day"),
        ({"start": "waiting"}, "No day was chosen"),
        ({"start": "<b>x</b>"}, "no such reason"),
    ],
)
def test_days_that_cannot_be_started_are_refused_with_a_reason(form: dict[str, str], words: str) -> None:
    airflow = MadeUpAirflow()
    answer = post(guarded(airflow), "/backfill", form)
    assert answer.status_code == 422
    assert words in BeautifulSoup(answer.text, "lxml").get_text()
    assert "<b>x" not in answer.text
    assert airflow.started == airflow.backfills == []


def test_a_refusal_of_airflow_is_told_with_409() -> None:
    airflow = MadeUpAirflow()
    airflow.refuse_run_of = DAY
    answer = post(guarded(airflow), "/backfill", {"start": "chosen", "day": str(DAY)})
    assert (answer.status_code, "so it was made up" in answer.text) == (409, True)
    airflow.refuse_backfill = BackfillActive("one is active")
    days = {"start": "range", "first": "2025-08-31", "last": "2025-09-01"}
    answer = post(guarded(airflow), "/backfill", days)
    assert "stopped=1" in answer.headers["location"]
    assert "Not all of the days could be started" in get(guarded(), answer.headers["location"]).text


def test_days_that_run_already_are_named() -> None:
    app = guarded(MadeUpAirflow([run_of(DAY, "running")]))
    answer = post(app, "/backfill", {"start": "chosen", "day": [str(DAY), "2025-09-05"]})
    page = BeautifulSoup(get(app, answer.headers["location"]).text, "lxml")
    notice = " ".join(page.select_one(".notice.warn").get_text().split())
    assert notice.startswith("1 day was left out A run of it was queued or running already: 2025-09-01.")


def test_whoever_may_not_start_sees_the_days_and_no_live_button(home: Path) -> None:
    write_landed_day(home, DAY)
    page = BeautifulSoup(get(guarded(start_runs=403), "/backfill").text, "lxml")
    assert page.select("input[name=day]")
    assert all(button.has_attr("disabled") for button in page.select("form button, form input[name=day]"))
    live = BeautifulSoup(get(guarded(), "/backfill").text, "lxml")
    assert live.select("button[name=start]:not([disabled])")


def test_progress_counts_what_was_queued_since() -> None:
    runs = [
        run_of(DAY, "success", minute=9),
        run_of(DAY + timedelta(days=1), "running", minute=8),
        run_of(DAY + timedelta(days=2), "failed", minute=7),
        run_of(DAY + timedelta(days=3), "failed", minute=1),
    ]
    view = progress_view(MadeUpAirflow(runs), datetime(2025, 11, 1, 0, 5, tzinfo=UTC))
    assert (view.total, view.active, view.counts["success"], view.counts["failed"]) == (3, 1, 1, 1)
    assert [line.run.state for line in view.lines] == ["failed", "running", "success"]


def test_progress_is_live_until_nothing_is_active() -> None:
    since = "/backfill/progress?since=2025-11-01T00:00:00Z"
    assert "data-live" in get(guarded(MadeUpAirflow([run_of(DAY, "queued")])), since).text
    assert "data-live" not in get(guarded(MadeUpAirflow([run_of(DAY, "success")])), since).text
    for wrong in (
        "",
        "?since=yesterday",
        "?since=2025-11-01T00:00:00",
        "?since=0001-01-01T00:00:00%2B14:00",
        "?since=2025-11-01T00:00:00Z&running=-1",
    ):
        assert get(guarded(), f"/backfill/progress{wrong}").status_code == 422
