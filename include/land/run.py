"""The land stage's only entry: the inbox's files of one capture day become raw bytes and a manifest."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from include import partitions
from include.errors import RejectedFile
from include.land import inbox, manifest, reading, store
from include.land.inbox import InboxFile
from include.locks import partition_lock
from include.models import Capture, Quarantined, capture_id_of
from include.settings import Settings

log = logging.getLogger(__name__)

FEED = "inbox"


@dataclass(frozen=True, slots=True)
class LandResult:
    """What a day's manifest holds after landing, and what this landing left in the inbox."""

    day: date
    landed: int  # captures in the manifest
    new: int  # of these, added now
    rejected: int  # files turned away, now or earlier
    waiting: tuple[str, ...]  # source paths still being written
    other_days: dict[date, int] = field(default_factory=dict)  # inbox files of other days


@dataclass(frozen=True, slots=True)
class InboxDay:
    """A capture day that the inbox has files for."""

    day: date
    files: int
    new: int  # of these, not in the day's manifest as they are now


def run(day: date, settings: Settings) -> LandResult:
    """Land the inbox's files of one capture day.

    Landing again changes nothing: known captures keep their rows, and bytes are stored once. A file that
    is still being written waits; one that can't be landed becomes a row of ``rejected.parquet``.

    Raises:
        UsageError: the inbox is no folder.
        LockTimeout: another run held the day for too long.
    """
    files, other_days = _files_of(day, settings)
    landing = _Landing(settings, landed_at=datetime.now(UTC))
    landing.take(files)
    with partition_lock(settings, day):
        known = manifest.read(settings.home, day)
        merged = manifest.merge(known, landing.captures, landing.rejected)
        manifest.write(settings.home, day, merged)
    result = LandResult(
        day=day,
        landed=len(merged.captures),
        new=len(merged.captures) - len(known.captures),
        rejected=len(merged.rejected),
        waiting=tuple(landing.waiting),
        other_days=dict(sorted(other_days.items())),
    )
    reasons = Counter(row["reason_code"] for row in merged.rejected)
    log.info(
        "Landed %s: %d captures (%d new), %d rejected %s, %d waiting; "
        "the inbox has files of %d other days. Manifest: %s",
        day,
        result.landed,
        result.new,
        result.rejected,
        dict(sorted(reasons.items())),
        len(result.waiting),
        len(other_days),
        partitions.partition_path(settings.home, "manifest", day),
    )
    return result


def inbox_days(settings: Settings) -> list[InboxDay]:
    """The capture days that the inbox has files for, in order.

    Every file is read to tell what is new. Files that are named as unfinished don't count.

    Raises:
        UsageError: the inbox is no folder.
    """
    by_day: dict[date, list[InboxFile]] = {}
    for file in inbox.scan(settings):
        if not file.unfinished:
            by_day.setdefault(file.day, []).append(file)
    return [
        InboxDay(day, len(files), _count_new(day, files, settings)) for day, files in sorted(by_day.items())
    ]


class _Landing:
    """One run's harvest."""

    def __init__(self, settings: Settings, landed_at: datetime) -> None:
        self._settings = settings
        self._landed_at = landed_at
        self.captures: list[Capture] = []
        self.rejected: list[Quarantined] = []
        self.waiting: list[str] = []

    def take(self, files: Sequence[InboxFile]) -> None:
        """Store, reject or leave waiting each of the files."""
        reading.let_settle(files, self._settings.settle_seconds)
        for file in files:
            if file.unfinished:
                self._wait(file)
                continue
            try:
                data = _bytes_of(file, self._settings)
            except reading.StillMoving:
                self._wait(file)
            except RejectedFile as rejection:
                log.warning("Rejected %r: %s", file.source_path, rejection)
                self.rejected.append(_rejected(file, rejection))
            else:
                self.captures.append(self._capture(file, data))

    def _wait(self, file: InboxFile) -> None:
        log.info("%r is still being written: it waits for the next run", file.source_path)
        self.waiting.append(file.source_path)

    def _capture(self, file: InboxFile, data: bytes) -> Capture:
        sha256 = store.store(self._settings.home, data)
        return Capture(
            capture_id=capture_id_of(FEED, file.source_path, file.captured_at, sha256),
            sha256=sha256,
            publisher=file.publisher,
            feed=FEED,
            source_path=file.source_path,
            captured_at=file.captured_at,
            media_type=file.media_type or "",
            size_bytes=len(data),
            landed_at=self._landed_at,
        )


def _files_of(day: date, settings: Settings) -> tuple[list[InboxFile], Counter[date]]:
    files: list[InboxFile] = []
    other_days: Counter[date] = Counter()
    for file in inbox.scan(settings):
        if file.day == day:
            files.append(file)
        else:
            other_days[file.day] += 1
    return files, other_days


def _bytes_of(file: InboxFile, settings: Settings) -> bytes:
    if file.rejection is not None:
        raise file.rejection
    return reading.read_file(file, settings.max_file_bytes)


def _rejected(file: InboxFile, rejection: RejectedFile) -> Quarantined:
    return Quarantined(
        capture_id=capture_id_of(FEED, file.source_path, file.captured_at, ""),
        capture_sha256=None,
        publisher=file.publisher,
        stage="land",
        reason_code=rejection.reason_code,
        expectation=None,
        detail=rejection.detail,
        source_path=file.source_path,
        captured_at=file.captured_at,
        capture_day=file.day,
    )


def _count_new(day: date, files: Sequence[InboxFile], settings: Settings) -> int:
    known = manifest.read(settings.home, day)
    settled: set[str | tuple[str, str] | None] = {row["capture_id"] for row in known.captures}
    settled |= {(row["source_path"], row["reason_code"]) for row in known.rejected}
    return sum(outcome not in settled for outcome in _outcomes(files, settings))


def _outcomes(files: Sequence[InboxFile], settings: Settings) -> Iterator[str | tuple[str, str] | None]:
    """What landing each file now would add: a capture_id, a rejection, or None for one that moves."""
    for file in files:
        try:
            sha256 = hashlib.sha256(_bytes_of(file, settings)).hexdigest()
            yield capture_id_of(FEED, file.source_path, file.captured_at, sha256)
        except reading.StillMoving:
            yield None
        except RejectedFile as rejection:
            yield (file.source_path, rejection.reason_code)
