"""``bench search``: the full-text index over made-up articles, beside DuckDB's fts extension."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.pipeline import clean_environment
from bench.processes import ChildFailed, measure
from bench.readers import BENCH, PROJECT, Reader, python_of

FULL = (10_000, 100_000)
QUICK = (3_000,)
FTS = Reader("duckdb_fts", "DuckDB fts", "duckdb_fts.py", "duckdb-fts")
_HOURS_SECONDS = 4 * 3600.0


def measure_search(sizes: tuple[int, ...]) -> dict[str, Any]:
    """Each size from an empty home: built whole, one more day, published, asked; then fts the same."""
    return {"sizes": [_measure(articles) for articles in sizes]}


def _measure(articles: int) -> dict[str, Any]:
    print(f"  {articles:,} articles", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        home = Path(scratch, "home")
        steps = {name: _step(name, home, articles) for name in ("fill", "build", "day", "publish", "queries")}
        return {
            "articles": articles,
            "marts_bytes": steps["fill"]["marts_bytes"],
            **{name: steps[name] for name in ("build", "day", "publish", "queries")},
            "fts": _fts(home),
        }


def _step(name: str, home: Path, articles: int) -> dict[str, Any]:
    print(f"    {name}", file=sys.stderr)
    return _child([sys.executable, "-m", "bench.search_step", name, str(home), str(articles)], home, name)


def _fts(home: Path) -> dict[str, Any]:
    """The same of DuckDB's extension; where it needs more than there is, why it ended."""
    print("    DuckDB fts", file=sys.stderr)
    command = [str(python_of(FTS)), str(BENCH / "workers" / FTS.worker), str(home)]
    try:
        return _child(command, home, FTS.name)
    except ChildFailed as error:
        print(f"    {error}", file=sys.stderr)
        return {"failed": str(error).splitlines()[-1]}


def _child(command: Sequence[str], home: Path, name: str) -> dict[str, Any]:
    output = home.with_name(f"{name}.json")
    used = measure(
        command, output=output, cwd=PROJECT, env=clean_environment(), timeout_seconds=_HOURS_SECONDS
    )
    told: dict[str, Any] = json.loads(output.read_text(encoding="utf-8").splitlines()[-1])
    return told | {"cpu_seconds": used.cpu_seconds, "peak_rss_bytes": used.peak_rss_bytes}
