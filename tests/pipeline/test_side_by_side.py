"""``newsmarts run --jobs``: the marts are the same with any number of processes; a bad day costs itself."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import pytest

from newsmarts import pipeline
from newsmarts.cli.progress import LineProgress
from newsmarts.core.errors import IncompleteResult, MissingPartition
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.core.timings import Timings
from newsmarts.core.workers import Workers
from tests.processes import wait_for_end

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.usefixtures("quick_audit")]
DAYS = [date(2025, 9, number) for number in (1, 2, 3)]
_PATIENCE_SECONDS = 240.0
_read_day = pipeline._read_day_measured


def killed_on_the_second_day(day: date, *arguments: Any) -> Any:
    """Work of a process that is killed on one of the days."""
    if day == DAYS[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    return _read_day(day, *arguments)


def broken_on_the_second_day(day: date, *arguments: Any) -> Any:
    """Work that can't validate one of the days."""
    read, timings = _read_day(day, *arguments)
    if day == DAYS[1]:
        read.error = IncompleteResult("Great Expectations listed 1 of 2 rows")
    return read, timings


def stopped_on_the_second_day(day: date, *arguments: Any) -> Any:
    """Work with an error that stops all days."""
    if day == DAYS[1]:
        raise MissingPartition("something of the second day is gone")
    return _read_day(day, *arguments)


@pytest.fixture
def settings(tmp_path: Path, brief_contracts: Path) -> Settings:
    """Three days of samples in an inbox, and an empty home."""
    for day in DAYS:
        shutil.copytree(PROJECT_ROOT / "samples" / "inbox" / str(day), tmp_path / "inbox" / str(day))
    folders: dict[str, Any] = {"home": tmp_path / "home", "inbox": tmp_path / "inbox"}
    return load_settings(**folders, settle_seconds=0, contracts_dir=brief_contracts)


def test_the_release_is_the_same_with_any_number_of_processes(
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results, stages = [], []
    for jobs in (1, 2, 3):
        # all days land before the first worker is there, or none does
        monkeypatch.setattr(Workers, "are_ready", jobs == 3)
        of_this = settings.model_copy(update={"home": settings.home.with_name(f"home-{jobs}")})
        timings = Timings()
        caplog.clear()
        with caplog.at_level(logging.INFO):
            results.append(pipeline.run(of_this, LineProgress(), jobs=jobs, timings=timings))
        stages.append({name: cost.pages for name, cost in timings.stages.items()})
        lines = capsys.readouterr().err.splitlines()
        assert {line.partition(":")[0] for line in lines} >= {*map(str, DAYS)}
        assert any("pages/s)" in line for line in lines)
        # what one day logs while it is parsed and validated isn't mixed with another day's
        days = [day for record in caplog.records for day in DAYS if f"arsed {day}:" in record.message
                or f"alidated {day}:" in record.message]  # fmt: skip
        assert sorted(days) == sorted(DAYS * 2)
        assert days[::2] == days[1::2]
    assert results[0] == results[1] == results[2]
    assert stages[0] == stages[1] == stages[2]
    again = pipeline.run(of_this, jobs=2)
    assert (again.read, again.published, again.release_id) == ({}, False, results[0].release_id)


@pytest.mark.parametrize("work", [killed_on_the_second_day, broken_on_the_second_day])
def test_a_bad_day_costs_itself_and_the_next_run_reads_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, work: Any
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "_read_day_measured", work)
        result = pipeline.run(settings, jobs=2)
    assert list(result.failed_days) == [DAYS[1]]
    assert result.failed_days[DAYS[1]].startswith(
        "The process that worked on it was killed"
        if work is killed_on_the_second_day
        else "Great Expectations"
    )
    assert result.published
    again = pipeline.run(settings, jobs=2)
    assert again.failed_days == {}
    assert again.published, "the marts have all three days now"


def test_an_error_of_all_days_stops_them(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_read_day_measured", stopped_on_the_second_day)
    with pytest.raises(MissingPartition, match="something of the second day"):
        pipeline.run(settings, jobs=2)
    assert not [*settings.home.rglob(".tmp-*")]


def test_ctrl_c_ends_all_processes(settings: Settings) -> None:
    folders = ["--home", str(settings.home), "--inbox", str(settings.inbox_dir)]
    command = [sys.executable, "-m", "newsmarts", "run", "--jobs", "2", *folders]
    environment = {**os.environ, "NEWS_SETTLE_SECONDS": "0"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as child:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not [*settings.home.glob("staged/parsed/*")]:
            assert child.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        started = psutil.Process(child.pid).children(recursive=True)
        assert len(started) >= 3, "two workers and their server"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=_PATIENCE_SECONDS)
    assert child.returncode == 130
    wait_for_end(started)
    assert "Traceback" not in errors
    assert "Warning" not in errors
    assert not [*settings.home.rglob(".tmp-*")]
