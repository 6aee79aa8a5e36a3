"""Locks between processes: they go away with the process that holds them, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from newsmarts.core.errors import LockTimeout
from newsmarts.core.owner import require_owner, require_shareable
from newsmarts.core.settings import Settings


@contextmanager
def held(path: Path, *, timeout_seconds: float, what: str) -> Iterator[None]:
    """Hold the lock file at ``path`` while the block runs; ``what`` names the held thing to a person.

    Raises:
        LockTimeout: another process held it for longer than ``timeout_seconds``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=timeout_seconds)
    except Timeout:
        raise LockTimeout(
            f"Another run has held {what} for more than {timeout_seconds:g} s ({path}). Let it finish and "
            "try again, or raise NEWS_LOCK_TIMEOUT_SECONDS; the lock goes with the process that holds it."
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def partition_lock(settings: Settings, day: date) -> Iterator[None]:
    """Keep two runs of one day (a backfill and a manual one, say) from writing its files at once.

    Runs on other machines are noticed by conditional puts; without these there may be none.

    Raises:
        NotTheOwner: the object store ignores conditional puts, and another machine writes to it.
    """
    require_shareable(settings)
    path = settings.home / "staged" / ".locks" / f"{day.isoformat()}.lock"
    with held(path, timeout_seconds=settings.lock_timeout_seconds, what=f"the day {day}"):
        yield


@contextmanager
def writer_lock(settings: Settings, *, timeout_seconds: float | None = None) -> Iterator[None]:
    """Hold the warehouse and the release candidate for one writer.

    Waits ``timeout_seconds`` for another one, by default ``lock_timeout_seconds`` of the settings.

    Raises:
        NotTheOwner: another machine has the warehouse of this object store.
    """
    require_owner(settings)
    path = settings.home / "warehouse" / ".writer.lock"
    seconds = settings.lock_timeout_seconds if timeout_seconds is None else timeout_seconds
    with held(path, timeout_seconds=seconds, what="the warehouse"):
        yield
