"""``bench search``: the full-text index over made-up articles, beside DuckDB's fts extension."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.processes import ChildFailed, run_step
from bench.readers import BENCH, Reader, python_of

FULL = (10_000, 100_000)
QUICK = (3_000,)
FTS = Reader("duckdb_fts", "DuckDB fts", "duckdb_fts.py", "duckdb-fts")


def measure_search(sizes: tuple[int, ...]) -> dict[str, Any]:
    """Each size from an empty home: built whole, one more day, published, queried; then fts the same."""
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
    command = [sys.executable, "-m", "bench.search_step", name, str(home), str(articles)]
    return run_step(command, home.with_name(f"{name}.json"))


def _fts(home: Path) -> dict[str, Any]:
    """The same of DuckDB's extension; where it needs more than there is, why it ended."""
    print("    DuckDB fts", file=sys.stderr)
    command = [str(python_of(FTS)), str(BENCH / "workers" / FTS.worker), str(home)]
    try:
        return run_step(command, home.with_name("fts.json"))
    except ChildFailed as error:
        print(f"    {error}", file=sys.stderr)
        return {"failed": str(error).splitlines()[-1]}
