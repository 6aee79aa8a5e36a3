"""All stages over all days without Airflow: what ``newsmarts run`` does.

The DAGs call the same stage entries; Airflow adds schedule, retries, history and hands.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date

from newsmarts.core.errors import ContractError, DamagedPartition, FeedError, MissingPartition, UsageError
from newsmarts.core.partitions import partition_days, warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.land.feeds.config import chosen_feeds
from newsmarts.land.run import inbox_days, landed_captures
from newsmarts.land.run import run as land
from newsmarts.load.run import run as load
from newsmarts.marts.run import audit, build, publish
from newsmarts.parse.run import run as parse
from newsmarts.validate.run import is_current
from newsmarts.validate.run import run as validate

logger = logging.getLogger(__name__)

Progress = Callable[[int], AbstractContextManager[Callable[[str], None]]]
"""Opened over a number of steps; what it yields is called with a label after each of them."""


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """What a run over the inbox did.

    ``failed_days`` maps a day whose contract failed as a whole to the reason; such a day keeps what was
    loaded before. ``failed_feeds`` has what each feed that failed on some day said last; the other feeds'
    pages went through. ``waiting`` names files that were still being written: the next run takes them.
    """

    days: tuple[date, ...]
    failed_days: dict[date, str]
    failed_feeds: dict[str, str]
    waiting: tuple[str, ...]
    release_id: str
    published: bool


@contextmanager
def silent(_steps: int) -> Iterator[Callable[[str], None]]:
    """No progress is shown."""
    yield lambda _step: None


def days_to_run(settings: Settings, feeds: Sequence[str] = ()) -> list[date]:
    """Every day that the local feeds have captures of, and every landed one that an interrupted run left.

    ``feeds`` narrows it to the feeds of these names.

    Raises:
        UsageError: the inbox isn't a folder, or none of the feeds can tell its days.
    """
    kinds = {feed.kind for feed in chosen_feeds(settings, feeds)}
    if feeds and not kinds & {"inbox", "warc"}:
        raise UsageError(
            f"Feeds of the web can't tell which days they have ({', '.join(feeds)}). Say which to run with "
            "--from-date and --to-date."
        )
    if "inbox" in kinds and not settings.inbox_dir.is_dir():
        raise UsageError(
            f"The inbox {settings.inbox_dir} is not a folder. Make it and put captures in it "
            "(sub-folders like 2025-08-25/ give the capture day), or name another one with --inbox."
        )
    landed = set(partition_days(settings.archive, "manifest"))
    unfinished = landed - set(partition_days(settings.archive, "validated"))
    return sorted({found.day for found in inbox_days(settings, feeds)} | unfinished)


def run(
    settings: Settings,
    progress: Progress = silent,
    feeds: Sequence[str] = (),
    days: Sequence[date] | None = None,
) -> PipelineResult:
    """Land, parse, validate and load days, then build, audit and publish the marts.

    A day that was validated as it is landed, by this code and these contracts, isn't parsed again; nor is a
    release audited that is published already.

    ``feeds`` names those to land; all enabled ones, when empty. ``days``: those that ``days_to_run`` tells,
    when None.

    Raises:
        MissingPartition: there is nothing to publish, neither now nor from before.
        NewsError: what stops all days, such as a held lock or a failed audit.
    """
    names = [feed.name for feed in chosen_feeds(settings, feeds)]
    days = days_to_run(settings, feeds) if days is None else days
    failed: dict[date, str] = {}
    failed_feeds: dict[str, str] = {}
    waiting: list[str] = []
    with progress(len(days) + 1) as step:
        for day in days:
            for name in names:
                try:
                    landed = land(day, settings, name)
                except FeedError as error:
                    logger.error("%s: %s", name, error)  # noqa: TRY400 - told without a traceback
                    failed_feeds[name] = f"{day}: {error}"
                else:
                    waiting += landed.waiting
            if not landed_captures(day, settings):  # a day that was asked for, and nobody has
                step(day.isoformat())
                continue
            try:
                _bring_day(day, settings)
            except ContractError as error:
                logger.error("%s is not loaded: %s", day, error)  # noqa: TRY400 - told without a traceback
                failed[day] = str(error)
            step(day.isoformat())
        _require_something_loaded(settings, failed, failed_feeds)
        if not build(settings).released_as:
            audit(settings)
        release = publish(settings)
        step("marts")
    return PipelineResult(
        days=tuple(days),
        failed_days=failed,
        failed_feeds=failed_feeds,
        waiting=tuple(waiting),
        release_id=release.release_id,
        published=release.published,
    )


def _bring_day(day: date, settings: Settings) -> None:
    """Parse, validate and load a day; what is staged of it already isn't made again, unless it is damaged.

    Raises:
        ContractError: too much of the day was turned away.
    """
    if is_current(day, settings):
        try:
            load(day, settings)
        except DamagedPartition as error:
            logger.warning("%s It is parsed and validated again.", error)
        else:
            return
    parse(day, settings)
    validate(day, settings)
    load(day, settings)


def _require_something_loaded(
    settings: Settings, failed: dict[date, str], failed_feeds: dict[str, str]
) -> None:
    if warehouse_path(settings.home).exists():
        return
    if failed:
        raise MissingPartition("No day could be loaded.\n" + "\n".join(failed.values()))
    if failed_feeds:
        told = "\n".join(f"{feed}, last on {why}" for feed, why in failed_feeds.items())
        raise FeedError(f"Nothing has landed, and feeds failed:\n{told}")
    raise MissingPartition(
        f"The inbox {settings.inbox_dir} holds no captures yet. Put saved pages (.txt, .html) in it, best in "
        "a folder named by their capture day, such as 2025-08-25/."
    )
