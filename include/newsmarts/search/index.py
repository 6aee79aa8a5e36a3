"""The private index: updated from the release candidate's marts, and linked into releases.

::

    warehouse/candidate/search/held.duckdb   which state of which article the index holds
    warehouse/candidate/search/index/        tantivy's files, which are never changed once they are written

Only articles that changed in the marts are removed and added again. An index that is damaged, or was made by
another version, is rebuilt.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import tantivy

from newsmarts.core.db import attach, run_sql, transaction, writer
from newsmarts.core.errors import NewsError
from newsmarts.core.failures import room_for, size_of
from newsmarts.core.files import TEMPORARY_PREFIX, fsync_path, link_or_copy, write_atomically
from newsmarts.core.partitions import candidate_path, search_path
from newsmarts.core.settings import Settings
from newsmarts.core.tags import tag_spellings
from newsmarts.search import schema
from newsmarts.search.about import ABOUT_NAME, read_about, write_about

logger = logging.getLogger(__name__)
_QUERIES = Path(__file__).parent / "queries"
_HEAP_BYTES = 128_000_000  # of tantivy, beside what DuckDB may use
_PART = 20_000  # rows of the marts read at once
_BATCH = 500  # of them as Python objects


class _DamagedIndexError(Exception):
    """The index differs from its bookkeeping."""


# tantivy reports every damage as a ValueError, and a full disk, too
_DAMAGE = (_DamagedIndexError, ValueError, OSError, duckdb.Error)


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did: articles written, articles removed, articles in the index now."""

    written: int
    removed: int
    articles: int


def update_index(settings: Settings, fingerprint: str, *, check: bool = False) -> Update:
    """Update the index from the candidate's marts, whose content the fingerprint names.

    Hold the writer lock. A run that is stopped at any point leaves what the next one completes. An index that
    is up to date already is accepted when its files have their sizes; with ``check`` it is opened, too.

    Raises:
        NewsError: the index can't be built.
    """
    folder = search_path(settings.home)
    room = partial(room_for, folder, lambda: size_of(folder / "index"))
    about = read_about(folder / "index")
    if about is not None and about.is_of_this_version:
        try:
            if about.is_of(fingerprint):
                if check:
                    _check_count(folder / "index", about.articles)
                return Update(0, 0, about.articles)
            with room():
                return _update(settings, folder, fingerprint, known=about.fingerprint)
        except _DAMAGE as error:
            logger.warning("The search index can't be used (%r): it is rebuilt.", str(error))
    try:
        with room():
            return _rebuild(settings, folder, fingerprint)
    except _DAMAGE as error:
        raise NewsError(
            f"The search index can't be built in {folder}: {error}. Run build again: it rebuilds the index."
        ) from error


def discard(settings: Settings) -> None:
    """Remove the index, so that it is rebuilt from the marts."""
    shutil.rmtree(search_path(settings.home), ignore_errors=True)


def put_into(settings: Settings, fingerprint: str, folder: Path) -> None:
    """Put the index of these marts into a new folder: read-only, and as links where the disk allows."""
    source = search_path(settings.home) / "index"
    about = read_about(source)
    if about is None or not about.is_of(fingerprint):
        raise NewsError(f"The search index in {source} isn't that of the candidate. Run build, then publish.")
    folder.mkdir()
    for name in about.size_bytes:
        link_or_copy(source / name, folder / name)
        (folder / name).chmod(0o444)
    write_atomically(folder / ABOUT_NAME, (source / ABOUT_NAME).read_bytes(), mode=0o444)


def _rebuild(settings: Settings, folder: Path, fingerprint: str) -> Update:
    """Build the index elsewhere, and put it in place when it is complete."""
    fresh = folder.with_name(f"{TEMPORARY_PREFIX}{folder.name}")
    shutil.rmtree(fresh, ignore_errors=True)  # of a build that was stopped
    (fresh / "index").mkdir(parents=True)
    try:
        update = _update(settings, fresh, fingerprint)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(fresh, folder)
        fsync_path(folder.parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)  # a full disk needs the room
        raise
    return update


def _update(settings: Settings, folder: Path, fingerprint: str, *, known: str | None = None) -> Update:
    """Update the index of the marts that ``known`` names; None: it may be of any."""
    place = folder / "index"
    with writer(settings) as connection:
        attach(connection, candidate_path(settings.home), "news", read_only=True)
        is_new = not (folder / "held.duckdb").exists()
        attach(connection, folder / "held.duckdb", "held")
        connection.register("tag_spellings", tag_spellings())
        if is_new:
            _run(connection, "create_held")
        (audited,) = _run(connection, "audited_content").fetchone() or (None,)
        _run(connection, "reached", everything=is_new or known is None or known != audited)
        for name in ("differing", "places", "tag_names", "contents"):
            _run(connection, name)
        for name in ("reached", "places", "tag_names"):
            connection.execute(f"DROP TABLE {name}")  # contents has what is needed of them
        _run(connection, "halve_memory")
        written, removed = _run(connection, "changes").fetchone() or (0, 0)
        if written or removed or is_new:
            write_about(place, None, 0)
            with transaction(connection):
                _run(connection, "doubt")
                _run(connection, "doubt_new")
            outdated = [row[0] for row in _run(connection, "outdated").fetchall()]
            _write_documents(place, outdated, _records(connection))
        with transaction(connection):
            _run(connection, "forget")
            _run(connection, "remember")
        connection.execute("CHECKPOINT held")
        (held,) = _run(connection, "held_count").fetchone() or (0,)
        (articles,) = _run(connection, "article_count").fetchone() or (0,)
        if held != articles:
            raise _DamagedIndexError(f"it has {held} articles, and the marts have {articles}")
    _check_count(place, held)
    write_about(place, fingerprint, held)
    logger.info("Search index: %d articles written, %d removed, %d in it now.", written, removed, held)
    return Update(int(written), int(removed), held)


def _check_count(place: Path, articles: int) -> None:
    indexed = _opened(place).searcher().num_docs
    if indexed != articles:
        raise _DamagedIndexError(f"it has {indexed} articles, and should have {articles}")


def _records(connection: duckdb.DuckDBPyConnection) -> Iterator[schema.Record]:
    for (first,) in _run(connection, "parts", rows=_PART).fetchall():
        part = _run(connection, "records", first=first, last=first + _PART - 1).to_arrow_table()
        for batch in part.to_batches(_BATCH):
            for row in batch.to_pylist():
                yield schema.Record(**row)


def _write_documents(place: Path, outdated: list[str], records: Iterator[schema.Record]) -> None:
    """Remove articles from the index and add articles, in one commit."""
    index = _opened(place)
    index_writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    try:
        for article_id in outdated:
            index_writer.delete_documents_by_term("article_id", article_id)
        for record in records:
            index_writer.add_document(schema.to_document(record))
        index_writer.commit()
    finally:
        # merges go on after a commit, and from here on the files must stay as they are
        with contextlib.suppress(ValueError, RuntimeError):
            index_writer.wait_merging_threads()


def _opened(place: Path) -> tantivy.Index:
    index = tantivy.Index(schema.schema(), str(place))
    schema.register(index)
    return index


def _run(connection: duckdb.DuckDBPyConnection, name: str, **parameters: int) -> duckdb.DuckDBPyConnection:
    return run_sql(connection, _QUERIES / f"{name}.sql", parameters or None)
