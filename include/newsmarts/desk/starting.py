"""Start capture days in Airflow: the longest range of them as a backfill, the others as runs of their own.

Airflow allows one active backfill a DAG, and a backfill has no gaps.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import longest_range
from newsmarts.desk.airflow import PRODUCER, Airflow, AirflowRefused, BackfillActive
from newsmarts.desk.day_runs import ACTIVE, runs_by_day

logger = logging.getLogger(__name__)

MAX_DAYS = 500  # at once: Airflow takes 20 to 40 ms to make a run, and the page waits for all of them
EARLIEST = date(2000, 1, 1)  # as start_date of the DAG


@dataclass(frozen=True, slots=True)
class Plan:
    """How days are to be started."""

    backfill: tuple[date, date] | None
    runs: tuple[date, ...]
    active: tuple[date, ...]  # left out: a run of theirs isn't finished


@dataclass(slots=True)
class Started:
    """What was started; ``fault``: why the rest was not."""

    since: datetime
    backfill_days: int = 0
    runs: list[date] = field(default_factory=list)
    active: tuple[date, ...] = ()
    fault: str | None = None

    @property
    def days(self) -> int:
        """How many days were started."""
        return self.backfill_days + len(self.runs)


def start_days(airflow: Airflow, days: Collection[date], user_name: str) -> Started:
    """Start runs of these days in a user's name; callers have checked the user's right to do so.

    A day with a run that isn't finished is left out.

    Raises:
        UsageError: no days, too many, or days that aren't over or before all.
        AirflowRefused: Airflow doesn't know the DAG, or starts none of them.
    """
    now = datetime.now(UTC)
    check_days(days, now.date())
    dag = airflow.find_dag(PRODUCER)
    if dag is None:
        raise AirflowRefused(
            f"Airflow knows no DAG {PRODUCER}. See its import errors, and whether the DAG processor runs."
        )
    active = {day for day, run in runs_by_day(airflow).items() if run.state in ACTIVE}
    plan = plan_days(days, active, may_backfill=not dag.backfill_active)
    started = Started(since=now - timedelta(seconds=1), active=plan.active)  # clocks of two machines
    try:
        _start(airflow, plan, user_name, started)
    except AirflowRefused as refused:
        logger.warning("%s", refused)
        if not started.days:
            raise
        started.fault = str(refused)
    logger.info("%r started %d days of %s", user_name, started.days, PRODUCER)
    return started


def check_days(days: Collection[date], today: date) -> None:
    """Raises UsageError when these days can't be started; the message has the reason."""
    if not days:
        raise UsageError("No day was chosen. Choose at least one.")
    unfinished = sorted(day for day in days if day >= today)
    if unfinished:
        raise UsageError(
            f"{_listed(unfinished)}: not over yet (UTC), so the captures aren't complete. The last day that "
            f"can be run is {today - timedelta(days=1)}."
        )
    too_early = sorted(day for day in days if day < EARLIEST)
    if too_early:
        raise UsageError(f"{_listed(too_early)}: {PRODUCER} has no days before {EARLIEST}.")
    if len(set(days)) > MAX_DAYS:
        raise UsageError(
            f"More than {MAX_DAYS} days are too many at once: choose fewer, the others when these are done. "
            "For years at a time: airflow backfill create, see the docs of news_pages."
        )


def plan_days(days: Iterable[date], active: Collection[date], *, may_backfill: bool) -> Plan:
    """The longest range of two days or more as a backfill, if there may be one; the other days one by one."""
    chosen = sorted(set(days))
    free = [day for day in chosen if day not in active]
    span = longest_range(free) if may_backfill else None
    runs = tuple(day for day in free if span is None or not span[0] <= day <= span[1])
    return Plan(span, runs, tuple(day for day in chosen if day in active))


def _start(airflow: Airflow, plan: Plan, user_name: str, started: Started) -> None:
    runs = list(plan.runs)
    if plan.backfill is not None:
        first, last = plan.backfill
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        try:
            airflow.start_backfill(PRODUCER, first, last, user_name)
            started.backfill_days = len(days)
        except BackfillActive:  # since a moment ago
            runs = sorted({*runs, *days})
    for day in airflow.start_runs(PRODUCER, runs, user_name):
        started.runs.append(day)


def _listed(days: list[date]) -> str:
    shown = ", ".join(map(str, days[:3]))
    return shown if len(days) <= 3 else f"{shown} and {len(days) - 3} more"
