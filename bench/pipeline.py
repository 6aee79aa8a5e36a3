"""``bench run``: what ``newsmarts run`` costs over generated pages, without Airflow."""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

from bench.processes import measure
from samples.generate import FormatChoice, write_inbox


def measure_section(options: Namespace) -> dict[str, Any]:
    """Each case from an empty home; the first of them then again, when there is nothing new."""
    pages = 100 if options.quick else 1000
    return {
        "cases": [
            _measure("text and HTML over 10 days", pages, 10, "mixed", again=True),
            _measure("text of one day", pages, 1, "text"),
            _measure("text of one day", 5 * pages, 1, "text"),
        ]
    }


def _measure(
    name: str, pages: int, days: int, page_format: FormatChoice, *, again: bool = False
) -> dict[str, Any]:
    print(f"  {pages} pages, {name}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        inbox, home, output = Path(scratch, "inbox"), Path(scratch, "home"), Path(scratch, "summary.txt")
        for _ in write_inbox(inbox, pages, days=days, page_format=page_format):
            pass
        folders = ["--inbox", str(inbox), "--home", str(home)]
        command = [sys.executable, "-m", "newsmarts", "run", *folders]
        first = measure(command, output=output)
        second = measure(command, output=output) if again else None
    return {
        "name": name,
        "pages": pages,
        "days": days,
        "wall_seconds": first.wall_seconds,
        "cpu_seconds": first.cpu_seconds,
        "peak_rss_bytes": first.peak_rss_bytes,
        "again_wall_seconds": second and second.wall_seconds,
        "again_cpu_seconds": second and second.cpu_seconds,
    }
