"""Acknowledged quarantine entries, as a table that the marts' SQL joins."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import duckdb
import pyarrow as pa

from newsmarts.core import acknowledgements

_STANDING = pa.schema(
    [
        pa.field("capture_day", pa.date32()),
        pa.field("capture_id", pa.string()),
        pa.field("subject", pa.string()),
        pa.field("reason_code", pa.string()),
        pa.field("expectation", pa.string()),
        pa.field("acknowledged_at", pa.timestamp("us", tz="UTC")),
        pa.field("acknowledged_by", pa.string()),
        pa.field("acknowledged_reason", pa.string()),
    ]
)


def register(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Register the current acknowledgements, one row an entry, as ``standing_acknowledgements``.

    Raises:
        NewsError: a decision can't be read.
    """
    rows = [
        {
            **asdict(entry),
            "acknowledged_at": record.at,
            "acknowledged_by": record.by,
            "acknowledged_reason": record.reason,
        }
        for entry, record in sorted(acknowledgements.standing(home).items())
    ]
    connection.register("standing_acknowledgements", pa.Table.from_pylist(rows, schema=_STANDING))
