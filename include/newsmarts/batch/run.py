"""Batch's only entry: the feeds that ``batch = true`` marks, staged day by day by any engine."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsmarts.batch.archives import Part, parse_archive
from newsmarts.batch.days import DayParts, StagedDay, finish_day, write_columns
from newsmarts.batch.job import Job, versions_here
from newsmarts.core import lake
from newsmarts.core.acknowledgements import QuarantineKey, standing_everywhere
from newsmarts.core.errors import UsageError
from newsmarts.core.locks import partition_lock
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted
from newsmarts.land.config import WarcConfig, batch_feeds
from newsmarts.land.feeds.folders import WarcFeed
from newsmarts.land.names import CRAWLS
from newsmarts.land.reading import InboxFile

if TYPE_CHECKING:
    from upath import UPath

log = logging.getLogger(__name__)

_OTHER_FILE = "unsupported_media_type"  # neither an archive nor a page

Engine = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
"""Calls a function on each piece, anywhere, and gives the results in the order of the pieces."""


def run(
    settings: Settings,
    engine: Engine = map,
    days: Collection[date] | None = None,
    run_id: str | None = None,
) -> list[StagedDay]:
    """Stage days of the batch feeds: archives in, validated days in the lake out.

    A day is staged whole, from all archives, and replaces what the lake had of it; running it again gives the
    same rows. Every archive is read, whichever days are wanted.

    Args:
        days: those that are wanted; all that the archives have, when None.

    Raises:
        UsageError: there is no batch feed, its folder is missing, or NEWS_LAKE_CATALOG isn't set.
        FeedUnavailable: an archive is still being written.
        MissingPartition: an archive is gone; its days stay as they were.
        NewsError: what validate raises; the day concerned stays as it was.
    """
    feeds = batch_feeds(settings)
    if not feeds or settings.lake_catalog is None:
        raise UsageError(
            f"Nothing can be staged: {settings.feeds_file} needs a feed of kind warc with batch = true, and "
            "NEWS_LAKE_CATALOG the URL of the catalog's database."
        )
    lake.prepare(settings)
    with lake.scratch_folder(settings) as scratch:
        job = Job(
            # what workers don't need stays here
            settings.model_copy(update={"postgres_url": None}),
            scratch,
            datetime.now(UTC),
            versions_here(settings),
            None if days is None else frozenset(days),
            run_id,
        )
        return _run(job, engine, [(feed, file) for feed in feeds for file in archives_of(feed, settings)])


def archives_of(feed: WarcConfig, settings: Settings) -> list[InboxFile]:
    """The archives of a feed's folder, and what can't be read there; what is being written waits.

    Raises:
        UsageError: the folder is missing.
    """
    found = []
    for file in WarcFeed(feed, settings).files():
        if file.unfinished:
            log.info("%r is still being written: it waits for the next run", file.source_path)
        elif file.archive in CRAWLS or (file.rejection and file.rejection.reason_code != _OTHER_FILE):
            found.append(file)
    return found


def _run(job: Job, engine: Engine, archives: Sequence[tuple[WarcConfig, InboxFile]]) -> list[StagedDay]:
    parts: dict[date, list[Part]] = defaultdict(list)
    for written in engine(partial(parse_archive, job=job), archives):
        for part in written:
            parts[part.day].append(part)
    log.info("Parsed %s of %s", counted(len(archives), "archive"), counted(len(parts), "day"))
    found = [DayParts(day, tuple(parts[day])) for day in sorted(parts)]
    pieces = [(part, day) for day in found for part in day.parts if "articles" in part.files]
    columns: dict[date, list[Path | UPath]] = defaultdict(list)
    for (part, _), path in zip(pieces, engine(partial(write_columns, job=job), pieces), strict=True):
        columns[part.day].append(path)
    with ExitStack() as locks:
        for day in found:
            locks.enter_context(partition_lock(job.settings, day.day))
        acknowledged: dict[date, set[QuarantineKey]] = defaultdict(set)
        for key in standing_everywhere(job.settings):
            acknowledged[key.capture_day].add(key)
        days = [
            DayParts(day.day, day.parts, tuple(columns[day.day]), frozenset(acknowledged[day.day]))
            for day in found
        ]
        staged = list(engine(partial(finish_day, job=job), days))
    for result in staged:
        log.info("Staged %s", result)
    return staged
