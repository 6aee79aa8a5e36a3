"""All steps of maintenance that need no Airflow: what ``newsmarts maintain`` does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from newsmarts.core.errors import UsageError
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.ops.maintenance.compaction import compact
from newsmarts.ops.maintenance.orphans import orphaned_raw
from newsmarts.ops.maintenance.steps import StepResult, leftovers, old_logs, old_releases, verification

STEPS = ("releases", "logs", "orphaned_raw", "leftovers", "compaction", "verification")


def maintain(
    settings: Settings,
    *,
    now: datetime,
    logs: Path | None = None,
    dry_run: bool = False,
    steps: Sequence[str] = (),
    progress: Progress = SILENT,
) -> list[StepResult]:
    """Run these steps (none named: all), each of which reports what it found and did.

    A compaction that is named runs whenever the last one was.

    Args:
        logs: Airflow's folder of logs.
        dry_run: only report.

    Raises:
        UsageError: there is no such step.
        DamagedHome: the last step found damage.
        NewsError: a step failed; those before it are done.
    """
    unknown = set(steps) - set(STEPS)
    if unknown:
        raise UsageError(f"There is no step {sorted(unknown)[0]!r}. They are {', '.join(STEPS)}.")
    todo: Mapping[str, Callable[[], StepResult]] = {
        "releases": lambda: old_releases(settings, dry_run=dry_run),
        "logs": lambda: old_logs(settings, logs, now=now, dry_run=dry_run),
        "orphaned_raw": lambda: orphaned_raw(settings, now=now, dry_run=dry_run),
        "leftovers": lambda: leftovers(settings, now=now, dry_run=dry_run),
        "compaction": lambda: compact(settings, now=now, dry_run=dry_run, at_once="compaction" in steps),
        "verification": lambda: verification(settings, now=now),
    }
    chosen = [name for name in STEPS if not steps or name in steps]
    progress.plan(len(chosen))
    results = []
    for name in chosen:
        progress.start(name)
        results.append(todo[name]())
        progress.finish()
    return results
