"""The marts' SQL, run by name: queries, temporary tables made of a SELECT (scopes), and tables rewritten."""

from __future__ import annotations

from pathlib import Path

import duckdb

from newsmarts.core.db import quote_identifier, read_sql, run_sql
from newsmarts.core.tables import Table

HERE = Path(__file__).parent


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
            connection.execute(table.delete_statement())
            connection.execute(table.insert_statement())
