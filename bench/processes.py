"""Child processes, and what they cost."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.readers import PROJECT
from local.servers import kill_sessions, members

_MOST_SECONDS = 4 * 3600.0
_STOP_SECONDS = 20.0  # after SIGINT
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What a child and all its waited-for descendants took. ``peak_rss_bytes`` is the largest single process.

    Linux counts the parent's memory at the fork into it: the parent that measures must stay small.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_rss_bytes: int


class ChildFailed(RuntimeError):
    """A measured command ended with an error."""


def measure(command: Sequence[str], *, output: Path, cwd: Path = PROJECT) -> Usage:
    """Run a command to its end, its standard output into a file (its errors into the file + ``.err``).

    Raises:
        ChildFailed: it ended with an error or was stopped after four hours, with the end of its output.
    """
    errors = output.with_name(output.name + ".err")
    with output.open("wb") as out, errors.open("wb") as err:
        start = time.monotonic()
        child = subprocess.Popen(
            command,
            stdout=out,
            stderr=err,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            start_new_session=True,
        )
        timer = threading.Timer(_MOST_SECONDS, _end_session, [child.pid])
        timer.start()
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:
            _end_session(child.pid)
            raise
        finally:
            timer.cancel()
        wall_seconds = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        ending = "\n".join(path.read_text(errors="replace")[-1500:] for path in (output, errors))
        raise ChildFailed(f"{command} ended with {child.returncode}:\n{ending}")
    return Usage(wall_seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * _RSS_UNIT)


@contextlib.contextmanager
def on_cores(count: int) -> Iterator[None]:
    """While open, processes that this thread starts have no more than so many cores (Linux only)."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run_step(work: Callable[..., dict[str, Any] | None], *arguments: object) -> dict[str, Any]:
    """Call a function of a module in a process of its own, with arguments that JSON has, or paths.

    Returns what it returns and what it cost: ``wall_seconds``, ``cpu_seconds``, ``peak_rss_bytes``.
    """
    command = ["-m", "bench.step", work.__module__, work.__name__, json.dumps(arguments, default=str)]
    return run_worker([sys.executable, *command])


def run_worker(command: Sequence[str]) -> dict[str, Any]:
    """Run a command in the project's folder. Returns what it prints as its last line, as JSON."""
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        output = Path(scratch, "output.json")
        measure(command, output=output)
        figures: dict[str, Any] = json.loads(output.read_text(encoding="utf-8").splitlines()[-1])
        return figures


def percentiles(seconds: Iterable[float]) -> dict[str, Any]:
    """The times' median, and what 95 of a hundred don't exceed."""
    in_order = sorted(seconds)
    return {
        "p50_seconds": in_order[len(in_order) // 2],
        "p95_seconds": in_order[int(len(in_order) * 0.95)],
    }


def _end_session(leader: int) -> None:
    """SIGINT first, so that servers stop their own children; SIGKILL for what is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGINT)
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline and any(members({leader})):
        time.sleep(0.1)
    kill_sessions({leader})


@contextlib.contextmanager
def peak_memory_of_descendants(every_seconds: float = 0.5) -> Iterator[Callable[[], int]]:
    """While open, sample the memory of all processes below this one; yields a function for the peak in bytes.

    Memory is the sum of proportional set sizes (PSS): pages that forked processes share count once.
    """
    peak, done = [0], threading.Event()

    def sample() -> None:
        while not done.wait(every_seconds):
            peak[0] = max(peak[0], sum(map(_pss, psutil.Process().children(recursive=True))))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield lambda: peak[0]
    finally:
        done.set()
        thread.join()


def _pss(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", memory.uss))
