"""Rows of a mart as a stream in order, in little memory however many and wide they are.

DuckDB 1.5.5 sorts a million article texts with a gigabyte of memory and fails with 600 MB. So only dates and
keys are sorted, which gives each row its place; one pass over the rows distributes them to files, each for a
range of places; and each file in turn is sorted in memory.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from newsmarts.core.db import quote_identifier
from newsmarts.export.source import Source

BATCH_ROWS = 8192
_AT_ONCE = 16_384  # 40 MB of article texts
_MOST_FILES = 128  # open at a time
_PLACE = "place"


def ordered(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    expressions: str,
    scratch: Path,
    *,
    at_once: int = _AT_ONCE,
) -> Iterator[pa.RecordBatch]:
    """These SQL expressions of every row, in the source's order; ``scratch`` holds files meanwhile."""
    mart = f"marts.{quote_identifier(source.name)}"
    if source.mart.rows <= at_once:
        sql = f"SELECT {expressions} FROM {mart} ORDER BY {source.order()}"  # noqa: S608
        yield from connection.execute(sql).to_arrow_reader(BATCH_ROWS)
        return
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE places AS SELECT rowid AS row_id, "  # noqa: S608
        f"row_number() OVER (ORDER BY {source.order()}) - 1 AS {_PLACE} FROM {mart}"
    )
    per_file = max(at_once, -(-source.mart.rows // _MOST_FILES))
    rows = connection.execute(
        f"SELECT {_PLACE}, {expressions} FROM {mart} AS mart "  # noqa: S608
        "JOIN temp.places AS places ON places.row_id = mart.rowid"
    ).to_arrow_reader(BATCH_ROWS)
    scratch.mkdir()
    try:
        for path in _distribute(rows, per_file, scratch):
            yield from _in_order(path)
            path.unlink()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        connection.execute("DROP TABLE temp.places")


def _in_order(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(path)) as file:
        table = pa.ipc.open_stream(file).read_all()
    order = pc.sort_indices(table, sort_keys=[(_PLACE, "ascending")])
    table = table.remove_column(0)
    for start in range(0, len(order), BATCH_ROWS):
        yield from table.take(order.slice(start, BATCH_ROWS)).combine_chunks().to_batches()


def _distribute(rows: pa.RecordBatchReader, per_file: int, scratch: Path) -> list[Path]:
    """Write rows to the file of their places, and return the files in order."""
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
    with contextlib.ExitStack() as opened:
        for batch in rows:
            files = pc.divide(batch.column(0), per_file)
            order = pc.sort_indices(files)
            runs = pc.run_end_encode(files.take(order))
            sorted_batch, start = batch.take(order), 0
            for end, number in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
                if number not in writers:
                    path = str(scratch / f"{number}.arrow")
                    file = opened.enter_context(pa.OSFile(path, "wb"))
                    writers[number] = opened.enter_context(
                        pa.ipc.new_stream(file, rows.schema, options=options)
                    )
                writers[number].write_batch(sorted_batch.slice(start, end - start))
                start = end
    return [scratch / f"{number}.arrow" for number in sorted(writers)]
