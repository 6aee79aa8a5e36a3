"""The release candidate's file: opened for a build, named by its content, marked as audited."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Iterator

import duckdb

from newsmarts.core import versions
from newsmarts.core.db import DAMAGE, attach, log_of, reading, remove_database, transaction, writer
from newsmarts.core.errors import MissingPartition, NewsError
from newsmarts.core.partitions import candidate_path, warehouse_path
from newsmarts.core.publishers import all_facts
from newsmarts.core.settings import Settings
from newsmarts.marts import catalogue
from newsmarts.marts.catalogue import run_query
from newsmarts.marts.speakers import speaker_names

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def open_candidate(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Candidate and warehouse (as ``source``); a candidate of another version is replaced by an empty one.

    Raises:
        MissingPartition: there is no warehouse.
    """
    source = warehouse_path(settings.home)
    if not source.exists():
        raise MissingPartition(f"There is no warehouse at {source} yet. Load at least one day first.")
    version = _current_version(settings)
    path = candidate_path(settings.home)
    with writer(settings) as connection:
        attach(connection, path, "news")
        connection.execute("USE news")
        found = _version_of(connection)
        if found != version:
            if found is not None:
                logger.info("The marts' definitions changed: the candidate is rebuilt.")
            connection.execute("USE memory")
            connection.execute("DETACH news")
            discard(settings)
            attach(connection, path, "news")
            connection.execute("USE news")
            _make(connection, version)
        attach(connection, source, "source", read_only=True)
        yield connection


def _make(connection: duckdb.DuckDBPyConnection, version: str) -> None:
    with transaction(connection):
        for statement in catalogue.definitions():
            connection.execute(statement)
        connection.execute("INSERT INTO meta.about VALUES ('version', $version)", {"version": version})


def apply_comments(connection: duckdb.DuckDBPyConnection) -> None:
    """Give tables and columns their current comments: wording alone never rebuilds a candidate."""
    found = dict(run_query(connection, "comments").fetchall())
    tables = (*catalogue.marts(), *catalogue.meta_tables().values())
    with transaction(connection):
        for table in tables:
            wanted = {table.name: table.comment} | {
                f"{table.name}.{column.name}": column.comment for column in table.columns if column.comment
            }
            if any(found.get(f"{table.schema}.{name}") != comment for name, comment in wanted.items()):
                for statement in table.comment_statements():
                    connection.execute(statement)


def read_fingerprint(settings: Settings) -> str:
    """Names the candidate's content: marts follow from loaded days, from what is acknowledged of them, and
    from versions, and from nothing else.

    Raises:
        MissingPartition: nothing was built yet.
        NewsError: the candidate is damaged, unfinished, or of another version of the marts' definitions.
    """
    path = candidate_path(settings.home)
    if not path.exists():
        raise MissingPartition(f"There is no release candidate at {path} yet. Run build first.")
    try:
        with reading(path, memory_limit=settings.duckdb_memory_limit) as connection:
            version = _version_of(connection)
            if version != _current_version(settings):
                raise NewsError(
                    f"{path} was built by another version of the marts' definitions or of speakers.toml, "
                    "as after an upgrade. Run build: it rebuilds the candidate."
                )
            if _is_true(connection, "is_unfinished"):
                raise NewsError(f"{path} is unfinished: its build was stopped. Run build: it goes on there.")
            days = run_query(connection, "built_days").fetchall()
    except DAMAGE as error:
        raise NewsError(f"{path} can't be read: {error}. Run build: it rebuilds the candidate.") from error
    lines = "".join(f"{day.isoformat()} {sha256}\n" for day, sha256 in days)
    return hashlib.sha256(f"{version}\n{lines}".encode()).hexdigest()


def checkpoint(settings: Settings) -> None:
    """Write all that is in the candidate's log into its file: a copy of the file alone would lose it."""
    with writer(settings) as connection:
        attach(connection, candidate_path(settings.home), "news")
        connection.execute("CHECKPOINT news")
    log = log_of(candidate_path(settings.home))
    if log.exists():
        raise NewsError(
            f"{log} is still there after a checkpoint, so the candidate can't be copied. Run build again."
        )


def needs_full_audit(settings: Settings) -> bool:
    """Whether all rows were written since the last audit that passed."""
    with reading(candidate_path(settings.home), memory_limit=settings.duckdb_memory_limit) as connection:
        return _is_true(connection, "is_unaudited")


def mark_audited(settings: Settings, fingerprint: str) -> None:
    """Note that the candidate as it is, of this content, passed its audit. Hold the writer lock."""
    with writer(settings) as connection:
        attach(connection, candidate_path(settings.home), "news")
        connection.execute("USE news")
        with transaction(connection):
            for statement in catalogue.meta_tables()["unaudited"].delete_statements():
                connection.execute(statement)
            run_query(connection, "delete_audited")
            run_query(connection, "insert_audited", fingerprint=fingerprint)
        connection.execute("CHECKPOINT news")


def discard(settings: Settings) -> None:
    """Remove the candidate, so that it is rebuilt from the warehouse."""
    remove_database(candidate_path(settings.home))


def _current_version(settings: Settings) -> str:
    facts = hashlib.sha256(repr(all_facts()).encode()).hexdigest()[:12]
    names = hashlib.sha256(repr(speaker_names(settings.contracts_dir).to_pydict()).encode()).hexdigest()[:12]
    return f"{versions.marts_version()} {settings.ticker_neighbour_days} {facts} {names}"


def _version_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    try:
        row = connection.execute("SELECT value FROM meta.about WHERE key = 'version'").fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None else str(row[0])


def _is_true(connection: duckdb.DuckDBPyConnection, query: str) -> bool:
    return run_query(connection, query).fetchone() == (True,)
