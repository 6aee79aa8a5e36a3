"""A landing in a process of its own that kills itself, forked from one that has everything imported."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

from newsmarts.core.settings import Settings, load_settings
from newsmarts.land import run

_context = multiprocessing.get_context("forkserver")


def start(
    settings: Settings, day: date, call: str = "", countdown: int = 0, **constants: Any
) -> tuple[ForkServerProcess, Connection]:
    """Start a landing of the day; what comes through the connection first says that it begins.

    It kills itself, as a power cut would, at the n-th of some system calls, in any thread. Constants are
    set in ``newsmarts.land.run``.
    """
    _context.set_forkserver_preload([__name__])
    begins, begun = _context.Pipe(duplex=False)
    paths = {"home": settings.home, "inbox": settings.inbox_dir, "feeds_file": settings.feeds_file}
    process = _context.Process(target=_land, args=(paths, day, (call, countdown), constants, begun))
    process.start()
    begun.close()
    return process, begins


def _land(
    paths: dict[str, Any], day: date, death: tuple[str, int], constants: dict[str, Any], begun: Connection
) -> None:
    for name, value in constants.items():
        setattr(run, name, value)
    if death[0]:
        _kill_at(*death)
    begun.send("ready")
    run.run(day, load_settings(**paths, settle_seconds=0))


def _kill_at(call: str, countdown: int) -> None:
    real, lock, left = getattr(os, call), threading.Lock(), [countdown]

    def deadly(*args: Any, **kwargs: Any) -> Any:
        with lock:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    setattr(os, call, deadly)
