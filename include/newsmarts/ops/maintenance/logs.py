"""Old logs of Airflow's tasks: files of runs, and of the DAG processor, nothing else in that folder."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from newsmarts.core.settings import Settings
from newsmarts.core.text import counted, sized
from newsmarts.ops.maintenance.steps import StepResult

_OF_TASKS = "dag_id="  # dag_id=…/run_id=…/task_id=…/attempt=1.log
_OF_PROCESSOR = "dag_processor"


def old_logs(settings: Settings, folder: Path | None, *, now: datetime, dry_run: bool = False) -> StepResult:
    """Remove logs that weren't written to for ``logs_kept_days``; without that setting count them only.

    Args:
        folder: Airflow's base_log_folder; None when it isn't known.
    """
    kept_days = settings.logs_kept_days
    if folder is None or not folder.is_dir():
        return StepResult("logs", 0, 0, 0, f"There is no folder of Airflow's logs ({folder}).")
    if kept_days is None:
        files = [size for _, size, _ in _logs(folder)]
        summary = f"{counted(len(files), 'log')} ({sized(sum(files))}) in {folder}, kept for ever: set"
        return StepResult(
            "logs", len(files), sum(files), 0, f"{summary} NEWS_LOGS_KEPT_DAYS to remove old ones."
        )
    before = (now - timedelta(days=kept_days)).timestamp()
    found, found_bytes, removed = 0, 0, 0
    for path, size_bytes, written_at in _logs(folder):
        if written_at < before:
            found += 1
            found_bytes += size_bytes
            if not dry_run:
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
                    removed += 1
    if removed:
        _remove_empty(folder)
    summary = (
        f"{counted(found, 'log')} ({sized(found_bytes)}) older than {kept_days} days: {removed} removed."
    )
    return StepResult("logs", found, found_bytes, removed, summary)


def _roots(folder: Path) -> list[Path]:
    return [
        entry
        for entry in sorted(folder.iterdir())
        if (entry.name.startswith(_OF_TASKS) or entry.name == _OF_PROCESSOR)
        and entry.is_dir()
        and not entry.is_symlink()
    ]


def _logs(folder: Path) -> Iterator[tuple[Path, int, float]]:
    """Each log file with its size and when it was last written; links aren't followed."""
    for root in _roots(folder):
        for where, _, names in os.walk(root):
            for name in names:
                path = Path(where, name)
                with contextlib.suppress(FileNotFoundError):
                    facts = path.lstat()
                    yield path, facts.st_size, facts.st_mtime


def _remove_empty(folder: Path) -> None:
    """Remove folders of runs that hold nothing now; a folder that a task has just made may go, and it then
    makes it again.
    """
    for root in _roots(folder):
        for where, _, _ in os.walk(root, topdown=False):
            if where != str(root):
                with contextlib.suppress(OSError):  # not empty
                    Path(where).rmdir()
