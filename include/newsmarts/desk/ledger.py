"""What each capture day came to, for ten years of days at once.

An outcome is a file a day, and opening thousands of them takes seconds. So they are kept in memory, and read
again only where a day's folder has changed: a look at the folders' times takes a hundredth of a second.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from newsmarts.core import schemas
from newsmarts.core.errors import DamagedPartition, UsageError
from newsmarts.core.files import whole_folder
from newsmarts.core.object_store import CURRENT
from newsmarts.core.partitions import PARTITION_PREFIX, Stage, parse_day, partition_path, stage_path
from newsmarts.core.settings import settings
from newsmarts.desk.results import Outcome, landed_captures

if TYPE_CHECKING:
    from upath import UPath

logger = logging.getLogger(__name__)

_READERS = 8  # an object store answers each of them in some hundredths of a second
_LISTING_SECONDS = 20.0  # an object store's listing is good for this long


@dataclass(frozen=True, slots=True)
class Stamp:
    """Tells a folder's content from any other that was in its place."""

    changed_at: float  # seconds since 1970
    identity: str


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """One capture day that has captures or results."""

    day: date
    outcome: Outcome | None = None  # None: not validated, or damaged
    is_damaged: bool = False
    landed: int | None = None  # captures in the manifest; only asked of a day without outcome
    landed_since: bool = False  # captures have landed after it was validated
    validated: Stamp | None = None  # of its results


class Ledger:
    """The days of one archive. ``days`` is safe to call from many threads."""

    def __init__(self, archive: Path | UPath) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._listed: tuple[float, dict[date, Stamp], dict[date, Stamp]] | None = None
        self._outcomes: dict[date, tuple[Stamp, Outcome | None]] = {}
        self._landed: dict[date, tuple[Stamp, int | None]] = {}

    def days(self) -> Mapping[date, LedgerDay]:
        """Every day that has captures or results, in order."""
        with self._lock:
            validated, manifests = self._list()
            self._refresh(self._outcomes, validated, self._read_outcome)
            waiting = {day: stamp for day, stamp in manifests.items() if day not in validated}
            self._refresh(self._landed, waiting, self._read_landed)
            found = {}
            for day in sorted({*validated, *manifests}):
                if day in validated:
                    outcome = self._outcomes[day][1]
                    newer = day in manifests and manifests[day].changed_at > validated[day].changed_at
                    found[day] = LedgerDay(
                        day,
                        outcome,
                        is_damaged=outcome is None,
                        landed_since=outcome is not None and newer,
                        validated=validated[day],
                    )
                else:
                    landed = self._landed[day][1]
                    found[day] = LedgerDay(day, landed=landed, is_damaged=landed is None)
            return found

    def _list(self) -> tuple[dict[date, Stamp], dict[date, Stamp]]:
        if isinstance(self._archive, Path):
            return _stamps_on_disk(self._archive, "validated"), _stamps_on_disk(self._archive, "manifest")
        now = time.monotonic()
        if self._listed is None or now - self._listed[0] > _LISTING_SECONDS:
            validated = _stamps_in_store(self._archive, "validated")
            self._listed = (now, validated, _stamps_in_store(self._archive, "manifest"))
        return self._listed[1], self._listed[2]

    def _refresh(self, known: dict[date, Any], stamps: Mapping[date, Stamp], read: Any) -> None:
        for gone in known.keys() - stamps.keys():
            del known[gone]
        changed = [day for day, stamp in stamps.items() if day not in known or known[day][0] != stamp]
        for day, value in zip(changed, self._read_all(read, changed), strict=True):
            known[day] = (stamps[day], value)

    def _read_all(self, read: Any, days: list[date]) -> Iterable[Any]:
        if isinstance(self._archive, Path) or len(days) < 2:
            return [read(day) for day in days]
        with ThreadPoolExecutor(_READERS) as readers:
            return list(readers.map(read, days))

    def _read_outcome(self, day: date) -> Outcome | None:
        """As ``results.read_outcome``, in a third of the time; None for one that can't be read."""
        path = whole_folder(partition_path(self._archive, "validated", day)) / "outcome.parquet"
        try:
            with path.open("rb") as handle:
                file = pq.ParquetFile(handle, page_checksum_verification=True)
                if file.metadata.num_rows != 1 or not schemas.is_of(file.schema_arrow, schemas.OUTCOMES):
                    return None
                (row,) = file.read(use_threads=False).to_pylist()
        except (pa.ArrowException, OSError):
            return None
        return Outcome(**row)

    def _read_landed(self, day: date) -> int | None:
        try:
            return landed_captures(self._archive, day)
        except DamagedPartition:
            return None


@lru_cache(maxsize=4)
def _ledger_of(archive: Path | UPath) -> Ledger:
    return Ledger(archive)


def ledger_of(archive: Path | UPath) -> Ledger:
    """The process's ledger of an archive."""
    return _ledger_of(archive)


def warm_up() -> None:
    """Read all days in the background, so that whoever opens the first page doesn't wait for it."""

    def read() -> None:
        try:
            ledger_of(settings().archive).days()
        except Exception:
            # the page that needs it meets the same fault, and tells it
            logger.warning("the days' outcomes can't be read ahead", exc_info=True)

    threading.Thread(target=read, name="news-desk-ledger", daemon=True).start()


def _stamps_on_disk(archive: Path, stage: Stage) -> dict[date, Stamp]:
    found = {}
    root = stage_path(archive, stage)
    for entry in root.iterdir() if root.is_dir() else ():
        day = _day_of(entry.name)
        if day is None:
            continue
        try:
            status = entry.stat()
        except FileNotFoundError:
            continue  # being replaced just now; the next look has it
        found[day] = Stamp(status.st_mtime, f"{status.st_mtime_ns}-{status.st_ino}")
    return found


def _stamps_in_store(archive: UPath, stage: Stage) -> dict[date, Stamp]:
    """One listing for all days: of a validated day the object that says which content is its own."""
    root = stage_path(archive, stage)
    found: dict[date, Stamp] = {}
    for path, told in root.fs.find(root.path, detail=True).items():
        *_, folder, name = path.split("/")
        day = _day_of(folder)
        if day is None or (name != CURRENT if stage == "validated" else not name.endswith(".parquet")):
            continue
        moment = _changed_at(told)
        if day not in found or moment > found[day].changed_at:
            found[day] = Stamp(moment, str(told.get("ETag") or f"{moment}-{told.get('size')}"))
    return found


def _changed_at(told: Mapping[str, Any]) -> float:
    """When an object was written, which each store calls by another name."""
    for name in ("LastModified", "updated", "last_modified", "created", "mtime"):
        value = told.get(name)
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, (int, float)):
            return float(value)
    return 0.0


def _day_of(name: str) -> date | None:
    if not name.startswith(PARTITION_PREFIX):
        return None
    try:
        return parse_day(name.removeprefix(PARTITION_PREFIX))
    except UsageError:
        return None
