"""Found articles as CSV or JSON Lines, as ``newsmarts export`` writes them."""

from __future__ import annotations

import contextlib
from typing import Literal

import duckdb
import pyarrow as pa

from newsmarts.core.tables import Column
from newsmarts.export.lines import csv_header, csv_line, json_line, line_bytes


def file_of(found: pa.Table, form: Literal["csv", "jsonl"]) -> bytes:
    """The file's bytes; in CSV a text that a spreadsheet would take for a formula has an apostrophe."""
    with contextlib.closing(duckdb.connect(":memory:", config={"enable_external_access": "false"})) as memory:
        memory.execute("SET TimeZone = 'UTC'")
        memory.register("found", found)
        described = memory.execute("DESCRIBE found").fetchall()
        columns = tuple(Column(name, type_) for name, type_, *_ in described)
        line = csv_line(columns, guard=True) if form == "csv" else json_line(columns)
        lines = memory.execute(f"SELECT {line} FROM found").to_arrow_table()  # noqa: S608 - quoted names
    header = csv_header(columns) if form == "csv" else b""
    return header + b"".join(line_bytes(lines.to_batches()))
