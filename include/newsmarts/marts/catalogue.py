"""What the marts are: tables, columns, types and their meaning, read from ``marts/<table>/table.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from newsmarts.core.db import quote_literal

HERE = Path(__file__).parent
# A mart comes after those that its SQL reads.
_ORDER = (
    "articles",
    "article_texts",
    "article_tags",
    "tags",
    "tag_pairs_monthly",
    "article_revisions",
    "page_links",
    "most_read_daily",
    "ticker_items",
    "ticker_sightings",
    "captures",
    "coverage_daily",
    "quarantine",
    "contract_results",
    "partition_outcomes",
    "runs",
    "calendar",
)
_META_COMMENTS = {
    "built_days": "Which state of each capture day, and of what is acknowledged of it, this was built from.",
    "withheld": "Captures withheld because of neighbouring days: see marts.quarantine.",
    "joined_articles": "Article ids that captures give alone, where the marts have them under another id.",
    "about": "Version of the marts' definitions.",
    "unaudited": "What was told anew since the last audit that passed; empty in a release.",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a mart: DuckDB type, and meaning for a reader."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Mart:
    """One table of schema ``marts``; ``month_of`` is the date that tells which month a row belongs to."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    steps: tuple[str, ...] = ("delete", "insert")
    month_of: str | None = None

    @property
    def statements(self) -> tuple[Path, ...]:
        """The SQL files that bring it up to date, in order."""
        return tuple(HERE / "models" / self.name / f"{step}.sql" for step in self.steps)

    @property
    def changed(self) -> Path:
        """The SQL file that selects the rows told anew since the last audit that passed."""
        return HERE / "models" / self.name / "changed.sql"


@cache
def marts() -> tuple[Mart, ...]:
    """All marts, in the order in which they are built."""
    found = []
    for name in _ORDER:
        document = tomllib.loads((HERE / "models" / name / "table.toml").read_text(encoding="utf-8"))
        columns = tuple(
            Column(column, entry["type"], entry["comment"]) for column, entry in document["columns"].items()
        )
        steps = tuple(document.get("steps", ("delete", "insert")))
        found.append(Mart(name, document["comment"], columns, steps, document.get("month_of")))
    return tuple(found)


def definitions() -> Iterator[str]:
    """The statements that make an empty candidate, comments included."""
    yield "CREATE SCHEMA marts"
    yield "CREATE SCHEMA meta"
    for mart in marts():
        columns = ", ".join(f'"{column.name}" {column.type}' for column in mart.columns)
        yield f"CREATE TABLE marts.{mart.name} ({columns})"
        yield f"COMMENT ON TABLE marts.{mart.name} IS {quote_literal(mart.comment)}"
        for column in mart.columns:
            yield f'COMMENT ON COLUMN marts.{mart.name}."{column.name}" IS {quote_literal(column.comment)}'
    for name, comment in _META_COMMENTS.items():
        yield (HERE / "meta" / f"{name}.sql").read_text(encoding="utf-8")
        yield f"COMMENT ON TABLE meta.{name} IS {quote_literal(comment)}"


def count_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows each mart has."""
    counts = {}
    for mart in marts():
        row = connection.table(f"marts.{mart.name}").count("*").fetchone()
        counts[mart.name] = 0 if row is None else int(row[0])
    return counts
