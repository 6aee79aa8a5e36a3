"""A home of a test's own with the samples' marts in it: what is acknowledged there, others don't see."""

from __future__ import annotations

import shutil
from pathlib import Path


def lend(sample_home: Path, home: Path) -> None:
    """Make ``home`` one with the samples' raw captures and release, and a copy of their staged days."""
    for name in ("raw", "marts"):
        (home / name).symlink_to(sample_home / name)
    shutil.copytree(sample_home / "staged", home / "staged")
