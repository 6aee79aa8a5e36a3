"""Rows as lines of text, written by DuckDB: CSV and JSON Lines.

CSV is RFC 4180 in UTF-8: commas, CRLF, a header. Only text is in quotes, always, so NULL (nothing between the
commas) differs from an empty text (``""``); times are ISO 8601, UTC ones with a Z.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, and page text is
untrusted. The guard puts an apostrophe before such a text, also when it already begins with apostrophes:
taking one apostrophe off each text that matches ``GUARDED`` gives the text as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from newsmarts.core.db import quote_identifier, quote_literal
from newsmarts.core.tables import Column

# Some spreadsheets skip white space and control characters before the sign, and some read the wide forms
# (U+FF0B and the like) as the sign itself.
_FORMULA = r"[\s\p{Z}\p{Cc}\x{FEFF}]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|[\t\r\n]"
GUARDED = f"^'*(?:{_FORMULA})"
"""Texts that the guard puts an apostrophe before (RE2)."""

_UNQUOTED = {"BOOLEAN", "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "DOUBLE", "FLOAT", "DATE"}
_TIME = "%Y-%m-%dT%H:%M:%S.%f"


def csv_header(columns: tuple[Column, ...]) -> bytes:
    """The header."""
    return ",".join(quote_identifier(column.name) for column in columns).encode() + b"\r\n"


def csv_line(
    columns: tuple[Column, ...], *, guard: bool, end: str = "\r\n", without_nul: bool = False
) -> str:
    """The SQL expression of a row's line; ``guard`` makes texts harmless in a spreadsheet.

    ``without_nul`` leaves out the character U+0000, which PostgreSQL can't hold.
    """
    cells = ", ',', ".join(f"coalesce({_csv_cell(column, guard, without_nul)}, '')" for column in columns)
    return f"concat({cells}, {quote_literal(end)}) AS line"


def json_line(columns: tuple[Column, ...]) -> str:
    """The SQL expression of a row's line: one JSON object, with every column, in their order."""
    fields = ", ".join(f"{quote_identifier(column.name)} := {_json_value(column)}" for column in columns)
    return f"concat(to_json(struct_pack({fields})), {quote_literal(chr(10))}) AS line"


def line_bytes(batches: Iterable[pa.RecordBatch]) -> Iterator[memoryview]:
    """The bytes of a stream of lines, as Arrow has them: one line after the other."""
    for batch in batches:
        lines = batch.column(0).cast(pa.large_string())
        _, offsets, data = lines.buffers()
        if data is not None and len(lines):
            ends = memoryview(offsets).cast("q")
            yield memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]]


def write_lines(path: Path, header: bytes, batches: Iterable[pa.RecordBatch]) -> None:
    """Write a new file of these lines."""
    with path.open("xb") as file:
        file.write(header)
        for data in line_bytes(batches):
            file.write(data)


def _csv_cell(column: Column, guard: bool, without_nul: bool) -> str:
    value = quote_identifier(column.name)
    if column.type in _UNQUOTED:
        return f"{value}::VARCHAR"
    if column.type.startswith("TIMESTAMP"):
        return _time(column)
    text = f"{value}::VARCHAR"
    if without_nul:
        text = f"replace({text}, chr(0), '')"
    if guard:
        text = (
            f"CASE WHEN regexp_matches({text}, {quote_literal(GUARDED)}) THEN '''' || {text} ELSE {text} END"
        )
    return f"'\"' || replace({text}, '\"', '\"\"') || '\"'"


def _json_value(column: Column) -> str:
    if column.type.startswith("TIMESTAMP"):
        return _time(column)
    if column.type in {"DOUBLE", "FLOAT"}:  # JSON can't express infinity and NaN
        return f"CASE WHEN isfinite({quote_identifier(column.name)}) THEN {quote_identifier(column.name)} END"
    return quote_identifier(column.name)


def _time(column: Column) -> str:
    if column.type == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({quote_identifier(column.name)} AT TIME ZONE 'UTC', '{_TIME}Z')"
    return f"strftime({quote_identifier(column.name)}::TIMESTAMP, '{_TIME}')"
