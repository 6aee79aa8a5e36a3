"""Compaction: the warehouse and the release candidate are copied into fresh files, which take their place.

DuckDB uses deleted space again, but a file never gets smaller, and rows of one day spread over it.
"""

from __future__ import annotations

import logging
import os
import shutil
from datetime import datetime
from pathlib import Path

import duckdb

from newsmarts.core.db import attach, log_of, remove_database, run_sql, writer
from newsmarts.core.errors import NewsError
from newsmarts.core.files import TEMPORARY_PREFIX, fsync_path
from newsmarts.core.locks import writer_lock
from newsmarts.core.partitions import candidate_path, warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.core.text import sized
from newsmarts.ops.maintenance.steps import DAY_SECONDS, StepResult

logger = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_STAMP = ".compacted"
_EVERY_SECONDS = 28 * DAY_SECONDS
_ROOM = 1.1  # a copy is at most as large as the file, and a little


def compact(settings: Settings, *, now: datetime, dry_run: bool = False, at_once: bool = False) -> StepResult:
    """Copy both databases into fresh files every four weeks; ``at_once``: now.

    A copy takes its file's place only when it has the same tables, columns, comments and rows. Hold no lock.

    Raises:
        LockTimeout: a writer held the warehouse too long.
        NewsError: a copy differs, or a file is damaged; the old one stays.
    """
    home = settings.home
    files = [path for path in (warehouse_path(home), candidate_path(home)) if path.exists()]
    if not files:
        return StepResult("compaction", 0, 0, 0, "There is no warehouse yet.")
    size_bytes = sum(path.stat().st_size for path in files)
    stamp = warehouse_path(home).with_name(_STAMP)
    age = now.timestamp() - stamp.stat().st_mtime if stamp.exists() else _EVERY_SECONDS
    if age < _EVERY_SECONDS and not at_once:
        summary = f"Compacted {age / DAY_SECONDS:.0f} days ago; it is done every 28 days."
        return StepResult("compaction", 0, size_bytes, 0, summary)
    if dry_run:
        summary = f"{sized(size_bytes)} in {len(files)} databases would be copied into fresh files."
        return StepResult("compaction", len(files), size_bytes, 0, summary)
    with writer_lock(settings):
        for path in files:
            _check_room(path)
            _compact(settings, path)
    stamp.touch()
    os.utime(stamp, (now.timestamp(), now.timestamp()))
    after = sum(path.stat().st_size for path in files)
    summary = f"{len(files)} databases compacted: {sized(size_bytes)} before, {sized(after)} now."
    return StepResult("compaction", len(files), size_bytes, len(files), summary)


def _check_room(path: Path) -> None:
    needed, free = path.stat().st_size * _ROOM, shutil.disk_usage(path.parent).free
    if free < needed:
        raise NewsError(
            f"{path} can't be compacted: the copy needs {sized(needed)}, and {sized(free)} are free. "
            "Make room, or leave it as it is: only its size is concerned."
        )


def _compact(settings: Settings, path: Path) -> None:
    fresh = path.with_name(f"{TEMPORARY_PREFIX}compact-{path.name}")
    remove_database(fresh)  # of a compaction that was stopped
    try:
        try:
            with writer(settings) as connection:
                attach(connection, path, "old")
                connection.execute("CHECKPOINT old")
                attach(connection, fresh, "fresh")
                connection.execute("COPY FROM DATABASE old TO fresh")
                _check_same(connection, path)
                connection.execute("CHECKPOINT fresh")
        except (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException) as error:
            raise NewsError(f"{path} can't be compacted: {error}. It stays as it was.") from error
        if log_of(path).exists() or log_of(fresh).exists():
            raise NewsError(f"{log_of(path)} is still there after a checkpoint: {path} stays as it was.")
        fsync_path(fresh)
        before, after = path.stat().st_size, fresh.stat().st_size
        os.replace(fresh, path)
        fsync_path(path.parent)
    finally:
        remove_database(fresh)
    logger.info("%s: %s before, %s now.", path, sized(before), sized(after))


def _check_same(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raise NewsError unless both databases have the same columns, comments and rows."""
    columns = [
        run_sql(connection, _HERE / "columns.sql", {"name": name}).fetchall() for name in ("old", "fresh")
    ]
    if columns[0] != columns[1]:
        raise NewsError(f"The copy of {path} has other columns; the file stays as it was. Report this.")
    for schema, table in dict.fromkeys((row[0], row[1]) for row in columns[0]):
        old, fresh = (_content(connection, name, schema, table) for name in ("old", "fresh"))
        if old != fresh:
            raise NewsError(
                f"The copy of {path} has other rows in {schema}.{table} ({old} and {fresh}); "
                "the file stays as it was. Report this."
            )


def _content(connection: duckdb.DuckDBPyConnection, name: str, schema: str, table: str) -> tuple[object, ...]:
    """How many rows a table has, and sums over a hash of each."""
    rows = f'{name}."{schema}"."{table}"'  # names are the project's own; they can't be parameters
    query = f"SELECT count(*), sum(hash(content)::HUGEINT), bit_xor(hash(content)) FROM {rows} AS content"  # noqa: S608
    found = connection.execute(query).fetchone()
    return tuple(found or ())
