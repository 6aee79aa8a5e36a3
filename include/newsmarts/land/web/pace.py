"""The pause between two requests to one host, kept by all processes together.

Days run in parallel, each in a process of its own, and a site must not notice. A small file for each host
holds the moment of its next request: a process that has one takes that moment under a lock, moves it on, and
sleeps until it comes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from newsmarts.core.errors import HostClosed
from newsmarts.core.files import write_atomically
from newsmarts.core.locks import held

# A moment further away than these was written by a clock that has been set back since.
_LONGEST_QUEUE_SECONDS = 3600.0
_LONGEST_CLOSED_SECONDS = 86_400.0
_HOST = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,199}")


class Pace:
    """Keeps the pauses; ``folder`` is shared by all processes that fetch."""

    def __init__(
        self,
        folder: Path,
        *,
        lock_seconds: float = 60.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._lock_seconds = lock_seconds
        self._clock = clock
        self._sleep = sleep

    def wait(self, host: str, pause_seconds: float, *, patience_seconds: float = 60.0) -> float:
        """Sleep until the host may be requested; the next request waits ``pause_seconds`` more.

        Returns:
            The moment of the request, in seconds since 1970; all others are at least the pause away.

        Raises:
            HostClosed: the host wants a longer pause than ``patience_seconds``.
        """
        while True:
            with self._locked(host):
                now = self._clock()
                next_at, closed_until = self._read(host)
                if closed_until - now > patience_seconds:
                    raise HostClosed(host, closed_until - now)
                moment = max(now, next_at, closed_until)
                self._write(host, moment + pause_seconds, closed_until)
            if moment > now:
                self._sleep(moment - now)
            if self._read(host)[1] <= moment:
                return moment
            # the host was closed while we slept

    def hold_off(self, host: str, seconds: float) -> None:
        """Keep every process from the host for this long (a day at most), as it demands."""
        with self._locked(host):
            next_at, closed_until = self._read(host)
            until = self._clock() + min(seconds, _LONGEST_CLOSED_SECONDS)
            self._write(host, next_at, max(closed_until, until))

    def _locked(self, host: str) -> AbstractContextManager[None]:
        lock = self._path(host).with_suffix(".lock")
        return held(lock, timeout_seconds=self._lock_seconds, what=f"the next request to {host}")

    def _path(self, host: str) -> Path:
        if not _HOST.fullmatch(host):
            raise ValueError(f"not a host's name: {host!r}")
        return self._folder / f"{host}.next"

    def _read(self, host: str) -> tuple[float, float]:
        """The moment of the next request, and until when there may be none at all."""
        try:
            next_at, closed_until = map(float, self._path(host).read_text(encoding="ascii").split())
        except (FileNotFoundError, ValueError):
            return 0.0, 0.0
        now = self._clock()
        return (
            next_at if next_at <= now + _LONGEST_QUEUE_SECONDS else 0.0,
            closed_until if closed_until <= now + _LONGEST_CLOSED_SECONDS else 0.0,
        )

    def _write(self, host: str, next_at: float, closed_until: float) -> None:
        write_atomically(self._path(host), f"{next_at!r} {closed_until!r}\n".encode("ascii"))
