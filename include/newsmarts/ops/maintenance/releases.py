"""Releases beyond those that are kept. Publishing removes them too; this takes those of a lowered setting."""

from __future__ import annotations

import logging

from newsmarts.core.locks import writer_lock
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted, sized
from newsmarts.ops.maintenance.steps import StepResult
from newsmarts.release.releases import all_releases, current_release, prune

logger = logging.getLogger(__name__)


def old_releases(settings: Settings, *, dry_run: bool = False) -> StepResult:
    """Remove all but the newest ``releases_kept`` releases; the current one always stays.

    Raises:
        LockTimeout: a publish held the marts too long.
    """
    home = settings.home
    if not all_releases(home):
        return StepResult("releases", 0, 0, 0, "Nothing was published yet.")
    with writer_lock(settings):
        current = current_release(home)
        old = [
            release
            for release in all_releases(home)[: -settings.releases_kept]
            if current is None or release.release_id != current.release_id
        ]
        size_bytes = sum(
            path.stat().st_size for each in old for path in each.folder.rglob("*") if path.is_file()
        )
        for release in old:
            logger.info("Release %s is older than the last %d.", release.release_id, settings.releases_kept)
        removed = [] if dry_run else prune(home, settings.releases_kept)
    kept = len(all_releases(home))
    summary = (
        f"{counted(len(old), 'release')} ({sized(size_bytes)}) beyond the last {settings.releases_kept}"
        f" (NEWS_RELEASES_KEPT): {len(removed)} removed, {kept} on disk."
    )
    return StepResult("releases", len(old), size_bytes, len(removed), summary)
