"""DuckDB as the writing stages use it: bounded memory, SQL kept in files. Hold ``locks.writer_lock``."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from newsmarts.core.errors import NewsError, SettingsError, UsageError
from newsmarts.core.failures import disk_full
from newsmarts.core.files import unshare
from newsmarts.core.settings import Settings

_SPILL_PREFIX = "news-duckdb-"
# Text is compressed from v1.4.0 on, and 1.4, 1.5 and 2.0 can read it; small row groups keep
# the rewriting of one day cheap.
_STORAGE = "STORAGE_VERSION 'v1.4.0', ROW_GROUP_SIZE 16384"
# The errors by which DuckDB reports a damaged file; a full disk raises the first as well.
DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)


@contextlib.contextmanager
def writer(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the settings' limits and no database of its own: attach those to work on.

    Raises:
        SettingsError: a limit that DuckDB doesn't understand.
        NewsError: the work needs more memory than the limit.
        DiskFull: the disk is full, whichever of its errors DuckDB raises for that.
    """
    scratch = settings.home / "warehouse" / ".duckdb_tmp"
    shutil.rmtree(scratch, ignore_errors=True)  # what a stopped writer left; there is only one at a time
    scratch.parent.mkdir(parents=True, exist_ok=True)  # DuckDB makes the last folder only
    with _connected(_limits(settings), str(scratch)) as connection:
        yield connection


@contextlib.contextmanager
def reading(path: Path, *, memory_limit: str = "1GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads one database file, as catalog ``news``, and nothing else."""
    with _attached({"news": path}, {"memory_limit": memory_limit}) as connection:
        connection.execute("USE news")
        yield connection


@contextlib.contextmanager
def reading_files(files: Mapping[str, Path], settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads these files, each under its catalog's name, within a writer's limits.

    What doesn't fit into memory goes to the system's folder for temporary files (TMPDIR names another).

    Raises:
        SettingsError: a limit that DuckDB doesn't understand.
        NewsError: a file is damaged, or the work needs more than the limits.
    """
    with contextlib.ExitStack() as opened:
        try:
            connection = opened.enter_context(_attached(files, _limits(settings)))
        except (duckdb.IOException, duckdb.SerializationException) as error:
            names = " or ".join(str(path) for path in files.values())
            raise NewsError(
                f"{names} can't be read: {error}. Publish again, or name another release."
            ) from error
        yield connection


@contextlib.contextmanager
def _attached(files: Mapping[str, Path], limits: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Files are attached, not connected to: a reader in this process may have one open with other settings,
    which DuckDB rejects.
    """
    with (
        tempfile.TemporaryDirectory(prefix=_SPILL_PREFIX, ignore_cleanup_errors=True) as spill,
        _connected(limits, spill) as connection,
    ):
        for name, path in files.items():
            attach(connection, path, name, read_only=True)
        connection.execute("SET enable_external_access = false")
        yield connection


def _limits(settings: Settings) -> dict[str, Any]:
    return {
        "memory_limit": settings.duckdb_memory_limit,
        "max_temp_directory_size": settings.duckdb_max_temp_size,
        "threads": settings.duckdb_threads,
    }


@contextlib.contextmanager
def _connected(limits: Mapping[str, Any], spill: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection without a database; what doesn't fit into memory goes to the folder ``spill``."""
    memory, room = limits["memory_limit"], limits.get("max_temp_directory_size")
    try:
        connection = duckdb.connect(
            ":memory:",
            config={
                **limits,
                "temp_directory": spill,
                "autoinstall_known_extensions": "false",  # nothing is ever downloaded
                "autoload_known_extensions": "false",
            },
        )
    except duckdb.Error as error:
        raise SettingsError(
            f"DuckDB rejects NEWS_DUCKDB_MEMORY_LIMIT={memory!r} or "
            f"NEWS_DUCKDB_MAX_TEMP_SIZE={room!r}: {error}. Write them as in 1GB."
        ) from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    except duckdb.OutOfMemoryException as error:
        raise NewsError(
            f"DuckDB needs more than NEWS_DUCKDB_MEMORY_LIMIT ({memory}), or in {spill} more than "
            f"NEWS_DUCKDB_MAX_TEMP_SIZE ({room or 'not set here'}). {error}"
        ) from error
    except duckdb.Error as error:
        if failure := disk_full(error, Path(spill)):
            raise failure from error
        raise
    finally:
        connection.close()


def spill_folder(path: Path) -> Path:
    """Where connections of this process to one database file put what doesn't fit into memory.

    Two instances of DuckDB that share such a folder write into each other's files and crash (1.5.5), so
    it is of this process and of this file; connections to one file share an instance, and must name the
    same folder.
    """
    return _process_folder(os.getpid()) / hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


@cache
def _process_folder(pid: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=_SPILL_PREFIX))

    def remove() -> None:
        if os.getpid() == pid:  # a forked child has its parent's exit handlers, and this cache, too
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool = False) -> None:
    """Attach a database file under a name; a writable one is made when missing.

    Raises:
        UsageError: the path has a question mark.
    """
    if "?" in str(path):  # DuckDB takes the rest for options and puts its log before it
        raise UsageError(f"DuckDB can't work in {path}: name a folder without a question mark in its path.")
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
        unshare(path)  # a release may have this file, too
    options = "READ_ONLY" if read_only else _STORAGE
    # ATTACH takes no parameters
    connection.execute(f"ATTACH {quote_literal(str(path))} AS {quote_identifier(name)} ({options})")


def quote_identifier(name: str) -> str:
    """A name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """A text as SQL writes it, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


@contextlib.contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit when the block ends well; otherwise leave everything as it was."""
    connection.begin()
    try:
        yield
    except BaseException:
        # a fatal error has already ended the transaction, and is the one to report
        with contextlib.suppress(duckdb.Error):
            connection.rollback()
        raise
    connection.commit()


@cache
def read_sql(path: Path) -> str:
    """One statement, as its file has it."""
    return path.read_text(encoding="utf-8")


def run_sql(
    connection: duckdb.DuckDBPyConnection, path: Path, parameters: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """Run the statement of a ``.sql`` file, with its ``$name`` parameters."""
    return connection.execute(read_sql(path), dict(parameters) if parameters else None)


def as_dicts(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """All rows that a query gave, each by the names of its columns."""
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def log_of(path: Path) -> Path:
    """DuckDB's log of what isn't in a database file yet."""
    return path.with_name(f"{path.name}.wal")


def remove_database(path: Path) -> None:
    """Remove a database file that is not open, and its log; neither has to exist."""
    for file in (path, log_of(path)):
        file.unlink(missing_ok=True)
