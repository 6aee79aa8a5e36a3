"""Load one validated day into the private warehouse: the stage's only entry."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from include.errors import ContractError
from include.load import warehouse
from include.load.staged import open_day
from include.locks import partition_lock, writer_lock
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
    with partition_lock(settings, day), open_day(settings.home, day) as staged:
        if not staged.outcome["accepted"]:
            raise ContractError(
                f"{day} is not loaded, and what was loaded of it before stays: {staged.outcome['refusal']}"
            )
        with writer_lock(settings), warehouse.opened(settings) as connection:
            changed = warehouse.loaded_sha256(connection, day) != staged.source_sha256
            if changed:
                warehouse.replace_day(connection, staged)
            counts = warehouse.day_counts(connection, day)
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
