"""Which days want to be run and why; the form that starts them; and how they get on."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsmarts.core.settings import Settings, settings
from newsmarts.desk.airflow import BackfillActive, DagFacts, RunFacts
from newsmarts.desk.backfill import backfill_view, progress_view
from newsmarts.desk.starting import MAX_DAYS
from newsmarts.land.local_days import LocalDays
from newsmarts.review import day_state
from newsmarts.review.day_state import Versions
from tests.desk.day_files import write_day, write_landed_day
from tests.desk.desk_client import MadeUpAirflow, get, guarded, post, run_of
from tests.tags import first_tag

DAY = date(2025, 9, 1)
TODAY = date(2025, 11, 1)
NOW = Versions.current(Settings())


pytestmark = pytest.mark.usefixtures("home")


def up_to_date_day(home: Path, day: date, **changes: object) -> None:
    write_day(home, day, **{"code_version": NOW.code, "contracts_version": NOW.contracts, **changes})  # type: ignore[arg-type]


def keys(home: Path, *runs: RunFacts) -> list[str]:
    view = backfill_view(Settings(home=home), MadeUpAirflow(list(runs)), can_start=True, today=TODAY)
    return [group.key for group in view.groups]


@pytest.mark.parametrize("run", [None, "success", "failed", "running"])
@pytest.mark.parametrize("changes", [{}, {"accepted": False}])
def test_a_failed_run_is_the_most_urgent_reason(
    home: Path, changes: dict[str, object], run: str | None
) -> None:
    up_to_date_day(home, DAY, **changes)
    own = ["refused"] if changes else ["unpublished"]
    expected = {"failed": ["failed"], "running": []}.get(run or "", own)
    assert keys(home, *([run_of(DAY, run)] if run else [])) == expected


def test_a_day_without_captures_needs_a_run_when_its_run_failed(home: Path) -> None:
    write_landed_day(home, DAY, captures=0)
    assert keys(home) == []
    assert keys(home, run_of(DAY, "failed")) == ["failed"]


def test_days_that_the_marts_are_being_built_for_are_not_listed(home: Path) -> None:
    up_to_date_day(home, DAY)
    write_landed_day(home, DAY + timedelta(days=1), captures=0)  # of a day that no feed had anything of
    airflow = MadeUpAirflow()
    for state, listed in (("running", []), ("success", ["unpublished"])):
        airflow.marts_runs = [run_of(DAY, state)]
        view = backfill_view(Settings(home=home), airflow, can_start=True, today=TODAY)
        assert [group.key for group in view.groups] == listed
        assert view.up_to_date == 1 - len(listed)


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
        "unfinished": [4],
        "contracts": [5],
        "unpublished": [3],
    }
    assert (view.running, view.up_to_date) == ((date(2025, 9, 2),), 0)
    assert view.groups[1].days[0].captures == 2


def test_years_of_days_are_cut_to_what_goes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Counter({DAY - timedelta(days=number): 1 for number in range(MAX_DAYS + 9)})
    monkeypatch.setattr(day_state, "look", lambda *_, **__: LocalDays(files=pages, new=pages))
    view = backfill_view(settings(), MadeUpAirflow(), can_start=True, today=TODAY)
    (group,) = view.groups
    assert (len(group.days), group.total, group.days[0].day) == (MAX_DAYS, MAX_DAYS + 9, DAY)


def test_what_keeps_days_from_running_is_shown(home: Path) -> None:
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
        ({"start": "unfinished"}, "No day was chosen"),
        ({"start": "<b>x</b>"}, "no such reason"),
    ],
)
def test_days_that_cannot_be_started_are_refused_with_a_reason(form: dict[str, str], words: str) -> None:
    airflow = MadeUpAirflow()
    answer = post(guarded(airflow), "/backfill", form)
    assert answer.status_code == 422
    assert words in BeautifulSoup(answer.text, "lxml").get_text()
    assert "<b>x" not in answer.text
    assert airflow.started == []
    assert airflow.backfills == []


def test_a_refusal_of_airflow_is_answered_with_409() -> None:
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
    notice = " ".join(first_tag(page, ".notice.warn").get_text().split())
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
    assert [run.state for _, run in view.lines] == ["failed", "running", "success"]


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
