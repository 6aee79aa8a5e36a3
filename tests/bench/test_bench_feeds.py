"""The measurement of landing works, and measures what it should."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from bench import feeds, report
from bench.machine import machine_facts
from bench.processes import run_step

MACHINE = machine_facts()


def test_the_warc_file_is_one_that_others_read(tmp_path: Path) -> None:
    path = tmp_path / "warc" / "a.warc.gz"
    made = feeds.make_warc(str(path), 5, 20_000, 2)
    records = [
        (record.headers["WARC-Date"], record.reader.read())
        for record in ArchiveIterator(str(path), verify_digests=True)
    ]
    assert [date[:10] for date, _ in records] == ["2025-09-01"] * 3 + ["2025-09-02"] * 2
    assert sum(len(body) for _, body in records) == made["page_bytes"]
    assert len({body for _, body in records}) == 5


@pytest.mark.slow
def test_steps_land_what_they_made(tmp_path: Path) -> None:
    file, inbox = tmp_path / "warc" / "a.warc.gz", tmp_path / "inbox"
    feeds.make_warc(str(file), 6, 20_000, 3)
    feeds.make_inbox(str(inbox), 4)
    for home, kind, folder, landed in (("one", "warc", file.parent, 2), ("two", "inbox", inbox, 4)):
        figures = run_step(feeds.land, tmp_path / home, kind, folder)
        assert figures["landed"] == landed
        assert figures["wall_seconds"] > 0
        assert figures["peak_rss_bytes"] > 1_000_000
    assert feeds.land_days(str(tmp_path / "three"), str(file.parent), 3)["landed"] == 6


def test_the_figures_become_a_table() -> None:
    used = {"wall_seconds": 2.0, "cpu_seconds": 1.0, "peak_rss_bytes": 200 << 20, "laps_seconds": [1.0, 3.0]}
    section = {
        "measured_on": "2025-09-01",
        "machine": MACHINE,
        "warc": {
            "records": 1000,
            "page_bytes": 150_000_000,
            "file_bytes": 30 << 20,
            "rounds": [{"read": used | {"wall_seconds": 1.0}, "store": used, "land": used, "again": used}],
            "wall_of_read": 0.5,
            "cpu_of_read": 0.25,
            "wall_of_store": 1.5,
            "cpu_of_store": 0.75,
            "larger": {"records": 4000} | used,
        },
        "small": [{"captures": 20_000, "land": used, "again": used}],
        "backfill": {"days": 365, "captures": 10_000, "landed": 10_000, "first_day_seconds": 0.5} | used,
    }
    written = report.render({"feeds": section})
    assert "| fastwarc, reading only | 1.00 s | 1,000 | 1.00 s | 200 MiB |" in written
    assert "50% of the bare reading's speed by the clock and 25% by CPU time" in written
    assert "of the plain loop that stores the pages, 150% and 75%" in written
    assert "| 20,000 | 2.0 s | 1.0 s | 3.0 s | 3.0 s | 2.0 s | 200 MiB |" in written
    assert "2.0 s without Airflow, 0.50 s of it" in written
