"""Rows as Parquet files: a folder of months where the mart has a date, one file where it has none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmarts.core.db import quote_identifier
from newsmarts.export.ordered import ordered
from newsmarts.export.source import MONTH, SCRATCH, Source

# A row group of article texts stays below 100 MB in memory.
_GROUP_ROWS = 32_768
_NO_ROWS = "0000-00"  # readers can't infer the type of a column that is NULL in every folder's name
_NO_MONTH = "__HIVE_DEFAULT_PARTITION__"  # what Hive, Spark, DuckDB and pyarrow read as NULL


def write_parquet(
    connection: duckdb.DuckDBPyConnection, source: Source, folder: Path, release_id: str
) -> None:
    """Write a mart: ``<mart>/year_month=2025-08/part-0.parquet``, or ``<mart>.parquet`` without a date.

    A mart without rows is one file without rows, so that its columns can be read. The columns' comments are
    the fields' metadata in Arrow, and with the release's id in the file's metadata for every other reader.
    """
    names = ", ".join(map(quote_identifier, source.mart.column_names))
    no_rows = f"SELECT {names} FROM marts.{quote_identifier(source.name)} LIMIT 0"  # noqa: S608
    schema = connection.execute(no_rows).to_arrow_reader().schema
    scratch = folder / SCRATCH
    if source.month_of is None:
        with _row_groups(folder / f"{source.name}.parquet", source, schema, release_id) as groups:
            for batch in ordered(connection, source, names, scratch):
                groups.add(batch)
        return
    month = f"coalesce(strftime({quote_identifier(source.month_of)}, '%Y-%m'), '{_NO_MONTH}') AS {MONTH}"
    batches = ordered(connection, source, f"{month}, {names}", scratch)
    for value, parts in groupby(_cut_by_month(batches), key=itemgetter(0)):
        with _row_groups(_month_path(folder, source, value), source, schema, release_id) as groups:
            for _, part in parts:
                groups.add(part)
    if not source.mart.rows:
        with _row_groups(_month_path(folder, source, _NO_ROWS), source, schema, release_id):
            pass


def _month_path(folder: Path, source: Source, month: str) -> Path:
    path = folder / source.name / f"{MONTH}={month}" / "part-0.parquet"
    path.parent.mkdir(parents=True)
    return path


def _cut_by_month(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The stream, cut where a month ends; rows of one month follow each other."""
    for batch in batches:
        runs = pc.run_end_encode(batch.column(0))
        start = 0
        for end, month in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
            yield month, batch.slice(start, end - start).remove_column(0)
            start = end


class _RowGroups:
    """Cuts batches into row groups of one size, so that bytes don't depend on how rows arrive."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take a batch; write what fills a row group."""
        while self._rows + batch.num_rows >= _GROUP_ROWS:
            fitting = _GROUP_ROWS - self._rows
            self._waiting.append(batch.slice(0, fitting))
            self.flush()
            batch = batch.slice(fitting)
        if batch.num_rows:
            self._waiting.append(batch)
            self._rows += batch.num_rows

    def flush(self) -> None:
        """Write what waits as a row group."""
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting), row_group_size=_GROUP_ROWS)
        self._waiting, self._rows = [], 0


@contextmanager
def _row_groups(path: Path, source: Source, schema: pa.Schema, release_id: str) -> Iterator[_RowGroups]:
    with pq.ParquetWriter(path, _described(schema, source, release_id), compression="zstd") as writer:
        groups = _RowGroups(writer)
        yield groups
        groups.flush()


def _described(schema: pa.Schema, source: Source, release_id: str) -> pa.Schema:
    comments = {column.name: column.comment for column in source.mart.columns}
    fields = [field.with_metadata({"comment": comments[field.name]}) for field in schema]
    metadata = {
        "release_id": release_id,
        "mart": source.name,
        "comment": source.mart.comment,
        "key": json.dumps(source.key.columns if source.key else []),
        "column_comments": json.dumps(comments, ensure_ascii=False),
    }
    return pa.schema(fields, metadata=metadata)
