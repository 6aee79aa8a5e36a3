"""What every worker does alike: read pages, time their extraction, print JSON lines.

Runs in a competitor's environment, so it needs the standard library only. A worker is
``python <worker>.py FOLDER [--suffix .html] [--warm-up N]``. For each page it prints
``{"file", "body", "cpu_seconds", "refused"}`` and, for a reader that gives whole records, ``"record"``;
then one last line ``{"pages", "peak_rss_bytes", "start_rss_bytes", "libraries"}``. With ``--soak N`` it
reads N pages, the same ones again and again, and prints one line: ``{"soaked", "rss_bytes"}``, its memory
after each tenth of them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

_PAGES_AT_ONCE = 50


@dataclass(frozen=True)
class Extracted:
    """What a reader made of one page: the body's text, and the whole record where it gives one."""

    body: str
    record: dict[str, Any] | None = None


class Refused(Exception):
    """The reader gives no article, and names the reason."""


Reader = Callable[[bytes, str], Extracted]
"""Takes a page's bytes and its file name."""


def serve(read: Reader, libraries: Sequence[str], arguments: Sequence[str] | None = None) -> None:
    """Run a reader over a folder, as the module's docstring describes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--suffix", default=".html")
    parser.add_argument("--warm-up", type=int, default=3, help="pages read once before any is timed")
    parser.add_argument("--soak", type=int, default=0)
    options = parser.parse_args(arguments)
    pages = sorted(options.folder.rglob(f"*{options.suffix}"))
    if options.soak:
        print(json.dumps({"soaked": options.soak, "rss_bytes": _soak(read, pages, options.soak)}))
        return
    start_rss_bytes = peak_rss_bytes()
    for path in pages[: options.warm_up]:
        _timed(read, path.read_bytes(), path.name)
    # some at a time: reading them from the disk isn't timed, and holds little memory
    for start in range(0, len(pages), _PAGES_AT_ONCE):
        contents = [(path, path.read_bytes()) for path in pages[start : start + _PAGES_AT_ONCE]]
        answers = [(path, *_timed(read, data, path.name)) for path, data in contents]
        for path, cpu_seconds, extracted, refused in answers:
            line = {
                "file": path.relative_to(options.folder).as_posix(),
                "body": extracted.body,
                "cpu_seconds": cpu_seconds,
                "refused": refused,
            }
            if extracted.record is not None:
                line["record"] = extracted.record
            print(json.dumps(line))
    summary = {
        "pages": len(pages),
        "peak_rss_bytes": peak_rss_bytes(),
        "start_rss_bytes": start_rss_bytes,
        "libraries": {name: version(name) for name in libraries},
    }
    print(json.dumps(summary))


def peak_rss_bytes() -> int:
    """The most memory that this process has held.

    Linux's VmHWM where there is one: ru_maxrss starts at what the parent held when it forked.
    """
    return _memory_bytes("VmHWM:")


def measured(work: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """What the work returns, with its time by the clock, its CPU time and this process's peak memory.

    CPU time includes that of child processes that have ended.
    """
    start, cpu_before = time.perf_counter(), sum(os.times()[:4])
    found = work() or {}
    return {
        **found,
        "wall_seconds": time.perf_counter() - start,
        "cpu_seconds": sum(os.times()[:4]) - cpu_before,
        "peak_rss_bytes": peak_rss_bytes(),
    }


def _memory_bytes(name: str) -> int:
    """A line of Linux's /proc/self/status; elsewhere the peak, for any name."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _soak(read: Reader, pages: list[Path], count: int) -> list[int]:
    """Memory after each tenth of so many pages."""
    memory = []
    for number in range(1, count + 1):
        path = pages[number % len(pages)]
        _timed(read, path.read_bytes(), path.name)
        if number % max(1, count // 10) == 0:
            memory.append(_memory_bytes("VmRSS:"))
    return memory


def _timed(read: Reader, data: bytes, name: str) -> tuple[float, Extracted, str | None]:
    """CPU seconds of one page, what came of it, and the reason when it gave nothing."""
    extracted, refused = Extracted(""), None
    start = time.process_time()
    try:
        extracted = read(data, name)
    except Refused as reason:
        refused = str(reason)
    except Exception as error:  # noqa: BLE001 - other people's code: what it raises is a result
        refused = f"raised {type(error).__name__}"
    return time.process_time() - start, extracted, refused
