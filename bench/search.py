"""``bench search``: the full-text index over generated articles."""

from __future__ import annotations

import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from bench.processes import percentiles, run_step
from newsmarts.core.db import attach, read_sql, run_sql
from newsmarts.core.partitions import candidate_path, releases_path, search_path
from newsmarts.core.settings import load_settings
from newsmarts.marts import catalogue
from newsmarts.release.releases import Release, make_current
from newsmarts.search import index, open_index
from newsmarts.search.about import FOLDER_NAME

FULL = (10_000, 100_000)
QUICK = (3_000,)
QUERIES = Path(__file__).parent / "search_queries"
PER_DAY = 300
_CHANGED = 30
_BULK = 5_000
_BEFORE, _AFTER = "0" * 64, "1" * 64  # stand for the fingerprints of the marts
_TABLES = {  # what search reads, and by which key an article's rows are replaced
    "marts.articles": "article_id",
    "marts.article_texts": "article_id",
    "marts.article_tags": "article_id",
    "meta.built_days": "capture_day",
}
_WORDS = 60_000
_ROUNDS = 3
_EACH = 20  # queries of a kind
_EVERY_KIND = "every kind"


@dataclass(frozen=True)
class Query:
    """A query of an index; publisher and year narrow its answer."""

    kind: str
    text: str
    publisher: str | None = None
    year: int | None = None


def measure_section(options: Namespace) -> dict[str, Any]:
    """Each size from an empty home: a full build, one more day, published, queried."""
    sizes = options.sizes or (QUICK if options.quick else FULL)
    return {"sizes": [_measure(articles) for articles in sizes]}


def _measure(articles: int) -> dict[str, Any]:
    print(f"  {articles:,} articles", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        home = Path(scratch, "home")
        run_step(fill, home, articles)
        build = run_step(update, home, _BEFORE)
        index_bytes = sum(path.stat().st_size for path in (search_path(home) / "index").glob("*"))
        run_step(add_day, home, articles)
        return {
            "articles": articles,
            "index_bytes": index_bytes,
            "build": build,
            "day": run_step(update, home, _AFTER),
            "publish": run_step(publish, home),
            "queries": run_step(query, home),
        }


def fill(home: str, articles: int) -> None:
    """Make the candidate's marts directly, as far as search reads them."""
    with duckdb.connect() as connection:
        attach(connection, candidate_path(Path(home)), "news")
        connection.execute("USE news")
        for statement in catalogue.definitions():
            connection.execute(statement)
        connection.execute("INSERT INTO meta.about VALUES ('version', 'made up')")
        connection.execute("USE memory")
        for first in range(0, articles, _BULK):
            _put(connection, first, min(articles, first + _BULK))
        connection.execute("CHECKPOINT news")


def add_day(home: str, articles: int) -> None:
    """Make one more day, and give some articles of the last one another text."""
    with duckdb.connect() as connection:
        attach(connection, candidate_path(Path(home)), "news")
        _put(connection, articles - _CHANGED, articles, edition=1)
        _put(connection, articles, articles + PER_DAY)
        connection.execute("CHECKPOINT news")


def update(home: str, fingerprint: str) -> None:
    """Bring the index up to the marts."""
    index.update_index(load_settings(home=home), fingerprint)


def publish(home: str) -> None:
    """Publish the index, and a release that can be searched."""
    folder = releases_path(Path(home)) / "000001-000000000000"
    folder.mkdir(parents=True)
    index.put_into(load_settings(home=home), _AFTER, folder / FOLDER_NAME)
    make_current(Path(home), Release(folder.name, folder))


def query(home: str) -> dict[str, Any]:
    """Run each query several times; p50 and p95 in seconds, excerpts included, by kind and of all."""
    seconds: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    with open_index(Path(home)) as opened:
        for each in make_queries():
            narrowed: dict[str, Any] = {"publishers": [each.publisher] if each.publisher else []}
            if each.year:
                narrowed |= {"first_day": date(each.year, 1, 1), "last_day": date(each.year, 12, 31)}
            for number in range(_ROUNDS + 1):
                start = time.perf_counter()
                total = opened.search(each.text, **narrowed).total
                took = time.perf_counter() - start
                if number:  # the first time reads from the disk
                    for name in (each.kind, _EVERY_KIND):
                        seconds.setdefault(name, []).append(took)
            found[each.kind] = found.get(each.kind, 0) + total
    of_all = percentiles(seconds.pop(_EVERY_KIND))
    kinds = {
        kind: percentiles(times) | {"mean_found": found[kind] / _EACH} for kind, times in seconds.items()
    }
    return of_all | {"kinds": kinds}


def word(rank: int) -> str:
    """The made-up word of a rank: syllables that spell it, and some endings."""
    rest, spelled = rank, ""
    while rest > 0 or not spelled:
        spelled += "bcdfghklmnprstvz"[rest % 16] + "aeiou"[rest // 16 % 5]
        rest //= 80
    return spelled + ("s" if rank % 7 == 6 else "ing" if rank % 11 == 10 else "")


def make_queries() -> Iterator[Query]:
    """Twenty queries of each kind."""
    for number in range(_EACH):
        common, known, other = word(5 + number), word(400 + 37 * number), word(300 + 29 * number)
        yield Query("a common word", common)
        yield Query("a word", known)
        yield Query("a rare word", word(20_000 + 997 * number))
        yield Query("two words", f"{known} {other}")
        yield Query("two words, a publisher, a year", f"{common} {known}", "al_mayadeen", 2015 + number % 2)
        yield Query("a phrase", f'"{common} {word(7 + number)}"')
        yield Query("either of two", f"{known} OR {other}")


def _put(connection: duckdb.DuckDBPyConnection, first: int, last: int, edition: int = 0) -> None:
    """Add the articles of these numbers to the marts, or replace them."""
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("vocabulary", pa.table({"words": [[word(rank) for rank in range(_WORDS)]]}))
    run_sql(connection, QUERIES / "made.sql", {"first": first, "last": last, "edition": edition})
    for table, key in _TABLES.items():
        rows = read_sql(QUERIES / f"{table.partition('.')[2]}.sql")
        connection.execute(f"DELETE FROM news.{table} WHERE {key} IN (SELECT {key} FROM made)")  # noqa: S608
        connection.execute(f"INSERT INTO news.{table} BY NAME {rows}")
