"""What the published marts hold, in a few numbers: read from the marts alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from newsmarts.core.db import as_dicts, run_sql
from newsmarts.core.partitions import published_path
from newsmarts.release import contents
from newsmarts.release.reader import reading_release
from newsmarts.release.releases import all_releases, current_release, find_release

_QUERIES = Path(__file__).parent / "summary_queries"


@dataclass(frozen=True, slots=True)
class CaptureCounts:
    """Captures of all days: ``captures = loaded + repeats + not_article + quarantined``,
    and ``= landed + rejected``.

    ``loaded`` have a new article or a new text of a known one; ``rejected`` were rejected on landing, and are
    part of ``not_article`` and ``quarantined``.
    """

    captures: int
    landed: int
    rejected: int
    loaded: int
    new_articles: int
    revisions: int
    repeats: int
    not_article: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class DaySummary:
    """The outcomes of one day's captures; ``withheld``, part of ``quarantined``, are the build's.

    ``outcome`` is the day's: accepted or refused; ``refusal`` says why it, or a later run of it, was refused.
    """

    day: date
    outcome: str
    refusal: str | None
    captures: int
    loaded: int
    new_articles: int
    revisions: int
    repeats: int
    not_article: int
    quarantined: int
    withheld: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A release. ``path`` is where readers open it; for the current one, the link to the current release.

    ``quarantined_by_reason`` counts captures, each under every reason that it has; ``not_article_by_reason``
    each under its one.
    """

    release_id: str
    path: Path
    captures: CaptureCounts
    not_article_by_reason: dict[str, int]
    quarantined_by_reason: dict[str, int]
    days: tuple[DaySummary, ...]
    rows: dict[str, int]


def read_summary(home: Path, as_of: str | None = None) -> Summary:
    """Sum up the current release, or the kept one that ``as_of`` names.

    Raises:
        MissingPartition: nothing was published yet.
        UsageError: no kept release, or more than one, has the name ``as_of``.
        DamagedRelease: its file can't be read.
        OtherMarts: the release is of another version, with other marts than a summary needs.
    """
    release = find_release(home, as_of)
    current = current_release(home)
    path = published_path(home) if release == current else release.path
    with reading_release(release) as connection:
        return _read(connection, release.release_id, path)


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """One release; ``published_at`` is when its file was written (UTC), and ``rows`` counts each mart."""

    release_id: str
    path: Path
    current: bool
    published_at: datetime
    size_bytes: int
    rows: dict[str, int]


def kept_releases(home: Path) -> tuple[KeptRelease, ...]:
    """Every release that is kept, the newest first.

    Raises:
        MissingPartition: nothing was published yet.
        DamagedRelease: a release can't be read.
    """
    find_release(home)  # raises where there is none
    current = current_release(home)
    found = []
    for release in reversed(all_releases(home)):
        facts = release.path.stat()
        with reading_release(release) as connection:
            rows = {mart.name: mart.rows for mart in contents.read_marts(connection)}
        found.append(
            KeptRelease(
                release_id=release.release_id,
                path=release.path,
                current=release == current,
                published_at=datetime.fromtimestamp(int(facts.st_mtime), tz=UTC),
                size_bytes=facts.st_size,
                rows=rows,
            )
        )
    return tuple(found)


def _read(connection: duckdb.DuckDBPyConnection, release_id: str, path: Path) -> Summary:
    return Summary(
        release_id=release_id,
        path=path,
        captures=CaptureCounts(**_records(connection, "captures")[0]),
        not_article_by_reason=_counts(connection, "not_articles"),
        quarantined_by_reason=_counts(connection, "reasons"),
        days=tuple(DaySummary(**row) for row in _records(connection, "days")),
        rows={mart.name: mart.rows for mart in contents.read_marts(connection)},
    )


def _counts(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    return {row["reason_code"]: row["captures"] for row in _records(connection, query)}


def _records(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    return as_dicts(run_sql(connection, _QUERIES / f"{query}.sql"))
