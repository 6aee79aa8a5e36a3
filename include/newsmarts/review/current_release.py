"""The release that readers get: how fresh it is, what it holds, and which days it doesn't have yet."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from newsmarts.core.db import run_sql
from newsmarts.core.errors import NewsError
from newsmarts.release.reader import connect
from newsmarts.release.releases import AUDIT_NAME, Release, all_releases, current_release
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_results import Outcome

logger = logging.getLogger(__name__)

_QUERIES = Path(__file__).parent / "queries"
DayMadeOf = tuple[Any, ...]
"""What a release made a day of: as the columns of ``days_of_release.sql`` after the day."""


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """What a release holds; a release never changes."""

    rows: Mapping[str, int]  # by mart
    days: Mapping[date, DayMadeOf]


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """The current release. ``content`` is None when it can't be read."""

    release_id: str
    published_at: datetime
    content: ReleaseContent | None
    kept: tuple[str, ...]  # the other releases on disk, newest first
    unpublished: tuple[date, ...]  # accepted days that it has otherwise, or not at all


def made_of(outcome: Outcome) -> DayMadeOf:
    """What a release would make a validated day of."""
    return (
        "accepted" if outcome.accepted else "refused",
        outcome.code_version,
        outcome.rule_versions,
        outcome.contracts_version,
        outcome.captures,
        outcome.landed,
        outcome.parsed,
        outcome.valid,
        outcome.quarantined,
    )


def days_made_of(marts: duckdb.DuckDBPyConnection) -> dict[date, DayMadeOf]:
    """What a release made each of its days of."""
    rows = run_sql(marts, _QUERIES / "days_of_release.sql").fetchall()
    return {day: tuple(facts) for day, *facts in rows}


def released_days(home: Path) -> Mapping[date, DayMadeOf] | None:
    """What the current release made its days of; empty before the first, None when it can't be read."""
    release = current_release(home)
    if release is None:
        return {}
    content = _content(home, release.release_id)
    return None if content is None else content.days


def release_view(home: Path, days: Mapping[date, KnownDay]) -> ReleaseView | None:
    """The current release beside what validate left; None before the first."""
    release = current_release(home)
    if release is None:
        return None
    content = _content(home, release.release_id)
    unpublished = [
        day
        for day, known in days.items()
        if content is not None
        and known.outcome is not None
        and known.outcome.accepted
        and content.days.get(day) != made_of(known.outcome)
    ]
    others = [each.release_id for each in all_releases(home) if each.release_id != release.release_id]
    return ReleaseView(
        release.release_id, _published_at(release), content, tuple(reversed(others)), tuple(unpublished)
    )


def _published_at(release: Release) -> datetime:
    try:
        moment = (release.folder / AUDIT_NAME).stat().st_mtime
    except FileNotFoundError:
        moment = release.folder.stat().st_mtime
    return datetime.fromtimestamp(moment, UTC)


@lru_cache(maxsize=2)
def _content(home: Path, release_id: str) -> ReleaseContent | None:
    try:
        with connect(home, as_of=release_id, memory_limit="256MB") as marts:
            rows = dict(run_sql(marts, _QUERIES / "rows_of_release.sql").fetchall())
            return ReleaseContent(rows, days_made_of(marts))
    except (duckdb.Error, NewsError) as error:
        logger.warning("release %s can't be read: %r", release_id, str(error))
        return None
