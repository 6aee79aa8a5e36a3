"""A validated day on disk, opened as one consistent set of files and checked against the schemas."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmarts.core import lake, schemas
from newsmarts.core.errors import ConservationError, DamagedPartition, MissingPartition
from newsmarts.core.files import is_there, whole_folder
from newsmarts.core.partitions import partition_path
from newsmarts.core.settings import Settings

if TYPE_CHECKING:
    from upath import UPath

logger = logging.getLogger(__name__)
_WORD = re.compile(r"\w+")
# Columns that describe a run, not the day: they may differ where nothing else does.
_NOT_CONTENT = {"captures": {"landed_at"}, "outcome": {"run_id", "warnings", "acknowledged"}}


@dataclass(frozen=True, slots=True)
class StagedDay:
    """The files of one validated day, open; ``source_sha256`` names all that is loaded from them."""

    day: date
    source_sha256: str
    outcome: dict[str, Any]
    _files: dict[str, pq.ParquetFile] = field(repr=False)
    _known: pa.Array | None = field(default=None, repr=False)  # ids of the captures that count; None: all

    @property
    def refusal(self) -> str | None:
        """Why the day as a whole wasn't accepted; None when it was."""
        return None if self.outcome["accepted"] else str(self.outcome["refusal"])

    def check(self) -> None:
        """Read every row once, so that nothing damaged gets half way into a table.

        Raises:
            DamagedPartition: a file is damaged.
        """
        for name, file in self._files.items():
            try:
                for _ in schemas.batches(file, lake.TABLES[name]):
                    pass
            except schemas.UNREADABLE as error:
                raise _damaged(self.day, f"{name}.parquet", error) from None

    def as_validated(self) -> StagedDay:
        """The day as it was when it was validated, without captures that landed since.

        They wait for the day's next run. The outcome was counted before they came, so the conservation check
        still notices a missing capture.
        """
        pages = self._files["quarantine"].read(columns=["capture_id", "subject"])
        rejected = pages.filter(pc.equal(pages["subject"], "page"))["capture_id"]
        valid = self._files["articles"].read(columns=["capture_id"])["capture_id"]
        known = pa.chunked_array([*valid.chunks, *rejected.chunks], pa.string()).unique()
        landed = self._files["captures"].read(columns=["capture_id"])["capture_id"]
        later = len(landed) - pc.sum(pc.is_in(landed, known)).as_py() if len(landed) else 0
        if not later:
            return self
        logger.info(
            "%s: %d captures landed since it was validated; they wait for its next run.", self.day, later
        )
        digest = hashlib.sha256(f"{self.source_sha256} without {later} later".encode()).hexdigest()
        return replace(self, source_sha256=digest, _known=known)

    @contextlib.contextmanager
    def registered(
        self, connection: duckdb.DuckDBPyConnection, sql: str, columns: Collection[str]
    ) -> Iterator[None]:
        """Make the files that the SQL names readable as ``staged_<file>``, batch by batch.

        They have these columns and those that the SQL names: to DuckDB a stream has all that it may need, so
        each table of articles would read every text.
        """
        names = [name for name in self._files if f"staged_{name}" in sql]
        read = {*columns, *_WORD.findall(sql)}
        for name in names:
            schema = pa.schema([field for field in lake.TABLES[name] if field.name in read])
            batches = schemas.batches(self._files[name], schema)
            if name == "captures" and self._known is not None:
                batches = (batch.filter(pc.is_in(batch["capture_id"], self._known)) for batch in batches)
            connection.register(f"staged_{name}", pa.RecordBatchReader.from_batches(schema, batches))
        try:
            yield
        finally:
            for name in names:
                connection.unregister(f"staged_{name}")


@contextlib.contextmanager
def open_day(settings: Settings, day: date, layout: str) -> Iterator[StagedDay]:
    """Open everything that load reads of one day, to be loaded into tables of this layout.

    The folder may be replaced meanwhile (a second run of the day): what was opened stays complete.

    Raises:
        MissingPartition: the day isn't validated, or by a version with other columns.
        DamagedPartition: a file is damaged.
        ConservationError: the day is both in staged/validated and in the Iceberg tables.
    """
    home = settings.archive
    folder = whole_folder(partition_path(home, "validated", day))
    paths = {name: folder / f"{name}.parquet" for name in lake.TABLES}
    paths["captures"] = partition_path(home, "manifest", day) / "captures.parquet"
    if in_lake := lake.files_of(settings, day):
        _check_lake(day, in_lake, folder)
        folder, paths = settings.lake_dir, dict(in_lake)
    with contextlib.ExitStack() as stack:
        try:
            before = _identity(folder)
            handles = {name: stack.enter_context(_open(name, paths.get(name))) for name in lake.TABLES}
            replaced = _identity(folder) != before
        except FileNotFoundError as error:
            raise MissingPartition(
                f"{error.filename} is missing, so {day} can't be loaded. Run validate for {day} first."
            ) from None
        if replaced:
            raise MissingPartition(f"{folder} was replaced while it was being opened. Load {day} again.")
        files = {name: _checked(name, handle, day) for name, handle in handles.items()}
        try:
            outcome = files["outcome"].read().to_pylist()
            digest = _digest(handles, files, layout)
        except schemas.UNREADABLE as error:
            raise _damaged(day, "outcome.parquet or captures.parquet", error) from None
        if len(outcome) != 1 or outcome[0]["capture_day"] != day:
            raise MissingPartition(
                f"{folder / 'outcome.parquet'} isn't the outcome of {day}. Run validate again."
            )
        yield StagedDay(day, digest, outcome[0], files)


def _check_lake(day: date, files: Mapping[str, Path | UPath], folder: Path | UPath) -> None:
    if "outcome" not in files:
        raise MissingPartition(f"{day} wasn't replaced to its end in the lake. Run it again by news_batch.")
    if is_there(folder):
        raise ConservationError(
            f"{day} is both in the lake and in {folder}: a day is either landed or staged by news_batch. "
            "Pack the pages that were landed into an archive of a batch feed, run the day by news_batch, and "
            "take the folder away."
        )


def _open(name: str, path: Path | UPath | None) -> IO[bytes]:
    """The file; an empty one for none, and in its place where an earlier version wrote none."""
    if path is None or (name in schemas.FILES_ADDED_LATER and not is_there(path)):
        return io.BytesIO(schemas.to_bytes(lake.TABLES[name].empty_table()))
    return schemas.opened(path)


def _identity(folder: Path | UPath) -> int:
    """Identifies a folder, so that its replacement is noticed; an object store has no such number."""
    return folder.stat().st_ino if isinstance(folder, Path) else 0


def _damaged(day: date, what: str, error: Exception) -> DamagedPartition:
    return DamagedPartition(
        f"{what} of {day} is damaged ({error}). Run the stages of that day again, from land on."
    )


def _checked(name: str, handle: IO[bytes], day: date) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(handle, page_checksum_verification=True)
    except schemas.UNREADABLE as error:
        raise _damaged(day, handle.name, error) from None
    if not schemas.is_of(file.schema_arrow, lake.TABLES[name]):
        raise MissingPartition(
            f"{handle.name} was written by another version: its columns differ. "
            "Run the stages of the day again, from land on."
        )
    return file


def _digest(handles: dict[str, IO[bytes]], files: dict[str, pq.ParquetFile], layout: str) -> str:
    """Hash of the day's content: of files as bytes, but of rows where a column isn't content."""
    total = hashlib.sha256(f"{layout}\n".encode())
    for name in sorted(handles):
        if name in _NOT_CONTENT:
            columns = [column for column in lake.TABLES[name].names if column not in _NOT_CONTENT[name]]
            part = _digest_of_rows(files[name], columns)
        else:
            handles[name].seek(0)
            part = hashlib.sha256(handles[name].read())
        total.update(f"{name}:{part.hexdigest()}\n".encode())
    return total.hexdigest()


def _digest_of_rows(file: pq.ParquetFile, columns: list[str]) -> hashlib._Hash:
    """Hash of the rows as one JSON array of objects, which is never whole in memory."""
    total, separator = hashlib.sha256(b"["), ""
    for batch in file.iter_batches(columns=columns):
        for row in batch.to_pylist():
            total.update(f"{separator}{json.dumps(row, default=str)}".encode())
            separator = ", "
    total.update(b"]")
    return total
