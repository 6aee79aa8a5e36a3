"""The private warehouse: one DuckDB file that holds every loaded day, replaced a day at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from newsmarts.core import versions
from newsmarts.core.db import DAMAGE, as_dicts, attach, read_sql, reading, run_sql, transaction, writer
from newsmarts.core.errors import ConservationError, NewsError
from newsmarts.core.partitions import warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.core.tables import read_tables
from newsmarts.load.staged import StagedDay

HERE = Path(__file__).parent
TABLES = read_tables(HERE / "tables", "warehouse")
OF_REFUSED_DAYS = frozenset({"captures", "contract_results", "days", "quarantine"})
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


@dataclass(frozen=True, slots=True)
class LoadedDay:
    """What a loaded day was loaded from, and whether as an accepted day."""

    source_sha256: str
    outcome: Literal["accepted", "refused"]
    refusal: str | None  # of the day, or of a later run of an accepted day


def loaded_day(connection: duckdb.DuckDBPyConnection, day: date) -> LoadedDay | None:
    """The day as it is loaded; None when it isn't."""
    row = run_sql(connection, HERE / "queries" / "loaded_day.sql", {"day": day}).fetchone()
    return None if row is None else LoadedDay(*row)


def record_refusal(connection: duckdb.DuckDBPyConnection, day: date, refusal: str) -> None:
    """Note that a later run of a loaded day was refused; its rows stay."""
    run_sql(connection, HERE / "queries" / "record_refusal.sql", {"day": day, "refusal": refusal})


def replace_day(connection: duckdb.DuckDBPyConnection, staged: StagedDay) -> None:
    """Replace the day's rows: all of them, or nothing changes.

    A refused day has captures with their reasons, but neither articles nor what was read beside them.

    Raises:
        ConservationError: a capture of the day is neither valid nor has a reason, or both.
    """
    with transaction(connection):
        for table in TABLES:
            delete = f"DELETE FROM {table.identifier} WHERE capture_day = $day"  # noqa: S608
            connection.execute(delete, {"day": staged.day})
            if staged.refusal is not None and table.name not in OF_REFUSED_DAYS:
                continue
            insert = table.insert_statement()
            parameters = {"source_sha256": staged.source_sha256} if table.name == "days" else None
            with staged.registered(connection, insert):
                connection.execute(insert, parameters)
        if staged.refusal is not None:
            path = HERE / "queries" / "insert_refused.sql"
            with staged.registered(connection, read_sql(path)):
                run_sql(connection, path)
        _check_conservation(connection, staged)


def day_counts(connection: duckdb.DuckDBPyConnection, day: date) -> dict[str, int]:
    """How many captures, articles, ticker items and captures of other outcomes the loaded day has."""
    (counts,) = as_dicts(run_sql(connection, HERE / "queries" / "day_counts.sql", {"day": day}))
    return counts


def _check_conservation(connection: duckdb.DuckDBPyConnection, staged: StagedDay) -> None:
    strays = run_sql(connection, HERE / "queries" / "unaccounted.sql", {"day": staged.day}).fetchall()
    counts = day_counts(connection, staged.day)
    outcome, refused = staged.outcome, staged.refusal is not None
    stated = {
        "captures": outcome["captures"],
        "articles": 0 if refused else outcome["valid"],
        "not_article": outcome.get("not_article") or 0,  # earlier versions had none
        "quarantined": outcome["quarantined"] + (outcome["valid"] if refused else 0),
        "ticker_items": 0 if refused else outcome["ticker_items"],
    }
    if not strays and counts == stated:
        return
    named = ", ".join(
        f"{capture_id} (captured: {captured}, valid: {valid}, with a reason: {has_reason})"
        for capture_id, captured, valid, has_reason in strays[:_SHOWN]
    )
    raise ConservationError(
        f"{staged.day} doesn't add up: the outcome has {stated}, its rows {counts}"
        + (f"; {len(strays)} captures aren't accounted for once: {named}" if strays else "")
        + f". Nothing was loaded. Run {staged.day} again from land on."
    )
