"""The manifest of a day: what was captured (captures.parquet) and what was turned away (rejected.parquet).

Rows once written stay, whatever becomes of the inbox; each file is replaced whole, and only when its
rows have changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from include import partitions, schemas
from include.files import write_atomically
from include.models import Capture, Quarantined, capture_id_of

Row = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """A day's rows, in the order of their files."""

    captures: list[Row]
    rejected: list[Row]


def read(home: Path, day: date) -> Manifest:
    """The day's manifest; empty when nothing was ever landed for it."""
    folder = partitions.partition_path(home, "manifest", day)
    return Manifest(
        captures=_read_rows(folder / "captures.parquet", schemas.CAPTURES) or [],
        rejected=_read_rows(folder / "rejected.parquet", schemas.QUARANTINE) or [],
    )


def is_of(feed: str, rejection: Row) -> bool:
    """Whether a rejection's row is this feed's; only its capture_id tells."""
    expected = capture_id_of(feed, rejection["source_path"], rejection["captured_at"], "")
    return bool(rejection["capture_id"] == expected)


def merge(
    known: Manifest, feed: str, captures: Iterable[Capture], rejected: Iterable[Quarantined]
) -> Manifest:
    """Known rows and rows that a feed gave now.

    A capture that is known keeps its row, ``landed_at`` included. A path of the feed has one rejection at
    most, the latest; it goes when the path lands. Rejections of other feeds stay.
    """
    by_id = {row["capture_id"]: row for row in known.captures}
    landed_now = set()
    for capture in captures:
        landed_now.add(capture.source_path)
        by_id.setdefault(capture.capture_id, _row(capture, capture_day=capture.capture_day))
    by_path = {}
    others = []
    for row in known.rejected:
        if not is_of(feed, row):
            others.append(row)
        elif row["source_path"] not in landed_now:
            by_path[row["source_path"]] = row
    by_path.update((rejection.source_path, _row(rejection)) for rejection in rejected)
    return Manifest(
        captures=sorted(
            by_id.values(), key=lambda row: (row["source_path"], row["sha256"], row["captured_at"])
        ),
        rejected=sorted(
            [*others, *by_path.values()], key=lambda row: (row["source_path"], row["capture_id"])
        ),
    )


def write(home: Path, day: date, manifest: Manifest) -> bool:
    """Write what changed, and both files when they are missing. Returns whether anything was written."""
    folder = partitions.partition_path(home, "manifest", day)
    changed = [
        _write_rows(folder / "captures.parquet", schemas.CAPTURES, manifest.captures),
        _write_rows(folder / "rejected.parquet", schemas.QUARANTINE, manifest.rejected),
    ]
    return any(changed)


def _row(record: Capture | Quarantined, **more: object) -> Row:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)} | more


def _read_rows(path: Path, schema: pa.Schema) -> list[Row] | None:
    if not path.exists():
        return None
    rows: list[Row] = schemas.read_table(path, schema).to_pylist()
    return rows


def _write_rows(path: Path, schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> bool:
    rows = list(rows)
    if _read_rows(path, schema) == rows:
        return False
    write_atomically(path, schemas.rows_to_bytes(schema, rows))
    return True
