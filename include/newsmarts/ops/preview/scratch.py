"""A temporary home in which stages run on stored captures without touching what is stored."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from newsmarts.core.db import log_of
from newsmarts.core.files import copy_file
from newsmarts.core.locks import writer_lock
from newsmarts.core.partitions import (
    acknowledgements_path,
    candidate_path,
    partition_path,
    raw_object_path,
    warehouse_path,
)
from newsmarts.core.settings import Settings


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that is gone when the block ends; TMPDIR names where."""
    with tempfile.TemporaryDirectory(prefix="news-preview-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def home_of_rules(settings: Settings, folder: Path, days: Sequence[date]) -> Settings:
    """Settings of a home that has the stored captures of these days, and staged results of its own.

    On a disk the captures are where they always were; those of an object store are fetched.
    """
    home = folder / "rules"
    home.mkdir()
    _link(acknowledgements_path, settings.home, home)
    if settings.archive_url is None:
        (home / "raw").symlink_to(settings.home / "raw", target_is_directory=True)
    else:
        for day in days:
            _fetch(settings, home, day)
    return settings.model_copy(update={"home": home, "archive_url": None})


def home_of_stored(settings: Settings, folder: Path) -> Settings:
    """Settings of a home that reads the stored results, with a copy of the warehouse and the candidate."""
    home = folder / "stored"
    (home / "staged").mkdir(parents=True)
    _link(acknowledgements_path, settings.home, home)
    if settings.archive_url is None:
        (home / "raw").symlink_to(settings.home / "raw", target_is_directory=True)
        stored = settings.home / "staged" / "validated"
        (home / "staged" / "validated").symlink_to(stored, target_is_directory=True)
    if warehouse_path(settings.home).exists():
        with writer_lock(settings):  # a writer at work has half of its day in the file
            copy_databases(settings.home, home)
    return settings.model_copy(update={"home": home})


def copy_databases(source: Path, target: Path) -> None:
    """Copy the warehouse and the candidate of one home to another, logs of a killed writer too."""
    for path_of in (warehouse_path, candidate_path):
        database = path_of(source)
        for path in (database, log_of(database)):
            if path.exists():
                copy = path_of(target).with_name(path.name)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy_file(path, copy)


def _link(path_of: Callable[[Path], Path], source: Path, target: Path) -> None:
    path_of(target).symlink_to(path_of(source), target_is_directory=True)


def _fetch(settings: Settings, home: Path, day: date) -> None:
    """Copy a day's manifest and its captures from the object store."""
    source, target = partition_path(settings.archive, "manifest", day), partition_path(home, "manifest", day)
    target.mkdir(parents=True)
    for name in ("captures.parquet", "rejected.parquet"):
        (target / name).write_bytes((source / name).read_bytes())
    table = pq.read_table(target / "captures.parquet", columns=["sha256"], partitioning=None)
    for sha256 in set(table["sha256"].to_pylist()):
        path = raw_object_path(home, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.write_bytes(raw_object_path(settings.archive, sha256).read_bytes())
        except FileNotFoundError:
            path.unlink(missing_ok=True)  # parse reports it, as it would for the store
