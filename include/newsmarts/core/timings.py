"""What each stage costs, added up over days and processes.

Needs the standard library only: the bench measures other revisions with it.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_PROCESS = Path("/proc/self")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(slots=True)
class Cost:
    """Of one stage. CPU seconds include child processes that have ended; ``pages`` are captures.

    ``wall_seconds`` is summed over days, which may have run side by side. ``peak_rss_bytes`` is the most that
    one process held meanwhile, libraries included; where the system can't reset its mark (all but Linux),
    the most that it has held so far.
    """

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    pages: int = 0
    peak_rss_bytes: int = 0

    def add(self, other: Cost) -> None:
        """Add what the stage cost for another day."""
        self.wall_seconds += other.wall_seconds
        self.cpu_seconds += other.cpu_seconds
        self.pages += other.pages
        self.peak_rss_bytes = max(self.peak_rss_bytes, other.peak_rss_bytes)


class Timings:
    """Costs by stage, in the order in which stages first ran. Not enabled, it measures nothing."""

    def __init__(self, *, enabled: bool = True) -> None:
        self.enabled = enabled
        self.stages: dict[str, Cost] = {}

    @contextmanager
    def measure(self, stage: str) -> Iterator[Cost]:
        """Measure the block as part of a stage; it may set ``pages`` of what is yielded.

        Stages don't nest: each begins with a new mark of the peak memory.
        """
        cost = Cost()
        if not self.enabled:
            yield cost
            return
        _reset_peak()
        wall, cpu = time.perf_counter(), cpu_seconds()
        try:
            yield cost
        finally:
            cost.wall_seconds = time.perf_counter() - wall
            cost.cpu_seconds = cpu_seconds() - cpu
            cost.peak_rss_bytes = _peak_rss_bytes()
            self.stages.setdefault(stage, Cost()).add(cost)

    def add(self, other: Timings) -> None:
        """Add what another process measured."""
        for stage, cost in other.stages.items():
            self.stages.setdefault(stage, Cost()).add(cost)


def cpu_seconds() -> float:
    """CPU time of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _reset_peak() -> None:
    with suppress(OSError):
        (_PROCESS / "clear_refs").write_text("5")


def _peak_rss_bytes() -> int:
    with suppress(OSError):
        for line in (_PROCESS / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
