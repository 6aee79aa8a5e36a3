"""What a step of maintenance reports, and the steps that remove old releases, old logs, and leftovers."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsmarts.core.files import RETIRED_SUFFIX, TEMPORARY_PREFIX
from newsmarts.core.locks import writer_lock
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted, sized
from newsmarts.land.store import sweep
from newsmarts.ops.verify import verify
from newsmarts.release.releases import all_releases, current_release, prune

logger = logging.getLogger(__name__)

DAY_SECONDS = 24 * 3600.0
_PARTS = 4  # of what is verified, one a week
# Folders of Airflow's logs: dag_id=…/run_id=…/task_id=…/attempt=1.log
_LOG_FOLDERS = ("dag_id=*", "dag_processor")
# Folders of the home in which the pipeline writes; the inbox is somebody else's.
_OURS = ("acknowledgements", "docs", "marts", "notifications", "raw", "staged", "warehouse")
# Nothing is written under a temporary name below these; the store of raw objects is swept by its own rules.
_NOT_BELOW = frozenset({"raw/objects", "docs/", "marts/releases/", "staged/parsed/", "staged/validated/"})


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step: ``found`` things of ``found_bytes`` in all, ``removed`` of them.

    ``summary`` is a sentence for people, with the next step where there is one.
    """

    step: str
    found: int
    found_bytes: int
    removed: int
    summary: str


def old_releases(settings: Settings, *, dry_run: bool = False) -> StepResult:
    """Remove all but the newest ``releases_kept`` releases; the current one always stays.

    Publishing removes them too: this is for a setting that was lowered.

    Raises:
        LockTimeout: a publish held the marts too long.
    """
    home, most = settings.home, settings.releases_kept
    if not all_releases(home):
        return StepResult("releases", 0, 0, 0, "Nothing was published yet.")
    with writer_lock(settings):
        old = [each for each in all_releases(home)[:-most] if each != current_release(home)]
        size_bytes = sum(_facts(release.folder)[1] for release in old)
        for release in old:
            logger.info("Release %s is older than the last %d.", release.release_id, most)
        removed = [] if dry_run else prune(home, most)
    summary = (
        f"{counted(len(old), 'release')} ({sized(size_bytes)}) beyond the last {most} (NEWS_RELEASES_KEPT): "
        f"{len(removed)} removed, {len(all_releases(home))} on disk."
    )
    return StepResult("releases", len(old), size_bytes, len(removed), summary)


def old_logs(settings: Settings, folder: Path | None, *, now: datetime, dry_run: bool = False) -> StepResult:
    """Remove logs that weren't written to for ``logs_kept_days``; without that setting count them only.

    Args:
        folder: Airflow's base_log_folder, whose other files stay; None when it isn't known.
    """
    if folder is None or not folder.is_dir():
        return StepResult("logs", 0, 0, 0, f"There is no folder of Airflow's logs ({folder}).")
    roots = [path for name in _LOG_FOLDERS for path in folder.glob(name) if not path.is_symlink()]
    kept_days = settings.logs_kept_days
    before = (now - timedelta(days=kept_days)).timestamp() if kept_days is not None else float("inf")
    old, size_bytes = [], 0
    for path in (Path(where, name) for root in roots for where, _, names in os.walk(root) for name in names):
        written_at, file_bytes = _facts(path)
        if written_at < before:
            old.append(path)
            size_bytes += file_bytes
    logs = f"{counted(len(old), 'log')} ({sized(size_bytes)})"
    if kept_days is None:
        summary = f"{logs} in {folder}, kept for ever: set NEWS_LOGS_KEPT_DAYS to remove old ones."
        return StepResult("logs", len(old), size_bytes, 0, summary)
    if not dry_run:
        for path in old:
            path.unlink(missing_ok=True)
        for where in [where for root in roots for where, _, _ in os.walk(root, topdown=False)]:
            # A task makes its folder again if it is gone; one that isn't empty can't be removed.
            with contextlib.suppress(OSError):
                Path(where).rmdir()
    removed = 0 if dry_run else len(old)
    summary = f"{logs} older than {kept_days} days: {removed} removed."
    return StepResult("logs", len(old), size_bytes, removed, summary)


def leftovers(settings: Settings, *, now: datetime, dry_run: bool = False) -> StepResult:
    """Remove what killed writes left: names that begin with ``.tmp-``, not touched for a day.

    A folder that a kill left without a successor in its place is kept and reported: it may hold a day's
    only staged result, and the day's next run needs it (``files.replacing_folder``).
    """
    before = now.timestamp() - DAY_SECONDS
    found, found_bytes, removed, kept = 0, 0, 0, 0
    for path in _temporary(settings):
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
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
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


def verification(settings: Settings, *, now: datetime) -> StepResult:
    """Read a quarter of raw objects and staged days, another one each week, and all databases.

    Raises:
        DamagedHome: something isn't what was written; the message names it, and what to do.
    """
    part = now.isocalendar().week % _PARTS + 1
    verified = verify(settings, part=part, parts=_PARTS)
    verified.raise_for_damage()
    return StepResult(
        "verification",
        verified.objects + verified.files + verified.databases,
        verified.objects_bytes,
        0,
        f"Part {part} of {_PARTS}. {verified.summary()}",
    )


def _temporary(settings: Settings) -> Iterator[Path]:
    home = settings.home
    if isinstance(settings.lake_dir, Path):  # only a batch run's folder, at the top: the rest is Iceberg's
        yield from sorted(settings.lake_dir.glob(f"{TEMPORARY_PREFIX}*"))
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
