"""All stages over all days without Airflow: what ``newsmarts run`` does.

The DAGs call the same stage entries; Airflow adds schedule, retries, history and a UI.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from newsmarts.core.errors import (
    ContractError,
    DamagedPartition,
    FeedError,
    MissingPartition,
    NewsError,
    ProcessKilled,
    TooManyQuarantined,
)
from newsmarts.core.partitions import warehouse_path
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted
from newsmarts.core.timings import Timings
from newsmarts.core.workers import OF_A_RUN, Workers, result_of
from newsmarts.land.config import LOCAL_KINDS, chosen_feeds
from newsmarts.land.run import landed_captures
from newsmarts.land.run import run as land
from newsmarts.load.run import LoadResult
from newsmarts.load.run import run as load
from newsmarts.marts.run import PublishResult, audit, build, publish
from newsmarts.parse.run import run as parse
from newsmarts.review.day_outcomes import read_known_day
from newsmarts.review.day_state import RunReason, days_to_run, stored_reason
from newsmarts.validate.run import accept
from newsmarts.validate.run import run as validate

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """What a run over the inbox did.

    ``read`` has the days that were parsed and validated, and why; the results of the others were up to date.
    ``failed_days`` maps a day that was refused as a whole, or failed otherwise, to the reason; what was
    loaded of it as accepted before stays. ``failed_feeds`` has the last error of each feed that failed on
    some day; the pages of the other feeds are loaded. ``waiting`` names files that were still being written:
    the next run takes them. ``warnings`` are of folders in which captures may have the wrong day.
    """

    days: tuple[date, ...]
    read: dict[date, RunReason]
    failed_days: dict[date, str]
    failed_feeds: dict[str, str]
    waiting: tuple[str, ...]
    warnings: tuple[str, ...]
    release_id: str
    published: bool


def run(
    settings: Settings,
    progress: Progress = SILENT,
    feeds: Sequence[str] = (),
    days: Sequence[date] | None = None,
    *,
    jobs: int = 1,
    timings: Timings | None = None,
) -> PipelineResult:
    """Land, parse, validate and load days, then build, audit and publish the marts.

    A day that was validated as it is landed, by this code and these contracts, isn't parsed again; nor is a
    release audited that is published already.

    Args:
        progress: receives a step for each day, then build, audit and publish.
        feeds: names of those to land; all enabled ones, when empty.
        days: those of ``days_to_run``, when None.
        jobs: processes that land, parse and validate days side by side, and share a large one. The marts are
            the same. A process that is killed fails its day. Feeds of the web land one day at a time, in this
            process, which also is the only one to write to the warehouse and the marts.
        timings: receives what each stage cost.

    Raises:
        MissingPartition: there is nothing to publish, neither now nor from before.
        NewsError: what stops all days, such as a held lock or a failed audit.
    """
    names = {feed.name: feed.kind for feed in chosen_feeds(settings, feeds)}
    timings = timings or Timings(enabled=False)
    if days is None:
        progress.plan(1)
        progress.start("find days")
        days = days_to_run(settings, feeds)
        progress.finish(counted(len(days), "day"))
    progress.plan(len(days) + 3)
    each_day = _EachDay(settings, names, progress, timings)
    if jobs == 1 or len(days) == 1:
        each_day.run(days, jobs)
    else:
        with Workers(jobs, preload=OF_A_RUN) as workers:
            each_day.run_side_by_side(days, workers)
    _require_something_loaded(settings, each_day.failed, each_day.failed_feeds)
    release = _publish(settings, progress, timings)
    return PipelineResult(
        days=tuple(days),
        read=dict(sorted(each_day.read.items())),
        failed_days=dict(sorted(each_day.failed.items())),
        failed_feeds=each_day.failed_feeds,
        waiting=tuple(each_day.waiting),
        warnings=tuple(each_day.warnings),
        release_id=release.release_id,
        published=release.published,
    )


@dataclass(slots=True)
class _DayRead:
    """A day that has landed, and is parsed and validated where there was a ``reason``."""

    captures: int = 0
    reason: RunReason | None = None
    waiting: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    failed_feeds: dict[str, str] = field(default_factory=dict)
    error: NewsError | None = None  # it can't be parsed or validated


class _EachDay:
    """Takes each day to the warehouse, and remembers what went wrong."""

    def __init__(
        self, settings: Settings, feeds: Mapping[str, str], progress: Progress, timings: Timings
    ) -> None:
        self.read: dict[date, RunReason] = {}
        self.failed: dict[date, str] = {}
        self.failed_feeds: dict[str, str] = {}
        self.waiting: list[str] = []
        self.warnings: list[str] = []
        self._settings = settings
        self._feeds = feeds  # their kinds by name
        self._progress = progress
        self._timings = timings
        self._to_read: deque[tuple[date, list[str]]] = deque()  # with the feeds that a worker lands
        self._running: dict[Future[Any], date] = {}

    def run(self, days: Sequence[date], jobs: int) -> None:
        """One day after the other, in this process; ``jobs`` processes parse a large one."""
        for day in days:
            self._progress.start(day.isoformat())
            self._finish(day, _read_day(day, self._settings, [*self._feeds], jobs, self._timings))

    def run_side_by_side(self, days: Sequence[date], workers: Workers) -> None:
        """Days in workers; each is loaded here as soon as it has been validated.

        Days land here while workers start, and those read before, which seldom have anything new.
        """
        local = [name for name, kind in self._feeds.items() if kind in LOCAL_KINDS]
        remote = [name for name in self._feeds if name not in local]
        for number, day in enumerate(days, start=1):
            self._progress.start(day.isoformat())
            landed = _DayRead()
            is_known = read_known_day(self._settings.archive, day).outcome is not None
            if here := [*self._feeds] if is_known or not workers.are_ready else remote:
                landed = _land_day(day, self._settings, here, self._timings)
                if is_known and (not landed.captures or stored_reason(day, self._settings) is None):
                    self._finish(day, landed)
                    continue
            self._remember(day, landed)
            self._to_read.append((day, [name for name in local if name not in here]))
            if workers.are_ready:
                self._submit(workers, len(days) - number)
        self._submit(workers, 0)
        while self._running:
            self._finish_ended(workers)

    def _submit(self, workers: Workers, days_to_come: int) -> None:
        while self._to_read:
            while workers.running >= workers.count:
                self._finish_ended(workers)
            days_left = len(self._to_read) + days_to_come + len(self._running)
            share = workers.count // min(workers.count, days_left)
            day, feeds = self._to_read.popleft()
            work = (day, self._settings, feeds, share, self._timings.enabled)
            self._running[workers.submit(_read_day_measured, *work)] = day

    def _finish_ended(self, workers: Workers) -> None:
        for ended in sorted(workers.wait(), key=self._running.__getitem__):
            day = self._running.pop(ended)
            try:
                read, timings = result_of(ended)
            except ProcessKilled as error:
                self._fail(day, error)
            else:
                self._timings.add(timings)
                self._finish(day, read)

    def _finish(self, day: date, read: _DayRead) -> None:
        """Load a day that has been read, or needn't be."""
        self._remember(day, read)
        if not read.captures:  # a day of the range that no feed has captures of
            self._progress.finish("no captures", step=day.isoformat())
            return
        try:
            if read.error is not None:
                raise read.error
            loaded = self._load(day, read)
        except (ContractError, ProcessKilled) as error:
            self._fail(day, error)
        else:
            self._progress.finish(_day_summary(loaded), step=day.isoformat(), pages=loaded.captures)

    def _remember(self, day: date, read: _DayRead) -> None:
        self.waiting += read.waiting
        self.warnings += read.warnings
        self.failed_feeds |= read.failed_feeds
        if read.reason is not None:
            self.read[day] = read.reason

    def _fail(self, day: date, error: NewsError) -> None:
        self.failed[day] = str(error)
        result = "failed"
        if isinstance(error, TooManyQuarantined):
            result = "refused"  # which is stored with the day
        else:
            logger.error("%s failed: %s", day, error)
        self._progress.finish(result, step=day.isoformat())

    def _load(self, day: date, read: _DayRead) -> LoadResult:
        """Load a day, and read it again when its stored results are damaged.

        Raises:
            TooManyQuarantined: the day was refused, and is loaded so.
            ContractError: it can't be validated.
        """
        if read.reason is None:
            try:
                return _load(day, self._settings, self._timings)
            except DamagedPartition as error:
                logger.warning("%s It is parsed and validated again.", error)
            self.read[day] = RunReason.UNFINISHED
            _parse_and_validate(day, self._settings, RunReason.UNFINISHED, 1, self._timings)
        loaded = _load(day, self._settings, self._timings)
        accept(day, self._settings)
        return loaded


def _read_day_measured(
    day: date, settings: Settings, feeds: Sequence[str], jobs: int, measured: bool
) -> tuple[_DayRead, Timings]:
    """Read a day in another process, where its costs are measured."""
    timings = Timings(enabled=measured)
    return _read_day(day, settings, feeds, jobs, timings), timings


def _read_day(day: date, settings: Settings, feeds: Sequence[str], jobs: int, timings: Timings) -> _DayRead:
    """Land a day; parse and validate it when there is a reason."""
    read = _land_day(day, settings, feeds, timings)
    if read.captures:
        read.reason = stored_reason(day, settings)
    if read.reason is not None:
        try:
            _parse_and_validate(day, settings, read.reason, jobs, timings)
        except (ContractError, ProcessKilled) as error:
            read.error = error
    return read


def _land_day(day: date, settings: Settings, feeds: Sequence[str], timings: Timings) -> _DayRead:
    """Land a day from these feeds; ``captures`` counts those of all feeds, rejected ones included."""
    read = _DayRead()
    for name in feeds:
        try:
            with timings.measure("land") as cost:
                landed = land(day, settings, name)
                cost.pages = landed.landed + landed.rejected
            read.waiting += landed.waiting
            read.warnings += landed.warnings
        except FeedError as error:
            logger.error("%s: %s", name, error)  # noqa: TRY400 - the message is enough
            read.failed_feeds[name] = f"{day}: {error}"
    read.captures = landed_captures(day, settings)
    return read


def _parse_and_validate(
    day: date, settings: Settings, reason: RunReason, jobs: int, timings: Timings
) -> None:
    logger.info("read %s: %s", day, reason)
    with timings.measure("parse") as cost:
        cost.pages = parse(day, settings, jobs).captures
    with timings.measure("validate") as cost:
        cost.pages = validate(day, settings).captures


def _load(day: date, settings: Settings, timings: Timings) -> LoadResult:
    with timings.measure("load") as cost:
        loaded = load(day, settings)
        cost.pages = loaded.captures
    return loaded


def _day_summary(day: LoadResult) -> str:
    counts = (
        f"{counted(day.captures, 'capture')}, {day.articles:,} valid, {day.not_article:,} not articles, "
        f"{day.quarantined:,} quarantined"
    )
    return counts if day.changed else f"{counts}; nothing changed"


def _publish(settings: Settings, progress: Progress, timings: Timings) -> PublishResult:
    """Build the marts, audit them unless they are published already, and publish them."""
    progress.start("build")
    with timings.measure("build"):
        built = build(settings)
    progress.finish(f"{counted(built.articles, 'article')}; {counted(len(built.days), 'changed day')}")
    progress.start("audit")
    if built.released_as:
        progress.finish("not needed, this is published already")
    else:
        with timings.measure("audit"):
            audited = audit(settings)
        progress.finish(counted(audited.expectations, "expectation"))
    progress.start("publish")
    with timings.measure("publish"):
        release = publish(settings)
    progress.finish(f"release {release.release_id}")
    return release


def _require_something_loaded(
    settings: Settings, failed: dict[date, str], failed_feeds: dict[str, str]
) -> None:
    if warehouse_path(settings.home).exists():
        return
    if failed:
        raise MissingPartition("No day could be loaded.\n" + "\n".join(failed.values()))
    if failed_feeds:
        reasons = "\n".join(f"{feed}, last on {reason}" for feed, reason in failed_feeds.items())
        raise FeedError(f"Nothing has landed, and feeds failed:\n{reasons}")
    raise MissingPartition(
        f"The inbox {settings.inbox_dir} holds no captures yet. Put saved pages (.txt, .html) in it, best in "
        "a folder named by their capture day, such as 2025-08-25/."
    )
