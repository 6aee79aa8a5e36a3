"""The manifest of a day: what was captured (captures.parquet) and what was rejected (rejected.parquet).

Rows once written stay, whatever becomes of their source; a file is replaced only when its rows have changed.
Rows are Arrow tables all the way: a day of a million captures is some hundred megabytes so.
"""

from __future__ import annotations

import dataclasses
import json
import operator
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from newsmarts.core import partitions, schemas
from newsmarts.core.errors import DamagedPartition, Overtaken
from newsmarts.core.files import is_there, write_atomically
from newsmarts.core.object_store import put_if_unchanged, read_object, tag_of
from newsmarts.core.records import Capture, QuarantineRow, capture_id_of

if TYPE_CHECKING:
    from upath import UPath

Row = dict[str, Any]

SOURCES_FILE = "sources.json"
_SOURCES = TypeAdapter(dict[str, set[str]])  # a feed's name and its sources' tokens
_FILES = ("captures", "rejected")
_ROWS_AT_ONCE = 4096


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """A day's rows, in the order of their files; schemas CAPTURES and QUARANTINE."""

    captures: pa.Table
    rejected: pa.Table
    tags: tuple[str | None, str | None] = (None, None)  # of both files, in an object store


class Known:
    """What a day's manifest already has from a feed: what need not be fetched again."""

    def __init__(self, home: Path | UPath, day: date, feed: str) -> None:
        # read when it is needed: a feed of local files needs neither, and a day may hold a million
        self._read = partial(read, home, day)
        self._feed = feed

    @cached_property
    def captures(self) -> frozenset[tuple[str, datetime]]:
        """source_path and captured_at of the captures that have landed."""
        return frozenset(keys_of(self._feed, self._read()))

    @cached_property
    def rejected(self) -> dict[tuple[str, datetime], str]:
        """The reason code of each capture that was rejected, and hasn't landed since."""
        rejected = self._read().rejected
        rows = rejected.filter(are_of(self._feed, rejected)).to_pylist()
        return {(row["source_path"], row["captured_at"]): row["reason_code"] for row in rows}


class Rows:
    """Rows that are being gathered: a few as objects, the others as Arrow."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._values = operator.attrgetter(*schema.names)
        self._rows: list[tuple[Any, ...]] = []
        self._batches: list[pa.RecordBatch] = []

    def add(self, record: Capture | QuarantineRow) -> None:
        """Gather one record."""
        self._rows.append(self._values(record))
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._pack()

    def take(self) -> pa.Table:
        """All that was gathered; nothing is left."""
        self._pack()
        batches, self._batches = self._batches, []
        return pa.Table.from_batches(batches, schema=self._schema)

    def _pack(self) -> None:
        if self._rows:
            self._batches.append(schemas.batch_of(self._rows, self._schema))
            self._rows = []


def read(home: Path | UPath, day: date) -> Manifest:
    """The day's manifest; empty when nothing was ever landed for it."""
    folder = partitions.partition_path(home, "manifest", day)
    captures, rejected = (folder / f"{name}.parquet" for name in _FILES)
    tags = tag_of(captures), tag_of(rejected)  # first: a file that is replaced meanwhile has another one then
    return Manifest(_read(captures, schemas.CAPTURES), _read(rejected, schemas.QUARANTINE), tags)


def has_feed(home: Path | UPath, feed: str) -> bool:
    """Whether any day's manifest has a capture of the feed."""
    for day in partitions.partition_days(home, "manifest"):
        if pc.any(pc.equal(read(home, day).captures["feed"], feed)).as_py():
            return True
    return False


def merge(known: Manifest, feed: str, captures: pa.Table, rejected: pa.Table) -> Manifest:
    """Known rows and rows that a feed gave now.

    A capture that is known keeps its row, ``landed_at`` included. A path of the feed has one rejection at
    most, the latest; it goes when the path lands. Rejections of other feeds stay.
    """
    once = _once(captures, "capture_id", keep="min")
    added = once.filter(pc.invert(pc.is_in(once["capture_id"], known.captures["capture_id"])))
    settled = pa.concat_arrays(
        [*captures["source_path"].chunks, *rejected["source_path"].chunks, pa.array([], pa.string())]
    )
    replaced = pc.and_(pc.is_in(known.rejected["source_path"], settled), are_of(feed, known.rejected))
    kept = known.rejected.filter(pc.invert(replaced)) if pc.any(replaced).as_py() else known.rejected
    return Manifest(
        captures=_sorted(known.captures, added, ("source_path", "sha256", "captured_at")),
        rejected=_sorted(kept, _once(rejected, "source_path", keep="max"), ("source_path", "capture_id")),
    )


def are_of(feed: str, rejected: pa.Table) -> pa.ChunkedArray:
    """Which rejections are this feed's, by their capture_id."""
    rows = zip(
        rejected["capture_id"].to_pylist(),
        rejected["source_path"].to_pylist(),
        rejected["captured_at"].to_pylist(),
        strict=True,
    )
    return pa.chunked_array(
        [[capture_id == capture_id_of(feed, path, moment, "") for capture_id, path, moment in rows]],
        type=pa.bool_(),
    )


def keys_of(feed: str, manifest: Manifest) -> list[tuple[str, datetime]]:
    """source_path and captured_at of the feed's captures."""
    rows = manifest.captures.filter(pc.equal(manifest.captures["feed"], feed))
    return list(zip(rows["source_path"].to_pylist(), rows["captured_at"].to_pylist(), strict=True))


def add(
    home: Path | UPath, day: date, feed: str, captures: pa.Table, rejected: pa.Table
) -> tuple[Manifest, int]:
    """Merge what a feed gave into the day's manifest; returns it, and how many captures are new.

    Hold the day's lock, which keeps other processes of this machine away. What a landing on another machine
    wrote meanwhile is merged as well.
    """
    new = 0
    while True:
        known = read(home, day)
        merged = merge(known, feed, captures, rejected)
        new = max(new, len(merged.captures) - len(known.captures))
        try:
            _write(home, day, known, merged)
        except Overtaken:
            continue
        return merged, new


def _write(home: Path | UPath, day: date, known: Manifest, merged: Manifest) -> None:
    """Write what differs from what is known, and both files when they are missing."""
    folder = partitions.partition_path(home, "manifest", day)
    for name, before, after, tag in zip(
        _FILES,
        (known.captures, known.rejected),
        (merged.captures, merged.rejected),
        known.tags,
        strict=True,
    ):
        path = folder / f"{name}.parquet"
        if not (after is before or after.equals(before)) or not is_there(path):
            _replace(path, schemas.to_bytes(after), tag)


def _replace(path: Path | UPath, data: bytes, tag: str | None) -> None:
    if isinstance(path, Path):
        write_atomically(path, data)
    else:
        put_if_unchanged(path, data, tag)


def sources(home: Path | UPath, day: date) -> dict[str, set[str]]:
    """By feed, the tokens of the sources that were landed in full for the day."""
    try:
        return _SOURCES.validate_json(read_object(_sources_path(home, day)))
    except (FileNotFoundError, ValidationError):
        return {}  # missing or damaged: they are all read again


def add_sources(home: Path | UPath, day: date, feed: str, tokens: Iterable[str]) -> None:
    """Note sources that were landed in full; only after the rows from them are written."""
    path = _sources_path(home, day)
    while True:
        tag = tag_of(path)
        known = sources(home, day)
        finished = known.setdefault(feed, set())
        if finished.issuperset(tokens):
            return
        finished.update(tokens)
        text = json.dumps({feed: sorted(known[feed]) for feed in sorted(known)})
        with suppress(Overtaken):  # by a landing on another machine: once more, with what it wrote
            _replace(path, text.encode(), tag)
            return


def _sources_path(home: Path | UPath, day: date) -> Path | UPath:
    return partitions.partition_path(home, "manifest", day) / SOURCES_FILE


def _read(path: Path | UPath, schema: pa.Schema) -> pa.Table:
    if not is_there(path):
        return schema.empty_table()
    try:
        return schemas.read_table(path, schema)
    except DamagedPartition as error:
        raise DamagedPartition(
            f"{error} It is a manifest: move the file away and land the day again. What its feeds still have "
            "comes back; the bytes of all else stay in raw/objects."
        ) from error


def _once(table: pa.Table, column: str, *, keep: str) -> pa.Table:
    """The first row (keep="min") or last ("max") of each value of a column."""
    if len(table) < 2:
        return table
    numbered = table.append_column("row", pa.array(range(len(table)), pa.int64()))
    kept = numbered.group_by(column, use_threads=False).aggregate([("row", keep)])[f"row_{keep}"]
    return table if len(kept) == len(table) else table.take(kept)


def _sorted(known: pa.Table, added: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    if not len(added):
        return known
    return pa.concat_tables([known, added]).sort_by([(column, "ascending") for column in columns])
