"""The inbox of ``make run``: sample captures in it, and the days that need a run."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

from newsmarts.core.errors import UsageError
from newsmarts.core.settings import Settings
from newsmarts.land.config import load_feeds
from newsmarts.review.day_state import RunReason, day_states

SAMPLES = Path("samples", "inbox")
LEAST_FREE_BYTES = 300 * 1024 * 1024


def check_places(settings: Settings) -> None:
    """Raises UsageError when the feeds' file or the inbox is wrong, or the disk is nearly full."""
    load_feeds(settings)
    if settings.inbox is not None and not settings.inbox.is_dir():
        problem = "is not a folder" if settings.inbox.exists() else "doesn't exist"
        raise UsageError(
            f"The inbox {settings.inbox} {problem}. Choose a folder with captures: make run INBOX=folder"
        )
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.home).free
    except OSError as error:
        raise UsageError(
            f"{settings.home} can't be made: {error.strerror}. Choose another one: make run NEWS_HOME=folder"
        ) from None
    if free < LEAST_FREE_BYTES:
        raise UsageError(
            f"Only {free // 1024**2} MiB are free on the disk of {settings.home}, and a run needs "
            f"{LEAST_FREE_BYTES // 1024**2}. Make room, or choose another folder: make run NEWS_HOME=folder"
        )


def copy_samples(project: Path, inbox: Path) -> int:
    """Copy the sample captures that aren't in the inbox yet; return how many were copied."""
    copied = 0
    for source in sorted((project / SAMPLES).rglob("*")):
        target = inbox / source.relative_to(project / SAMPLES)
        if source.is_dir() or target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".part")  # a name that land ignores
        shutil.copy2(source, partial)
        os.replace(partial, target)
        copied += 1
    return copied


def about_empty(inbox: Path) -> str:
    """What to put into an inbox without captures."""
    return (
        f"{inbox} has no captures. It takes saved pages (.txt, .html) and archives of them (.zip, .tar.gz, "
        ".warc.gz, .wacz, .mhtml, .jsonl); a folder's name gives the day, as 2025-08-25/page.html. "
        "See docs/captures.md."
    )


def days_to_run(settings: Settings) -> tuple[dict[date, RunReason], int]:
    """The days that need a run, each with its reason, and how many days of the inbox need none."""
    states = day_states(settings)
    return dict(states.reasons), len(states.local.files.keys() - states.reasons.keys())
