"""The machine and the versions that figures were measured with: facts, no paths and no names of machines."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.readers import PROJECT

_LIBRARIES = ("apache-airflow", "beautifulsoup4", "duckdb", "great-expectations", "lxml", "pyarrow")


def machine_facts() -> dict[str, Any]:
    """This machine, now; ``load`` is the load average over the last minute: other work disturbs timings."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "commit": _commit(),
        "load": round(os.getloadavg()[0], 2),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def sentence(facts: Mapping[str, Any]) -> str:
    """The facts for people."""
    return (
        "{cpu}, {cores} cores, {memory_gib:.0f} GiB, {system}, Python {python}; commit {commit}; "
        "load average at the start {load:.2f}"
    ).format_map(facts)


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _commit() -> str:
    """The commit measured, with a + when the work tree differs from it."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(PROJECT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    commit = git("rev-parse", "--short=10", "HEAD")
    return f"{commit}+" if git("status", "--porcelain", "--untracked-files=no") else commit or "unknown"
