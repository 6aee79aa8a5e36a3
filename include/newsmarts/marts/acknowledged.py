"""Acknowledged quarantine entries, as a table that the marts' SQL joins."""

from __future__ import annotations

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


def acknowledged_table(home: Path) -> pa.Table:
    """The current acknowledgements, one row an entry, in a fixed order.

    Raises:
        NewsError: a decision can't be read.
    """
    rows = [
        {
            "capture_day": entry.capture_day,
            "capture_id": entry.capture_id,
            "subject": entry.subject,
            "reason_code": entry.reason_code,
            "expectation": entry.expectation,
            "acknowledged_at": record.at,
            "acknowledged_by": record.by,
            "acknowledged_reason": record.reason,
        }
        for entry, record in sorted(acknowledgements.standing(home).items())
    ]
    return pa.Table.from_pylist(rows, schema=_STANDING)


def register(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Register the current acknowledgements as ``standing_acknowledgements``."""
    connection.register("standing_acknowledgements", acknowledged_table(home))
