"""Load one validated day into the private warehouse: the stage's only entry."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

import duckdb

from newsmarts.core import versions
from newsmarts.core.errors import ContractError
from newsmarts.core.locks import partition_lock, writer_lock
from newsmarts.core.partitions import warehouse_path
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.load import warehouse
from newsmarts.load.rebuild import RebuildResult, is_gone, rebuild_warehouse
from newsmarts.load.staged import StagedDay, open_day

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What the warehouse holds of the day now; ``changed`` is False when it held the same before.

    ``articles`` counts valid captures of articles, ``quarantined`` captures rejected so far.
    """

    day: date
    captures: int
    articles: int
    quarantined: int
    ticker_items: int
    changed: bool


def run(day: date, settings: Settings) -> LoadResult:
    """Replace one day in the warehouse by what validate accepted of it, in one transaction.

    Loading a day twice leaves the same warehouse; what other days hold doesn't matter.

    Raises:
        MissingPartition: the day isn't validated.
        DamagedPartition: one of its files is damaged; nothing is loaded.
        ContractError: too much of the day was rejected; what was loaded of it before stays.
        ConservationError: captures in and captures accounted for differ; nothing is loaded.
        LockTimeout: another writer held the warehouse too long.
    """
    with (
        partition_lock(settings, day),
        open_day(settings.archive, day, versions.warehouse_version()) as staged,
    ):
        if not staged.outcome["accepted"]:
            raise ContractError(
                f"{day} is not loaded, and what was loaded of it before stays: {staged.outcome['refusal']}"
            )
        with writer_lock(settings):
            changed, counts = _load(staged, settings)
    result = LoadResult(day=day, changed=changed, **counts)
    logger.info(
        "%s %s: %d captures, of which %d valid articles and %d in quarantine; %d ticker items.",
        day,
        "loaded" if changed else "was loaded already, nothing changed",
        result.captures,
        result.articles,
        result.quarantined,
        result.ticker_items,
    )
    return result


def rebuild(settings: Settings, *, leave_out: bool = False, progress: Progress = SILENT) -> RebuildResult:
    """Rebuild the warehouse from every validated and accepted day, whatever the state of the old one.

    The old file, damaged or not, is set aside. Unless ``leave_out``, no day that it or the release has is
    lost.

    Raises:
        MissingPartition: a day that the warehouse or the release holds can't be loaded again.
        DamagedPartition: a staged file is damaged.
        LockTimeout: another writer held the warehouse too long.
    """
    with writer_lock(settings):
        result = rebuild_warehouse(settings, leave_out=leave_out, progress=progress)
    logger.info("The warehouse was rebuilt from %d days.", len(result.days))
    return result


def _load(staged: StagedDay, settings: Settings) -> tuple[bool, dict[str, int]]:
    """Replace the day if its content changed; every day if the warehouse is gone or of another layout."""
    if is_gone(settings):
        logger.warning("The warehouse %s is gone: every day is loaded again.", warehouse_path(settings.home))
        rebuild_warehouse(settings)
    try:
        with warehouse.opened(settings) as connection:
            return _load_into(connection, staged)
    except warehouse.OtherLayout:
        logger.info("The warehouse's definitions changed: every day is loaded again.")
        rebuild_warehouse(settings, set_aside=False)
    with warehouse.opened(settings) as connection:
        return _load_into(connection, staged)


def _load_into(connection: duckdb.DuckDBPyConnection, staged: StagedDay) -> tuple[bool, dict[str, int]]:
    changed = warehouse.loaded_sha256(connection, staged.day) != staged.source_sha256
    if changed:
        staged.check()
        warehouse.replace_day(connection, staged)
    return changed, warehouse.day_counts(connection, staged.day)
