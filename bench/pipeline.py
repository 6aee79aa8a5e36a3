"""``bench run``: what ``newsmarts run`` costs over generated pages, without Airflow."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import clean_environment, measure
from bench.readers import PROJECT


@dataclass(frozen=True, slots=True)
class Case:
    """An inbox of generated pages."""

    name: str
    pages: int
    days: int
    page_format: str
    again: bool = False


FULL = (
    Case("text and HTML over 10 days", 1000, 10, "mixed", again=True),
    Case("text of one day", 1000, 1, "text"),
    Case("text of one day", 5000, 1, "text"),
)
QUICK = (
    Case("text and HTML over 10 days", 100, 10, "mixed", again=True),
    Case("text of one day", 100, 1, "text"),
    Case("text of one day", 500, 1, "text"),
)


def measure_run(cases: tuple[Case, ...]) -> dict[str, Any]:
    """Each case from an empty home; one of them then again, when there is nothing new."""
    return {"cases": [_measure(case) for case in cases]}


def generate(inbox: Path, pages: int, days: int, page_format: str) -> None:
    """Write an inbox of generated pages."""
    options = ["--pages", str(pages), "--days", str(days), "--format", page_format]
    command = [sys.executable, "-m", "samples.generate", *options]
    subprocess.run([*command, "--out", str(inbox)], check=True, cwd=PROJECT)


def _measure(case: Case) -> dict[str, Any]:
    print(f"  {case.pages} pages, {case.name}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        inbox, home, output = Path(scratch, "inbox"), Path(scratch, "home"), Path(scratch, "summary.json")
        generate(inbox, case.pages, case.days, case.page_format)
        folders = ["--inbox", str(inbox), "--home", str(home)]
        command = [sys.executable, "-m", "newsmarts", "run", *folders, "--json"]
        environment = clean_environment()
        first = measure(command, output=output, cwd=PROJECT, env=environment)
        summary = json.loads(output.read_text())
        again = measure(command, output=output, cwd=PROJECT, env=environment) if case.again else None
    return {
        "name": case.name,
        "pages": case.pages,
        "days": case.days,
        "wall_seconds": first.wall_seconds,
        "cpu_seconds": first.cpu_seconds,
        "peak_rss_bytes": first.peak_rss_bytes,
        "again_wall_seconds": again and again.wall_seconds,
        "again_cpu_seconds": again and again.cpu_seconds,
        "captures": summary["captures"],
    }
