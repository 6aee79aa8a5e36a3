"""What the marts look like to a reader: comments everywhere, types that every BI tool knows."""

from __future__ import annotations

import re
from pathlib import Path

from newsmarts.core.db import reading
from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import Settings
from newsmarts.marts import catalogue
from newsmarts.marts.run import build
from tests.marts.factory import DAY, Page, load_days

KNOWN_TO_BI = {"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}
ARTICLES = [
    "article_id",
    "publisher",
    "news_id",
    "url",
    "headline",
    "standfirst",
    "byline",
    "byline_raw",
    "agency",
    "published_at",
    "published_local",
    "published_date",
    "read_minutes",
    "share_count",
    "image_alt",
    "image_caption",
    "excerpt",
    "word_count",
    "body_length_chars",
    "language",
    "first_captured_at",
    "last_captured_at",
    "capture_sha256",
]


def test_every_table_and_column_has_a_comment_and_a_plain_type(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    with reading(candidate_path(settings.home)) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE database_name = 'news'"
        ).fetchall()
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
            "WHERE database_name = 'news' AND schema_name = 'marts'"
        ).fetchall()
        views = connection.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchone()
    assert {name for schema, name, _ in tables if schema == "marts"} == {m.name for m in catalogue.marts()}
    assert {schema for schema, _, _ in tables} == {"marts", "meta"}
    assert [name for _, name, comment in tables if not comment] == []
    assert len(columns) > 70
    assert [row for row in columns if not row[3]] == []
    assert {row[2] for row in columns} <= KNOWN_TO_BI
    assert views == (0,)


def test_a_date_stands_beside_every_utc_time() -> None:
    for mart in catalogue.marts():
        times = [column.name for column in mart.columns if column.type == "TIMESTAMPTZ"]
        dates = {column.name for column in mart.columns if column.type == "DATE"}
        for time in times:
            assert dates & {f"{time.removesuffix('_at')}_date", "capture_day"}, (mart.name, time)


def test_articles_have_the_agreed_columns() -> None:
    articles = next(mart for mart in catalogue.marts() if mart.name == "articles")
    assert [column.name for column in articles.columns][: len(ARTICLES)] == ARTICLES


def test_each_sql_file_is_one_statement() -> None:
    files = sorted(catalogue.HERE.rglob("*.sql"))
    assert len(files) > 30
    for path in files:
        code = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
        assert ";" not in code, path


def test_every_mart_is_built(tmp_path: Path) -> None:
    folders = {path.name for path in (catalogue.HERE / "models").iterdir()}
    assert folders == {mart.name for mart in catalogue.marts()}
    for mart in catalogue.marts():
        folder = catalogue.HERE / "models" / mart.name
        assert {*folder.iterdir()} == {folder / "table.toml", mart.changed, *mart.statements}
