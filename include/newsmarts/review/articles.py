"""Articles of the current release: listed, found by their words, and one with all that the marts know."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from newsmarts.core.db import as_dicts, run_sql
from newsmarts.core.errors import NewsError, QueryError, UsageError
from newsmarts.core.partitions import published_path
from newsmarts.release.reader import connect, expecting_marts
from newsmarts.review.notice import Notice
from newsmarts.search.reader import MAX_LIMIT, Hit, open_index

PAGE_SIZE = 20
MOST_EXPORTED = 10_000  # articles in a file; a search by words gives up to MAX_LIMIT
_SQL = Path(__file__).parent / "queries" / "articles"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ArticleFilters:
    """What is looked for; "" or None: anything."""

    query: str = ""
    publisher: str | None = None
    tag: str | None = None
    section: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One screen of articles: hits of the search, or rows with the same names.

    ``reach``: so many can be looked through, when fewer than there are.
    """

    lines: Sequence[Hit | Row]
    total: int
    notice: Notice | None = None
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class ArticleDetails:
    """One article: its row and text, its tags, its texts in order, and the captures that show it."""

    row: Row
    tags: Sequence[Row]
    revisions: Sequence[Row]
    captures: Sequence[Row]


@contextlib.contextmanager
def open_marts(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The current release for one look; nothing that is published meanwhile is kept waiting.

    Raises:
        MissingPartition: nothing is published yet.
        OtherMarts: the release is of another version, and lacks what is read.
    """
    opened = contextlib.closing(connect(home, memory_limit="256MB"))
    with opened as connection, expecting_marts(published_path(home).resolve()):
        yield connection


def find(home: Path, marts: duckdb.DuckDBPyConnection, filters: ArticleFilters, number: int) -> Found:
    """The ``number``-th screen of what passes the filters: by words the best first, else the newest."""
    if not filters.query.strip():
        return _listed(marts, filters, number)
    try:
        return _searched(home, marts, filters, number)
    except QueryError as error:
        return Found((), 0, Notice("The search can't be read", error.advice, "warn"))
    except UsageError as error:
        return Found((), 0, Notice("Nothing can be found so", str(error), "warn"))
    except NewsError as error:
        return Found((), 0, Notice("There is no search index", str(error), "bad"))


def exported(home: Path, marts: duckdb.DuckDBPyConnection, filters: ArticleFilters) -> pa.Table:
    """What passes the filters, for a file; at most MOST_EXPORTED.

    Raises:
        UsageError: the search can't be read, or nothing can be found so.
        NewsError: there is no search index.
    """
    values = asdict(filters)
    query = values.pop("query")
    ids = [hit.article_id for hit in _hits(home, marts, filters)[0]] if query.strip() else None
    parameters = {**values, "article_ids": ids, "most": MOST_EXPORTED}
    return run_sql(marts, _SQL / "exported.sql", parameters).to_arrow_table()


def publishers(marts: duckdb.DuckDBPyConnection) -> list[Row]:
    """Who published articles (slug, name, edition), the most first."""
    return _rows(marts, "publishers")


def sections(marts: duckdb.DuckDBPyConnection) -> list[str]:
    """The sections with articles, those with most first."""
    return [row["section"] for row in _rows(marts, "sections")]


def known_tag(marts: duckdb.DuckDBPyConnection, tag: str) -> str:
    """A tag as the marts write it; the same text when they don't have it."""
    rows = _rows(marts, "tag", tag=tag.strip())
    return str(rows[0]["tag"]) if rows else tag


def article(marts: duckdb.DuckDBPyConnection, article_id: str) -> ArticleDetails | None:
    """All about one article; None when the release hasn't got it."""
    rows = _rows(marts, "article", article_id=article_id)
    if not rows:
        return None
    return ArticleDetails(
        row=rows[0],
        tags=_rows(marts, "tags", article_id=article_id),
        revisions=_rows(marts, "revisions", article_id=article_id),
        captures=_rows(marts, "captures", article_id=article_id),
    )


def _listed(marts: duckdb.DuckDBPyConnection, filters: ArticleFilters, number: int) -> Found:
    values = asdict(filters)
    del values["query"]
    rows = _rows(marts, "listed", **values, page_size=PAGE_SIZE, first=(number - 1) * PAGE_SIZE)
    return Found(rows, int(rows[0]["total"]) if rows else 0)


def _searched(home: Path, marts: duckdb.DuckDBPyConnection, filters: ArticleFilters, number: int) -> Found:
    # the index knows no sections: those of all that can be looked through are looked up
    hits, total = _hits(home, marts, filters, None if filters.section else number * PAGE_SIZE)
    lines = hits[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Found(lines, total, reach=MAX_LIMIT if total > MAX_LIMIT else None)


def _hits(
    home: Path, marts: duckdb.DuckDBPyConnection, filters: ArticleFilters, most: int | None = None
) -> tuple[Sequence[Hit], int]:
    """The first hits of a search by words, and how many there are in all."""
    with open_index(home) as index:
        answer = index.search(
            filters.query,
            publishers=[filters.publisher] if filters.publisher else [],
            tags=[filters.tag] if filters.tag else [],
            first_day=filters.first_day,
            last_day=filters.last_day,
            limit=min(most or MAX_LIMIT, MAX_LIMIT),
        )
    if not filters.section:
        return answer.hits, answer.total
    ids = [hit.article_id for hit in answer.hits]
    rows = _rows(marts, "in_section", section=filters.section, article_ids=ids)
    kept = {row["article_id"] for row in rows}
    hits = [hit for hit in answer.hits if hit.article_id in kept]
    return hits, len(hits)


def _rows(connection: duckdb.DuckDBPyConnection, query: str, **parameters: Any) -> list[Row]:
    return as_dicts(run_sql(connection, _SQL / f"{query}.sql", parameters))
