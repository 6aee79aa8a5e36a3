"""A home of a test's own with the samples' marts in it: what is written there, others don't see."""

from __future__ import annotations

import shutil
from pathlib import Path


def lend(sample_home: Path, home: Path) -> None:
    """Make ``home`` one with the samples' raw captures and release, and copies of what a day's run writes."""
    home.joinpath("raw").mkdir()
    for name in ("raw/objects", "marts"):
        (home / name).symlink_to(sample_home / name)
    for name in ("raw/manifest", "staged"):
        shutil.copytree(sample_home / name, home / name)
