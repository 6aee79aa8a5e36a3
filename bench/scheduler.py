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
from argparse import Namespace
from pathlib import Path
from typing import Any

from bench.processes import measure, peak_memory_of_descendants
from bench.readers import PROJECT
from samples.generate import write_inbox

_LINE = re.compile(r"^\[ *(\d+\.\d) s\] (.*)$", re.MULTILINE)


def measure_section(options: Namespace) -> dict[str, Any]:
    """``make run`` from nothing, again with nothing to do, and an inbox of its own (also without Airflow)."""
    days, pages = (5, 50) if options.quick else (30, 1000)
    if options.days:  # of an archive that has ten thousand pages a year
        days, pages = options.days, max(options.days, options.days * 10_000 // 365)
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        clone, inbox, home = (Path(scratch, name) for name in ("clone", "inbox", "home"))
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        for _ in write_inbox(inbox, pages, days=days, page_format="mixed"):
            pass
        commands = {
            "make run, from nothing": (),
            "make run, again": (),
            f"backfill of {days} days, {pages} pages": (f"INBOX={inbox}", f"NEWS_HOME={home}"),
        }
        runs = [_measure(name, clone, variables) for name, variables in commands.items()]
        print("  the same days without Airflow", file=sys.stderr)
        folders = ["--inbox", str(inbox), "--home", str(Path(scratch, "plain"))]
        plain = measure(
            [sys.executable, "-m", "newsmarts", "run", *folders], output=Path(scratch, "plain.txt"), cwd=clone
        )
        without_airflow = {"wall_seconds": plain.wall_seconds, "cpu_seconds": plain.cpu_seconds}
        return {"runs": runs, "without_airflow": without_airflow}


def _measure(name: str, clone: Path, variables: tuple[str, ...]) -> dict[str, Any]:
    print(f"  {name}", file=sys.stderr)
    output = clone.parent / "output.txt"
    with peak_memory_of_descendants() as peak:
        command = ["make", "run", "EXIT=1", f"PORT={_free_port()}", f"PYTHON={sys.executable}", *variables]
        usage = measure(command, output=output, cwd=clone)
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
