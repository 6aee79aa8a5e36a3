"""The index of an archive: the place and day of each record. Made once for each version of the file.

A day's landing then reads its own records only, and the days of an archive are known without opening it. An
index may be removed at any time: it is made again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import operator
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmarts.core.files import TEMPORARY_PREFIX, fsync_path
from newsmarts.core.partitions import archive_index_path
from newsmarts.core.schemas import UTC_TIME, batch_of
from newsmarts.core.settings import Settings
from newsmarts.land.archives.entry import Entry
from newsmarts.land.reading import InboxFile

# Raise it with every change to what the readers give for a record.
_FORMAT = 1
_ROWS_AT_ONCE = 4096

_SCHEMA = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("captured_at", UTC_TIME, nullable=False),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("inner", pa.int64(), nullable=False),
        pa.field("reason_code", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("media_type", pa.string()),
        pa.field("url", pa.string()),
        pa.field("http_status", pa.int32()),
        pa.field("record_id", pa.string()),
        pa.field("digest", pa.string()),
        pa.field("refers_to", pa.string()),
        pa.field("refers_to_url", pa.string()),
        pa.field("refers_to_at", UTC_TIME),
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("host", pa.string()),
    ]
)
_ENTRY_COLUMNS = [field.name for field in dataclasses.fields(Entry)]
_values = operator.attrgetter(*_ENTRY_COLUMNS)


def index_name_of(file: InboxFile, settings: Settings) -> str:
    """What names the file in its present version, and its index: the part before the dash names the file."""
    look = file.look
    version = [
        _FORMAT,
        *((look.size_bytes, look.mtime_ns) if look else ()),
        settings.max_file_bytes,
        settings.max_archive_records,
        settings.max_archive_bytes,
        settings.max_archive_ratio,
    ]
    return f"{_digest(file.path + chr(0) + file.source_path)}-{_digest(json.dumps(version))}"


class IndexWriter:
    """An index being made; it appears when the block ends well, and then it is complete."""

    def __init__(self, home: Path, name: str) -> None:
        self._path = archive_index_path(home, name)
        self._rows: list[tuple[object, ...]] = []

    def __enter__(self) -> IndexWriter:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=self._path.parent)
        os.close(descriptor)
        self._temporary = Path(temporary)
        self._writer = pq.ParquetWriter(self._temporary, _SCHEMA, compression="zstd")
        return self

    def add(self, entry: Entry) -> None:
        """Add a record."""
        self._rows.append((*_values(entry), entry.day, entry.host))
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._flush()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._flush()
            self._writer.close()
            if kind is None:
                fsync_path(self._temporary)
                os.replace(self._temporary, self._path)
                fsync_path(self._path.parent)
                self._remove_other_versions()
        finally:
            self._temporary.unlink(missing_ok=True)

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_batch(batch_of(self._rows, _SCHEMA))
            self._rows = []

    def _remove_other_versions(self) -> None:
        of_this_file = self._path.name.partition("-")[0]
        for other in self._path.parent.glob(f"{of_this_file}-*.parquet"):
            if other != self._path:
                other.unlink(missing_ok=True)


class Index:
    """A finished index; ``hosts`` narrows it to the records of these hosts (and those of no known one)."""

    def __init__(self, path: Path, hosts: Sequence[str] = ()) -> None:
        self._path = path
        self._hosts = hosts

    @classmethod
    def open(cls, home: Path, name: str, hosts: Sequence[str] = ()) -> Index | None:
        """The index of this name, if there is one that can be read."""
        path = archive_index_path(home, name)
        try:
            if pq.read_schema(path).equals(_SCHEMA):
                return cls(path, hosts)
        except FileNotFoundError:
            return None
        except (pa.ArrowException, OSError):
            pass  # damaged, as by a full disk: it is made again
        path.unlink(missing_ok=True)
        return None

    def days(self) -> Counter[date]:
        """How many captures the archive has of each day."""
        table = self._read(["capture_day", "outcome", "host"])
        table = table.filter(pc.and_(self._is_capture(table), self._is_wanted(table)))
        counts = table.group_by("capture_day").aggregate([([], "count_all")]).to_pylist()
        return Counter({row["capture_day"]: row["count_all"] for row in counts})

    def entries(self, day: date) -> Iterator[Entry]:
        """The day's captures, in the order of the archive."""
        table = self._read(None, [("capture_day", "=", day)])
        table = table.filter(pc.and_(self._is_capture(table), self._is_wanted(table)))
        for batch in table.select(_ENTRY_COLUMNS).to_batches(max_chunksize=_ROWS_AT_ONCE):
            for row in batch.to_pylist():
                yield Entry(**row)

    def passed_over(self, day: date) -> Counter[str]:
        """How many records of the day aren't captures of the feed, by reason."""
        table = self._read(["outcome", "reason_code", "host"], [("capture_day", "=", day)])
        captures = self._is_capture(table)
        strangers = table.filter(pc.and_(captures, pc.invert(self._is_wanted(table))))
        others = table.filter(pc.invert(captures))["reason_code"].to_pylist()
        counts = Counter(reason or "other_record" for reason in others)
        if len(strangers):
            counts["other_host"] += len(strangers)
        return counts

    def originals(self, column: str, values: Sequence[object]) -> Iterator[Entry]:
        """The records, revisits aside, whose column (record_id, digest or url) has one of these values."""
        array = pa.array(values, _SCHEMA.field(column).type)
        for batch in pq.ParquetFile(self._path).iter_batches(_ROWS_AT_ONCE * 4):
            found = batch.filter(
                pc.and_(pc.is_in(batch[column], array), pc.not_equal(batch["outcome"], "revisit"))
            )
            for row in found.select(_ENTRY_COLUMNS).to_pylist():
                yield Entry(**row)

    def _read(
        self, columns: list[str] | None, filters: list[tuple[str, str, object]] | None = None
    ) -> pa.Table:
        return pq.read_table(self._path, columns=columns, filters=filters, partitioning=None)

    def _is_capture(self, table: pa.Table) -> pa.ChunkedArray:
        return pc.not_equal(table["outcome"], "passed_over")

    def _is_wanted(self, table: pa.Table) -> pa.ChunkedArray:
        hosts = table["host"]
        # what is too damaged to have a host is rejected all the same
        wanted = pc.and_(pc.is_null(hosts), pc.equal(table["outcome"], "turned_away"))
        if not self._hosts:
            return pc.or_(wanted, pc.invert(wanted))
        names = pa.array([host for host in self._hosts if not host.startswith("*.")], pa.string())
        wanted = pc.or_(wanted, pc.is_in(hosts, names))
        for host in self._hosts:
            if host.startswith("*."):
                wanted = pc.or_(wanted, pc.fill_null(pc.ends_with(hosts, host[1:]), False))
        return wanted


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:20]
