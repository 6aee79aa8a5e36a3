"""Workers answer as the harness expects: ours, and one that shares the others' hand-written CSS rules."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.page_sets import PLAIN_TICKER, html_set
from bench.pages import _ratio
from bench.readers import BENCH, OURS, READERS, command_of
from bench.scoring import score_body
from samples.generate import write_inbox

PAGES = 16
KEYS = {"file", "body", "cpu_seconds", "refused"}


def _answers(worker: str, folder: Path, suffix: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    command = [sys.executable, str(BENCH / "workers" / worker), str(folder), "--suffix", suffix]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *answers, summary = map(json.loads, done.stdout.splitlines())
    return answers, summary


def _write(folder: Path, **how: Any) -> dict[str, dict[str, Any]]:
    return {path.as_posix(): record for path, record in write_inbox(folder, PAGES, **how)}


def test_our_worker_gives_each_page_its_record_and_the_summary_last(tmp_path: Path) -> None:
    truth = _write(tmp_path)
    (tmp_path / "empty.txt").write_bytes(b"")
    answers, summary = _answers(OURS.worker, tmp_path, ".txt")
    found = {answer["file"]: answer for answer in answers}
    assert found.keys() == {*truth, "empty.txt"}
    for file, record in truth.items():
        assert found[file].keys() == KEYS | {"record"}
        assert found[file]["record"] == record
        assert found[file]["refused"] is None
        assert found[file]["cpu_seconds"] > 0
        assert score_body(found[file]["body"], record).exact
    assert found["empty.txt"]["refused"] == "empty_file"
    assert found["empty.txt"]["body"] == ""
    assert summary["pages"] == PAGES + 1
    assert summary["peak_rss_bytes"] >= summary["start_rss_bytes"] > 1_000_000
    assert summary["libraries"]["lxml"]


def test_css_rules_read_their_own_skin_whole_and_others_not_at_all(tmp_path: Path) -> None:
    truth = _write(tmp_path / "semantic", page_format="html", skin="semantic")
    _write(tmp_path / "hashed", page_format="html", skin="hashed")
    answers, _ = _answers("bs4_select.py", tmp_path / "semantic", ".html")
    assert {record["publisher"] for record in truth.values()} == {"al_mayadeen", "nour_news"}
    for answer in answers:
        assert answer.keys() == KEYS
        assert score_body(answer["body"], truth[answer["file"]]).exact
    answers, _ = _answers("bs4_select.py", tmp_path / "hashed", ".html")
    by_publisher = {answer["file"].split("/")[1]: answer["body"] for answer in answers}
    assert by_publisher["al_mayadeen"] == ""


def test_a_reader_that_raises_is_a_result(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>No site name in sight")
    answers, summary = _answers("bs4_select.py", tmp_path, ".html")
    assert answers[0]["refused"] == "raised KeyError"
    assert summary["pages"] == 1


def test_the_soak_measures_memory_after_each_tenth(tmp_path: Path) -> None:
    _write(tmp_path)
    command = command_of(OURS, tmp_path, ".txt", "--soak", "20")
    soak = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert soak["soaked"] == 20
    assert len(soak["rss_bytes"]) == 10


def test_the_plain_ticker_part_differs_by_the_ticker_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.page_sets.BUILD", tmp_path)
    pages = html_set(20_000, 2)
    truth = pages.truth()
    assert len(truth) == 2 * 5
    file, record = next((name, record) for name, record in truth.items() if record["ticker"])
    page = (pages.folder / PLAIN_TICKER / file.partition("/")[2]).read_text()
    linked = (pages.folder / "div_only" / file.partition("/")[2]).read_text()
    assert page.count("<p>") - linked.count("<p>") == len(record["ticker"])
    assert linked.count('<a href="/latest">') == len(record["ticker"])
    assert '<a href="/latest">' not in page
    assert re.sub(r"<[^>]*>", "", page) == re.sub(r"<[^>]*>", "", linked)


def test_every_reader_has_its_worker_and_its_lock() -> None:
    for reader in READERS:
        assert (BENCH / "workers" / reader.worker).is_file()
        if reader is not OURS:
            lock = (BENCH / f"requirements-{reader.name}.txt").read_text()
            pinned = [line for line in lock.splitlines() if line and not line.lstrip().startswith("#")]
            assert pinned
            assert all("==" in line for line in pinned)


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    fast, slow = [100.0, 300.0, 210.0], [10.0, 10.0, 30.0]
    assert _ratio(fast, slow) == 10.0
    assert _ratio(fast, None) is None
