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
QUERIES = HERE / "queries"
TABLES = read_tables(HERE / "tables", "warehouse")
_COLUMNS = {table.name: {column.name for column in table.columns} for table in TABLES}
OF_REFUSED_DAYS = frozenset({"captures", "contract_results", "days", "quarantine"})
_DAY_REFUSED = QUERIES / "day_refused.sql"
_SHOWN = 5  # captures that a message names; the rest are counted


@contextlib.contextmanager
def opened(settings: Settings, path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, open for writing, with its tables made when it is new. Hold the writer lock.

    Raises:
        NewsError: the file is damaged, which may also show only when it is worked with.
        DiskFull: the disk is full.
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
        row = run_sql(connection, QUERIES / "layout.sql").fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None else str(row[0])


def _make(connection: duckdb.DuckDBPyConnection) -> None:
    with transaction(connection):
        connection.execute("CREATE SCHEMA warehouse")
        for table in TABLES:
            connection.execute(table.create_statement())
        run_sql(connection, QUERIES / "create_about.sql")
        connection.execute(
            "INSERT INTO warehouse.about VALUES ($layout)", {"layout": versions.warehouse_version()}
        )


@dataclass(frozen=True, slots=True)
class LoadedDay:
    """What a loaded day was loaded from, and whether as an accepted day."""

    source_sha256: str  # of an accepted day, after a space, also that of a later run that was refused
    outcome: Literal["accepted", "refused"]


def loaded_day(connection: duckdb.DuckDBPyConnection, day: date) -> LoadedDay | None:
    """The day as it is loaded; None when it isn't."""
    row = run_sql(connection, QUERIES / "loaded_day.sql", {"day": day}).fetchone()
    return None if row is None else LoadedDay(*row)


def record_refusal(connection: duckdb.DuckDBPyConnection, staged: StagedDay, source_sha256: str) -> None:
    """Note that a later run of an accepted day was refused: its rows stay, captures that it lacks are added.

    These have the reasons of the refused run. Those that an earlier refused run added are replaced.

    Raises:
        ConservationError: an added capture has no reason, or a reason no capture; nothing changes.
    """
    day = {"day": staged.day}
    tables = HERE / "tables"
    with transaction(connection):
        run_sql(connection, QUERIES / "delete_added_reasons.sql", day)
        run_sql(connection, QUERIES / "delete_added_captures.sql", day)
        run_sql(connection, QUERIES / "create_accepted_captures.sql", day)
        for table, select in (
            ("captures", tables / "captures.sql"),
            ("quarantine", tables / "quarantine.sql"),
            ("quarantine", _DAY_REFUSED),
        ):
            rows = f"SELECT * FROM ({read_sql(select)}) ANTI JOIN accepted_captures USING (capture_id)"  # noqa: S608
            _insert(connection, staged, table, rows)
        facts = {"refusal": staged.refusal, "source_sha256": source_sha256}
        run_sql(connection, QUERIES / "record_refusal.sql", day | facts)
        _check_conservation(connection, staged.day)


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
            parameters = {"source_sha256": staged.source_sha256} if table.name == "days" else None
            _insert(connection, staged, table.name, read_sql(table.path.with_suffix(".sql")), parameters)
        if staged.refusal is not None:
            _insert(connection, staged, "quarantine", read_sql(_DAY_REFUSED))
        _check_conservation(connection, staged.day, _stated_counts(staged))


def _insert(
    connection: duckdb.DuckDBPyConnection,
    staged: StagedDay,
    table: str,
    rows: str,
    parameters: dict[str, str] | None = None,
) -> None:
    """Add the rows of a SELECT."""
    with staged.registered(connection, rows, _COLUMNS[table]):
        connection.execute(f"INSERT INTO warehouse.{table} BY NAME\n{rows}", parameters)


def day_counts(connection: duckdb.DuckDBPyConnection, day: date) -> dict[str, int]:
    """How many captures, articles, ticker items and captures of other outcomes the loaded day has."""
    (counts,) = as_dicts(run_sql(connection, QUERIES / "day_counts.sql", {"day": day}))
    return counts


def _stated_counts(staged: StagedDay) -> dict[str, int]:
    """What ``day_counts`` must give once the staged day is loaded."""
    outcome, refused = staged.outcome, staged.refusal is not None
    return {
        "captures": outcome["captures"],
        "articles": 0 if refused else outcome["valid"],
        "not_article": outcome.get("not_article") or 0,  # earlier versions had none
        "quarantined": outcome["quarantined"] + (outcome["valid"] if refused else 0),
        "ticker_items": 0 if refused else outcome["ticker_items"],
    }


def _check_conservation(
    connection: duckdb.DuckDBPyConnection, day: date, stated: dict[str, int] | None = None
) -> None:
    """Raise ConservationError unless each capture is accounted for once, and counts are as stated."""
    strays = run_sql(connection, QUERIES / "unaccounted.sql", {"day": day}).fetchall()
    counts = day_counts(connection, day)
    if not strays and stated in (None, counts):
        return
    named = ", ".join(
        f"{capture_id} (captured: {captured}, valid: {valid}, with a reason: {has_reason})"
        for capture_id, captured, valid, has_reason in strays[:_SHOWN]
    )
    raise ConservationError(
        f"{day} doesn't add up"
        + (f": the outcome has {stated}, its rows {counts}" if stated else "")
        + (f"; {len(strays)} captures aren't accounted for once: {named}" if strays else "")
        + f". Nothing was loaded. Run {day} again from land on."
    )
