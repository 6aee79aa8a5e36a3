"""All stages over all days without Airflow: what ``newsmarts run`` does.

The DAGs call the same stage entries; Airflow adds schedule, retries, history and a UI.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from newsmarts.core.errors import (
    ContractError,
    DamagedPartition,
    FeedError,
    MissingPartition,
    TooManyQuarantined,
    UsageError,
)
from newsmarts.core.partitions import warehouse_path
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted
from newsmarts.core.timings import Timings
from newsmarts.land.config import chosen_feeds
from newsmarts.land.run import landed_captures
from newsmarts.land.run import run as land
from newsmarts.load.run import LoadResult
from newsmarts.load.run import run as load
from newsmarts.marts.run import PublishResult, audit, build, publish
from newsmarts.parse.run import run as parse
from newsmarts.review.day_state import RunReason, day_states, stored_reason
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
    the next run takes them.
    """

    days: tuple[date, ...]
    read: dict[date, RunReason]
    failed_days: dict[date, str]
    failed_feeds: dict[str, str]
    waiting: tuple[str, ...]
    release_id: str
    published: bool


def days_to_run(settings: Settings, feeds: Sequence[str] = ()) -> list[date]:
    """Every day that the local feeds have captures of, and every other one that needs a run.

    ``feeds`` narrows it to the feeds of these names.

    Raises:
        UsageError: the inbox isn't a folder, or no feed here knows its days beforehand.
    """
    kinds = {feed.kind for feed in chosen_feeds(settings, feeds)}
    if feeds and not kinds & {"inbox", "warc"}:
        raise UsageError(
            f"Feeds of the web don't know their days beforehand ({', '.join(feeds)}). Name the days with "
            "--from-date and --to-date."
        )
    if "inbox" in kinds and not settings.inbox_dir.is_dir():
        raise UsageError(
            f"The inbox {settings.inbox_dir} is not a folder. Make it and put captures in it "
            "(sub-folders like 2025-08-25/ give the capture day), or name another one with --inbox."
        )
    states = day_states(settings, feeds)
    return sorted({*states.local.files, *states.reasons})


def run(
    settings: Settings,
    progress: Progress = SILENT,
    feeds: Sequence[str] = (),
    days: Sequence[date] | None = None,
    timings: Timings | None = None,
) -> PipelineResult:
    """Land, parse, validate and load days, then build, audit and publish the marts.

    A day that was validated as it is landed, by this code and these contracts, isn't parsed again; nor is a
    release audited that is published already.

    Args:
        progress: receives a step for each day, then build, audit and publish.
        feeds: names of those to land; all enabled ones, when empty.
        days: those of ``days_to_run``, when None.
        timings: receives what each stage cost.

    Raises:
        MissingPartition: there is nothing to publish, neither now nor from before.
        NewsError: what stops all days, such as a held lock or a failed audit.
    """
    timings = timings or Timings(enabled=False)
    names = [feed.name for feed in chosen_feeds(settings, feeds)]
    if days is None:
        progress.plan(1)
        progress.start("find days")
        days = days_to_run(settings, feeds)
        progress.finish(counted(len(days), "day"))
    progress.plan(len(days) + 3)
    read: dict[date, RunReason] = {}
    failed: dict[date, str] = {}
    failed_feeds: dict[str, str] = {}
    waiting: list[str] = []
    for day in days:
        progress.start(day.isoformat())
        for name in names:
            try:
                with timings.measure("land") as cost:
                    landed = land(day, settings, name)
                    cost.pages = landed.landed + landed.rejected
                waiting += landed.waiting
            except FeedError as error:
                logger.error("%s: %s", name, error)  # noqa: TRY400 - the message is enough
                failed_feeds[name] = f"{day}: {error}"
        if not landed_captures(day, settings):  # a day of the range that no feed has captures of
            progress.finish("no captures")
            continue
        try:
            progress.finish(_day_summary(_run_day(day, settings, read, timings)))
        except ContractError as error:
            logger.error("%s failed: %s", day, error)  # noqa: TRY400 - the message is enough
            failed[day] = str(error)
            progress.finish("refused" if isinstance(error, TooManyQuarantined) else "failed")
    _require_something_loaded(settings, failed, failed_feeds)
    release = _publish(settings, progress, timings)
    return PipelineResult(
        days=tuple(days),
        read=read,
        failed_days=failed,
        failed_feeds=failed_feeds,
        waiting=tuple(waiting),
        release_id=release.release_id,
        published=release.published,
    )


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


def _run_day(day: date, settings: Settings, read: dict[date, RunReason], timings: Timings) -> LoadResult:
    """Load a day, parsed and validated before when there is a reason, which ``read`` gets.

    Raises:
        TooManyQuarantined: the day was refused, and is loaded so.
        ContractError: it can't be validated.
    """
    reason = stored_reason(day, settings)
    if reason is None:
        try:
            return _load(day, settings, timings)
        except DamagedPartition as error:
            logger.warning("%s It is parsed and validated again.", error)
            reason = RunReason.UNFINISHED
    logger.info("read %s: %s", day, reason)
    read[day] = reason
    with timings.measure("parse") as cost:
        cost.pages = parse(day, settings).captures
    with timings.measure("validate") as cost:
        cost.pages = validate(day, settings).captures
    loaded = _load(day, settings, timings)
    accept(day, settings)
    return loaded


def _load(day: date, settings: Settings, timings: Timings) -> LoadResult:
    with timings.measure("load") as cost:
        loaded = load(day, settings)
        cost.pages = loaded.captures
    return loaded


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
