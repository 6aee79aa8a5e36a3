"""Which run worked on which capture day, and how the newest of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from newsmarts.core.errors import UsageError
from newsmarts.desk.airflow import PRODUCER, Airflow, RunFacts
from newsmarts.desk.views import capture_day_of_run

RUNS_LOOKED_AT = 20_000  # the newest; ten years of days and a good many repeats
ACTIVE = ("queued", "running")


def runs_by_day(airflow: Airflow) -> dict[date, RunFacts]:
    """The newest run of each capture day; a run that is active goes before one that has ended."""
    return newest_by_day(airflow.newest_runs(PRODUCER, RUNS_LOOKED_AT))


def newest_by_day(runs: Sequence[RunFacts]) -> dict[date, RunFacts]:
    """Of runs, newest first, the one that counts for each day. A run whose form named no day has none."""
    found: dict[date, RunFacts] = {}
    for run in runs:
        day = day_of(run)
        if day is not None and (day not in found or (run.state in ACTIVE and found[day].state not in ACTIVE)):
            found[day] = run
    return found


def day_of(run: RunFacts) -> date | None:
    """The capture day that a run of the producer works on; None when its form named none that is one."""
    try:
        return capture_day_of_run(run.conf, run.partition_key, run.data_interval_start, run.run_after)
    except UsageError:
        return None


def queued_since(runs: Sequence[RunFacts], moment: datetime) -> list[RunFacts]:
    """Those that were queued, or queued anew, at or after a moment."""
    return [run for run in runs if run.queued_at is not None and run.queued_at >= moment]
