"""One capture: its facts in the manifest, and its bytes in the raw store."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from newsmarts.core.errors import DamagedPartition, MissingPartition
from newsmarts.core.partitions import partition_path, raw_object_path
from newsmarts.core.records import Capture
from newsmarts.core.schemas import CAPTURES, read_table

if TYPE_CHECKING:
    from upath import UPath


def find_capture(archive: Path | UPath, day: date, capture_id: str) -> Capture | None:
    """A capture as land wrote it down; None when land rejected it, or doesn't know it.

    Raises:
        DamagedPartition: the day's manifest can't be read.
    """
    path = partition_path(archive, "manifest", day) / "captures.parquet"
    try:
        table = read_table(path, CAPTURES)
    except FileNotFoundError:
        return None
    rows = table.filter(pc.equal(table["capture_id"], capture_id)).to_pylist()
    if not rows:
        return None
    row = rows[0]
    del row["capture_day"]
    return Capture(**row)


def read_bytes(archive: Path | UPath, capture_sha256: str) -> bytes:
    """The captured bytes, held to their hash.

    Raises:
        MissingPartition: they aren't in the raw store.
        DamagedPartition: they aren't what was captured.
    """
    path = raw_object_path(archive, capture_sha256)
    try:
        data: bytes = path.read_bytes()
    except FileNotFoundError:
        raise MissingPartition(
            f"The bytes {capture_sha256} aren't in the raw store ({path}). Put them back from a backup, or "
            "land their day again while its source is there."
        ) from None
    except OSError as error:
        raise DamagedPartition(f"{path} can't be read: {error.strerror}.") from error
    if hashlib.sha256(data).hexdigest() != capture_sha256:
        raise DamagedPartition(
            f"{path} doesn't hold what was captured: its SHA-256 is another. Put it back from a backup."
        )
    return data
