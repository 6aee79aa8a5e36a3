"""Temporary files and folders that killed writes left: under names of ours, and older than a day."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from newsmarts.core.files import RETIRED_SUFFIX, TEMPORARY_PREFIX
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted, sized
from newsmarts.land.store import sweep
from newsmarts.ops.maintenance.steps import DAY_SECONDS, StepResult

logger = logging.getLogger(__name__)
# Folders of the home in which the pipeline writes; the inbox is somebody else's.
_OURS = ("acknowledgements", "docs", "marts", "notifications", "raw", "staged", "warehouse")
# Nothing is written under a temporary name below these; the store of raw objects is swept by its own rules.
_NOT_BELOW = frozenset({"raw/objects", "docs/", "marts/releases/", "staged/parsed/", "staged/validated/"})


def leftovers(settings: Settings, *, now: datetime, dry_run: bool = False) -> StepResult:
    """Remove what begins with ``.tmp-`` and wasn't touched for a day.

    A folder that a kill left without a successor in its place is kept and reported: it may hold a day's
    only staged result, and the day's next run needs it (``files.replacing_folder``).
    """
    before = now.timestamp() - DAY_SECONDS
    found, found_bytes, removed, kept = 0, 0, 0, 0
    for path in _temporary(settings.home):
        newest, size_bytes = _facts(path)
        if newest >= before:
            continue
        found += 1
        found_bytes += size_bytes
        if _is_half_of_a_swap(path):
            kept += 1
            logger.warning(
                "%s was left by a write that was killed between two renames, and is kept: neither it nor its "
                "successor is in place. The next run of its day puts that right and removes both.",
                path,
            )
        elif not dry_run:
            _remove(path)
            removed += 1
            logger.info("Removed %s (%s).", path, sized(size_bytes))
    swept = 0 if dry_run or settings.archive_url is not None else sweep(settings.home, now.timestamp())
    summary = (
        f"{counted(found + swept, 'leftover')} of killed writes ({sized(found_bytes)}): "
        f"{removed + swept} removed."
    )
    if kept:
        summary += f" {kept} are kept, see the log."
    return StepResult("leftovers", found + swept, found_bytes, removed + swept, summary)


def _temporary(home: Path) -> Iterator[Path]:
    for name in _OURS:
        for where, folders, files in os.walk(home / name):
            inside = Path(where).relative_to(home).as_posix()
            ours = [each for each in (*folders, *files) if each.startswith(TEMPORARY_PREFIX)]
            yield from (Path(where, each) for each in sorted(ours))
            folders[:] = [
                each
                for each in folders
                if each not in ours and not {f"{inside}/{each}", f"{inside}/"} & _NOT_BELOW
            ]


def _facts(path: Path) -> tuple[float, int]:
    """When anything in it was last changed (seconds since 1970), and its size in bytes."""
    newest, size_bytes = 0.0, 0
    inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else ()
    for each in (path, *inside):
        with contextlib.suppress(FileNotFoundError):
            facts = each.lstat()
            newest = max(newest, facts.st_mtime)
            size_bytes += facts.st_size if each.is_file() else 0
    return newest, size_bytes


def _is_half_of_a_swap(path: Path) -> bool:
    """Whether both the retired folder and its successor bear temporary names: nothing is in their place."""
    name = path.name
    twin = name.removesuffix(RETIRED_SUFFIX) if name.endswith(RETIRED_SUFFIX) else name + RETIRED_SUFFIX
    return path.with_name(twin).is_dir()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
