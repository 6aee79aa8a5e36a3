"""The Markdown of measurements, and a backfill's duration from the lines of ``make run``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import report
from bench.machine import machine_facts
from bench.readers import PROJECT
from bench.scheduler import backfill_seconds

MACHINE = machine_facts() | {"cpu": "a CPU"}
USED = {"wall_seconds": 12.34, "cpu_seconds": 11.0, "peak_rss_bytes": 300 * 2**20}
QUERIES = {"p50_seconds": 0.002, "p95_seconds": 0.003}
SIZE = {
    "captures": 9900,
    "day": {"load": USED},
    "whole": {"build": USED, "audit": USED},
    "queries": QUERIES,
    "release_bytes": 2**20,
}
SECTION = {"measured_on": "2025-09-01", "machine": MACHINE, "per_day": 300, "sizes": [SIZE]}


def test_results_of_other_sections_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    report.save({"marts": SECTION})
    run = {"name": "backfill", "wall_seconds": 90.0, "cpu_seconds": 100.0, "backfill_seconds": 60.0}
    airflow = {
        "measured_on": "2025-09-02",
        "machine": MACHINE,
        "runs": [{**run, "peak_memory_bytes": 1 << 30}],
        "without_airflow": {"wall_seconds": 30.0, "cpu_seconds": 25.0},
    }
    report.save({"airflow": airflow})
    kept = json.loads((tmp_path / "latest.json").read_text())
    kept_format = {"format": report.FORMAT}
    assert kept == {"marts": {**kept_format, **SECTION}, "airflow": {**kept_format, **airflow}}
    written = (tmp_path / "latest.md").read_text()
    assert "| 9,900 | 12.3 s | 300 MiB | 12.3 s | 12.3 s | 2.0 / 3.0 ms | 1 MiB |" in written
    assert "Measured 2025-09-02 on a CPU, " in written
    assert "25 s CPU. Airflow and a process for each task take the other 75% of" in written


def test_results_of_another_format_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    (tmp_path / "latest.json").write_text('{"airflow": {"format": 1, "runs": []}}')
    assert report.save({"marts": SECTION}).keys() == {"marts"}


def test_the_machine_is_described_without_paths() -> None:
    facts = json.dumps(machine_facts())
    assert str(PROJECT) not in facts
    assert str(Path.home()) + "/" not in facts


def test_a_backfill_lasts_from_its_start_to_the_last_line_with_a_time() -> None:
    before = "[   9.1 s] Airflow is up\n[  10.0 s] started a backfill of 2 days, a to b\n"
    assert backfill_seconds(before + "[  70.5 s] marts published\nRuns\n") == 60.5
    assert backfill_seconds("[   9.1 s] Airflow is up\n") is None
