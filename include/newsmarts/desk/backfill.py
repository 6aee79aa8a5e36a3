"""Which days need a run, and why: plain values for the Backfill page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from newsmarts.core.settings import Settings
from newsmarts.desk.airflow import FOLLOWER, PRODUCER, Airflow, DagFacts, RunFacts
from newsmarts.desk.day_runs import ACTIVE, day_of, has_failed, is_active, runs_by_day
from newsmarts.desk.starting import EARLIEST, MAX_DAYS
from newsmarts.land.local_days import LocalDays
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_state import DayStates, RunReason, recent_day_states
from newsmarts.review.notice import Notice

PROGRESS_RUNS = 5_000

FAILED = "failed"  # the run of a day: only Airflow knows
MISSING = "missing"  # a run would land nothing, unless a feed has its captures by now
# Why a day needs a run, the most urgent first: title, and what it means.
REASONS: Mapping[str, tuple[str, str]] = {
    FAILED: (
        "Failed runs",
        "The log of the failed task has the cause. Fix that first, or the days fail again.",
    ),
    RunReason.REFUSED: (
        "Refused days",
        "Too much of the day was quarantined, or its captures don't add up. The marts have its captures and "
        "their reasons; its articles only if an earlier run was accepted.",
    ),
    RunReason.WITHDRAWN: (
        "Undone acknowledgements",
        "They were accepted because pages were acknowledged; some of that was undone. A run decides again.",
    ),
    RunReason.UNFINISHED: (
        "Days without results",
        "Their captures have landed or are in the inbox, and no run has finished them.",
    ),
    RunReason.CAPTURES: (
        "New captures",
        "Captures are in the inbox, or have landed, since the day's last run.",
    ),
    RunReason.CONTRACTS: (
        "Changed contracts",
        "The contracts in expectations/ have changed since. A run validates the days by those of now.",
    ),
    RunReason.CODE: (
        "Changed code",
        "The publishers' rules, or the code that applies them, have changed since.",
    ),
    RunReason.UNPUBLISHED: (
        "Unpublished days",
        "They are validated, and the current release doesn't have them so.",
    ),
    MISSING: (
        "Missing days",
        "A feed that should have captures every day has none of them. A run reads the feeds again.",
    ),
}


@dataclass(frozen=True, slots=True)
class DayChoice:
    """A day that may be started."""

    day: date
    captures: int | None  # None: not known before it runs
    note: str = ""
    run_id: str | None = None  # of the failed run


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Days that need a run for one reason, newest first; ``days`` has as many as can be started at once."""

    key: str
    title: str
    text: str
    days: tuple[DayChoice, ...]
    total: int


@dataclass(frozen=True, slots=True)
class BackfillView:
    """The Backfill page."""

    groups: tuple[DayGroup, ...]
    running: tuple[date, ...]
    notices: tuple[Notice, ...]
    can_start: bool
    up_to_date: int  # days with captures that need no run
    first_day: date  # of those that can be run at all
    last_day: date


def backfill_view(settings: Settings, airflow: Airflow, *, can_start: bool, today: date) -> BackfillView:
    """All days that need a run, by reason."""
    states, runs = recent_day_states(settings, today), runs_by_day(airflow)
    marts_are_coming = any(run.state in ACTIVE for run in airflow.newest_runs(FOLLOWER, 1))
    found: dict[str, list[DayChoice]] = {key: [] for key in REASONS}
    running, up_to_date = [], 0
    for day in sorted({*states.shown, *states.local.files, *runs}, reverse=True):
        if not EARLIEST <= day < today:
            continue
        run, reason, known = runs.get(day), states.reasons.get(day), states.days.get(day)
        if is_active(run):
            running.append(day)
        elif run is not None and has_failed(run, known):
            # a failed feed beside others that went through leaves results, and the day still needs a run
            found[FAILED].append(_choice(day, states, run.run_id))
        elif reason is None and day in states.missing:
            found[MISSING].append(_choice(day, states))
        elif reason is None or (reason is RunReason.UNPUBLISHED and marts_are_coming):
            up_to_date += known is not None and not known.is_empty
        else:
            found[reason].append(_choice(day, states))
    groups = tuple(
        DayGroup(key, *REASONS[key], tuple(choices[:MAX_DAYS]), len(choices))
        for key, choices in found.items()
        if choices
    )
    notices = tuple(_notices(airflow.find_dag(PRODUCER), states.local, can_start=can_start))
    last_day = today - timedelta(days=1)
    return BackfillView(groups, tuple(running), notices, can_start, up_to_date, EARLIEST, last_day)


def _choice(day: date, states: DayStates, failed_run: str | None = None) -> DayChoice:
    known = states.days.get(day) or KnownDay(day)
    captures = known.outcome.captures if known.outcome else known.landed or states.local.files[day] or None
    note = "results can't be read" if known.is_damaged else ""
    if day in states.missing:
        note = f"none from {', '.join(states.missing[day])}"
    return DayChoice(day, captures, note, failed_run)


def _notices(dag: DagFacts | None, local: LocalDays, *, can_start: bool) -> list[Notice]:
    notices = []
    if dag is None:
        text = f"Airflow doesn't know {PRODUCER}: see its import errors, and whether the DAG processor runs."
        notices.append(Notice("No days can be started", text, "bad"))
    elif dag.is_paused:
        text = f"What you start waits until {PRODUCER} is switched on, by the switch beside its name."
        notices.append(Notice(f"{PRODUCER} is paused", text, "warn"))
    if dag is not None and dag.backfill_active:
        text = "Airflow runs one at a time, so days that you start now become runs of their own."
        notices.append(Notice("A backfill isn't complete yet", text))
    if not can_start:
        text = f"Starting days needs the right to create runs of {PRODUCER}, which you don't have."
        notices.append(Notice("You can look, but not start", text))
    if local.unread_archives:
        text = (
            f"{local.unread_archives} archives in the inbox have never been read, so their days aren't known "
            "yet. Any run of a day reads them."
        )
        notices.append(Notice("Archives not read yet", text))
    if local.cut_short:
        text = "There are so many files in the inbox that only a part of them was looked at."
        notices.append(Notice("The list isn't whole", text, "warn"))
    notices += [Notice("A feed's folder can't be looked at", fault, "bad") for fault in local.faults]
    return notices


@dataclass(frozen=True, slots=True)
class ProgressView:
    """The state of the runs that were queued since a moment."""

    since: datetime
    counts: Mapping[str, int]  # by state
    total: int
    active: int
    lines: Sequence[tuple[date | None, RunFacts]]  # those that failed first, then active ones
    marts_active: int  # runs of the marts that are still to come


_STATE_ORDER = {"failed": 0, "running": 1, "queued": 2, "success": 3}


def progress_view(airflow: Airflow, since: datetime) -> ProgressView:
    """The runs of the producer that were queued at or after a moment, whoever started them."""
    newest = airflow.newest_runs(PRODUCER, PROGRESS_RUNS)
    runs = [run for run in newest if run.queued_at is not None and run.queued_at >= since]
    counts = Counter(run.state for run in runs)
    lines = [(day_of(run), run) for run in runs]
    lines.sort(key=lambda line: (_STATE_ORDER.get(line[1].state, 9), line[0] or date.min))
    marts = [run for run in airflow.newest_runs(FOLLOWER, 200) if run.state in ACTIVE]
    active = sum(counts[state] for state in ACTIVE)
    return ProgressView(since.astimezone(UTC), counts, len(runs), active, lines[:MAX_DAYS], len(marts))
