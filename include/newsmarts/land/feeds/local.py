"""What the feeds over local folders have in common: the days of their archives, and what of them is new."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date

from newsmarts.core.errors import CaptureError, StillMoving
from newsmarts.core.settings import Settings
from newsmarts.land import manifest
from newsmarts.land.archives.archive import Archives
from newsmarts.land.capture import InboxDay
from newsmarts.land.scan import InboxFile

log = logging.getLogger(__name__)


def archive_days(
    feed: str, archives: Archives, files: Sequence[InboxFile], settings: Settings
) -> Iterator[InboxDay]:
    """The days of each archive, by its index; one that has told all of a day has nothing new for it."""
    told: dict[date, set[str]] = {}
    for file in files:
        try:
            token, days = archives.days(file)
        except StillMoving:
            continue
        except CaptureError as rejection:
            log.warning("%r can't be read: %s", file.source_path, rejection)
            yield InboxDay(file.day, 1, 1)
            continue
        for day, count in days.items():
            if day not in told:
                told[day] = manifest.sources(settings.archive, day).get(feed, set())
            yield InboxDay(day, count, 0 if token in told[day] else count)
