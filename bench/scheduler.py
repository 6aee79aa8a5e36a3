"""``bench airflow``: what ``make run`` and a 30-day backfill cost under a real scheduler.

Both run in a fresh clone of the last commit. The package cache is warm: the project's own environment was
installed before. Memory is that of all processes together, counted once where they share it.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.pipeline import generate
from bench.processes import STEP_SECONDS, clean_environment, measure, peak_memory_of_descendants
from bench.readers import PROJECT

_LINE = re.compile(r"^\[ *(\d+\.\d) s\] (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Backfill:
    """How much the backfill has to do."""

    days: int
    pages: int


FULL = Backfill(days=30, pages=1000)
QUICK = Backfill(days=5, pages=50)
_PAGES_A_YEAR = 10_000


def backfill_of(days: int) -> Backfill:
    """A backfill of so many days of an archive that has ten thousand pages a year."""
    return Backfill(days=days, pages=max(days, days * _PAGES_A_YEAR // 365))


def measure_airflow(backfill: Backfill) -> dict[str, Any]:
    """``make run`` from nothing, again with nothing to do, and an inbox of its own (also without Airflow)."""
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        clone, inbox, home = (Path(scratch, name) for name in ("clone", "inbox", "home"))
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        generate(inbox, backfill.pages, backfill.days, "mixed")
        commands = {
            "make run, from nothing": (),
            "make run, again": (),
            f"backfill of {backfill.days} days, {backfill.pages} pages": (
                f"INBOX={inbox}",
                f"NEWS_HOME={home}",
            ),
        }
        runs = [_measure(name, clone, variables) for name, variables in commands.items()]
        return {"runs": runs, "without_airflow": _without_airflow(clone, inbox, Path(scratch, "plain"))}


def _without_airflow(clone: Path, inbox: Path, home: Path) -> dict[str, float]:
    """The same inbox by the command line: one process, day after day."""
    print("  the same days without Airflow", file=sys.stderr)
    command = [sys.executable, "-m", "newsmarts", "run", "--inbox", str(inbox), "--home", str(home)]
    output = clone.parent / "plain.txt"
    usage = measure(command, output=output, cwd=clone, env=clean_environment(), timeout_seconds=STEP_SECONDS)
    return {"wall_seconds": usage.wall_seconds, "cpu_seconds": usage.cpu_seconds}


def _measure(name: str, clone: Path, variables: tuple[str, ...]) -> dict[str, Any]:
    print(f"  {name}", file=sys.stderr)
    output = clone.parent / "output.txt"
    with peak_memory_of_descendants() as peak:
        command = ["make", "run", "EXIT=1", f"PORT={_free_port()}", f"PYTHON={sys.executable}", *variables]
        usage = measure(
            command, output=output, cwd=clone, env=clean_environment(), timeout_seconds=STEP_SECONDS
        )
        peak_bytes = peak()
    return {
        "name": name,
        "wall_seconds": usage.wall_seconds,
        "cpu_seconds": usage.cpu_seconds,
        "peak_memory_bytes": peak_bytes,
        "backfill_seconds": backfill_seconds(output.read_text()),
    }


def _free_port() -> int:
    """A port far from where another Airflow on this machine would look for one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def backfill_seconds(output: str) -> float | None:
    """Seconds from the backfill's start to the last line, by what ``make run`` printed; None without one."""
    lines = [(float(seconds), line) for seconds, line in _LINE.findall(output)]
    starts = [seconds for seconds, line in lines if line.startswith("started a backfill")]
    return lines[-1][0] - starts[0] if starts else None
