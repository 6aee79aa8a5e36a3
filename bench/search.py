"""``bench search``: the full-text index over generated articles."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.processes import run_step

FULL = (10_000, 100_000)
QUICK = (3_000,)
_STEPS = ("fill", "build", "day", "publish", "queries")


def measure_search(sizes: tuple[int, ...]) -> dict[str, Any]:
    """Each size from an empty home: a full build, one more day, published, queried."""
    return {"sizes": [_measure(articles) for articles in sizes]}


def _measure(articles: int) -> dict[str, Any]:
    print(f"  {articles:,} articles", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        home = Path(scratch, "home")
        return {"articles": articles, **{name: _step(name, home, articles) for name in _STEPS}}


def _step(name: str, home: Path, articles: int) -> dict[str, Any]:
    print(f"    {name}", file=sys.stderr)
    command = [sys.executable, "-m", "bench.search_step", name, str(home), str(articles)]
    return run_step(command, home.with_name(f"{name}.json"))
