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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmarts.core.errors import StoreUnavailable
from newsmarts.core.files import TEMPORARY_PREFIX, fsync_path
from newsmarts.core.partitions import archive_index_path
from newsmarts.core.schemas import PARQUET_OPTIONS, UNREADABLE, UTC_TIME, batch_of
from newsmarts.core.settings import Settings
from newsmarts.land.archives.entry import Entry
from newsmarts.land.reading import InboxFile

# Raise it with every change to what the readers give for a record.
_FORMAT = 4
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
        pa.field("charset", pa.string()),
        pa.field("record_id", pa.string()),
        pa.field("digest", pa.string()),
        pa.field("refers_to", pa.string()),
        pa.field("refers_to_url", pa.string()),
        pa.field("refers_to_at", UTC_TIME),
        pa.field("captured_at_precision", pa.string(), nullable=False),
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("host", pa.string()),
    ]
)
_IS_CAPTURE = pc.field("outcome") != "passed_over"
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


@contextmanager
def index_writer(home: Path, name: str) -> Iterator[Callable[[Entry], None]]:
    """Give what adds a record to a new index; that appears when the block ends well, and then is complete."""
    path = archive_index_path(home, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=path.parent)
    os.close(descriptor)
    rows: list[tuple[object, ...]] = []

    def add(entry: Entry) -> None:
        rows.append((*_values(entry), entry.day, entry.host))
        if len(rows) >= _ROWS_AT_ONCE:
            writer.write_batch(batch_of(rows, _SCHEMA))
            rows.clear()

    try:
        with pq.ParquetWriter(temporary, _SCHEMA, **PARQUET_OPTIONS) as writer:
            yield add
            if rows:
                writer.write_batch(batch_of(rows, _SCHEMA))
        fsync_path(Path(temporary))
        os.replace(temporary, path)
        fsync_path(path.parent)
        for other in path.parent.glob(f"{path.name.partition('-')[0]}-*.parquet"):
            if other != path:  # of another version of the file
                other.unlink(missing_ok=True)
    finally:
        Path(temporary).unlink(missing_ok=True)


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
        except UNREADABLE:
            pass  # damaged, as by a full disk: it is made again
        path.unlink(missing_ok=True)
        return None

    def days(self) -> Counter[date]:
        """How many captures the archive has of each day."""
        days = self._read(["capture_day"], _IS_CAPTURE & self._is_wanted)["capture_day"]
        return Counter({row["values"]: row["counts"] for row in days.value_counts().to_pylist()})

    def entries(self, day: date) -> Iterator[Entry]:
        """The day's captures, in the order of the archive."""
        of_day = pc.field("capture_day") == day
        table = self._read(_ENTRY_COLUMNS, of_day & _IS_CAPTURE & self._is_wanted)
        for batch in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
            for row in batch.to_pylist():
                yield Entry(**row)

    def passed_over(self, day: date) -> Counter[str]:
        """How many records of the day aren't captures of the feed, by reason."""
        of_day = pc.field("capture_day") == day
        others = self._read(["reason_code"], of_day & ~_IS_CAPTURE)["reason_code"].to_pylist()
        counts = Counter(reason or "other_record" for reason in others)
        strangers = self._read(["outcome"], of_day & _IS_CAPTURE & ~self._is_wanted)
        if len(strangers):
            counts["other_host"] += len(strangers)
        return counts

    def originals(self, column: str, values: Sequence[object]) -> Iterator[Entry]:
        """The records, revisits aside, whose column (record_id, digest or url) has one of these values."""
        array = pa.array(values, _SCHEMA.field(column).type)
        with self._removed_when_damaged():
            file = pq.ParquetFile(self._path, page_checksum_verification=True)
            for batch in file.iter_batches(_ROWS_AT_ONCE * 4):
                found = batch.filter(
                    pc.and_(pc.is_in(batch[column], array), pc.not_equal(batch["outcome"], "revisit"))
                )
                for row in found.select(_ENTRY_COLUMNS).to_pylist():
                    yield Entry(**row)

    def _read(self, columns: list[str], wanted: pc.Expression) -> pa.Table:
        with self._removed_when_damaged():
            return pq.read_table(
                self._path,
                columns=columns,
                filters=wanted,
                partitioning=None,
                page_checksum_verification=True,
            )

    @contextmanager
    def _removed_when_damaged(self) -> Iterator[None]:
        try:
            yield
        except UNREADABLE as error:
            self._path.unlink(missing_ok=True)
            raise StoreUnavailable(
                f"The index {self._path} of an archive is damaged ({error}), and was removed. Run the day "
                "again: it is made from the archive."
            ) from error

    @property
    def _is_wanted(self) -> pc.Expression:
        if not self._hosts:
            return pc.scalar(True)
        host = pc.field("host")
        # what is too damaged to have a host is rejected all the same
        wanted = host.is_null() & (pc.field("outcome") == "turned_away")
        for name in self._hosts:
            is_it = pc.ends_with(host, name[1:]) if name.startswith("*.") else host == name
            wanted |= host.is_valid() & is_it
        return wanted


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:20]
