"""The schema of a copy in PostgreSQL: its tables, its mark, and how it replaces the old one.

Connections here give a query's first column (``psycopg.rows.scalar_row``).
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import errors
from psycopg.sql import SQL, Identifier, Literal

from newsmarts.core.errors import DatabaseUnavailable, NewsError, SettingsError
from newsmarts.export.source import Source

# PostgreSQL's names for DuckDB's types; all else is text.
_TYPES = {
    **{name: name for name in ("BIGINT", "BOOLEAN", "DATE", "INTEGER", "SMALLINT", "TIMESTAMP")},
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "HUGEINT": "numeric",
    "TINYINT": "smallint",
}
_MARK = "News marts: a copy of release {}, replaced whole by the next. "
_LIMITS = {
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
}
_LOOK_AGAIN_SECONDS = 0.2
# The first sessions that hold a table of a schema.
_HOLDERS = (
    "SELECT DISTINCT format('process %%s ', pid) || coalesce(nullif(application_name, ''), 'without a name') "
    "FROM pg_locks JOIN pg_class ON pg_class.oid = relation JOIN pg_stat_activity USING (pid) "
    "WHERE relnamespace = %s::regnamespace AND pid <> pg_backend_pid() ORDER BY 1 LIMIT 5"
)

Connection = psycopg.Connection[Any]


class HeldCopy(NamedTuple):
    """A copy in the schema: its release and its tables."""

    release_id: str
    tables: tuple[str, ...]


def prepare(connection: Connection, schema: str, reader: str | None) -> None:
    """Begin: plain limits, one copy at a time, and early checks for what would make the copy fail at the end.

    Raises:
        DatabaseUnavailable: another copy is under way.
        NewsError: the database isn't in UTF-8.
        SettingsError: the reader's role isn't there.
    """
    for item in _LIMITS.items():
        connection.execute("SELECT set_config(%s, %s, true)", item)
    if not _one(connection, "SELECT pg_try_advisory_xact_lock(hashtext(%s))", f"news marts {schema}"):
        raise DatabaseUnavailable(f"Another copy to schema {schema} is under way. Try again when it is done.")
    encoding = _one(connection, "SHOW server_encoding")
    if encoding != "UTF8":
        raise NewsError(f"The database is in {encoding}, which can't hold every text: make one in UTF8.")
    if reader and not _one(connection, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", reader):
        raise SettingsError(
            f"NEWS_POSTGRES_READER_ROLE: the database has no role {reader!r}. "
            "Make it (CREATE ROLE … LOGIN PASSWORD …) or unset the variable."
        )


def held_copy(connection: Connection, schema: str) -> HeldCopy | None:
    """The copy that the schema holds; None when there is no such schema.

    Raises:
        NewsError: the schema has other tables.
    """
    namespace = _one(connection, "SELECT oid FROM pg_namespace WHERE nspname = %s", schema)
    if namespace is None:
        return None
    query = "SELECT relname FROM pg_class WHERE relnamespace = %s AND relkind <> 'i' ORDER BY 1"
    names = connection.execute(query, (namespace,)).fetchall()
    marked = read_mark(_one(connection, "SELECT obj_description(%s, 'pg_namespace')", namespace))
    foreign = [name for name in names if name not in marked.tables]
    if foreign:
        raise NewsError(
            f"Schema {schema} holds tables that aren't the marts': {', '.join(foreign)}. Move them to "
            "another schema, or name another one in NEWS_POSTGRES_SCHEMA."
        )
    return HeldCopy(marked.release_id, tuple(names))


def read_mark(comment: str | None) -> HeldCopy:
    """The copy that a schema's comment describes; without a release or tables where it describes none."""
    head, brace, rest = (comment or "").partition("{")
    with contextlib.suppress(ValueError, KeyError, TypeError):
        if head.startswith(_MARK.partition("{}")[0]):
            document = json.loads(brace + rest)
            return HeldCopy(str(document["release_id"]), tuple(document["tables"]))
    return HeldCopy("", ())


def create_table(connection: Connection, schema: str, mart: Source) -> None:
    """Make the empty table of a mart."""
    columns = SQL(", ").join(
        SQL("{} {}").format(Identifier(column.name), SQL(_TYPES.get(column.type, "text")))
        for column in mart.mart.columns
    )
    connection.execute(SQL("CREATE TABLE {} ({})").format(Identifier(schema, mart.name), columns))


def finish_table(connection: Connection, schema: str, mart: Source) -> None:
    """Give a filled table its key, an index on its date, comments, and statistics."""
    table = Identifier(schema, mart.name)
    if mart.key is not None and mart.key.unique:
        keys = SQL(", ").join(map(Identifier, mart.key.columns))
        # in a release of another version the key may not be unique
        with (
            contextlib.suppress(errors.UniqueViolation, errors.NotNullViolation),
            connection.transaction(),
        ):
            connection.execute(SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table, keys))
    if mart.month_of is not None:
        connection.execute(SQL("CREATE INDEX ON {} ({})").format(table, Identifier(mart.month_of)))
    connection.execute(SQL("COMMENT ON TABLE {} IS {}").format(table, Literal(mart.mart.comment)))
    for column in mart.mart.columns:
        name = Identifier(schema, mart.name, column.name)
        connection.execute(SQL("COMMENT ON COLUMN {} IS {}").format(name, Literal(column.comment)))
    connection.execute(SQL("ANALYZE {}").format(table))


def lock(connection: Connection, schema: str, tables: Sequence[str], timeout_seconds: float) -> None:
    """Wait until no session reads the old copy, without ever blocking a reader.

    Each try takes all tables or none: waiting for one while holding others would block readers, and could
    deadlock.

    Raises:
        DatabaseUnavailable: readers held them until the timeout.
    """
    statement = SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT").format(_names(schema, tables))
    give_up = time.monotonic() + timeout_seconds
    while True:
        try:
            with connection.transaction():  # a savepoint: its rollback releases what a try had taken
                connection.execute(statement)
                return
        except errors.LockNotAvailable:
            if time.monotonic() >= give_up:
                holders = ", ".join(connection.execute(_HOLDERS, (schema,)).fetchall())
                raise DatabaseUnavailable(
                    f"Sessions held tables of schema {schema} for more than {timeout_seconds:g} s "
                    f"({holders or 'gone by now'}), and the old copy stays. End transactions that a BI "
                    "server left open, or raise NEWS_LOCK_TIMEOUT_SECONDS."
                ) from None
        time.sleep(_LOOK_AGAIN_SECONDS)


def drop(connection: Connection, schema: str, tables: Sequence[str]) -> None:
    """Remove the old copy.

    Raises:
        NewsError: something outside depends on it.
    """
    try:
        if tables:
            connection.execute(SQL("DROP TABLE {} RESTRICT").format(_names(schema, tables)))
        connection.execute(SQL("DROP SCHEMA {} RESTRICT").format(Identifier(schema)))
    except errors.DependentObjectsStillExist as error:
        detail = " ".join((error.diag.message_detail or str(error)).split())
        raise NewsError(
            f"Schema {schema} can't be replaced, as something depends on it: {detail}. Drop that first. "
            "A saved question in the BI server does what a view does, and survives the next copy."
        ) from None


def put_in_place(
    connection: Connection, incoming: str, schema: str, release_id: str, marts: list[str]
) -> None:
    """Give the incoming schema its name, and mark it as a copy of this release."""
    connection.execute(SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(incoming), Identifier(schema)))
    mark = _MARK.format(release_id) + json.dumps({"release_id": release_id, "tables": list(marts)})
    connection.execute(SQL("COMMENT ON SCHEMA {} IS {}").format(Identifier(schema), Literal(mark)))


def grant(connection: Connection, schema: str, role: str) -> None:
    """Let a role read the copy, and no more."""
    for statement in ("GRANT USAGE ON SCHEMA {} TO {}", "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}"):
        connection.execute(SQL(statement).format(Identifier(schema), Identifier(role)))


def _names(schema: str, tables: Sequence[str]) -> Any:
    return SQL(", ").join(Identifier(schema, table) for table in tables)


def _one(connection: Connection, query: str, *parameters: Any) -> Any:
    return connection.execute(query, parameters or None).fetchone()
