"""Rows as Parquet files: a folder of months where the mart has a date, one file where it has none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
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
    schema = _described(connection.execute(no_rows).to_arrow_reader().schema, source, release_id)
    month = "''"
    if source.month_of is not None:
        month = f"coalesce(strftime({quote_identifier(source.month_of)}, '%Y-%m'), '{_NO_MONTH}')"
    batches = ordered(connection, source, f"{month} AS {MONTH}, {names}", folder / SCRATCH)
    parts = groupby(_cut_by_month(batches), key=itemgetter(0))
    for value, rows in parts if source.mart.rows else [(_NO_ROWS, iter(()))]:
        path = folder / f"{source.name}.parquet"
        if source.month_of is not None:
            path = folder / source.name / f"{MONTH}={value}" / "part-0.parquet"
            path.parent.mkdir(parents=True)
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for group in _row_groups(map(itemgetter(1), rows)):
                writer.write_table(group, row_group_size=_GROUP_ROWS)


def _cut_by_month(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The stream, cut where a month ends; rows of one month follow each other."""
    for batch in batches:
        runs = pc.run_end_encode(batch.column(0))
        start = 0
        for end, month in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
            yield month, batch.slice(start, end - start).remove_column(0)
            start = end


def _row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Tables of one size each, so that bytes don't depend on how rows arrive."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        while sum(each.num_rows for each in waiting) >= _GROUP_ROWS:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, _GROUP_ROWS)
            waiting = table.slice(_GROUP_ROWS).to_batches()
    if waiting:
        yield pa.Table.from_batches(waiting)


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
