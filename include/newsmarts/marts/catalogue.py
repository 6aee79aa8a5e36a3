"""What the marts are: tables, columns, types and their meaning, read from ``models/<mart>.toml``.

Their SQL is run by name: queries, temporary tables made of a SELECT (scopes), and tables rewritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb

from newsmarts.core.db import quote_identifier, read_sql, run_sql
from newsmarts.core.tables import Table, read_table, read_tables
from newsmarts.release.contents import MART_ORDER

HERE = Path(__file__).parent
# How meta.unaudited names a mart's rows: by the values of this column, of one kind.
_UNAUDITED = {
    "article_id": ("article", '"key"'),
    "capture_day": ("day", '"key"::DATE'),
    "month": ("date", "date_trunc('month', \"key\"::DATE)::DATE"),
    "published_date": ("date", '"key"::DATE'),
    "tag": ("tag", '"key"'),
    "ticker_item_id": ("ticker_item", '"key"'),
}


@cache
def marts() -> tuple[Table, ...]:
    """All marts, in the order in which they are built."""
    return tuple(read_table(HERE / "models" / f"{name}.toml", "marts") for name in MART_ORDER)


@cache
def meta_tables() -> dict[str, Table]:
    """The tables by which a build knows what it has written, by name."""
    return {table.name: table for table in read_tables(HERE / "meta", "meta")}


def definitions() -> Iterator[str]:
    """The statements that make an empty candidate; its comments are applied by themselves."""
    yield "CREATE SCHEMA marts"
    yield "CREATE SCHEMA meta"
    for table in (*marts(), *meta_tables().values()):
        yield table.create_statement()


def unaudited_rows(mart: Table) -> str:
    """The SELECT of a mart's rows that were written since the last audit that passed.

    They are found by the first column that says what a write replaces. A row without a value there has no
    key, so it is always among them.
    """
    rows = f"SELECT * FROM {mart.identifier}"  # noqa: S608 - the name is from a file of this package
    if not mart.replaces:
        return rows
    name, _ = mart.replaces[0]
    column, (kind, value) = quote_identifier(name), _UNAUDITED[name]
    keys = f"SELECT {value} FROM meta.unaudited WHERE kind = '{kind}'"  # noqa: S608
    # new rows are at a table's end: found by their place first, all columns of the others stay unread
    found = f"SELECT rowid FROM {mart.identifier} WHERE {column} IN ({keys}) OR {column} IS NULL"  # noqa: S608
    return f"{rows} WHERE rowid IN ({found})"


def count_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows each mart has."""
    counts = {}
    for mart in marts():
        row = connection.table(mart.identifier).count("*").fetchone()
        counts[mart.name] = 0 if row is None else int(row[0])
    return counts


def run_query(
    connection: duckdb.DuckDBPyConnection, name: str, **parameters: object
) -> duckdb.DuckDBPyConnection:
    """Run ``queries/<name>.sql``."""
    return run_sql(connection, HERE / "queries" / f"{name}.sql", parameters)


def make_scope(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> None:
    """Make a temporary table of the SELECT in ``scopes/<name>.sql``, in place of the one before."""
    select = read_sql(HERE / "scopes" / f"{name}.sql")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote_identifier(name)} AS\n{select}", parameters)


def write_table(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Go through the steps that bring a table to the state of the scopes."""
    for step in table.steps:
        folder, _, name = step.rpartition("/")
        if folder == "scopes":
            make_scope(connection, name)
        elif folder == "queries":
            run_query(connection, name)
        else:
            for statement in table.delete_statements():
                connection.execute(statement)
            connection.execute(table.insert_statement())
