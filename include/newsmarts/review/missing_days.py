"""Days that a feed should have captures of and has none, and how many captures a feed has of a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from newsmarts.core.errors import NewsError
from newsmarts.core.partitions import partition_path
from newsmarts.core.schemas import UNREADABLE, opened
from newsmarts.core.settings import Settings
from newsmarts.land.config import load_feeds
from newsmarts.review.day_outcomes import KnownDay, Stamp

if TYPE_CHECKING:
    from upath import UPath

LOOKED_BACK = timedelta(days=364)  # what was never captured before that is history, not work


def missing_days(
    settings: Settings, days: Mapping[date, KnownDay], waiting: Mapping[date, int], today: date
) -> dict[date, tuple[str, ...]]:
    """The days of the last year that feeds have no captures of and should have, with these feeds' names.

    A feed should have captures of every day, from its first with captures on, when its table in the feeds'
    file has ``every_day``. A day isn't missing of which captures wait in a local feed (it needs a run), or
    were rejected on landing.
    """
    try:
        feeds = [feed.name for feed in load_feeds(settings) if feed.every_day]
    except NewsError:
        return {}  # the look at the local feeds has the same error, and every page shows it
    if not feeds:
        return {}
    first = today - LOOKED_BACK
    found: dict[date, tuple[str, ...]] = {}
    for feed in feeds:
        begin = first_day_of(feed, settings.archive, days, today) or today
        for day in _days(max(begin, first), today):
            known = days.get(day)
            has_some = known is not None and (
                feed_captures(settings.archive, known)[feed] or _rejected(known)
            )
            if not has_some and not waiting.get(day):
                found[day] = (*found.get(day, ()), feed)
    return found


def first_day_of(feed: str, archive: Path | UPath, days: Mapping[date, KnownDay], today: date) -> date | None:
    """The feed's first day with captures, of the last two years; None: it has none."""
    first = today - 2 * LOOKED_BACK
    with_some = (day for day, known in days.items() if day >= first and feed_captures(archive, known)[feed])
    return next(with_some, None)


def _rejected(known: KnownDay) -> int:
    return known.outcome.rejected if known.outcome is not None else 0


def _days(begin: date, end: date) -> Iterator[date]:
    for number in range((end - begin).days):
        yield begin + timedelta(days=number)


def feed_captures(archive: Path | UPath, known: KnownDay) -> Counter[str]:
    """How many captures of a day each feed has landed; none where the manifest is damaged.

    Raises:
        StoreUnavailable: the object store can't give it now.
    """
    return _feed_captures(archive, known.day, known.manifest)


@lru_cache(maxsize=5_000)
def _feed_captures(archive: Path | UPath, day: date, _stamp: Stamp | None) -> Counter[str]:
    path = partition_path(archive, "manifest", day) / "captures.parquet"
    try:
        with opened(path) as handle:
            feeds = pq.read_table(handle, columns=["feed"])["feed"].value_counts()
    except (FileNotFoundError, *UNREADABLE):
        return Counter()
    return Counter({row["values"]: row["counts"] for row in feeds.to_pylist()})
