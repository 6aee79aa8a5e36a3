"""The inbox of ``make run``: sample captures in it, and the days of it that aren't published yet."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

from newsmarts.core.errors import MissingPartition, UsageError
from newsmarts.core.partitions import contiguous_ranges, partition_days
from newsmarts.core.settings import Settings
from newsmarts.land import manifest
from newsmarts.land.feeds.config import load_feeds
from newsmarts.land.run import inbox_days
from newsmarts.release.summary import read_summary

SAMPLES = Path("samples", "inbox")
LEAST_FREE_BYTES = 300 * 1024 * 1024


def check_places(settings: Settings) -> None:
    """Raises UsageError when the feeds' file or the inbox is wrong, or the disk is nearly full."""
    load_feeds(settings)
    if settings.inbox is not None and not settings.inbox.is_dir():
        raise UsageError(
            f"The inbox {settings.inbox} is not a folder. Choose one with captures: make run INBOX=folder"
        )
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.home).free
    except OSError as error:
        raise UsageError(
            f"{settings.home} can't be made: {error.strerror}. Choose another one: make run NEWS_HOME=folder"
        ) from None
    if free < LEAST_FREE_BYTES:
        raise UsageError(
            f"Only {free // 1024**2} MiB are free on the disk of {settings.home}, and a run needs "
            f"{LEAST_FREE_BYTES // 1024**2}. Make room, or choose another folder: make run NEWS_HOME=folder"
        )


def copy_samples(project: Path, inbox: Path) -> int:
    """Copy the sample captures that aren't in the inbox yet; return how many were copied."""
    copied = 0
    for source in sorted((project / SAMPLES).rglob("*")):
        target = inbox / source.relative_to(project / SAMPLES)
        if source.is_dir() or target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".part")  # a name that land ignores
        shutil.copy2(source, partial)
        os.replace(partial, target)
        copied += 1
    return copied


def days_to_run(settings: Settings) -> tuple[set[date], int]:
    """The days that are new or not yet in the published marts, and how many days are done."""
    published = published_days(settings.home)
    found = inbox_days(settings)
    todo = {each.day for each in found if each.new or each.day not in published}
    # landed by a run that was stopped, and no longer in the inbox
    unfinished = set(partition_days(settings.archive, "manifest")) - set(
        partition_days(settings.archive, "validated")
    )
    for day in unfinished - todo:
        rows = manifest.read(settings.archive, day)
        if rows.captures or rows.rejected:
            todo.add(day)
    return todo, len({each.day for each in found} - todo)


def published_days(home: Path) -> set[date]:
    """The capture days in the published marts; none before the first release."""
    try:
        return {each.day for each in read_summary(home).days}
    except MissingPartition:
        return set()


def longest_range(days: set[date]) -> tuple[date, date] | None:
    """The longest run of days without a gap, if any has two days or more; the earlier of equal ones."""
    ranges = [(first, last) for first, last in contiguous_ranges(sorted(days)) if first < last]
    return max(ranges, key=lambda days: days[1] - days[0], default=None)
