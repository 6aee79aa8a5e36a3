"""Other processes, as tests wait for them."""

from __future__ import annotations

import time

import psutil

_PATIENCE_SECONDS = 60.0


def wait_for_end(processes: list[psutil.Process]) -> None:
    """Wait until all have ended; one whose exit code is not fetched yet counts."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while any(map(_is_at_work, processes)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_at_work(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
