"""A connection for readers: it can only read the published marts."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb

from newsmarts.core.db import DAMAGE, reading, spill_folder
from newsmarts.core.errors import DamagedRelease, MissingPartition, OtherMarts
from newsmarts.core.partitions import published_path
from newsmarts.release.home import reader_home
from newsmarts.release.releases import Release, find_release

_ATTEMPTS = 3
_OPENING = threading.Lock()


def connect(
    home: Path | str | None = None, *, as_of: str | None = None, memory_limit: str = "1GB"
) -> duckdb.DuckDBPyConnection:
    """Open the newest published release, read-only and locked down; it stays the same until closed.

    SQL on it can't reach other files, change settings or write, and times are shown in UTC. Publishing
    never disturbs it; connect again to see a newer release.

    ``home`` may be the URL of an object store (``s3://bucket/folder``): its current release is fetched first,
    once, into NEWS_WORK. ``as_of`` names an older release that is still kept there: its id, its number, or a
    unique beginning of its id.

    Raises:
        MissingPartition: nothing was published yet.
        UsageError: no kept release, or more than one, has the name ``as_of``.
        DamagedRelease: its file can't be read.
        StoreUnavailable: the object store can't be read, and no release was fetched from it before.
    """
    folder = reader_home(home)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            # the release's own path: the link may move on while this connection is open
            link = published_path(folder) if as_of is None else find_release(folder, as_of).path
            path = link.resolve(strict=True)
        except FileNotFoundError:
            if as_of is not None and attempt < _ATTEMPTS:
                continue  # pruned just now: then it is no longer among those that can be named
            raise MissingPartition(f"Nothing is published at {link} yet. Run publish first.") from None
        try:
            # of two threads that open one file, one would lock the settings while the other makes them
            with _OPENING:
                return _open(path, memory_limit)
        except DAMAGE as error:
            # pruned since it was resolved? That takes as many publishes as releases are kept
            if attempt == _ATTEMPTS or path.exists():
                raise _damaged(path, error) from error
    raise AssertionError("unreachable: the last attempt returns or raises")


@contextlib.contextmanager
def reading_release(release: Release, *, memory_limit: str = "1GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection as of ``db.reading``, for the library itself.

    Raises:
        DamagedRelease: its file can't be read.
        OtherMarts: it is of another version, and lacks what is read.
    """
    try:
        with reading(release.path, memory_limit=memory_limit) as connection, expecting_marts(release.path):
            yield connection
    except DAMAGE as error:
        raise _damaged(release.path, error) from error


@contextlib.contextmanager
def expecting_marts(path: Path) -> Iterator[None]:
    """For SQL of the library: what a release of another version lacks is OtherMarts, with the next step."""
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        missing = str(error).partition("\n")[0]
        raise OtherMarts(
            f"The release {path} has other marts than this version reads ({missing}). After an upgrade, run "
            "the days that `newsmarts upgrade-check` counts: that publishes a release of this version. Until "
            "then open the file itself; its tables and columns have comments."
        ) from error


def _damaged(path: Path, error: Exception) -> DamagedRelease:
    return DamagedRelease(
        f"The release {path} can't be read ({error}). If it is the current one, `newsmarts run` publishes it "
        "again; an older one may be removed with its folder. `newsmarts verify` looks for more damage."
    )


def _open(path: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        str(path),
        read_only=True,
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory_limit,
            # not beside the release, which a reader may have no right to write to
            "temp_directory": str(spill_folder(path)),
            "max_temp_directory_size": "10GB",
        },
    )
    row = connection.execute("SELECT current_setting('lock_configuration')").fetchone()
    # connections of one process to one file share its settings, and the first has locked them
    if row is not None and not row[0]:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
    return connection
