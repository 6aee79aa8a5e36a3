"""What the published marts hold, in a few numbers: read from the marts alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from include.duck import reading, run_sql
from include.errors import MissingPartition
from include.partitions import published_path
from include.publish import catalogue
from include.publish.releases import current_release

_QUERIES = Path(__file__).parent / "summary_queries"


@dataclass(frozen=True, slots=True)
class CaptureCounts:
    """Captures of all days: ``captures = loaded + repeats + quarantined``, and ``= landed + rejected``.

    ``loaded`` brought a new article or a new text of a known one; ``rejected`` were turned away on landing,
    and are part of ``quarantined``.
    """

    captures: int
    landed: int
    rejected: int
    loaded: int
    new_articles: int
    revisions: int
    repeats: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class DaySummary:
    """What became of one day's captures; ``withheld`` are those of ``quarantined`` that publish kept back."""

    day: date
    captures: int
    loaded: int
    new_articles: int
    revisions: int
    repeats: int
    quarantined: int
    withheld: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The current release. ``path`` is where readers open it, whichever release is current.

    ``quarantined_by_reason`` counts captures, each under every reason that it has.
    """

    release_id: str
    path: Path
    captures: CaptureCounts
    quarantined_by_reason: dict[str, int]
    days: tuple[DaySummary, ...]
    rows: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """The summary in JSON's types."""
        return {
            "release_id": self.release_id,
            "path": str(self.path),
            "captures": dataclasses.asdict(self.captures),
            "quarantined_by_reason": dict(self.quarantined_by_reason),
            "days": [dataclasses.asdict(day) | {"day": day.day.isoformat()} for day in self.days],
            "rows": dict(self.rows),
        }


def read_summary(home: Path) -> Summary:
    """Sum up the current release.

    Raises:
        MissingPartition: nothing was published yet.
    """
    release = current_release(home)
    if release is None:
        raise MissingPartition(
            f"Nothing is published at {published_path(home)} yet. Run the pipeline on some captures first: "
            "python -m include run --inbox FOLDER"
        )
    with reading(release.path) as connection:
        return Summary(
            release_id=release.release_id,
            path=published_path(home),
            captures=CaptureCounts(**_records(connection, "captures")[0]),
            quarantined_by_reason={
                row["reason_code"]: row["captures"] for row in _records(connection, "reasons")
            },
            days=tuple(DaySummary(**row) for row in _records(connection, "days")),
            rows=catalogue.count_rows(connection),
        )


def _records(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = run_sql(connection, _QUERIES / f"{query}.sql")
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
