"""``bench pipeline``: what each stage costs over generated pages, also beside another revision."""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.processes import measure, on_cores, peak_memory_of_descendants, run_worker
from bench.readers import BENCH
from bench.revisions import Revision, revisions
from samples.generate import FormatChoice, write_inbox

_HTML_BYTES = 150_000
_WHOLE_RUNS = {"one": (1, "home-1"), "two": (2, "home-2"), "two, nothing new": (2, "home-2")}
"""The cores and the home of a whole run."""


@dataclass(frozen=True, slots=True)
class Case:
    """Generated pages; each is measured in ``rounds``, and the one with the least CPU time counts."""

    pages: int
    days: int
    rounds: int
    page_format: FormatChoice = "text"

    @property
    def name(self) -> str:
        """The pages in words."""
        kind = "text pages" if self.page_format == "text" else f"HTML pages of {_HTML_BYTES // 1000} KB"
        return f"{self.pages:,} {kind} over {self.days} days" if self.days > 1 else f"{self.pages:,} {kind}"


# ``few`` is where slopes begin: further days, text pages and HTML pages
FULL = {
    "few": Case(20, 5, 3),
    "days": Case(20, 15, 3),
    "text": Case(3000, 5, 3),
    "html": Case(1000, 5, 3, "html"),
    "one_day": Case(20_000, 1, 1),
}
QUICK = {
    "few": Case(20, 2, 1),
    "days": Case(20, 3, 1),
    "text": Case(120, 2, 1),
    "html": Case(40, 2, 1, "html"),
    "one_day": Case(300, 1, 1),
}


def measure_section(options: Namespace) -> dict[str, Any]:
    """Each case from an empty home, stage by stage, the revisions in turn; then whole runs."""
    cases = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        measured = revisions(options.against, Path(scratch))
        found = {name: _measure(case, measured) for name, case in cases.items()}
        runs = _whole_runs(cases["text"], measured)
        return {
            "revisions": [revision.name for revision in measured],
            "cases": found,
            "runs": runs,
            "aims": {revision.name: _aims(found, runs, revision.name) for revision in measured},
        }


def _measure(case: Case, measured: list[Revision]) -> dict[str, Any]:
    """The stages of each revision, in the round that took the least CPU time."""
    best: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        inbox = _inbox(case, Path(scratch))
        for number in range(case.rounds):
            print(f"  {case.name}, round {number + 1} of {case.rounds}", file=sys.stderr)
            for revision in measured:
                with tempfile.TemporaryDirectory(prefix="news-bench-") as home:
                    worker = [str(BENCH / "workers" / "stages.py"), revision.package, str(inbox), home]
                    found = run_worker(revision.python(*worker))
                kept = best.setdefault(revision.name, found)
                if _total(found, "cpu_seconds") < _total(kept, "cpu_seconds"):
                    best[revision.name] = found
    return {**asdict(case), "name": case.name, "revisions": best}


def _inbox(case: Case, folder: Path) -> Path:
    inbox = folder / "inbox"
    html_bytes = _HTML_BYTES if case.page_format == "html" else 0
    for _ in write_inbox(
        inbox, case.pages, days=case.days, page_format=case.page_format, html_bytes=html_bytes
    ):
        pass
    return inbox


def _total(found: dict[str, Any], key: str) -> float:
    return float(sum(stage[key] for stage in found["stages"].values()))


def _aims(found: dict[str, Any], runs: dict[str, Any], revision: str) -> dict[str, float]:
    """What is aimed at: one more page, one more day, two cores, the memory of a large day."""

    def slope(case: str, unit: str) -> float:
        few, many = (_total(found[name]["revisions"][revision], "cpu_seconds") for name in ("few", case))
        return float((many - few) / (found[case][unit] - found["few"][unit]))

    stages = found["one_day"]["revisions"][revision]["stages"].values()
    one_core, two_cores = (runs["revisions"][revision][name]["wall_seconds"] for name in ("one", "two"))
    return {
        "text_page_cpu_seconds": slope("text", "pages"),
        "html_page_cpu_seconds": slope("html", "pages"),
        "day_cpu_seconds": slope("days", "days"),
        "times_faster_on_two_cores": one_core / two_cores,
        "one_day_peak_rss_bytes": max(stage["peak_rss_bytes"] for stage in stages),
    }


def _whole_runs(case: Case, measured: list[Revision]) -> dict[str, Any]:
    """Each revision's command ``run`` on one core, on two, and there again with nothing new: the quickest."""
    best: dict[str, dict[str, Any]] = {revision.name: {} for revision in measured}
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        inbox = _inbox(case, Path(scratch))
        for number in range(case.rounds):
            print(f"  {case.name}, whole runs, round {number + 1} of {case.rounds}", file=sys.stderr)
            for revision in measured:
                command = revision.python("-m", revision.package, "run", "--inbox", str(inbox), "--home")
                for name, (cores, home) in _WHOLE_RUNS.items():
                    folder = Path(scratch, f"{revision.name}-{number}-{home}")
                    with on_cores(cores), peak_memory_of_descendants() as peak:
                        used = measure(
                            [*command, str(folder)], output=Path(scratch, "out"), cwd=revision.tree
                        )
                    found = {"wall_seconds": used.wall_seconds, "peak_memory_bytes": peak()}
                    kept = best[revision.name].setdefault(name, found)
                    if used.wall_seconds < kept["wall_seconds"]:
                        best[revision.name][name] = found
    return {"name": case.name, "revisions": best}
