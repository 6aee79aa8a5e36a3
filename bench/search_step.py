"""One step of ``bench search``, in a process of its own: ``python -m bench.search_step STEP HOME …``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from bench.search_words import Query, percentiles
from newsmarts.core.db import attach, run_sql
from newsmarts.core.partitions import candidate_path, releases_path, search_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.marts import catalogue
from newsmarts.release.releases import Release, make_current
from newsmarts.search import index, open_index
from newsmarts.search.about import FOLDER_NAME

QUERIES = Path(__file__).parent / "search_queries"
PER_DAY = 300
_CHANGED = 30
_BULK = 5_000
_BEFORE, _AFTER = "0" * 64, "1" * 64  # stand for the fingerprints of the marts


def fill(settings: Settings, articles: int) -> None:
    """Make the candidate's marts directly, as far as search reads them."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        attach(connection, candidate_path(settings.home), "news")
        connection.execute("USE news")
        for statement in catalogue.definitions():
            connection.execute(statement)
        connection.execute("INSERT INTO meta.about VALUES ('version', 'made up')")
        connection.execute("USE memory")
        run_sql(connection, QUERIES / "vocabulary.sql")
        for first in range(0, articles, _BULK):
            _make(connection, first, min(articles, first + _BULK))
            for name in ("articles", "article_texts", "article_tags", "built_days"):
                run_sql(connection, QUERIES / f"insert_{name}.sql")
        connection.execute("CHECKPOINT news")


def add_a_day(settings: Settings, articles: int) -> None:
    """One more day, and some articles of the last one with another text."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        attach(connection, candidate_path(settings.home), "news")
        run_sql(connection, QUERIES / "vocabulary.sql")
        _make(connection, articles - _CHANGED, articles, edition=1)
        for name in ("articles", "article_texts", "article_tags", "built_days"):
            run_sql(connection, QUERIES / f"delete_{name}.sql")
            run_sql(connection, QUERIES / f"insert_{name}.sql")
        _make(connection, articles, articles + PER_DAY)
        for name in ("articles", "article_texts", "article_tags", "built_days"):
            run_sql(connection, QUERIES / f"insert_{name}.sql")
        connection.execute("CHECKPOINT news")


def publish(settings: Settings) -> None:
    """What publishing an index takes, and a release that can be searched."""
    folder = releases_path(settings.home) / "000001-000000000000"
    folder.mkdir(parents=True)
    index.put_into(settings, _AFTER, folder / FOLDER_NAME)
    make_current(settings.home, Release(folder.name, folder))


def run_queries(settings: Settings) -> dict[str, Any]:
    """Run every query several times; seconds each, excerpts included."""
    with open_index(settings.home) as opened:
        return percentiles(lambda query: opened.search(query.text, **_options(query)).total)


def _options(query: Query) -> dict[str, Any]:
    return {
        "publishers": [query.publisher] if query.publisher else [],
        "first_day": date(query.year, 1, 1) if query.year else None,
        "last_day": date(query.year, 12, 31) if query.year else None,
    }


def _make(connection: duckdb.DuckDBPyConnection, first: int, last: int, edition: int = 0) -> None:
    run_sql(connection, QUERIES / "articles.sql", {"first": first, "last": last, "edition": edition})


def main(step: str, home: str, articles: str) -> Any:
    """Do one step; print what it took, and what it found, as JSON."""
    settings = load_settings(home=home)
    count = int(articles)
    if step == "fill":
        fill(settings, count)
    if step == "day":
        add_a_day(settings, count)
    steps: dict[str, Callable[[], Any]] = {
        "build": lambda: index.update_index(settings, _BEFORE),
        "day": lambda: index.update_index(settings, _AFTER),
        "publish": lambda: publish(settings),
        "queries": lambda: run_queries(settings),
    }
    start = time.perf_counter()
    found: Any = steps[step]() if step in steps else None
    seconds = time.perf_counter() - start
    size = sum(path.stat().st_size for path in (search_path(settings.home) / "index").glob("*"))
    return {
        "seconds": seconds,
        "found": found if step == "queries" else None,
        "written": found.written if step in {"build", "day"} else None,
        "index_bytes": size,
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
