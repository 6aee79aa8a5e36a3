"""Looks for damage in all that a home holds: bytes that aren't those that were written.

Captured bytes are compared with the SHA-256 that names them, staged files with the checksums of their pages,
DuckDB files with the checksums of their blocks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq

from newsmarts.core import partitions
from newsmarts.core.db import quote_identifier, reading
from newsmarts.core.errors import DamagedHome, NewsError, StoreUnavailable
from newsmarts.core.files import whole_folder
from newsmarts.core.locks import writer_lock
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.schemas import UNREADABLE, opened
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted, sized
from newsmarts.release.releases import all_releases, current_release

if TYPE_CHECKING:
    from upath import UPath

_READERS = 8  # of raw objects at a time
_SHOWN = 20
_REMEDY_OF_DATABASE = {
    "warehouse": "newsmarts rebuild makes it from staged/validated.",
    "candidate": "Remove it: the next newsmarts run rebuilds it from the warehouse.",
    "current": "Remove its folder: the next newsmarts run publishes it again.",
    "older": "Nothing is made from it: remove its folder, or put it back from a backup.",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that isn't what was written; ``remedy`` is what to do."""

    path: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read, and what of it is damaged."""

    objects: int
    objects_bytes: int
    files: int  # of staged days and manifests
    databases: int
    damages: tuple[Damage, ...]

    def summary(self) -> str:
        """For a person, without a last newline."""
        read = (
            f"Read {counted(self.objects, 'raw object')} ({sized(self.objects_bytes)}), "
            f"{counted(self.files, 'staged file')}, {counted(self.databases, 'database')}"
        )
        if not self.damages:
            return f"{read}: nothing is damaged."
        lines = [f"{read}: {len(self.damages)} damaged.", *map(str, self.damages[:_SHOWN])]
        if len(self.damages) > _SHOWN:
            lines.append(f"And {len(self.damages) - _SHOWN} more.")
        return "\n  ".join(lines)

    def raise_for_damage(self) -> None:
        """Raise DamagedHome with the summary, if anything is damaged."""
        if self.damages:
            raise DamagedHome(self.summary())


def verify(settings: Settings, *, part: int = 1, parts: int = 1, progress: Progress = SILENT) -> Verified:
    """Read everything once, and report what is damaged; nothing is changed.

    Args:
        part: with ``parts``, only one of so many parts of raw objects and staged days is read, counted
            from 1. Databases are always read.

    Raises:
        LockTimeout: a writer held the warehouse too long.
        StoreUnavailable: the object store doesn't answer.
    """
    progress.plan(3)
    damages: list[Damage] = []
    progress.start("staged files")
    files = 0
    for path, day, stage in _staged_files(settings.archive, part, parts):
        files += 1
        damages += _damage_of_file(path, day, stage)
    progress.finish(counted(files, "file"))

    progress.start("raw objects")
    objects = objects_bytes = 0
    check = partial(_check_object, settings.archive)
    with ThreadPoolExecutor(_READERS, thread_name_prefix="verify") as threads:
        for named in _objects_by_day(settings.archive, part, parts):
            for size_bytes, damage in threads.map(check, named):
                objects += 1
                objects_bytes += size_bytes
                damages += [damage] if damage else []
    progress.finish(f"{counted(objects, 'object')}, {sized(objects_bytes)}")

    progress.start("databases")
    databases = list(_databases(settings.home))
    for kind, path in databases:
        with writer_lock(settings) if kind in ("warehouse", "candidate") else nullcontext():
            damages += _damage_of_database(kind, path, settings)
    progress.finish(counted(len(databases), "database"))
    return Verified(objects, objects_bytes, files, len(databases), tuple(damages))


def _staged_files(
    archive: Path | UPath, part: int, parts: int
) -> Iterator[tuple[Path | UPath, date, partitions.Stage]]:
    stages: tuple[partitions.Stage, ...] = ("manifest", "parsed", "validated")
    for stage in stages:
        for day in partitions.partition_days(archive, stage):
            if day.toordinal() % parts == part - 1:
                folder = whole_folder(partitions.partition_path(archive, stage, day))
                yield from ((path, day, stage) for path in folder.iterdir() if path.suffix == ".parquet")


def _damage_of_file(path: Path | UPath, day: date, stage: partitions.Stage) -> Iterator[Damage]:
    try:
        with opened(path) as handle:
            file = pq.ParquetFile(handle, page_checksum_verification=True)
            for group in range(file.num_row_groups):
                file.read_row_group(group)
    except FileNotFoundError:
        return  # the day was run again meanwhile
    except UNREADABLE as error:
        remedy = (
            f"Move it away and run {day} again from land: its sources are listed again."
            if stage == "manifest"
            else f"Run {day} again from {'parse' if stage == 'parsed' else 'validate'}."
        )
        yield Damage(str(path), f"it can't be read as Parquet ({error})", remedy)


@dataclass(frozen=True, slots=True)
class _Object:
    sha256: str
    day: date
    source_path: str


def _objects_by_day(archive: Path | UPath, part: int, parts: int) -> Iterator[list[_Object]]:
    """What the manifests name, each object once."""
    seen: set[bytes] = set()
    for day in partitions.partition_days(archive, "manifest"):
        path = partitions.partition_path(archive, "manifest", day) / "captures.parquet"
        try:
            with opened(path) as handle:
                rows = pq.read_table(handle, columns=["sha256", "source_path"]).to_pylist()
        except UNREADABLE:
            continue  # reported as a file, or a landing that was killed before it wrote its first
        found = []
        for row in rows:
            key = bytes.fromhex(row["sha256"])
            if key[0] % parts == part - 1 and key not in seen:
                seen.add(key)
                found.append(_Object(row["sha256"], day, row["source_path"]))
        yield found


def _check_object(archive: Path | UPath, named: _Object) -> tuple[int, Damage | None]:
    """Its size in bytes, and what is wrong with it."""
    path = partitions.raw_object_path(archive, named.sha256)
    size_bytes, problem = 0, ""
    try:
        data = path.read_bytes()
        size_bytes = len(data)
        if hashlib.sha256(data).hexdigest() != named.sha256:
            problem = "it doesn't hold the bytes that it is named after"
    except FileNotFoundError:
        problem = "it is missing"
    except Exception as error:  # each store has errors of its own for an answer that doesn't come
        if not isinstance(path, Path):
            raise StoreUnavailable(f"{path} can't be read now: {error}. Try again later.") from error
        problem = f"it can't be read ({error})"
    if not problem:
        return size_bytes, None
    remedy = (
        f"Put it back from a backup. Or, while its source ({named.source_path}) is there, remove it, and "
        f"sources.json where {named.day}'s manifest has one, and run {named.day} again."
    )
    return size_bytes, Damage(str(path), problem, remedy)


def _databases(home: Path) -> Iterator[tuple[str, Path]]:
    current = current_release(home)
    own = {"warehouse": partitions.warehouse_path(home), "candidate": partitions.candidate_path(home)}
    yield from ((kind, path) for kind, path in own.items() if path.exists())
    for release in all_releases(home):
        yield "current" if release == current else "older", release.path


def _damage_of_database(kind: str, path: Path, settings: Settings) -> Iterator[Damage]:
    try:
        with reading(path, memory_limit=settings.duckdb_memory_limit) as connection:
            tables = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'news'"
            ).fetchall()
            for schema, table in tables:
                name = f"{quote_identifier(schema)}.{quote_identifier(table)}"
                connection.execute(f"SELECT bit_xor(hash(t)) FROM {name} t").fetchall()  # noqa: S608
    except (duckdb.Error, NewsError) as error:
        if kind != "older" or path.exists():  # a release may be removed meanwhile
            yield Damage(str(path), f"it can't be read ({error})", _REMEDY_OF_DATABASE[kind])
