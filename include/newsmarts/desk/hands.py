"""What needs a hand: days that failed, were refused or never run, feeds, warnings, and the release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from newsmarts.core.settings import Settings
from newsmarts.desk.airflow import FOLLOWER, PRODUCER, Airflow, FailedTask, RunFacts
from newsmarts.desk.calendar import kind_of
from newsmarts.desk.history import broken_warnings
from newsmarts.desk.ledger import LedgerDay
from newsmarts.desk.release import ReleaseView
from newsmarts.desk.views import Tone

DAYS_NAMED = 6
FAILED_LOOKED_AT = 50
MISSING_LOOKED_AT = 366  # days back: what was never run before that is history, not work
WARNING_DAYS = 30
_BACKFILL = ("backfill", "Backfill")


@dataclass(frozen=True, slots=True)
class Hand:
    """Something that needs a hand. ``days`` are links, ``page`` is where to go on (a path of the desk)."""

    title: str
    text: str
    tone: Tone
    days: tuple[date, ...] = ()
    total_days: int = 0
    page: tuple[str, str] | None = None  # path, words


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of the days."""

    settings: Settings
    airflow: Airflow
    days: Mapping[date, LedgerDay]
    runs: Mapping[date, RunFacts]
    release: ReleaseView | None
    today: date
    open_pages: int  # in quarantine, that nobody has acknowledged


def hands(known: Known) -> Iterator[Hand]:
    """What needs a hand, the most worrying first."""
    yield from _dag_hands(known.airflow)
    yield from _day_hands(known)
    yield from _release_hands(known)
    if known.open_pages:
        text = f"{known.open_pages:,} turned away, and nobody has said yet that they may stay out."
        yield Hand("Pages in quarantine", text, "idle", page=("quarantine", "Quarantine"))
    warnings = broken_warnings(known.settings.archive, known.days, WARNING_DAYS)
    if warnings:
        named = ", ".join(f"{name} ({count})" for name, count in warnings[:DAYS_NAMED])
        text = f"Of the last {WARNING_DAYS} days with results, days on which it wasn't met: {named}."
        yield Hand("Warnings", text, "idle", page=("contracts", "Contracts"))


def _day_hands(known: Known) -> Iterator[Hand]:
    failed = {day for day, run in known.runs.items() if run.state == "failed"}
    if failed:
        newest = sorted(failed, reverse=True)[:FAILED_LOOKED_AT]
        tasks = known.airflow.failed_tasks(PRODUCER, [known.runs[day].run_id for day in newest])
        yield _hand("Their last run failed", _failures(tasks), "bad", failed, _BACKFILL)
    kinds = {
        day: kind_of(known.days.get(day), known.runs.get(day))
        for day in {*known.days, *known.runs}
        if day < known.today and day not in failed
    }
    refused = [day for day, kind in kinds.items() if kind == "failed"]
    if refused:
        text = "Too much was turned away, or captures are missing. The marts keep what they had."
        yield _hand("Refused as a whole", text, "bad", refused, _BACKFILL)
    waiting = [day for day, kind in kinds.items() if kind == "waiting"]
    if waiting:
        text = "Captures have landed, and no run made results of them."
        yield _hand("Captures without results", text, "warn", waiting, _BACKFILL)
    missing = _missing(known)
    if missing:
        text = "No run and no captures of them are known; the days around have some."
        yield _hand("Never run", text, "idle", missing, _BACKFILL)


def _dag_hands(airflow: Airflow) -> Iterator[Hand]:
    for dag_id, what in ((PRODUCER, "No day is run"), (FOLLOWER, "No release is made")):
        dag = airflow.find_dag(dag_id)
        if dag is None:
            text = "Airflow doesn't know the DAG. See its import errors, and whether the DAG processor runs."
            yield Hand(f"{what}: {dag_id} isn't there", text, "bad")
        elif dag.is_paused:
            yield Hand(f"{what}: {dag_id} is paused", "Switch it on, beside its name in Airflow.", "warn")


def _release_hands(known: Known) -> Iterator[Hand]:
    release = known.release
    newest = next(iter(known.airflow.newest_runs(FOLLOWER, 1)), None)
    if newest is not None and newest.state == "failed":
        tasks = known.airflow.failed_tasks(FOLLOWER, [newest.run_id])
        text = f"{_failures(tasks)} Readers keep the release before; the task's log says what is wrong."
        yield Hand("The last release wasn't made", text, "bad")
    if release is None:
        if any(day.outcome is not None for day in known.days.values()):
            text = f"There are results, and no release yet: {FOLLOWER} makes it after each loaded day."
            yield Hand("Nothing is published", text, "warn")
    elif release.unpublished:
        text = "Their results differ from what the release has. It follows when they are loaded."
        yield _hand("Not published yet", text, "warn", release.unpublished, ("backfill/progress", "Progress"))


def _failures(tasks: Sequence[FailedTask]) -> str:
    """What failed in runs that did: feeds by name, and other tasks."""
    feeds = Counter(task.label or "land" for task in tasks if task.task_id == "land")
    others = Counter(task.task_id for task in tasks if task.task_id not in ("land", "feeds"))
    said = []
    if feeds:
        said.append(f"Feeds that failed: {_counted(feeds)}.")
    if others:
        said.append(f"Tasks that failed: {_counted(others)}.")
    return " ".join(said) or "The red task's log says why."


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.most_common(DAYS_NAMED))


def _missing(known: Known) -> list[date]:
    """Days of the last year that nobody ran, after the oldest run that Airflow still remembers.

    A run that found nothing leaves no other trace, so what was before that can't be told.
    """
    if not known.runs:
        return []
    first = max(min(known.runs), known.today - timedelta(days=MISSING_LOOKED_AT))
    days = (first + timedelta(days=number) for number in range((known.today - first).days))
    return [day for day in days if day not in known.days and day not in known.runs]


def _hand(title: str, text: str, tone: Tone, days: Iterable[date], page: tuple[str, str]) -> Hand:
    newest = sorted(days, reverse=True)
    return Hand(title, text, tone, tuple(newest[:DAYS_NAMED]), len(newest), page)
