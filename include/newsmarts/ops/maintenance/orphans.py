"""Raw objects that no manifest names: reported, and removed only where the setting allows it.

They come of landings that were killed after storing bytes and before writing the manifest; the next landing
of these pages names them. So only those that no landing has looked at for a week count. A landing that finds
its bytes stored already marks the object as fresh (see ``newsmarts.land.store``), and that is checked once
more at the moment of removal.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow.parquet as pq

from newsmarts.core.errors import DamagedPartition
from newsmarts.core.files import TEMPORARY_PREFIX
from newsmarts.core.partitions import objects_path, partition_days, partition_path, raw_object_path
from newsmarts.core.schemas import UNREADABLE, opened
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted, sized
from newsmarts.ops.maintenance.steps import DAY_SECONDS, StepResult

if TYPE_CHECKING:
    from upath import UPath

logger = logging.getLogger(__name__)
_OLD_SECONDS = 7 * DAY_SECONDS
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN = 20


class _Object(NamedTuple):
    sha256: str
    size_bytes: int
    written_at: float | None  # seconds since 1970, of the last landing that relied on it; None in a store


def orphaned_raw(settings: Settings, *, now: datetime, dry_run: bool = False) -> StepResult:
    """Find objects older than a week that no day's manifest names; remove them with ``delete_orphaned_raw``.

    Raises:
        DamagedPartition: a manifest can't be read, so what it names is unknown; nothing is removed.
    """
    before = now.timestamp() - _OLD_SECONDS
    # listed first: what is landed from now on is named by a manifest that is read afterwards, or is fresh
    old = [each for each in _objects(settings) if each.written_at is None or each.written_at < before]
    named = _named(settings)
    orphans = [each for each in old if bytes.fromhex(each.sha256) not in named]
    if settings.archive_url is not None:
        orphans = [each for each in orphans if _written_at(settings.archive, each.sha256) < before]
    for each in orphans[:_SHOWN]:
        logger.info("No manifest names %s (%s).", each.sha256, sized(each.size_bytes))
    if len(orphans) > _SHOWN:
        logger.info("And %d more.", len(orphans) - _SHOWN)
    may_delete = settings.delete_orphaned_raw and not dry_run and settings.archive_url is None
    removed = sum(_remove(settings.home, each.sha256, before) for each in orphans) if may_delete else 0
    size_bytes = sum(each.size_bytes for each in orphans)
    summary = (
        f"{counted(len(orphans), 'raw object')} ({sized(size_bytes)}) older than a week that no manifest "
        f"names: {removed} removed."
    )
    if orphans and not settings.delete_orphaned_raw:
        summary += " Set NEWS_DELETE_ORPHANED_RAW=1 to remove them."
    elif orphans and settings.archive_url is not None:
        summary += " Those of an object store are left for its own tools."
    return StepResult("orphaned_raw", len(orphans), size_bytes, removed, summary)


def _objects(settings: Settings) -> Iterator[_Object]:
    root = objects_path(settings.archive)
    return _on_disk(root) if isinstance(root, Path) else _in_store(root)


def _on_disk(root: Path) -> Iterator[_Object]:
    if not root.is_dir():
        return
    for folder in sorted(entry.path for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)):
        with os.scandir(folder) as entries:
            for entry in entries:
                if _SHA256.fullmatch(entry.name):
                    with contextlib.suppress(FileNotFoundError):
                        facts = entry.stat(follow_symlinks=False)
                        yield _Object(entry.name, facts.st_size, facts.st_mtime)


def _in_store(root: UPath) -> Iterator[_Object]:
    for path, facts in sorted(root.fs.find(root.path, detail=True).items()):
        name = path.rpartition("/")[2]
        if _SHA256.fullmatch(name):
            yield _Object(name, int(facts["size"]), None)


def _written_at(archive: Path | UPath, sha256: str) -> float:
    return float(raw_object_path(archive, sha256).stat().st_mtime)


def _named(settings: Settings) -> set[bytes]:
    """The SHA-256 of every capture of every day."""
    found: set[bytes] = set()
    for day in partition_days(settings.archive, "manifest"):
        path = partition_path(settings.archive, "manifest", day) / "captures.parquet"
        try:
            with opened(path) as handle:
                column = pq.read_table(handle, columns=["sha256"], partitioning=None)["sha256"]
        except FileNotFoundError:  # a landing that was killed before it wrote its first
            continue
        except UNREADABLE as error:
            raise DamagedPartition(
                f"{path} can't be read ({error}), so what it names isn't known and nothing is removed. "
                "Land that day again."
            ) from error
        found.update(map(bytes.fromhex, column.to_pylist()))
    return found


def _remove(home: Path, sha256: str, before: float) -> bool:
    """Remove an object, unless a landing has relied on it meanwhile: then it gets its name back."""
    path = raw_object_path(home, sha256)
    aside = path.with_name(f"{TEMPORARY_PREFIX}{sha256}")
    try:
        os.rename(path, aside)
    except FileNotFoundError:
        return False
    if aside.stat().st_mtime < before:
        aside.unlink()
        return True
    with contextlib.suppress(FileExistsError):  # the landing has stored it again
        os.link(aside, path)
    aside.unlink()
    return False
