"""Copy the marts of a release into PostgreSQL, for BI servers that can't open a file: the entry for that.

Everything happens in one transaction: the copy is made in a schema of its own, and replaces the earlier one
as its last step. Readers see the old copy or the new one, a copy that fails or is killed leaves nothing, and
no password reaches a message or a log.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import psycopg
from psycopg import conninfo, errors, sql
from psycopg.rows import scalar_row

from newsmarts.core.db import quote_identifier, reading_files
from newsmarts.core.errors import DatabaseUnavailable, NewsError, SettingsError
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.export import postgres_schema as schema
from newsmarts.export.lines import csv_line, line_bytes
from newsmarts.export.source import Source, select_marts
from newsmarts.release.releases import find_release

logger = logging.getLogger(__name__)
_BATCH_ROWS = 8192
_CONNECT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class CopyResult:
    """What PostgreSQL holds now; ``copied`` is False when it had this release already."""

    release_id: str
    database: str
    schema: str
    copied: bool
    rows: dict[str, int]


def copy_to_postgres(
    settings: Settings,
    *,
    url: str | None = None,
    as_of: str | None = None,
    force: bool = False,
    progress: Progress = SILENT,
) -> CopyResult:
    """Copy the current release, or the one that ``as_of`` names, to PostgreSQL.

    ``url`` (by default the settings' postgres_url) is a libpq URL or connection string. A release that is
    there already isn't copied again without ``force``.

    Raises:
        SettingsError: no URL, or one that can't be read; a role that isn't there.
        DatabaseUnavailable: no connection, another copy is under way, or readers hold the old copy for longer
            than lock_timeout_seconds.
        MissingPartition, UsageError: no such release.
        NewsError: the database refuses: rights, encoding, a schema with other tables, or views
            elsewhere on the old copy.
    """
    secret = url if url is not None else _url_of(settings)
    release = find_release(settings.home, as_of)
    name = settings.postgres_schema
    with (
        _connected(secret) as (connection, database),
        reading_files({"news": release.path}, settings) as source,
    ):
        source.execute("USE news")
        marts = select_marts(source, (), settings.contracts_dir)
        schema.prepare(connection, name, settings.postgres_reader_role)
        held = schema.held_copy(connection, name)
        copied = force or held is None or held.release_id != release.release_id
        if copied:
            incoming = f"{name}_incoming"
            _copy_marts(connection, source, incoming, marts, progress)
            if held is not None:
                if held.tables:
                    schema.lock(connection, name, held.tables, settings.lock_timeout_seconds)
                schema.drop(connection, name, held.tables)
            names = [mart.name for mart in marts]
            schema.put_in_place(connection, incoming, name, release.release_id, names)
            if settings.postgres_reader_role:
                schema.grant(connection, name, settings.postgres_reader_role)
    now = "holds now" if copied else "held"
    logger.info("PostgreSQL database %s %s release %s.", database, now, release.release_id)
    return CopyResult(
        release.release_id, database, name, copied, {mart.name: mart.mart.rows for mart in marts}
    )


def _url_of(settings: Settings) -> str:
    if settings.postgres_url is None:
        raise SettingsError(
            "NEWS_POSTGRES_URL isn't set. Name the database, as in postgresql://user:password@host:5432/name."
        )
    return settings.postgres_url.get_secret_value()


@contextmanager
def _connected(secret: str) -> Iterator[tuple[schema.Connection, str]]:
    """A connection in a transaction that is committed when the block ends well, and the database's name.

    No error that leaves here holds the password, nor refers to one that does.
    """
    try:
        known = conninfo.conninfo_to_dict(secret)
    except psycopg.Error:  # its text quotes the URL
        raise SettingsError(
            "NEWS_POSTGRES_URL isn't a PostgreSQL address. Write postgresql://user:password@host:5432/name, "
            "and @ : / % in user and password as %40 %3A %2F %25."
        ) from None
    password = str(known.get("password") or "")
    defaults: dict[str, str | int] = {"application_name": "news marts", "connect_timeout": _CONNECT_SECONDS}
    own = {name: value for name, value in defaults.items() if name not in known}
    fault: NewsError
    try:
        address = conninfo.make_conninfo(secret, client_encoding="UTF8", **own)
        with psycopg.connect(address, row_factory=scalar_row) as connection:
            yield connection, connection.info.dbname
            return
    except errors.InsufficientPrivilege as error:
        fault = NewsError(
            f"PostgreSQL: {_message(error, password)}. The user needs CREATE on the database: "
            "GRANT CREATE ON DATABASE … TO …, and has to own the schema that is replaced."
        )
    except psycopg.OperationalError as error:
        fault = DatabaseUnavailable(
            f"PostgreSQL: {_message(error, password)}. Nothing changed there; try again when it answers."
        )
    except psycopg.Error as error:
        fault = NewsError(f"PostgreSQL: {_message(error, password)}. Nothing changed there.")
    raise fault from None


def _message(error: psycopg.Error, password: str) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return text.replace(password, "***") if password else text


def _copy_marts(
    connection: schema.Connection,
    source: duckdb.DuckDBPyConnection,
    incoming: str,
    marts: tuple[Source, ...],
    progress: Progress,
) -> None:
    """Copy these marts into a new schema."""
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(incoming)))
    progress.plan(len(marts))
    for mart in marts:
        progress.start(f"copy {mart.name}")
        schema.create_table(connection, incoming, mart)
        _copy_rows(connection, source, incoming, mart)
        schema.finish_table(connection, incoming, mart)
        progress.finish(f"{mart.mart.rows:,} rows")
        logger.info("Copied %s: %d rows.", mart.name, mart.mart.rows)


def _copy_rows(
    connection: schema.Connection, source: duckdb.DuckDBPyConnection, incoming: str, mart: Source
) -> None:
    """Stream a mart's rows as CSV: NULL is nothing between commas, and an empty text is in quotes.

    FREEZE makes them visible to transactions that began before: a session that sees the table sees its rows.
    """
    line = csv_line(mart.mart.columns, guard=False, end="\n", without_nul=True)
    query = f"SELECT {line} FROM marts.{quote_identifier(mart.name)}"  # noqa: S608
    rows = source.execute(query).to_arrow_reader(_BATCH_ROWS)
    into = sql.SQL("COPY {} FROM STDIN (FORMAT csv, FREEZE)").format(sql.Identifier(incoming, mart.name))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for data in line_bytes(rows):
            copy.write(data)
