"""A quick look at what the local feeds have: names and times of files, and indexes that are there already.

``run.inbox_days`` reads every page, to know what is new; this reads none, so it is quick enough for a page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from newsmarts.core.errors import UsageError
from newsmarts.core.settings import Settings
from newsmarts.land.archives.archive import Archives
from newsmarts.land.feeds.config import InboxConfig, WarcConfig, load_feeds
from newsmarts.land.feeds.inbox import InboxFeed
from newsmarts.land.feeds.warc import WarcFeed
from newsmarts.land.scan import InboxFile

MAX_FILES = 200_000


@dataclass(slots=True)
class LocalDays:
    """The capture days of the files that the local feeds have now."""

    files: Counter[date] = field(default_factory=Counter)  # pages, and captures in archives
    changed_at: dict[date, float] = field(default_factory=dict)  # of its newest file, seconds since 1970
    unread_archives: int = 0  # never read so far, so their days are unknown
    cut_short: bool = False  # there are more than MAX_FILES files
    faults: list[str] = field(default_factory=list)  # feeds whose folder can't be read


def look(settings: Settings, max_files: int = MAX_FILES) -> LocalDays:
    """Look at the folders of all local feeds."""
    seen = LocalDays()
    looked_at = 0
    try:
        configs = load_feeds(settings)
    except UsageError as error:
        seen.faults.append(str(error))
        return seen
    for config in configs:
        if not isinstance(config, (InboxConfig, WarcConfig)):
            continue
        archives = Archives(settings, getattr(config, "hosts", ()))
        try:
            feed: InboxFeed | WarcFeed
            feed = WarcFeed(config, settings) if config.kind == "warc" else InboxFeed(config, settings)
            for file in feed.files():
                if config.kind == "warc" and file.archive != "warc":
                    continue
                looked_at += 1
                if looked_at > max_files:
                    seen.cut_short = True
                    return seen
                _add(seen, file, archives)
        except UsageError as error:
            seen.faults.append(str(error))
    return seen


def _add(seen: LocalDays, file: InboxFile, archives: Archives) -> None:
    if file.unfinished:
        return
    changed_at = max(file.changes_ns, default=0) / 1e9
    days = Counter({file.day: 1})
    if file.archive is not None and file.rejection is None:
        indexed = archives.indexed_days(file)
        if indexed is None:
            seen.unread_archives += 1
            return
        days = indexed
    for day, count in days.items():
        seen.files[day] += count
        seen.changed_at[day] = max(changed_at, seen.changed_at.get(day, 0.0))
