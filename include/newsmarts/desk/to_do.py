"""What is to be done: failed, refused, missing days, feeds, warnings, and the release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from newsmarts.core.settings import Settings
from newsmarts.desk.airflow import FOLLOWER, PRODUCER, Airflow, FailedTask, RunFacts
from newsmarts.desk.day_runs import has_failed, is_active
from newsmarts.land.names import about_misnamed_folder
from newsmarts.review.current_release import ReleaseView
from newsmarts.review.day_state import DayStates, RunReason
from newsmarts.review.missing_days import feed_captures
from newsmarts.review.notice import Tone
from newsmarts.review.quarantine import OpenPages

DAYS_NAMED = 6
ERRORS_SHOWN = 2
FAILED_LOOKED_AT = 50
WARNING_DAYS = 30
_BACKFILL = ("backfill", "Backfill")


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing to do. ``days`` are links, ``page`` is where to do it (a path of the desk)."""

    title: str
    text: str
    tone: Tone
    days: tuple[date, ...] = ()
    total_days: int = 0
    page: tuple[str, str] | None = None  # path, words


@dataclass(frozen=True, slots=True)
class DeskState:
    """What is known of the days, their runs and the release."""

    settings: Settings
    airflow: Airflow
    states: DayStates
    runs: Mapping[date, RunFacts]
    release: ReleaseView | None
    today: date
    open_pages: OpenPages


def list_to_do(desk: DeskState) -> Iterator[ToDo]:
    """What is to be done, the most worrying first."""
    yield from _about_dags(desk.airflow)
    yield from _about_feeds(desk)
    yield from _about_days(desk)
    yield from _about_folders(desk)
    yield from _about_unusual_days(desk)
    yield from _about_release(desk)
    if desk.open_pages.pages:
        yield _about_quarantine(desk.open_pages)


def _about_quarantine(found: OpenPages) -> ToDo:
    pages = "1 page is" if found.pages == 1 else f"{found.pages:,} pages are"
    text, page = f"{pages} in quarantine and not acknowledged.", ("quarantine", "Quarantine")
    if found.replaced:
        text += f" {found.replaced:,} of them replaced: another capture of the page is in the marts."
        page = ("quarantine?state=replaced", "Replaced pages") if found.replaced == found.pages else page
    return ToDo("Open quarantine", text, "idle", page=page)


def _about_feeds(desk: DeskState) -> Iterator[ToDo]:
    """Local feeds whose folder has no file and never had one: perhaps it is the wrong folder."""
    for name in desk.states.local.empty:
        if not any(feed_captures(desk.settings.archive, known)[name] for known in desk.states.days.values()):
            text = "Its folder has never held anything. If captures are somewhere else, name that folder."
            yield ToDo(f"Empty feed: {name}", text, "warn")


def _about_folders(desk: DeskState) -> Iterator[ToDo]:
    """Folders of local feeds that look like a day: their captures may have the wrong one."""
    for folder, days in sorted(desk.states.local.misnamed.items()):
        yield _of_days("Folder that names no day", about_misnamed_folder(folder, days), "warn", days)


def _about_days(desk: DeskState) -> Iterator[ToDo]:
    failed = {day for day, run in desk.runs.items() if has_failed(run, desk.states.days.get(day))}
    if failed:
        newest = sorted(failed, reverse=True)[:FAILED_LOOKED_AT]
        tasks = desk.airflow.failed_tasks(PRODUCER, [desk.runs[day].run_id for day in newest])
        yield _of_days("Failed runs", _failures(tasks), "bad", failed, _BACKFILL)

    def with_reason(reason: RunReason) -> list[date]:
        return [
            day
            for day, each in desk.states.reasons.items()
            if each is reason and day < desk.today and day not in failed and not is_active(desk.runs.get(day))
        ]

    refused = with_reason(RunReason.REFUSED)
    if refused:
        text = (
            "Too much was quarantined, or captures are missing. The marts have their captures and reasons; "
            "their articles only if an earlier run was accepted. Each day's page has the next steps."
        )
        yield _of_days("Refused days", text, "bad", refused, _BACKFILL)
    withdrawn = with_reason(RunReason.WITHDRAWN)
    if withdrawn:
        text = "They were accepted because pages were acknowledged; some of that was undone."
        yield _of_days("Undone acknowledgements", text, "warn", withdrawn, _BACKFILL)
    unfinished = with_reason(RunReason.UNFINISHED)
    if unfinished:
        text = "They have captures, landed or in the inbox, and no run has finished them."
        yield _of_days("Days without results", text, "warn", unfinished, _BACKFILL)
    missing = {
        day: feeds
        for day, feeds in desk.states.missing.items()
        if day not in failed and not is_active(desk.runs.get(day))
    }
    if missing:
        feeds = sorted({feed for of_day in missing.values() for feed in of_day})
        text = f"Feeds that should have captures every day have none: {', '.join(feeds)}."
        yield _of_days("Missing days", text, "warn", missing, _BACKFILL)


def _about_unusual_days(desk: DeskState) -> Iterator[ToDo]:
    """The newest days with results that differ from the days before them."""
    with_results = [known for known in desk.states.days.values() if known.outcome is not None]
    unusual = {
        known.day: known.outcome.warnings
        for known in with_results[-WARNING_DAYS:]
        if known.outcome is not None and known.outcome.warnings
    }
    if unusual:
        newest = max(unusual)
        text = (
            f"They differ from the days before them; a site may have changed. {newest}: {unusual[newest][0]}"
        )
        yield _of_days("Unusual days", text, "warn", unusual)


def _about_dags(airflow: Airflow) -> Iterator[ToDo]:
    for dag_id, what in ((PRODUCER, "No day is run"), (FOLLOWER, "No release is made")):
        dag = airflow.find_dag(dag_id)
        if dag is None:
            text = f"{what}. See Airflow's import errors, and whether the DAG processor runs."
            yield ToDo(f"Missing DAG: {dag_id}", text, "bad")
        elif dag.is_paused:
            text = f"{what}. Switch it on, beside its name in Airflow."
            yield ToDo(f"Paused DAG: {dag_id}", text, "warn")


def _about_release(desk: DeskState) -> Iterator[ToDo]:
    release = desk.release
    newest = next(iter(desk.airflow.newest_runs(FOLLOWER, 1)), None)
    if newest is not None and newest.state == "failed":
        tasks = desk.airflow.failed_tasks(FOLLOWER, [newest.run_id])
        text = f"{_failures(tasks)} Readers keep the release before; the task's log has the cause."
        yield ToDo("Failed release", text, "bad")
    if release is None:
        if any(day.outcome is not None for day in desk.states.days.values()):
            text = f"There are results, and no release yet: {FOLLOWER} makes one after each loaded day."
            yield ToDo("No release", text, "warn")
    elif release.unpublished:
        text = "Their results differ from those in the release, which follows when they are loaded."
        yield _of_days(
            "Unpublished days", text, "warn", release.unpublished, ("backfill/progress", "Progress")
        )


def _failures(tasks: Sequence[FailedTask]) -> str:
    """What failed in failed runs: feeds by name, and other tasks."""
    feeds = Counter(task.feed or "land" for task in tasks if task.task_id == "land")
    others = Counter(task.task_id for task in tasks if task.task_id not in ("land", "feeds"))
    sentences = []
    if feeds:
        sentences.append(f"Feeds that failed: {_counted(feeds)}.")
        errors = dict.fromkeys(task.error for task in reversed(tasks) if task.feed and task.error)
        sentences += list(errors)[:ERRORS_SHOWN]
    if others:
        sentences.append(f"Tasks that failed: {_counted(others)}.")
    return " ".join(sentences) or "The failed task's log has the cause."


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.most_common(DAYS_NAMED))


def _of_days(
    title: str, text: str, tone: Tone, days: Iterable[date], page: tuple[str, str] | None = None
) -> ToDo:
    newest = sorted(days, reverse=True)
    return ToDo(title, text, tone, tuple(newest[:DAYS_NAMED]), len(newest), page)
