"""Rebuild the warehouse from staged days: when it is damaged, gone, or of another layout."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from newsmarts.core import versions
from newsmarts.core.db import log_of, reading, remove_database
from newsmarts.core.errors import MissingPartition
from newsmarts.core.files import TEMPORARY_PREFIX, fsync_path
from newsmarts.core.partitions import partition_days, published_path, set_aside_path, warehouse_path
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.load import warehouse
from newsmarts.load.staged import open_day

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """What the new warehouse holds; ``left_out`` are days that the old one, or the release, had besides.

    ``set_aside`` is where the old one's files are now; None when there was none.
    """

    days: tuple[date, ...]
    left_out: tuple[date, ...]
    set_aside: Path | None


def rebuild_warehouse(
    settings: Settings,
    *,
    leave_out: bool = False,
    set_aside: bool = True,
    progress: Progress = SILENT,
) -> RebuildResult:
    """Load every accepted day of staged/validated into a new warehouse, which then takes the old one's name.

    Hold the writer lock. Stopped at any point it leaves the old warehouse, or none: then the next load, or
    the next rebuild, makes one.

    Args:
        leave_out: go on without days that can't be loaded again.
        set_aside: keep the old file, under ``set_aside_path``.

    Raises:
        MissingPartition: days that the old warehouse or the current release has can't be loaded again.
        DamagedPartition: a staged file is damaged.
    """
    path = warehouse_path(settings.home)
    known = _days_of(settings, path, "warehouse.days")
    known |= _days_of(settings, published_path(settings.home), "marts.runs")
    fresh = path.with_name(f"{TEMPORARY_PREFIX}{path.name}")
    remove_database(fresh)  # of a rebuild that was stopped
    loaded = _load_all(settings, fresh, progress)
    lost = sorted(known - set(loaded))
    if lost and not leave_out:
        remove_database(fresh)
        raise MissingPartition(
            f"The warehouse or the release holds {', '.join(map(str, lost))}, which staged/validated "
            "doesn't hold accepted: a rebuild would lose them. Run parse and validate for them again, or "
            "leave them out with: newsmarts rebuild --leave-out"
        )
    fsync_path(fresh)
    aside = _set_aside(settings, path) if set_aside else None
    os.replace(fresh, path)
    fsync_path(path.parent)
    return RebuildResult(tuple(loaded), tuple(lost), aside)


def is_gone(settings: Settings) -> bool:
    """Whether there is no warehouse though there was one: its days are published, or it was set aside."""
    home = settings.home
    return not warehouse_path(home).exists() and (
        published_path(home).exists() or set_aside_path(home).exists()
    )


def _load_all(settings: Settings, path: Path, progress: Progress) -> list[date]:
    loaded = []
    days = list(partition_days(settings.archive, "validated"))
    progress.plan(len(days))
    with warehouse.opened(settings, path) as connection:
        for day in days:
            progress.start(day.isoformat())
            with open_day(settings.archive, day, versions.warehouse_version()) as staged:
                if staged.outcome["accepted"]:
                    staged.check()
                    # a run of the day may be between landing and validating, or have been stopped there
                    warehouse.replace_day(connection, staged.as_validated())
                    loaded.append(day)
            progress.finish("loaded" if day in loaded[-1:] else "not accepted")
    return loaded


def _days_of(settings: Settings, path: Path, table: str) -> set[date]:
    """The days that the warehouse or the release holds; none when there is none, or it can't be read."""
    if not path.exists():
        return set()
    try:
        with reading(path, memory_limit=settings.duckdb_memory_limit) as connection:
            return {day for (day,) in connection.table(table).project("capture_day").fetchall()}
    except duckdb.Error as error:
        logger.warning("%s can't be read, so the days that it holds are unknown: %s", path, error)
        return set()


def _set_aside(settings: Settings, path: Path) -> Path | None:
    """Move the old warehouse away. The file goes before its log: without the log it would seem complete."""
    files = [file for file in (path, log_of(path)) if file.exists()]
    if not files:
        return None
    place = set_aside_path(settings.home)
    place.mkdir(parents=True, exist_ok=True)
    taken = [int(entry.name) for entry in place.iterdir() if entry.name.isdigit()]
    folder = place / f"{max(taken, default=0) + 1:06d}"
    folder.mkdir()
    fsync_path(place)
    for file in files:
        os.rename(file, folder / file.name)
    fsync_path(folder)
    return folder
