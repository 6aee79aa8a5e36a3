"""``bench marts``: one more day in warehouses of growing size, and what BI tools query."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.marts_step import PER_DAY
from bench.processes import run_step

FULL = (10_000, 100_000, 1_000_000)
QUICK = (1_500, 6_000)
_DAY_STEPS = ("load", "build", "audit", "publish")


def measure_marts(sizes: tuple[int, ...]) -> dict[str, Any]:
    """Each size from an empty home: the warehouse filled, the marts built, then one more day of captures."""
    return {"per_day": PER_DAY, "sizes": [_measure(captures) for captures in sizes]}


def _measure(captures: int) -> dict[str, Any]:
    days = max(2, captures // PER_DAY)
    print(f"  {captures:,} captures over {days:,} days", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        home = Path(scratch, "home")
        first = {name: _step(name, home, days) for name in ("fill", "build", "audit", "publish")}
        _step("stage", home, days)
        day = {name: _step(name, home, days) for name in _DAY_STEPS}
        queries = _step("queries", home, days)
        release = home / "marts" / "current" / "news.duckdb"
        return {
            "captures": days * PER_DAY,
            "days": days,
            "whole": first,
            "day": day,
            "queries": queries["found"],
            "release_bytes": release.stat().st_size,
        }


def _step(name: str, home: Path, days: int) -> dict[str, Any]:
    print(f"    {name}", file=sys.stderr)
    command = [sys.executable, "-m", "bench.marts_step", name, str(home), str(days)]
    # an audit of all rows is left to every hundredth: what is measured is a day's own
    return run_step(command, home.with_name(f"{name}.json"), {"NEWS_AUDIT_WHOLE_EVERY": "100"})
