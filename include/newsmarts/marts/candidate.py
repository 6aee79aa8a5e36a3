"""The release candidate: a private file in which the marts are brought up to date from the warehouse."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from newsmarts.core import versions
from newsmarts.core.db import attach, log_of, reading, remove_database, run_sql, transaction, writer
from newsmarts.core.errors import MissingPartition, NewsError
from newsmarts.core.partitions import candidate_path, warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.core.tags import tag_spellings
from newsmarts.marts import acknowledged, catalogue, identity, revisions
from newsmarts.marts.withheld import FOUND, find_leaks

logger = logging.getLogger(__name__)
_QUERIES = Path(__file__).parent / "queries"
# What is told anew, each by what is known before it; the marts still are as they were.
_SCOPES = (
    "scope_captures",
    "scope_days",
    "scope_ticker_items",
    "article_history",
    "scope_dates",
    "scope_article_tags",
    "scope_tags",
    "scope_texts",
    "scope_headlines",
)
# `bench marts`: 100,000 take 650 MiB by themselves, a million at once more than the memory_limit of 1GB.
CAPTURES_AT_ONCE = 100_000
# How DuckDB tells that a file isn't what it should be; a full disk says the first as well.
DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)


@dataclass(frozen=True, slots=True)
class Brought:
    """What bringing the candidate up to date did."""

    days: tuple[date, ...]  # whose content had changed
    articles: int  # in the marts now
    withheld: int  # captures, now


def bring_up_to_date(
    settings: Settings, *, rewrite_below: int, captures_at_once: int = CAPTURES_AT_ONCE
) -> Brought:
    """Bring the candidate's marts to the warehouse's state. Hold the writer lock.

    Only changed days, and what depends on them, are written; with fewer valid captures than
    ``rewrite_below`` in the warehouse all rows are, which costs little then and keeps every table in the
    order of its key for readers who don't ask for one. Days go in together, in one transaction, up to
    ``captures_at_once`` valid captures of theirs; the candidate isn't to be published until all are in.
    """
    with _opened(settings) as connection:
        acknowledged.register(connection, settings.home)
        _run(connection, "days_now")
        _run(connection, "changed_days", captures_at_once=max(captures_at_once, rewrite_below))
        changed = connection.execute("SELECT capture_day, part FROM changed_days ORDER BY ALL").fetchall()
        if changed:
            everything = _count(connection, "article_captures_count") < rewrite_below
            parts = sorted({part for _, part in changed})
            for number, part in enumerate(parts, start=1):
                if len(parts) > 1:
                    logger.info("Changed days, part %d of %d", number, len(parts))
                with transaction(connection):
                    _run(connection, "dirty_days", part=part)
                    _bring_days(connection, settings, everything=everything)
                    _run(connection, "delete_unfinished" if part == parts[-1] else "insert_unfinished")
                connection.execute("CHECKPOINT news")
        articles, withheld = _run(connection, "counts").fetchone() or (0, 0)
    return Brought(tuple(day for day, _ in changed), int(articles), int(withheld))


def read_fingerprint(settings: Settings) -> str:
    """Names the candidate's content: marts follow from loaded days, from what is acknowledged
    of them, and from versions, and from nothing else.

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
            if version != _version_now(settings):
                raise NewsError(
                    f"{path} was built by another version of the marts' definitions, as after an upgrade. "
                    "Run build: it makes the candidate anew."
                )
            if _count(connection, "is_unfinished"):
                raise NewsError(f"{path} was being built when that was stopped. Run build: it goes on there.")
            rows = _run(connection, "built_days").fetchall()
    except DAMAGE as error:
        raise NewsError(f"{path} can't be read: {error}. Run build: it makes the candidate anew.") from error
    told = "".join(f"{day.isoformat()} {sha256}\n" for day, sha256 in rows)
    return hashlib.sha256(f"{version}\n{told}".encode()).hexdigest()


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


def is_unaudited(settings: Settings) -> bool:
    """Whether an audit has to ask all rows of the candidate, and not those alone that were told anew."""
    with reading(candidate_path(settings.home), memory_limit=settings.duckdb_memory_limit) as connection:
        row = _run(connection, "is_unaudited").fetchone()
    return row is None or bool(row[0])


def note_audit(settings: Settings) -> None:
    """Write down that the candidate as it is passed its audit. Hold the writer lock."""
    with writer(settings) as connection:
        attach(connection, candidate_path(settings.home), "news")
        connection.execute("USE news")
        _run(connection, "delete_unaudited")
        connection.execute("CHECKPOINT news")


def discard(settings: Settings) -> None:
    """Remove the candidate, so that it is built anew from the warehouse."""
    remove_database(candidate_path(settings.home))


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Candidate and warehouse (as ``source``), the candidate made anew when it is of another version."""
    source = warehouse_path(settings.home)
    if not source.exists():
        raise MissingPartition(f"There is no warehouse at {source} yet. Load at least one day first.")
    version = _version_now(settings)
    path = candidate_path(settings.home)
    with writer(settings) as connection:
        attach(connection, path, "news")
        connection.execute("USE news")
        found = _version_of(connection)
        if found != version:
            if found is not None:
                logger.info("The marts' definitions changed: the candidate is built anew.")
            connection.execute("USE memory")
            connection.execute("DETACH news")
            discard(settings)
            attach(connection, path, "news")
            connection.execute("USE news")
            _make(connection, version)
        attach(connection, source, "source", read_only=True)
        yield connection


def _version_now(settings: Settings) -> str:
    return f"{versions.marts_version()} {settings.ticker_neighbour_days}"


def _version_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    try:
        row = connection.execute("SELECT value FROM meta.about WHERE key = 'version'").fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None else str(row[0])


def _make(connection: duckdb.DuckDBPyConnection, version: str) -> None:
    with transaction(connection):
        for statement in catalogue.definitions():
            connection.execute(statement)
        connection.execute("INSERT INTO meta.about VALUES ('version', $version)", {"version": version})


def _bring_days(connection: duckdb.DuckDBPyConnection, settings: Settings, *, everything: bool) -> None:
    """Work out what the dirty days reach, delete it and write it anew."""
    neighbour_days = settings.ticker_neighbour_days
    _run(connection, "affected_days", neighbour_days=neighbour_days)
    _run(connection, "refreshed_days", everything=everything)
    _withhold(connection, neighbour_days)
    identity.resolve(connection)
    connection.register("tag_spellings", tag_spellings())
    for name in _SCOPES:
        _run(connection, name)
    revisions.find_changes(connection)
    for mart in catalogue.marts():
        for statement in mart.statements:
            run_sql(connection, statement)
    _run(connection, "delete_built_days")
    _run(connection, "insert_built_days")
    _run(connection, "insert_unaudited", everything=everything)


def _withhold(connection: duckdb.DuckDBPyConnection, neighbour_days: int) -> None:
    affected = [day for (day,) in connection.execute("SELECT capture_day FROM affected_days").fetchall()]
    rows = [leak.to_row() for leak in find_leaks(connection, affected, neighbour_days)]
    connection.register("found_leaks", pa.Table.from_pylist(rows, schema=FOUND))
    try:
        for name in ("changed_withheld", "delete_withheld", "insert_withheld"):
            _run(connection, name)
    finally:
        connection.unregister("found_leaks")


def _run(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> duckdb.DuckDBPyConnection:
    return run_sql(connection, _QUERIES / f"{name}.sql", parameters or None)


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    row = _run(connection, name).fetchone()
    return 0 if row is None else int(row[0])
