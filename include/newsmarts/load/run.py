"""Load one validated day into the private warehouse, or all into a new one: the stage's only entry."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from newsmarts.core import lake, owner, versions
from newsmarts.core.db import log_of, reading, remove_database
from newsmarts.core.errors import MissingPartition, UsageError
from newsmarts.core.failures import stage
from newsmarts.core.files import TEMPORARY_PREFIX, fsync_path
from newsmarts.core.locks import partition_lock, writer_lock
from newsmarts.core.partitions import partition_days, published_path, set_aside_path, warehouse_path
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.load import warehouse
from newsmarts.load.staged import StagedDay, open_day

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What the warehouse holds of the day now; ``changed`` is False when it held the same before.

    ``articles`` counts valid captures of articles; ``not_article`` and ``quarantined`` the other captures.
    ``refusal`` says why the day as a whole was refused by validate; the articles are then none, or those of
    an earlier accepted run.
    """

    day: date
    captures: int
    articles: int
    not_article: int
    quarantined: int
    ticker_items: int
    changed: bool
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """What the new warehouse holds; ``left_out`` are days whose articles the old one, or the release, had.

    ``set_aside`` is where the old one's files are now; None when there was none.
    """

    days: tuple[date, ...]
    left_out: tuple[date, ...]
    set_aside: Path | None


@stage("load")
def run(day: date, settings: Settings) -> LoadResult:
    """Replace one day in the warehouse by what validate made of it, in one transaction.

    A refused day is loaded without articles. One that is loaded as accepted stays: the refusal is noted
    beside it, and captures that it lacks are added with their reasons. Loading a day twice leaves the same
    warehouse; what other days hold doesn't matter.

    Raises:
        MissingPartition: the day isn't validated.
        DamagedPartition: one of its files is damaged; nothing is loaded.
        ConservationError: captures in and captures accounted for differ; nothing is loaded.
        LockTimeout: another writer held the warehouse too long.
    """
    with (
        partition_lock(settings, day),
        open_day(settings, day, versions.warehouse_version()) as staged,
        writer_lock(settings),
    ):
        changed, counts = _load(staged, settings)
    result = LoadResult(day=day, changed=changed, refusal=staged.refusal, **counts)
    logger.info(
        "%s %s%s: %d captures = %d valid articles + %d not_article + %d in quarantine; %d ticker items.",
        day,
        "loaded" if changed else "was loaded already, nothing changed",
        "" if result.refusal is None else " (this run was refused, so none of its articles)",
        result.captures,
        result.articles,
        result.not_article,
        result.quarantined,
        result.ticker_items,
    )
    return result


def rebuild(
    settings: Settings, *, leave_out: bool = False, take_over: bool = False, progress: Progress = SILENT
) -> RebuildResult:
    """Rebuild the warehouse from every validated day, whatever the state of the old one.

    The old file, damaged or not, is set aside. Unless ``leave_out``, no accepted day that it or the release
    has is lost. With ``take_over``, this machine has the warehouse of the object store from now on.

    Raises:
        MissingPartition: a day that the warehouse or the release holds can't be loaded again.
        DamagedPartition: a staged file is damaged.
        LockTimeout: another writer held the warehouse too long.
        NotTheOwner: another machine has the warehouse of the object store.
    """
    if take_over:
        if settings.archive_url is None:
            raise UsageError(f"{settings.home} is a folder: only an object store has an owner to replace.")
        owner.take_over(settings)
    with writer_lock(settings):
        result = _rebuild(settings, leave_out=leave_out, progress=progress)
    logger.info("The warehouse was rebuilt from %d days.", len(result.days))
    return result


def load_missing(settings: Settings) -> list[date]:
    """Load days that an object store or the lake holds validated and the warehouse has never seen.

    A new disk, or a backup of an old one, would otherwise publish a part of the days. Hold the writer lock.

    Raises:
        DamagedPartition: a file of such a day is damaged.
    """
    path = warehouse_path(settings.home)
    if (settings.archive_url is None and settings.lake_catalog is None) or not path.exists():
        return []
    with reading(path, memory_limit=settings.duckdb_memory_limit) as connection:
        known = {day for (day,) in connection.execute("SELECT capture_day FROM warehouse.days").fetchall()}
    stored = (
        set()
        if settings.archive_url is None
        else set(partition_days(settings.archive, "validated", without=known))
    )
    missing = sorted((stored | set(lake.days(settings))) - known)
    if missing:
        days = ", ".join(map(str, missing[:5])) + (" …" if len(missing) > 5 else "")
        logger.info("The store holds %d validated days that the warehouse lacks: %s", len(missing), days)
        try:
            with warehouse.opened(settings) as connection:
                _load_days(connection, missing, settings)
        except warehouse.OtherLayout:
            _rebuild(settings, set_aside=False)
    return missing


def _load(staged: StagedDay, settings: Settings) -> tuple[bool, dict[str, int]]:
    """Replace the day if its content changed; every day if the warehouse is gone or of another layout."""
    home = settings.home
    # its days are published, or it was set aside
    was_there = published_path(home).exists() or set_aside_path(home).exists()
    if was_there and not warehouse_path(home).exists():
        logger.warning("The warehouse %s is gone: every day is loaded again.", warehouse_path(home))
        _rebuild(settings)
    try:
        with warehouse.opened(settings) as connection:
            return _load_into(connection, staged)
    except warehouse.OtherLayout:
        logger.info("The warehouse's definitions changed: every day is loaded again.")
        _rebuild(settings, set_aside=False)
    with warehouse.opened(settings) as connection:
        return _load_into(connection, staged)


def _load_into(connection: duckdb.DuckDBPyConnection, staged: StagedDay) -> tuple[bool, dict[str, int]]:
    known, source_sha256, replace = warehouse.loaded_day(connection, staged.day), staged.source_sha256, True
    if staged.refusal is not None and known is not None and known.outcome == "accepted":
        source_sha256, replace = f"{known.source_sha256.split()[0]} {source_sha256}", False
    changed = known is None or known.source_sha256 != source_sha256
    if changed:
        staged.check()
        if replace:
            warehouse.replace_day(connection, staged)
        else:
            warehouse.record_refusal(connection, staged, source_sha256)
    return changed, warehouse.day_counts(connection, staged.day)


def _rebuild(
    settings: Settings,
    *,
    leave_out: bool = False,
    set_aside: bool = True,
    progress: Progress = SILENT,
) -> RebuildResult:
    """Load every day of staged/validated into a new warehouse, which then takes the old one's name.

    Hold the writer lock. Stopped at any point it leaves the old warehouse, or none: then the next load, or
    the next rebuild, makes one.
    """
    path = warehouse_path(settings.home)
    known = _accepted_days(settings, path, "warehouse.days")
    known |= _accepted_days(settings, published_path(settings.home), "marts.partition_outcomes")
    fresh = path.with_name(f"{TEMPORARY_PREFIX}{path.name}")
    remove_database(fresh)  # of a rebuild that was stopped
    loaded = _load_all(settings, fresh, progress)
    lost = sorted(known - {day for day, refusal in loaded.items() if refusal is None})
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


def _load_all(settings: Settings, path: Path, progress: Progress) -> dict[date, str | None]:
    """The loaded days, each with its refusal."""
    with warehouse.opened(settings, path) as connection:
        days = sorted({*partition_days(settings.archive, "validated"), *lake.days(settings)})
        return _load_days(connection, days, settings, progress)


def _load_days(
    connection: duckdb.DuckDBPyConnection, days: list[date], settings: Settings, progress: Progress = SILENT
) -> dict[date, str | None]:
    loaded: dict[date, str | None] = {}
    progress.plan(len(days))
    for day in days:
        progress.start(day.isoformat())
        with open_day(settings, day, versions.warehouse_version()) as staged:
            staged.check()
            # a run of the day may be between landing and validating, or have been stopped there
            warehouse.replace_day(connection, staged.as_validated())
            loaded[day] = staged.refusal
        progress.finish("loaded" if loaded[day] is None else "loaded as refused")
    return loaded


def _accepted_days(settings: Settings, path: Path, table: str) -> set[date]:
    """The days that the warehouse or the release has accepted; none when it is missing or unreadable."""
    if not path.exists():
        return set()
    try:
        with reading(path, memory_limit=settings.duckdb_memory_limit) as connection:
            days = connection.table(table)
            if "outcome" in days.columns:  # earlier versions had accepted days only
                days = days.filter("outcome = 'accepted'")
            return {day for (day,) in days.project("capture_day").fetchall()}
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
