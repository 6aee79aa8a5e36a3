"""Which days want to be run, and why: plain values for the Backfill page."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from newsmarts.core.settings import Settings
from newsmarts.core.versions import code_version, contracts_version, same_contracts
from newsmarts.desk.airflow import FOLLOWER, PRODUCER, Airflow, DagFacts, RunFacts
from newsmarts.desk.day_runs import ACTIVE, day_of, queued_since, runs_by_day
from newsmarts.desk.ledger import LedgerDay, ledger_of
from newsmarts.desk.starting import EARLIEST, MAX_DAYS
from newsmarts.desk.views import Notice
from newsmarts.land.local_days import LocalDays, look

_LOOK_SECONDS = 60.0  # a look at the inbox is good for this long
PROGRESS_RUNS = 5_000

# Why a day wants to be run, the most urgent first: title, and what it means.
REASONS: Mapping[str, tuple[str, str]] = {
    "failed": (
        "Their last run failed",
        "The red task's log says why. Mend that first, or the days fail again.",
    ),
    "refused": (
        "Refused as a whole",
        "Too much of the day was turned away, or its captures don't add up. The marts keep what they had.",
    ),
    "waiting": (
        "Captures, but no results",
        "They have landed or lie in the inbox, and no run finished them.",
    ),
    "new": ("New captures since their run", "Files in the inbox, or captures landed, after the day was run."),
    "contracts": (
        "Held to other contracts",
        "expectations/ has changed since. A run holds their pages to what is there now.",
    ),
    "rules": ("Read by other code", "The rules, or the code that applies them, have changed since."),
}


@dataclass(frozen=True, slots=True)
class DayChoice:
    """A day that may be started."""

    day: date
    captures: int | None  # None: not known before it runs
    told: str = ""  # what more there is to say of it
    run_id: str | None = None  # of the failed run


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Days that want to be run for one reason, newest first; ``days`` has those that go at once."""

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
    up_to_date: int  # days that want nothing
    first_day: date  # of those that can be run at all
    last_day: date


class _Look:
    """The newest look at the inbox; one at a time, for all who ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: tuple[float, Settings, LocalDays] | None = None

    def at(self, settings: Settings) -> LocalDays:
        """What the local feeds have, a minute old at most."""
        with self._lock:
            now = time.monotonic()
            if self._seen is None or self._seen[1] != settings or now - self._seen[0] > _LOOK_SECONDS:
                self._seen = (now, settings, look(settings))
            return self._seen[2]


_look = _Look()


def backfill_view(settings: Settings, airflow: Airflow, *, can_start: bool, today: date) -> BackfillView:
    """All days that want to be run, by reason."""
    local = _look.at(settings)
    days, runs = ledger_of(settings.archive).days(), runs_by_day(airflow)
    versions = (code_version(), contracts_version(settings.contracts_dir))
    found: dict[str, list[DayChoice]] = {key: [] for key in REASONS}
    running, up_to_date = [], 0
    for day in sorted({*days, *local.files, *runs}, reverse=True):
        if not EARLIEST <= day < today:
            continue
        known, run = days.get(day, LedgerDay(day, landed=0)), runs.get(day)
        if run is not None and run.state in ACTIVE:
            running.append(day)
            continue
        reason = why(known, run, local, versions)
        if reason is None:
            up_to_date += 1
        else:
            found[reason].append(_choice(reason, known, run, local))
    groups = tuple(
        DayGroup(key, *REASONS[key], tuple(choices[:MAX_DAYS]), len(choices))
        for key, choices in found.items()
        if choices
    )
    notices = tuple(_notices(airflow.find_dag(PRODUCER), local, can_start=can_start))
    last_day = today - timedelta(days=1)
    return BackfillView(groups, tuple(running), notices, can_start, up_to_date, EARLIEST, last_day)


def why(known: LedgerDay, run: RunFacts | None, local: LocalDays, versions: tuple[str, str]) -> str | None:
    """The most urgent reason to run a day that isn't running; None: there is none.

    ``versions`` name the code and the contracts as they are now.
    """
    outcome = known.outcome
    if run is not None and run.state == "failed":
        # a failed feed beside others that went through leaves results, and all the same wants to be run
        return "failed"
    if outcome is None:
        return "waiting" if known.is_damaged or known.landed or local.files[known.day] else None
    if not outcome.accepted or not outcome.adds_up:
        return "refused"
    validated_at = known.validated.changed_at if known.validated else 0.0
    if known.landed_since or local.changed_at.get(known.day, 0.0) > validated_at:
        return "new"
    if not same_contracts(outcome.contracts_version, versions[1]):
        return "contracts"
    return "rules" if outcome.code_version != versions[0] else None


def _choice(reason: str, known: LedgerDay, run: RunFacts | None, local: LocalDays) -> DayChoice:
    captures = known.outcome.captures if known.outcome else known.landed or local.files[known.day] or None
    told = "results can't be read" if known.is_damaged else ""
    return DayChoice(known.day, captures, told, run.run_id if run and reason == "failed" else None)


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
        text = f"Starting days asks for the right to create runs of {PRODUCER}, which you don't have."
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
class DayProgress:
    """A day that was started, and how its run stands."""

    day: date | None
    run: RunFacts


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How the runs stand that were queued since a moment."""

    since: datetime
    counts: Mapping[str, int]  # by state
    total: int
    active: int
    lines: tuple[DayProgress, ...]  # those that failed first, then active ones
    marts_active: int  # runs of the marts that are still to come


_STATE_ORDER = {"failed": 0, "running": 1, "queued": 2, "success": 3}


def progress_view(airflow: Airflow, since: datetime) -> ProgressView:
    """The runs of the producer that were queued at or after a moment, whoever started them."""
    runs = queued_since(airflow.newest_runs(PRODUCER, PROGRESS_RUNS), since)
    counts = dict.fromkeys(_STATE_ORDER, 0)
    for run in runs:
        counts[run.state] = counts.get(run.state, 0) + 1
    lines = [DayProgress(day_of(run), run) for run in runs]
    lines.sort(key=lambda line: (_STATE_ORDER.get(line.run.state, 9), line.day or date.min))
    marts = [run for run in airflow.newest_runs(FOLLOWER, 200) if run.state in ACTIVE]
    active = sum(counts.get(state, 0) for state in ACTIVE)
    return ProgressView(since.astimezone(UTC), counts, len(runs), active, tuple(lines[:MAX_DAYS]), len(marts))
