"""One archive file in, the rows of its captures out: read and parsed as land and parse do, in one pass."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from newsmarts.batch.job import Job
from newsmarts.core import schemas
from newsmarts.core.bylines import Houses, load_houses
from newsmarts.core.errors import FeedUnavailable, StillMoving
from newsmarts.core.records import Capture
from newsmarts.core.settings import Settings
from newsmarts.land.archives.archive import Archives
from newsmarts.land.capture import Found, Item, Rejected, capture_of, rejection_row
from newsmarts.land.config import WarcConfig
from newsmarts.land.reading import InboxFile, Look
from newsmarts.parse.run import FILES, rows_of

if TYPE_CHECKING:
    from upath import UPath

Row = Mapping[str, Any]

TABLES: Mapping[str, pa.Schema] = {"captures": schemas.CAPTURES, "rejected": schemas.QUARANTINE, **FILES}
"""What is known of a day when its captures are parsed."""
_CAPTURES_AT_ONCE = 5_000  # in memory: some 100 MB of rows
_ROWS_AT_ONCE = 500  # as Python objects
_values = attrgetter(*schemas.CAPTURES.names)


@dataclass(frozen=True, slots=True)
class Part:
    """Captures of one day and feed from one archive: the Parquet files of their rows, by table."""

    day: date
    feed: str
    files: Mapping[str, Path | UPath]


def parse_archive(task: tuple[WarcConfig, InboxFile], job: Job) -> list[Part]:
    """Read one archive of a feed, and write the rows of its captures.

    Raises:
        FeedUnavailable: the file changes while it is read, or isn't the one that was listed.
        SettingsError: this machine has other code or contracts than the one that started the run.
    """
    job.check_versions()
    feed, file = task
    houses = load_houses(job.settings.contracts_dir)
    items = items_of(file, feed, job.settings, job.days)
    found = rows_of_items(items, feed.name, job.landed_at, houses)
    return [
        Part(day, feed.name, write_tables(tables, job.scratch))
        for day, tables in tables_of(found, _CAPTURES_AT_ONCE)
    ]


def items_of(
    file: InboxFile, feed: WarcConfig, settings: Settings, days: Container[date] | None = None
) -> Iterator[Item]:
    """What one archive holds of these days, or of any; its index is kept only while it is read.

    Raises:
        FeedUnavailable: as ``parse_archive``.
    """
    if file.rejection is not None:
        if days is None or file.day in days:
            yield Rejected(file.source_path, file.captured_at, file.rejection, file.publisher)
        return
    with tempfile.TemporaryDirectory(prefix="newsmarts-") as home:
        here = settings.model_copy(update={"home": Path(home)})
        try:
            yield from Archives(here, feed.hosts, feed.publishers).every_capture(_seen_here(file), days)
        except StillMoving:
            raise FeedUnavailable(
                f"{file.path} changes while it is read, or isn't the same file on every worker. Run it again "
                "when it is complete."
            ) from None


def rows_of_items(
    items: Iterable[Item], feed: str, landed_at: datetime, houses: Houses
) -> Iterator[tuple[date, str, Row]]:
    """The rows of each capture and rejection, with its day and the table of ``TABLES`` that each is of."""
    for item in items:
        match item:
            case Found():
                sha256 = hashlib.sha256(item.data).hexdigest()
                capture = capture_of(item, feed, sha256, landed_at)
                yield capture.capture_day, "captures", _row_of(capture)
                for name, row in rows_of(capture, lambda data=item.data: data, houses):  # type: ignore[misc]
                    yield capture.capture_day, name, row
            case Rejected():
                rejected = rejection_row(item, feed)
                yield rejected.capture_day, "rejected", asdict(rejected)


def tables_of(
    rows: Iterable[tuple[date, str, Row]], captures_at_once: int
) -> Iterator[tuple[date, dict[str, pa.Table]]]:
    """Rows as Arrow tables by day, in groups of so many captures; a capture's rows are in one group."""
    batches: dict[date, dict[str, list[pa.RecordBatch]]] = defaultdict(lambda: defaultdict(list))
    waiting: dict[tuple[date, str], list[Row]] = defaultdict(list)

    def pack(day: date, name: str) -> None:
        rows = waiting.pop((day, name))
        batches[day][name].append(pa.RecordBatch.from_pylist(rows, schema=TABLES[name]))

    def group() -> Iterator[tuple[date, dict[str, pa.Table]]]:
        for day, name in list(waiting):
            pack(day, name)
        for day in sorted(batches):
            yield day, {name: pa.Table.from_batches(found) for name, found in batches[day].items()}
        batches.clear()

    taken = 0
    for day, name, row in rows:
        if name in ("captures", "rejected"):
            if taken >= captures_at_once:
                yield from group()
                taken = 0
            taken += 1
        waiting[day, name].append(row)
        if len(waiting[day, name]) >= _ROWS_AT_ONCE:
            pack(day, name)
    yield from group()


def write_tables(tables: Mapping[str, pa.Table], folder: Path | UPath) -> dict[str, Path | UPath]:
    """Write tables as files of a folder, under names of their own."""
    own = uuid.uuid4().hex
    paths = {name: folder / f"{own}-{name}.parquet" for name in tables}
    for name, table in tables.items():
        paths[name].write_bytes(schemas.to_bytes(table))
    return paths


def _seen_here(file: InboxFile) -> InboxFile:
    """The file as this machine sees it, whose numbers of devices and files are its own.

    Raises:
        StillMoving: it isn't as it was when it was listed.
    """
    assert file.look is not None  # noqa: S101 - only rejected ones have none
    try:
        look = Look.of(os.lstat(file.path))
    except FileNotFoundError:
        raise StillMoving from None
    if (look.size_bytes, look.mtime_ns) != (file.look.size_bytes, file.look.mtime_ns):
        raise StillMoving
    return dataclasses.replace(file, look=look)


def _row_of(capture: Capture) -> Row:
    return dict(zip(schemas.CAPTURES.names, _values(capture), strict=True))
