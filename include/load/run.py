"""Load one validated day into the private warehouse: the stage's only entry."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import date

import duckdb

from include.errors import ContractError, MissingPartition
from include.files import TEMPORARY_PREFIX
from include.load import warehouse
from include.load.staged import StagedDay, open_day
from include.locks import partition_lock, writer_lock
from include.partitions import partition_days, warehouse_path
from include.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What the warehouse holds of the day now; ``changed`` is False when it held just that before.

    ``articles`` counts valid captures of articles, ``quarantined`` captures turned away so far.
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
        ContractError: too much of the day was turned away; what was loaded of it before stays.
        ConservationError: captures in and captures accounted for differ; nothing is loaded.
        LockTimeout: another writer held the warehouse too long.
    """
    with partition_lock(settings, day), open_day(settings.archive, day, warehouse.layout_version()) as staged:
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


def rebuild(settings: Settings) -> list[date]:
    """Make the warehouse anew from every validated and accepted day; return the days.

    The old file stays until the new one is whole.

    Raises:
        MissingPartition: a day that the warehouse holds can't be loaded again, so it would be lost.
    """
    with writer_lock(settings):
        try:
            with warehouse.opened(settings) as connection:
                known = warehouse.loaded_days(connection)
        except warehouse.OtherLayout as other:
            known = other.days
        return _rebuild(settings, known)


def _load(staged: StagedDay, settings: Settings) -> tuple[bool, dict[str, int]]:
    """Replace the day where its content changed; also in a warehouse that an older version made."""
    try:
        with warehouse.opened(settings) as connection:
            return _load_into(connection, staged)
    except warehouse.OtherLayout as other:
        logger.info("The warehouse's definitions changed: its %d days are loaded anew.", len(other.days))
        _rebuild(settings, other.days)
    with warehouse.opened(settings) as connection:
        return _load_into(connection, staged)


def _load_into(connection: duckdb.DuckDBPyConnection, staged: StagedDay) -> tuple[bool, dict[str, int]]:
    changed = warehouse.loaded_sha256(connection, staged.day) != staged.source_sha256
    if changed:
        warehouse.replace_day(connection, staged)
    return changed, warehouse.day_counts(connection, staged.day)


def _rebuild(settings: Settings, known: list[date]) -> list[date]:
    path = warehouse_path(settings.home)
    fresh = path.with_name(f"{TEMPORARY_PREFIX}{path.name}")
    for file in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        file.unlink(missing_ok=True)  # of a rebuild that was stopped
    loaded = []
    with warehouse.opened(settings, fresh) as connection:
        for day in partition_days(settings.archive, "validated"):
            with open_day(settings.archive, day, warehouse.layout_version()) as staged:
                if staged.outcome["accepted"]:
                    warehouse.replace_day(connection, staged)
                    loaded.append(day)
    lost = sorted(set(known) - set(loaded))
    if lost:
        raise MissingPartition(
            f"The warehouse holds {', '.join(map(str, lost))}, which staged/validated doesn't hold accepted: "
            f"making it anew would lose them. Run their stages again, or remove {path} to give them up."
        )
    os.replace(fresh, path)
    return loaded
