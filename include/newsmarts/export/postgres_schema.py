"""The schema of a copy in PostgreSQL: its tables, its mark, and how it replaces the old one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors
from psycopg.sql import SQL, Composed, Identifier, Literal

from newsmarts.core.errors import DatabaseUnavailable, NewsError, SettingsError
from newsmarts.export.source import Source

_TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "HUGEINT": "numeric",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TINYINT": "smallint",
}  # all else is text
_MARK = "News marts: a copy of release {}, replaced whole by the next. "
_LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """A copy in the schema: its release and its tables."""

    release_id: str
    tables: tuple[str, ...]


def prepare(connection: psycopg.Connection[Any], schema: str, reader: str | None) -> None:
    """Begin: plain limits, one copy at a time, and early checks for what would make the copy fail at the end.

    Raises:
        DatabaseUnavailable: another copy is under way.
        NewsError: the database isn't in UTF-8.
        SettingsError: the reader's role isn't there.
    """
    for name, value in {
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        "TimeZone": "UTC",
        "DateStyle": "ISO, YMD",
    }.items():
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))
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


def held_copy(connection: psycopg.Connection[Any], schema: str) -> HeldCopy | None:
    """The copy that the schema holds; None when there is no such schema, or nothing in it.

    Raises:
        NewsError: the schema has other tables, or views elsewhere depend on it.
    """
    namespace = _one(connection, "SELECT oid FROM pg_namespace WHERE nspname = %s", schema)
    if namespace is None:
        return None
    names = _all(
        connection, "SELECT relname FROM pg_class WHERE relnamespace = %s AND relkind <> 'i'", namespace
    )
    marked = _marked(_one(connection, "SELECT obj_description(%s, 'pg_namespace')", namespace))
    foreign = sorted(set(names) - set(marked.tables if marked else ()))
    if foreign:
        raise NewsError(
            f"Schema {schema} holds tables that aren't the marts': {', '.join(foreign)}. Move them to "
            "another schema, or name another one in NEWS_POSTGRES_SCHEMA."
        )
    views = _all(
        connection,
        "SELECT DISTINCT seen.oid::regclass::text FROM pg_class AS seen "
        "JOIN pg_rewrite AS rule ON rule.ev_class = seen.oid "
        "JOIN pg_depend AS rests ON rests.classid = 'pg_rewrite'::regclass AND rests.objid = rule.oid "
        "JOIN pg_class AS ours ON rests.refclassid = 'pg_class'::regclass AND rests.refobjid = ours.oid "
        "WHERE ours.relnamespace = %s AND seen.relnamespace <> ours.relnamespace ORDER BY 1",
        namespace,
    )
    if views:
        raise NewsError(
            f"Views depend on schema {schema}, which is replaced: {', '.join(views)}. Drop them; a saved "
            "question in the BI server does the same and survives the next copy."
        )
    return HeldCopy(marked.release_id if marked else "", tuple(sorted(names)))


def _marked(comment: str | None) -> HeldCopy | None:
    head, brace, rest = (comment or "").partition("{")
    if not head.startswith(_MARK.partition("{}")[0]) or not brace:
        return None
    try:
        document = json.loads(brace + rest)
        return HeldCopy(str(document["release_id"]), tuple(document["tables"]))
    except (ValueError, KeyError, TypeError):
        return None


def create_table(schema: str, mart: Source) -> Composed:
    """The table of a mart."""
    columns = SQL(", ").join(
        SQL("{} {}").format(Identifier(column.name), SQL(_TYPES.get(column.type, "text")))
        for column in mart.mart.columns
    )
    return SQL("CREATE TABLE {} ({})").format(Identifier(schema, mart.name), columns)


def finish_table(schema: str, mart: Source, *, keyed: bool) -> Iterator[Composed]:
    """What a filled table still needs: key, an index on its date, comments, statistics."""
    table = Identifier(schema, mart.name)
    if keyed and mart.key is not None:
        keys = SQL(", ").join(map(Identifier, mart.key.columns))
        yield SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table, keys)
    if mart.month_of is not None:
        yield SQL("CREATE INDEX ON {} ({})").format(table, Identifier(mart.month_of))
    yield SQL("COMMENT ON TABLE {} IS {}").format(table, Literal(mart.mart.comment))
    for column in mart.mart.columns:
        name = Identifier(schema, mart.name, column.name)
        yield SQL("COMMENT ON COLUMN {} IS {}").format(name, Literal(column.comment))
    yield SQL("ANALYZE {}").format(table)


def lock(
    connection: psycopg.Connection[Any], schema: str, tables: Sequence[str], timeout_seconds: float
) -> None:
    """Wait until no session reads the old copy, without ever blocking a reader.

    Each try takes all tables or none: waiting for one while holding others would block readers, and could
    deadlock.

    Raises:
        DatabaseUnavailable: readers held them until the timeout.
    """
    if not tables:
        return
    names = SQL(", ").join(Identifier(schema, table) for table in tables)
    statement = SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT").format(names)
    give_up = time.monotonic() + timeout_seconds
    while True:
        try:
            with connection.transaction():  # a savepoint: its rollback releases what a try had taken
                connection.execute(statement)
                return
        except errors.LockNotAvailable:
            if time.monotonic() >= give_up:
                raise DatabaseUnavailable(
                    f"Sessions held tables of schema {schema} for more than {timeout_seconds:g} s "
                    f"({_holders(connection, schema)}), and the old copy stays. End transactions that a BI "
                    "server left open, or raise NEWS_LOCK_TIMEOUT_SECONDS."
                ) from None
        time.sleep(_LOOK_AGAIN_SECONDS)


def _holders(connection: psycopg.Connection[Any], schema: str) -> str:
    rows = connection.execute(
        "SELECT DISTINCT pid, application_name FROM pg_locks JOIN pg_class ON pg_class.oid = relation "
        "JOIN pg_stat_activity USING (pid) WHERE relnamespace = %s::regnamespace AND pid <> pg_backend_pid() "
        "ORDER BY pid LIMIT 5",
        (schema,),
    ).fetchall()
    return ", ".join(f"process {pid} {name or 'without a name'}" for pid, name in rows) or "gone by now"


def swap(
    connection: psycopg.Connection[Any], incoming: str, schema: str, tables: Sequence[str] | None
) -> None:
    """Replace the old schema by the incoming one (``tables``: those of the old one; None: there is none).

    Raises:
        NewsError: something outside depends on the old tables.
    """
    if tables is not None:
        try:
            if tables:
                names = SQL(", ").join(Identifier(schema, table) for table in tables)
                connection.execute(SQL("DROP TABLE {} RESTRICT").format(names))
            connection.execute(SQL("DROP SCHEMA {} RESTRICT").format(Identifier(schema)))
        except errors.DependentObjectsStillExist as error:
            detail = " ".join((error.diag.message_detail or str(error)).split())
            raise NewsError(
                f"Schema {schema} can't be replaced, as something depends on it: {detail}. Drop that first."
            ) from None
    connection.execute(SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(incoming), Identifier(schema)))


def describe(
    connection: psycopg.Connection[Any], schema: str, release_id: str, tables: Sequence[str]
) -> None:
    """Mark the schema as a copy of this release."""
    document = json.dumps({"release_id": release_id, "tables": list(tables)})
    text = Literal(_MARK.format(release_id) + document)
    connection.execute(SQL("COMMENT ON SCHEMA {} IS {}").format(Identifier(schema), text))


def grant(connection: psycopg.Connection[Any], schema: str, role: str) -> None:
    """Let a role read the copy, and no more."""
    for statement in ("GRANT USAGE ON SCHEMA {} TO {}", "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}"):
        connection.execute(SQL(statement).format(Identifier(schema), Identifier(role)))


def _one(connection: psycopg.Connection[Any], query: str, *parameters: Any) -> Any:
    row = connection.execute(query, parameters or None).fetchone()
    return None if row is None else row[0]


def _all(connection: psycopg.Connection[Any], query: str, *parameters: Any) -> list[str]:
    rows = connection.execute(query, parameters).fetchall()
    return [str(row[0]) for row in rows]
