"""Which day a run of news_pages works on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pendulum import instance

from newsmarts.core.errors import UsageError

NO_MOMENTS = {"logical_date": None, "data_interval_start": None, "run_after": None}
NOTHING_ASKED = {"day": None, "allow_unfinished_day": False}


def capture_day(params: dict[str, Any], **dag_run: Any) -> date:
    from dags.news_pages import capture_day

    return capture_day(params, SimpleNamespace(**{"run_type": "manual", **NO_MOMENTS, **dag_run}))


def test_a_scheduled_run_works_on_the_day_that_its_interval_covers() -> None:
    start = datetime(2025, 9, 1, tzinfo=UTC)
    assert capture_day(NOTHING_ASKED, data_interval_start=start) == date(2025, 9, 1)


def test_the_forms_day_goes_before_the_schedules() -> None:
    form = {"day": "2025-08-25", "allow_unfinished_day": False}
    assert capture_day(form, data_interval_start=datetime(2025, 9, 1, tzinfo=UTC)) == date(2025, 8, 25)


def test_a_run_by_hand_without_a_day_works_on_the_last_whole_day() -> None:
    now = datetime(2025, 9, 2, 0, 0, 1, tzinfo=UTC)
    assert capture_day(NOTHING_ASKED, data_interval_start=None, run_after=now) == date(2025, 9, 1)


def test_a_logical_date_has_one_day_however_its_run_was_started() -> None:
    from airflow.timetables.interval import CronDataIntervalTimetable

    logical_date = datetime(2025, 9, 1, tzinfo=UTC)
    later = datetime(2025, 9, 5, 10, tzinfo=UTC)
    timetable = CronDataIntervalTimetable("0 0 * * *", "UTC")
    manual = timetable.infer_manual_data_interval(run_after=instance(logical_date))
    assert manual.start == datetime(2025, 8, 31, tzinfo=UTC)  # as Airflow has it
    for run in (
        {"run_type": "scheduled", "data_interval_start": logical_date, "run_after": later},
        {"run_type": "manual", "data_interval_start": manual.start, "run_after": later},
    ):
        assert capture_day(NOTHING_ASKED, logical_date=logical_date, **run) == date(2025, 9, 1)


def test_a_runs_name_has_its_day_also_in_a_backfill() -> None:
    """As Airflow 3.3.2 makes them: a backfill's from ``run_after`` alone, others by the timetable."""
    from airflow.models.dagrun import DagRun
    from airflow.timetables.base import TimeRestriction
    from airflow.utils.types import DagRunType

    from dags.common.timetable import CaptureDays

    timetable = CaptureDays.deserialize(CaptureDays().serialize())
    first, last = (instance(datetime(2025, 9, day, tzinfo=UTC)) for day in (1, 2))
    info = None
    names = list[str]()
    while info := timetable.next_dagrun_info_v2(
        last_dagrun_info=info, restriction=TimeRestriction(first, last, catchup=True)
    ):
        names.append(
            DagRun.generate_run_id(
                run_type=DagRunType.BACKFILL_JOB, logical_date=info.logical_date, run_after=info.run_after
            )
        )
    assert names == ["backfill__2025-09-01T23:59:59+00:00", "backfill__2025-09-02T23:59:59+00:00"]
    due = timetable.next_dagrun_info_v2(
        last_dagrun_info=None, restriction=TimeRestriction(first, None, catchup=False)
    )
    assert due is not None
    assert due.data_interval is not None
    assert due.run_after == due.data_interval.end  # the day is over
    scheduled = timetable.generate_run_id(
        run_type=DagRunType.SCHEDULED, run_after=due.run_after, data_interval=due.data_interval
    )
    assert scheduled == f"scheduled__{due.data_interval.start.date()}"


def test_the_moment_that_the_form_fills_in_means_the_last_whole_day() -> None:
    now = datetime(2025, 9, 2, 13, 5, tzinfo=UTC)
    start = datetime(2025, 9, 1, tzinfo=UTC)
    run = {"logical_date": now, "data_interval_start": start, "run_after": now + timedelta(seconds=2)}
    assert capture_day(NOTHING_ASKED, **run) == date(2025, 9, 1)


def test_a_day_that_is_not_over_is_refused_unless_asked_for() -> None:
    today = datetime.now(UTC).date()
    form = {"day": today.isoformat(), "allow_unfinished_day": False}
    with pytest.raises(UsageError, match=rf"{today} isn't over yet .*allow_unfinished_day"):
        capture_day(form)
    assert capture_day({**form, "allow_unfinished_day": True}) == today
    yesterday = today - timedelta(days=1)
    assert capture_day({**form, "day": yesterday.isoformat()}) == yesterday


def test_what_is_no_day_is_refused() -> None:
    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        capture_day({"day": "2025-9-1", "allow_unfinished_day": False})


def test_a_backfill_with_a_day_of_its_own_is_refused() -> None:
    """It would run that day again and again, and its own days never."""
    form = {"day": "2025-08-25", "allow_unfinished_day": False}
    start = datetime(2025, 9, 1, tzinfo=UTC)
    with pytest.raises(UsageError, match="backfill runs its own days"):
        capture_day(form, run_type="backfill", data_interval_start=start)
    assert capture_day(NOTHING_ASKED, run_type="backfill", data_interval_start=start) == date(2025, 9, 1)
