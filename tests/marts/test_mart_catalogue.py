"""What the marts look like to a reader: comments everywhere, types that every BI tool knows."""

from __future__ import annotations

import re

from newsmarts.core.db import attach, reading, writer
from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import Settings
from newsmarts.marts import catalogue
from newsmarts.marts.run import build
from tests.marts.factory import DAY, Page, day_after, load_days

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
    "published_from",
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
    files = sorted(catalogue.HERE.parent.rglob("*.sql"))
    assert len(files) > 100
    for path in files:
        code = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
        assert ";" not in code, path


def test_every_mart_is_built() -> None:
    marts = {mart.name for mart in catalogue.marts()}
    files = {path.name for path in (catalogue.HERE / "models").iterdir()}
    assert files == {f"{name}.{kind}" for name in marts for kind in ("sql", "toml")}


def test_a_mart_comes_after_those_that_it_reads() -> None:
    built: set[str] = set()
    for mart in catalogue.marts():
        read = set(re.findall(r"marts\.(\w+)", mart.insert_statement())) - {mart.name}
        assert read <= built, mart.name
        built.add(mart.name)


def test_what_a_write_replaces_are_columns_of_the_mart() -> None:
    for table in (*catalogue.marts(), *catalogue.meta_tables().values()):
        for columns, scope in table.replaces:
            assert set(columns.split(", ")) <= {each.name for each in table.columns}, table.name
            assert (catalogue.HERE / "scopes" / f"{scope}.sql").is_file(), (table.name, scope)


def test_comments_are_reworded_without_a_rebuild(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    with writer(settings) as connection:
        attach(connection, candidate_path(settings.home), "news")
        connection.execute("COMMENT ON COLUMN news.marts.articles.byline IS 'Old wording.'")
        connection.execute("CREATE TABLE news.marts.left_alone (x INTEGER)")
    load_days(settings, {day_after(1): [Page("b", headline="Another headline")]})
    build(settings)
    with reading(candidate_path(settings.home)) as connection:
        found = connection.execute(
            "SELECT column_name, comment FROM duckdb_columns() "
            "WHERE schema_name = 'marts' AND table_name = 'articles'"
        ).fetchall()
        kept = connection.execute("SELECT count(*) FROM marts.left_alone").fetchone()
    assert dict(found) == {column.name: column.comment for column in catalogue.marts()[0].columns}
    assert kept == (0,)  # the candidate is the one from before
