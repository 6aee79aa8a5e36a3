"""Which run worked on which capture day, and the state of the newest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import day_of_run, parse_day
from newsmarts.desk.airflow import PRODUCER, Airflow, RunFacts
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_state import DayStates
from newsmarts.review.day_status import DayStatus

RUNS_LOOKED_AT = 20_000  # the newest; ten years of days and a good many repeats
ACTIVE = ("queued", "running")


def capture_day_of_run(
    conf: Mapping[str, Any] | None,
    partition_key: str | None,
    data_interval_start: datetime | None,
    run_after: datetime | None = None,
    logical_date: datetime | None = None,
) -> date | None:
    """The capture day that a DAG run works on; None when it has none.

    The form's day, else the partition's, else that of the run (leave its moments out for a DAG without such a
    default).

    Raises:
        UsageError: the run names an invalid day.
    """
    chosen = (conf or {}).get("day") or partition_key
    if chosen:
        return parse_day(str(chosen))
    return day_of_run(logical_date, data_interval_start, run_after)


def runs_by_day(airflow: Airflow) -> dict[date, RunFacts]:
    """The newest run of each capture day; a run that is active goes before one that has ended.

    A run whose form named no day is left out.
    """
    found: dict[date, RunFacts] = {}
    for run in airflow.newest_runs(PRODUCER, RUNS_LOOKED_AT):
        day = day_of(run)
        if day is not None and (day not in found or (run.state in ACTIVE and found[day].state not in ACTIVE)):
            found[day] = run
    return found


def day_of(run: RunFacts) -> date | None:
    """The capture day that a run of the producer works on; None when its form named none that is one."""
    try:
        return capture_day_of_run(
            run.conf, run.partition_key, run.data_interval_start, run.run_after, run.logical_date
        )
    except UsageError:
        return None


def is_active(run: RunFacts | None) -> bool:
    """Whether there is a run, and it is queued or running."""
    return run is not None and run.state in ACTIVE


def has_failed(run: RunFacts | None, known: KnownDay | None) -> bool:
    """Whether a day's run failed otherwise than by refusing the day, which has a result all the same."""
    if run is None or run.state != "failed":
        return False
    outcome = known.outcome if known is not None else None
    return outcome is None or outcome.accepted or outcome.run_id != run.run_id


def status_with_run(states: DayStates, day: date, run: RunFacts | None) -> DayStatus:
    """A day in one word, its run included."""
    if is_active(run):
        return DayStatus.RUNNING
    return DayStatus.FAILED if has_failed(run, states.days.get(day)) else states.status(day)


def shown_days(states: DayStates, runs: Mapping[date, RunFacts]) -> list[date]:
    """The days there is something to say of, in order: also those whose run left nothing but its failure."""
    return sorted(
        {*states.shown, *(day for day, run in runs.items() if has_failed(run, states.days.get(day)))}
    )
