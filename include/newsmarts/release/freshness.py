"""How fresh the marts are: the newest capture day that readers can query, and when it was published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from newsmarts.core.db import run_sql
from newsmarts.core.errors import StaleMarts
from newsmarts.release.reader import reading_release
from newsmarts.release.releases import find_release

_NEWEST_DAY = Path(__file__).parent / "summary_queries" / "newest_day.sql"


@dataclass(frozen=True, slots=True)
class Freshness:
    """The current release; ``newest_day`` is None when no day of it was accepted."""

    release_id: str
    published_at: datetime
    newest_day: date | None


def read_freshness(home: Path) -> Freshness:
    """Read it from the current release.

    Raises:
        MissingPartition: nothing was published yet.
        DamagedRelease: its file can't be read.
    """
    release = find_release(home)
    with reading_release(release, memory_limit="256MB") as connection:
        row = run_sql(connection, _NEWEST_DAY).fetchone()
    published_at = datetime.fromtimestamp(int(release.path.stat().st_mtime), tz=UTC)
    return Freshness(release.release_id, published_at, row[0] if row else None)


def require_fresh(found: Freshness, today: date, max_age_days: int) -> None:
    """Raise StaleMarts when the newest day lies more than so many days before today (UTC)."""
    age_days = None if found.newest_day is None else (today - found.newest_day).days
    if age_days is None or age_days > max_age_days:
        newest = "it has no accepted day" if age_days is None else f"its newest day is {found.newest_day}"
        raise StaleMarts(
            f"Release {found.release_id} is stale: {newest}, and at most {max_age_days} days are allowed. "
            "See Today in the UI for days that failed or are missing, and whether the feeds have captures."
        )
