"""Which days become a backfill, which become runs, and which can't be started at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.errors import UsageError
from newsmarts.desk.airflow import AirflowRefused, BackfillActive, DagFacts
from newsmarts.desk.starting import EARLIEST, MAX_DAYS, plan_days, start_days
from tests.desk.desk_client import MadeUpAirflow, run_of

DAY = date(2025, 9, 1)


def days(*numbers: int) -> list[date]:
    return [DAY + timedelta(days=number) for number in numbers]


@given(st.sets(st.integers(0, 60), max_size=30), st.sets(st.integers(0, 60), max_size=10), st.booleans())
def test_every_day_is_planned_once_or_is_active(chosen: set[int], active: set[int], may: bool) -> None:
    plan = plan_days(days(*chosen), set(days(*active)), may_backfill=may)
    first, last = plan.backfill or (DAY, DAY - timedelta(days=1))
    backfilled = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert sorted([*backfilled, *plan.runs, *plan.active]) == days(*sorted(chosen))
    assert set(plan.active) == set(days(*(chosen & active)))
    assert plan.backfill is None or (may and first < last)


def test_the_longest_range_is_a_backfill_and_the_others_are_runs() -> None:
    airflow = MadeUpAirflow()
    started = start_days(airflow, days(0, 1, 5, 6, 7, 9), "ada")
    assert airflow.backfills == [(*days(5), *days(7), "ada")]
    assert airflow.started == [(day, "ada") for day in days(0, 1, 9)]
    assert (started.days, started.fault, started.active) == (6, None, ())


def test_a_day_that_runs_already_is_left_out_and_named() -> None:
    airflow = MadeUpAirflow(
        [run_of(DAY, "running"), run_of(days(1)[0], "failed"), run_of(days(2)[0], "queued")]
    )
    started = start_days(airflow, days(0, 1, 2), "ada")
    assert started.active == tuple(days(0, 2))
    assert airflow.started == [(*days(1), "ada")]
    assert airflow.backfills == []


def test_an_older_run_that_is_active_counts_before_a_newer_one_that_ended() -> None:
    airflow = MadeUpAirflow([run_of(DAY, "success", minute=5), run_of(DAY, "running", minute=1)])
    assert start_days(airflow, [DAY], "ada").active == (DAY,)


def test_while_a_backfill_is_active_days_become_runs() -> None:
    airflow = MadeUpAirflow(dag=DagFacts(is_paused=False, backfill_active=True))
    start_days(airflow, days(0, 1), "ada")
    assert airflow.backfills == []
    assert airflow.started == [(day, "ada") for day in days(0, 1)]


def test_a_backfill_that_began_meanwhile_loses_no_day() -> None:
    airflow = MadeUpAirflow()
    airflow.refuse_backfill = BackfillActive("another one")
    assert start_days(airflow, days(0, 1, 5), "ada").days == 3
    assert airflow.started == [(day, "ada") for day in days(0, 1, 5)]


def test_a_refusal_half_way_tells_what_was_started() -> None:
    airflow = MadeUpAirflow()
    (airflow.refuse_run_of,) = days(4)
    started = start_days(airflow, days(0, 2, 4, 6), "ada")
    assert started.runs == days(0, 2)
    assert "made up" in (started.fault or "")
    (airflow.refuse_run_of,) = days(0)
    with pytest.raises(AirflowRefused, match="made up"):
        start_days(airflow, days(0, 2), "ada")


def test_a_dag_that_airflow_does_not_know_is_an_error() -> None:
    with pytest.raises(AirflowRefused, match="knows no DAG news_pages"):
        start_days(MadeUpAirflow(dag=None), [DAY], "ada")


def test_days_that_cannot_be_run_are_refused_by_name() -> None:
    today = datetime.now(UTC).date()
    airflow = MadeUpAirflow()
    for chosen, message in (
        ([], "No day was chosen"),
        ([today], f"{today}: not over yet"),
        ([date(9999, 12, 31)], "9999-12-31: not over yet"),
        ([EARLIEST - timedelta(days=1)], "no days before 2000-01-01"),
        (days(*range(-MAX_DAYS, 1)), "too many at once"),
    ):
        with pytest.raises(UsageError, match=message):
            start_days(airflow, chosen, "ada")
    assert not airflow.backfills
    assert not airflow.started
    start_days(airflow, days(*range(1 - MAX_DAYS, 1)), "ada")
    assert len(airflow.backfills) == 1
