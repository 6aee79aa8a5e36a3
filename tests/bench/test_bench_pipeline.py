"""What the pipeline's stages cost: measured for this revision and another one, and shown side by side."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bench import pipeline, report
from bench.machine import machine_facts
from bench.pipeline import Case
from bench.processes import ChildFailed
from bench.revisions import THIS, Revision, revisions

STAGES = ["start", "land", "parse", "validate", "load", "build", "audit", "publish"]


def test_an_unknown_revision_is_named(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed, match="--against no-such-revision"):
        revisions("no-such-revision", tmp_path)


def test_the_package_of_an_older_layout_is_found(tmp_path: Path) -> None:
    (tmp_path / "include").mkdir()
    older = Revision("older", tmp_path)
    assert (THIS.package, older.package) == ("newsmarts", "include")
    assert f"PYTHONPATH={tmp_path}" in older.python("-m", older.package)


@pytest.mark.slow
def test_each_stage_is_measured() -> None:
    found = pipeline._measure(Case(3, 2, 1), [THIS])["revisions"]["this"]
    assert list(found["stages"]) == STAGES
    assert (found["captures"], found["articles"]) == (3, 3)
    assert all(cost["cpu_seconds"] > 0 for cost in found["stages"].values())


def test_figures_of_two_revisions_are_side_by_side() -> None:
    def stages(pages: int, seconds: float) -> dict[str, Any]:
        cost = {"wall_seconds": seconds, "cpu_seconds": seconds, "peak_rss_bytes": 300 << 20}
        return {"stages": dict.fromkeys(STAGES, cost), "captures": pages, "articles": pages}

    seconds = {"few": 1.0, "days": 2.0, "text": 3.0, "html": 4.0, "one_day": 5.0}
    cases: dict[str, Any] = {
        name: {
            **asdict(case),
            "name": case.name,
            "revisions": {
                "this": stages(case.pages, seconds[name]),
                "older": stages(case.pages, 2 * seconds[name]),
            },
        }
        for name, case in pipeline.FULL.items()
    }
    used = {"peak_memory_bytes": 400 << 20}
    walls = {"one": used | {"wall_seconds": 8.0}, "two": used | {"wall_seconds": 5.0}}
    runs = {"name": cases["text"]["name"], "revisions": dict.fromkeys(("this", "older"), walls)}
    section = {
        "measured_on": "2025-09-01",
        "machine": machine_facts(),
        "revisions": ["this", "older"],
        "cases": cases,
        "runs": runs,
        "aims": {name: pipeline._aims(cases, runs, name) for name in ("this", "older")},
    }
    written = report.render({"pipeline": section})
    assert "|  | older | this | this ÷ older |" in written
    assert "| CPU for each further text page | 10.7 ms | 5.4 ms | 0.50 |" in written
    assert "| CPU for each further day | 1.60 s | 0.80 s | 0.50 |" in written
    assert "two cores against one | 1.60 times faster | 1.60 times faster | 1.00 |" in written
    assert (
        "| parse | 6.00 s | 3.00 s | 6.00 s | 3.00 s | 0.50 | 2.00 ms | 1.00 ms | 300 MiB | 300 MiB |"
        in written
    )
    assert "| two | 5.0 s | 5.0 s | 400 MiB | 400 MiB |" in written
