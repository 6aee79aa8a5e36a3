"""What a feed yields becomes raw bytes and manifest rows: stored, counted, and merged under a lock."""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from include.land import manifest, store
from include.land.capture import Feed, Found, Item, Known, OtherDay, PassedOver, Told, TurnedAway, Waiting
from include.locks import partition_lock
from include.models import Capture, Quarantined, capture_id_of
from include.settings import Settings

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 30.0


@dataclass(slots=True)
class Landed:
    """What one feed's landing of a day came to."""

    captures: int = 0  # the feed's, in the manifest
    new: int = 0  # of these, added now
    rejected: int = 0  # turned away, now or earlier
    reasons: Counter[str] = field(default_factory=Counter)  # of these
    waiting: list[str] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    other_days: Counter[date] = field(default_factory=Counter)


def land(feed: Feed, day: date, settings: Settings) -> Landed:
    """Land all that a feed yields for a day.

    When the feed raises, what it yielded before is kept, and the error goes on to the caller. A slow feed's
    rows are written now and then, so that a killed run keeps what it fetched.
    """
    landing = _Landing(feed.name, day, settings)
    known = Known(landing.known_captures, landing.known_rejections)
    try:
        for item in feed.captures(day, known):
            landing.take(item)
    finally:
        landing.write()
    return landing.told()


class _Landing:
    def __init__(self, feed: str, day: date, settings: Settings) -> None:
        self._feed = feed
        self._day = day
        self._settings = settings
        self._landed_at = datetime.now(UTC)
        self._captures: list[Capture] = []
        self._rejected: list[Quarantined] = []
        self._result = Landed()
        self._written_at = time.monotonic()
        self._pause = CHECKPOINT_SECONDS

    def known_captures(self) -> list[tuple[str, datetime]]:
        rows = manifest.read(self._settings.home, self._day).captures
        return [(row["source_path"], row["captured_at"]) for row in rows if row["feed"] == self._feed]

    def known_rejections(self) -> dict[tuple[str, datetime], str]:
        rows = manifest.read(self._settings.home, self._day).rejected
        return {
            (row["source_path"], row["captured_at"]): row["reason_code"]
            for row in rows
            if manifest.is_of(self._feed, row)
        }

    def take(self, item: Item) -> None:
        """Store, note or count one item."""
        match item:
            case Found():
                self._captures.append(self._capture(item))
            case TurnedAway():
                log.warning("Rejected %r: %s: %s", item.source_path, item.reason_code, item.detail)
                self._rejected.append(self._rejection(item))
            case Waiting(source_path):
                log.info("%r is still being written: it waits for the next run", source_path)
                self._result.waiting.append(source_path)
            case PassedOver(reason, count):
                self._result.passed_over[reason] += count
            case OtherDay(day, count):
                self._result.other_days[day] += count
            case Told():
                pass
        if time.monotonic() - self._written_at > self._pause:
            self.write()

    def write(self) -> None:
        """Merge what was taken since the last time into the day's manifest."""
        started_at = time.monotonic()
        with partition_lock(self._settings, self._day):
            known = manifest.read(self._settings.home, self._day)
            merged = manifest.merge(known, self._feed, self._captures, self._rejected)
            manifest.write(self._settings.home, self._day, merged)
        self._captures.clear()
        self._rejected.clear()
        result = self._result
        result.new += len(merged.captures) - len(known.captures)
        result.captures = sum(row["feed"] == self._feed for row in merged.captures)
        result.reasons = Counter(
            row["reason_code"] for row in merged.rejected if manifest.is_of(self._feed, row)
        )
        result.rejected = result.reasons.total()
        self._written_at = time.monotonic()
        # a big manifest takes long to write: never more than a twentieth of the time goes into that
        self._pause = max(CHECKPOINT_SECONDS, 20 * (self._written_at - started_at))

    def told(self) -> Landed:
        """The counts, after the last write."""
        return self._result

    def _capture(self, found: Found) -> Capture:
        self._check_day(found.captured_at)
        sha256 = store.store(self._settings.home, found.data)
        return Capture(
            capture_id=capture_id_of(self._feed, found.source_path, found.captured_at, sha256),
            sha256=sha256,
            publisher=found.publisher,
            feed=self._feed,
            source_path=found.source_path,
            captured_at=found.captured_at,
            media_type=found.media_type,
            size_bytes=len(found.data),
            landed_at=self._landed_at,
            url=found.url,
            http_status=found.http_status,
        )

    def _rejection(self, away: TurnedAway) -> Quarantined:
        self._check_day(away.captured_at)
        return Quarantined(
            capture_id=capture_id_of(self._feed, away.source_path, away.captured_at, ""),
            capture_sha256=None,
            publisher=away.publisher,
            stage="land",
            reason_code=away.reason_code,
            expectation=None,
            detail=away.detail,
            source_path=away.source_path,
            captured_at=away.captured_at,
            capture_day=self._day,
        )

    def _check_day(self, captured_at: datetime) -> None:
        if captured_at.astimezone(UTC).date() != self._day:
            raise ValueError(f"feed {self._feed} gave a capture of {captured_at} for {self._day}")
