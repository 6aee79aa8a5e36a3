"""Putting files into an inbox, and looking at what landing made of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from newsmarts.core import partitions, schemas
from newsmarts.core.settings import Settings
from newsmarts.land.local_days import look

DAY = date(2025, 8, 25)
MIDNIGHT = datetime(2025, 8, 25, tzinfo=UTC)


def put(settings: Settings, name: str, data: bytes = b"a page") -> Path:
    path = settings.inbox_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def rows(settings: Settings, name: str, day: date = DAY) -> list[dict[str, Any]]:
    folder = partitions.partition_path(settings.home, "manifest", day)
    schema = {"captures": schemas.CAPTURES, "rejected": schemas.QUARANTINE}[name]
    found: list[dict[str, Any]] = schemas.read_table(folder / f"{name}.parquet", schema).to_pylist()
    return found


class InboxDay(NamedTuple):
    day: date
    files: int
    new: int


def inbox_days(settings: Settings) -> list[InboxDay]:
    """The days of the local feeds, archives read through."""
    found = look(settings, read_archives=True)
    assert not found.faults
    return [InboxDay(day, found.files[day], found.new[day]) for day in sorted(found.files)]


def reasons(settings: Settings) -> dict[str, str]:
    return {row["source_path"]: row["reason_code"] for row in rows(settings, "rejected")}


def tree(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder, with its bytes and its modification time."""
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }
