"""Airflow's metadata database, SQLite or PostgreSQL: copied while Airflow uses it.

PostgreSQL's own programs do it there (pg_dump, pg_restore); passwords reach them by their environment.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from newsmarts.core.errors import NewsError, UsageError


class DatabaseCopyError(NewsError):
    """The metadata database can't be copied; the message says what to do next."""


def database_url(text: str) -> URL:
    """A database's address. Raises UsageError when it is none, or of another kind."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise UsageError("That is no database's address. Write it as Airflow's sql_alchemy_conn.") from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise UsageError(f"{url.get_backend_name()} can't be copied here: only SQLite and PostgreSQL.")
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise UsageError(f"There is no database {url.database}. Start Airflow once, or name another one.")
    return url


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite database as it is at one moment, readable by its owner alone.

    Raises:
        DatabaseCopyError: it is damaged, or the disk is full.
    """
    target.touch(mode=0o600)
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
            contextlib.closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing)
    except sqlite3.Error as error:
        raise DatabaseCopyError(f"{source} can't be copied: {error}.") from error


def dump_postgres(url: URL, target: Path) -> None:
    """Write a PostgreSQL database into a file for pg_restore, as it is at one moment.

    Raises:
        DatabaseCopyError: pg_dump isn't here, or failed.
    """
    target.touch(mode=0o600)
    _run(["pg_dump", "--format=custom", f"--file={target}"], url)


@contextlib.contextmanager
def scratch_copy(url: URL) -> Iterator[URL]:
    """A copy of the database that goes away with the block: a file, or a database on the same server.

    Raises:
        DatabaseCopyError: it can't be copied.
    """
    with tempfile.TemporaryDirectory(prefix="news-airflow-copy-") as folder:
        if url.get_backend_name() == "sqlite":
            target = Path(folder) / "airflow.db"
            copy_sqlite(Path(url.database or ""), target)
            yield url.set(database=str(target))
            return
        dump = Path(folder) / "airflow.dump"
        dump_postgres(url, dump)
        with _scratch_database(url) as scratch:
            _run(["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", str(dump)], scratch)
            yield scratch


@contextlib.contextmanager
def _scratch_database(url: URL) -> Iterator[URL]:
    name = f"news_upgrade_check_{os.getpid()}"
    try:
        with psycopg.connect(conninfo(url), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
    except psycopg.errors.InsufficientPrivilege:
        raise DatabaseCopyError(
            f"The role {url.username} may not make databases, and the check works on a copy. Name one that "
            "may, in DATABASE=postgresql://…, such as the server's superuser."
        ) from None
    except psycopg.Error as error:
        raise DatabaseCopyError(f"The database server can't be asked: {error}") from None
    try:
        yield url.set(database=name)
    finally:
        with psycopg.connect(conninfo(url), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def conninfo(url: URL, *, password: bool = True) -> str:
    """The address as psycopg and PostgreSQL's programs read it."""
    parts: dict[str, Any] = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password if password else None,
        "dbname": url.database,
        **url.query,
    }
    return make_conninfo(**{name: value for name, value in parts.items() if value is not None})


def _run(command: list[str], url: URL) -> None:
    """Run one of PostgreSQL's programs on a database."""
    program = shutil.which(command[0])
    if program is None:
        raise DatabaseCopyError(
            f"{command[0]} isn't on this machine: install PostgreSQL's programs (on Debian: apt install "
            "postgresql-client), of the server's version or a newer one."
        )
    # the address without its password is harmless on a command line
    bare = conninfo(url, password=False)
    done = subprocess.run(
        [program, *command[1:], "--dbname", bare],
        env={**os.environ, "PGPASSWORD": url.password or os.environ.get("PGPASSWORD", "")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        raise DatabaseCopyError(f"{command[0]} failed: {last}")
