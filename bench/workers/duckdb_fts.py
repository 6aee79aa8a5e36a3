"""DuckDB's fts extension over the same articles: ``python duckdb_fts.py HOME``; prints one line of JSON."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import duckdb
from common import peak_rss_bytes
from duckdb_extensions import import_extension
from search_words import LIMIT, Query, make_queries, percentiles

_ANSWER = """
    SELECT article_id, publisher, url, headline, published_at::VARCHAR, left(body_text, 280)
    FROM (
        SELECT *, fts_main_documents.match_bm25(article_id, $words, conjunctive := 1) AS score FROM documents
    )
    WHERE score IS NOT NULL
        AND ($publisher IS NULL OR publisher = $publisher)
        AND ($year IS NULL OR year(published_at) = $year)
    ORDER BY score DESC
    LIMIT $limit
"""


def main(home: str) -> None:
    """Index headline, standfirst and body, English endings taken off; then run the queries."""
    path = Path(home, "fts.duckdb")
    import_extension("fts")
    connection = duckdb.connect(str(path))
    connection.execute("LOAD fts")
    connection.execute(f"ATTACH '{home}/warehouse/candidate/news.duckdb' AS news (READ_ONLY)")
    connection.execute(
        "CREATE TABLE documents AS "
        "SELECT article_id, publisher, url, published_at, headline, standfirst, body_text "
        "FROM news.marts.articles JOIN news.marts.article_texts USING (article_id)"
    )
    connection.execute("CHECKPOINT")
    before = path.stat().st_size
    start, start_cpu = time.perf_counter(), time.process_time()
    connection.execute(
        "PRAGMA create_fts_index('documents', 'article_id', 'headline', 'standfirst', 'body_text', "
        "stemmer = 'english', stopwords = 'none')"
    )
    connection.execute("CHECKPOINT")
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    build_rss = peak_rss_bytes()

    def answer(query: Query) -> int:
        parameters = {
            "words": " ".join(query.words),
            "publisher": query.publisher,
            "year": query.year,
            "limit": LIMIT,
        }
        return len(connection.execute(_ANSWER, parameters).fetchall())

    figures = {
        "build_seconds": seconds,
        "build_cpu_seconds": cpu_seconds,
        "index_bytes": path.stat().st_size - before,
        "build_peak_rss_bytes": build_rss,
        "queries": percentiles(answer, (query for query in make_queries() if query.is_plain)),
        "libraries": {name: version(name) for name in ("duckdb", "duckdb-extension-fts")},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1])
