"""Airflow's metadata database, SQLite or PostgreSQL, copied while Airflow uses it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from newsmarts.core.errors import NewsError


class DatabaseCopyError(NewsError):
    """The metadata database can't be copied; the message says what to do next."""


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite database as it is at one moment, readable by its owner only.

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


def dump_postgres(address: str, target: Path) -> None:
    """Write a PostgreSQL database (Airflow's sql_alchemy_conn) into a file for pg_restore.

    Raises:
        DatabaseCopyError: pg_dump isn't installed, or failed.
    """
    program = shutil.which("pg_dump")
    if program is None:
        raise DatabaseCopyError(
            "pg_dump isn't on this machine: install PostgreSQL's programs (on Debian: apt install "
            "postgresql-client), of the server's version or a newer one."
        )
    url = make_url(address)
    # the address without its password is harmless on a command line
    bare = url._replace(drivername="postgresql", password=None).render_as_string()
    target.touch(mode=0o600)
    done = subprocess.run(
        [program, "--format=custom", f"--file={target}", "--dbname", bare],
        env={**os.environ, "PGPASSWORD": url.password or os.environ.get("PGPASSWORD", "")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        raise DatabaseCopyError(f"pg_dump failed: {last}")
