"""What each capture day came to, for ten years of days at once.

An outcome is a file a day, and opening thousands of them takes seconds. So they are kept in memory, and read
again only where a day's folder has changed: a look at the folders' times takes a hundredth of a second.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.core.errors import DamagedPartition, MissingPartition, UsageError
from newsmarts.core.files import whole_folder
from newsmarts.core.object_store import CURRENT, changed_at
from newsmarts.core.partitions import PARTITION_PREFIX, Stage, parse_day, partition_path, stage_path
from newsmarts.review.day_results import MANIFEST_FILES, Outcome, landed_captures, read_outcome
from newsmarts.validate.staged import manifest_version, read_manifest

if TYPE_CHECKING:
    from upath import UPath

_READERS = 8  # an object store answers each of them in some hundredths of a second
_LISTING_SECONDS = 20.0  # an object store's listing is good for this long


@dataclass(frozen=True, slots=True)
class Stamp:
    """Tells a folder's content from any other that was in its place."""

    changed_at: float  # seconds since 1970
    identity: str


@dataclass(frozen=True, slots=True)
class KnownDay:
    """One capture day that has captures or results."""

    day: date
    outcome: Outcome | None = None  # None: not validated, or damaged
    is_damaged: bool = False
    landed: int | None = None  # captures in the manifest; only read for a day without outcome
    landed_since: bool = False  # the manifest holds other captures than it was validated with
    validated: Stamp | None = None  # of its results
    manifest: Stamp | None = None  # of its manifest

    @property
    def captures(self) -> int:
        """How many captures land has seen, rejected ones included; 0 where that can't be read."""
        return self.outcome.captures if self.outcome is not None else self.landed or 0

    @property
    def is_empty(self) -> bool:
        """Whether its run found no captures: that leaves an empty manifest."""
        return not self.captures and not self.is_damaged


class DayOutcomes:
    """The days of one archive. ``days`` is safe to call from many threads."""

    def __init__(self, archive: Path | UPath) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._listed: tuple[float, dict[date, Stamp], dict[date, Stamp]] | None = None
        self._days: dict[date, KnownDay] = {}

    def days(self) -> Mapping[date, KnownDay]:
        """Every day that has captures or results, in order."""
        with self._lock:
            validated, manifests = self._list()

            def known_day(day: date) -> KnownDay:
                known, stamps = self._days.get(day), (validated.get(day), manifests.get(day))
                if known is not None and (known.validated, known.manifest) == stamps:
                    return known
                return read_known_day(self._archive, day, *stamps)

            days = sorted({*validated, *manifests})
            with ThreadPoolExecutor(1 if isinstance(self._archive, Path) else _READERS) as readers:
                self._days = dict(zip(days, readers.map(known_day, days), strict=True))
            return self._days

    def _list(self) -> tuple[dict[date, Stamp], dict[date, Stamp]]:
        if isinstance(self._archive, Path):
            return _stamps_on_disk(self._archive, "validated"), _stamps_on_disk(self._archive, "manifest")
        now = time.monotonic()
        if self._listed is None or now - self._listed[0] > _LISTING_SECONDS:
            validated = _stamps_in_store(self._archive, "validated")
            self._listed = (now, validated, _stamps_in_store(self._archive, "manifest"))
        return self._listed[1], self._listed[2]


def read_known_day(
    archive: Path | UPath, day: date, validated: Stamp | None = None, manifest: Stamp | None = None
) -> KnownDay:
    """One day, read from its files at this moment; stamps, where they are known, save reading some."""
    outcome = None
    with contextlib.suppress(MissingPartition, DamagedPartition):
        outcome = read_outcome(archive, day)
    if outcome is None:
        landed = None
        with contextlib.suppress(DamagedPartition):
            landed = landed_captures(archive, day)
        has_results = whole_folder(partition_path(archive, "validated", day)).is_dir()
        is_damaged = landed is None or has_results
        return KnownDay(day, None, is_damaged, landed, validated=validated, manifest=manifest)
    version = None
    # landing and validate exclude each other by a lock, so only a newer manifest can be another one
    if validated is None or (manifest is not None and manifest.changed_at >= validated.changed_at):
        with contextlib.suppress(DamagedPartition, MissingPartition, FileNotFoundError):
            version = manifest_version(*read_manifest(archive, day))
    landed_since = version is not None and version != outcome.manifest_version
    return KnownDay(day, outcome, landed_since=landed_since, validated=validated, manifest=manifest)


@lru_cache(maxsize=4)
def day_outcomes_of(archive: Path | UPath) -> DayOutcomes:
    """The process's days of an archive."""
    return DayOutcomes(archive)


def _stamps_on_disk(archive: Path, stage: Stage) -> dict[date, Stamp]:
    found = {}
    root = stage_path(archive, stage)
    for entry in root.iterdir() if root.is_dir() else ():
        day = _day_of(entry.name)
        if day is None:
            continue
        # validate replaces the folder; landing replaces files in it, and notes there what it has read as well
        paths = [entry] if stage == "validated" else [entry / name for name in MANIFEST_FILES]
        statuses = []
        for path in paths:
            with contextlib.suppress(FileNotFoundError):  # being replaced just now; the next look has it
                statuses.append(path.stat())
        if statuses:
            newest = max(statuses, key=lambda status: status.st_mtime_ns)
            identity = "-".join(f"{status.st_mtime_ns}-{status.st_ino}" for status in statuses)
            found[day] = Stamp(newest.st_mtime, identity)
    return found


def _stamps_in_store(archive: UPath, stage: Stage) -> dict[date, Stamp]:
    """One listing for all days: of a validated day the object that names its content."""
    root = stage_path(archive, stage)
    found: dict[date, Stamp] = {}
    for path, facts in root.fs.find(root.path, detail=True).items():
        *_, folder, name = path.split("/")
        day = _day_of(folder)
        if day is None or (name != CURRENT if stage == "validated" else not name.endswith(".parquet")):
            continue
        moment = changed_at(facts)
        if day not in found or moment > found[day].changed_at:
            found[day] = Stamp(moment, str(facts.get("ETag") or f"{moment}-{facts.get('size')}"))
    return found


def _day_of(name: str) -> date | None:
    if not name.startswith(PARTITION_PREFIX):
        return None
    try:
        return parse_day(name.removeprefix(PARTITION_PREFIX))
    except UsageError:
        return None
