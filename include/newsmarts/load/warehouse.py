"""The private warehouse: one DuckDB file that holds every loaded day, replaced a day at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from newsmarts.core import versions
from newsmarts.core.db import DAMAGE, as_dicts, attach, reading, run_sql, transaction, writer
from newsmarts.core.errors import ConservationError, NewsError
from newsmarts.core.partitions import warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.core.tables import read_tables
from newsmarts.load.staged import StagedDay

HERE = Path(__file__).parent
TABLES = read_tables(HERE / "tables", "warehouse")
_SHOWN = 5  # captures that a message names; the rest are counted


@contextlib.contextmanager
def opened(settings: Settings, path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, open for writing, with its tables made when it is new. Hold the writer lock.

    Raises:
        NewsError: the file is damaged, which may also show only when it is worked with.
        OSError: the disk is full.
        OtherLayout: the file was made with other definitions of its tables.
    """
    path = path or warehouse_path(settings.home)
    with _damage_explained(path), writer(settings) as connection:
        attach(connection, path, "news")
        connection.execute("USE news")
        layout = _layout_of(connection)
        if layout is None:
            _make(connection)
        if layout not in {None, versions.warehouse_version()}:
            connection.execute("CHECKPOINT news")
            raise OtherLayout
        yield connection
        connection.execute("CHECKPOINT news")


@contextlib.contextmanager
def _damage_explained(path: Path) -> Iterator[None]:
    """Turn DuckDB's error about a damaged file into one with the next step."""
    try:
        yield
    except DAMAGE as error:
        raise NewsError(
            f"The warehouse {path} can't be used: {error}. If it is damaged, rebuild it from "
            "staged/validated: newsmarts rebuild"
        ) from error


def made_with(path: Path) -> str | None:
    """The layout that a warehouse was made with, read without opening it for writing; None: it has none.

    Raises:
        duckdb.Error: it is damaged, or another process writes it.
    """
    with reading(path) as connection:
        return _layout_of(connection)


class OtherLayout(Exception):
    """The warehouse was made with other definitions of its tables."""


def _layout_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    try:
        row = run_sql(connection, HERE / "queries" / "layout.sql").fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None else str(row[0])


def _make(connection: duckdb.DuckDBPyConnection) -> None:
    with transaction(connection):
        connection.execute("CREATE SCHEMA warehouse")
        for table in TABLES:
            connection.execute(table.create_statement())
        run_sql(connection, HERE / "queries" / "create_about.sql")
        connection.execute(
            "INSERT INTO warehouse.about VALUES ($layout)", {"layout": versions.warehouse_version()}
        )


def loaded_sha256(connection: duckdb.DuckDBPyConnection, day: date) -> str | None:
    """The hash of what the day was loaded from, or None when it isn't loaded."""
    row = run_sql(connection, HERE / "queries" / "loaded_day.sql", {"day": day}).fetchone()
    return None if row is None else str(row[0])


def replace_day(connection: duckdb.DuckDBPyConnection, staged: StagedDay) -> None:
    """Replace the day's rows: all of them, or nothing changes.

    Raises:
        ConservationError: a capture of the day is neither valid nor in quarantine, or both.
    """
    with transaction(connection):
        for table in TABLES:
            delete = f"DELETE FROM {table.identifier} WHERE capture_day = $day"  # noqa: S608
            connection.execute(delete, {"day": staged.day})
            insert = table.insert_statement()
            parameters = {"source_sha256": staged.source_sha256} if table.name == "days" else None
            with staged.registered(connection, insert):
                connection.execute(insert, parameters)
        _check_conservation(connection, staged)


def day_counts(connection: duckdb.DuckDBPyConnection, day: date) -> dict[str, int]:
    """How many captures, articles, quarantined captures and ticker items the loaded day has."""
    (counts,) = as_dicts(run_sql(connection, HERE / "queries" / "day_counts.sql", {"day": day}))
    return counts


def _check_conservation(connection: duckdb.DuckDBPyConnection, staged: StagedDay) -> None:
    strays = run_sql(connection, HERE / "queries" / "unaccounted.sql", {"day": staged.day}).fetchall()
    counts = day_counts(connection, staged.day)
    outcome = staged.outcome
    stated = {
        "captures": outcome["captures"],
        "articles": outcome["valid"],
        "quarantined": outcome["quarantined"],
        "ticker_items": outcome["ticker_items"],
    }
    if not strays and counts == stated:
        return
    named = ", ".join(
        f"{capture_id} (captured: {captured}, valid: {valid}, quarantined: {quarantined})"
        for capture_id, captured, valid, quarantined in strays[:_SHOWN]
    )
    raise ConservationError(
        f"{staged.day} doesn't add up: the outcome has {stated}, its rows {counts}"
        + (f"; {len(strays)} captures aren't accounted for once: {named}" if strays else "")
        + f". Nothing was loaded. Run {staged.day} again from land on."
    )
