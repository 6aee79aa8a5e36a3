"""What a release holds, read from its own file: an older one may have other marts than the code has now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from newsmarts.core.db import quote_identifier, run_sql
from newsmarts.core.tables import Column

_QUERIES = Path(__file__).parent / "contents_queries"
# Each mart comes after those that its SQL reads. Readers see them in this order, too.
MART_ORDER = (
    "articles",
    "article_texts",
    "article_blocks",
    "article_tags",
    "article_coverage",
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
    "publishers",
    "calendar",
)


@dataclass(frozen=True, slots=True)
class Contents:
    """One mart of one release: its columns, with DuckDB's names of their types, and its row count."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    rows: int

    @property
    def column_names(self) -> tuple[str, ...]:
        """Its columns, in order."""
        return tuple(column.name for column in self.columns)


def read_marts(connection: duckdb.DuckDBPyConnection, catalog: str = "news") -> tuple[Contents, ...]:
    """The marts of a release that is open under this catalog name, in the order in which they are built.

    Marts that the code no longer knows come last, by name.
    """
    columns: dict[str, list[Column]] = {}
    for table, name, data_type, comment in run_sql(
        connection, _QUERIES / "columns.sql", {"catalog": catalog}
    ).fetchall():
        columns.setdefault(table, []).append(Column(name, data_type, comment or ""))
    found = []
    for table, comment in run_sql(connection, _QUERIES / "tables.sql", {"catalog": catalog}).fetchall():
        row = connection.table(f"{catalog}.marts.{quote_identifier(table)}").count("*").fetchone()
        rows = 0 if row is None else int(row[0])
        found.append(Contents(table, comment or "", tuple(columns[table]), rows))
    places = {name: place for place, name in enumerate(MART_ORDER)}
    return tuple(sorted(found, key=lambda mart: (places.get(mart.name, len(places)), mart.name)))
