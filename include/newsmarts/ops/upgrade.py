"""What this version of the code makes of a home that an earlier one has filled. Changes nothing.

Stored days stay loaded as they are, whatever has changed. A day whose pages would be read otherwise now is
read again when it is run again, and not before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from newsmarts.core import versions
from newsmarts.core.errors import LockTimeout, NewsError
from newsmarts.core.locks import writer_lock
from newsmarts.core.partitions import partition_days, warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.load.staged import open_day
from newsmarts.load.warehouse import made_with
from newsmarts.marts.audit import version as audited_version
from newsmarts.marts.candidate import read_fingerprint
from newsmarts.release.releases import current_release
from newsmarts.review.day_state import RunReason, recent_day_states

_LOCK_SECONDS = 10.0
# Why a day would be read again, in the words of a count of days before them.
REASONS: Mapping[RunReason, str] = {
    RunReason.UNFINISHED: "have captures, and no results that this version can read",
    RunReason.REFUSED: "refused as a whole",
    RunReason.WITHDRAWN: "accepted because of acknowledgements that were undone",
    RunReason.CAPTURES: "with new captures since they were validated",
    RunReason.CONTRACTS: "validated by other contracts",
    RunReason.CODE: "read by other code",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a home's days, warehouse and marts are to this version.

    ``again`` counts, by reason, days that would be read again if they were run; ``unreadable`` lists
    validated days whose files this version can't load as they are. ``warehouse``, ``marts``: what becomes of
    them.
    """

    days: int
    current: int
    again: dict[str, int]
    first_again: date | None
    last_again: date | None
    unreadable: tuple[date, ...]
    warehouse: str
    marts: str


def look(settings: Settings) -> Outlook:
    """Look at every day with captures, the warehouse and the release."""
    states = recent_day_states(settings)
    landed = {day for day, known in states.days.items() if not known.is_empty}
    # what is only not published yet is loaded as it is
    again = {day: reason for day, reason in states.reasons.items() if reason in REASONS}
    counts = Counter(again.values())
    unreadable = tuple(
        day for day in partition_days(settings.archive, "validated") if not _can_load(settings, day)
    )
    warehouse, marts = _databases(settings)
    return Outlook(
        days=len(landed),
        current=len(landed) - len(again.keys() & landed),
        again={str(reason): counts[reason] for reason in REASONS if counts[reason]},
        first_again=min(again, default=None),
        last_again=max(again, default=None),
        unreadable=unreadable,
        warehouse=warehouse,
        marts=marts,
    )


def _can_load(settings: Settings, day: date) -> bool:
    try:
        with open_day(settings, day, versions.warehouse_version()):
            return True
    except NewsError:
        return False


def _databases(settings: Settings) -> tuple[str, str]:
    """What becomes of the warehouse, and of the marts."""
    if not warehouse_path(settings.home).exists():
        return "there is none yet", _marts(settings)
    try:
        # a reader of a DuckDB file keeps its writers out
        with writer_lock(settings, timeout_seconds=_LOCK_SECONDS):
            return _warehouse(settings), _marts(settings)
    except LockTimeout:
        busy = "a run is writing there: look again when it is done"
        return busy, busy


def _warehouse(settings: Settings) -> str:
    path = warehouse_path(settings.home)
    try:
        layout = made_with(path)
    except duckdb.Error as error:
        return f"can't be read ({str(error).splitlines()[0]}): rebuild it: newsmarts rebuild"
    if layout == versions.warehouse_version():
        return "has this version's tables"
    return "has other tables: the next load rebuilds it from staged/validated"


def _marts(settings: Settings) -> str:
    release = current_release(settings.home)
    if release is None:
        return "nothing is published yet"
    try:
        fingerprint = read_fingerprint(settings)
    except (NewsError, duckdb.Error):
        return f"release {release.release_id} stays; the next build makes the candidate from nothing"
    if release.has_content(fingerprint, audited_version(settings)):
        return f"release {release.release_id} holds what this version would publish"
    return f"release {release.release_id} stays until the next build, audit and publish"
