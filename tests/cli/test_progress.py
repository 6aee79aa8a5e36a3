"""Progress of long commands: lines where no terminal is, a bar with the same lines above it where one is."""

from __future__ import annotations

import io
import logging
import re
import shutil
import sys
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.cli.progress import BarProgress, LineProgress, shown_progress
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import load_settings
from newsmarts.pipeline import run
from tests.cli.test_cli import GOOD


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def work(progress: Progress) -> None:
    progress.plan(2)
    progress.start("2025-09-01")
    progress.finish("14 captures [/b]")
    progress.start("build")
    progress.finish()


def test_lines_name_each_step_its_result_and_its_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress() as progress:
        assert type(progress) is LineProgress
        work(progress)
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second = captured.err.splitlines()
    assert re.fullmatch(r"2025-09-01: 14 captures \[/b\] \(\d+\.\d s\)", first)
    assert re.fullmatch(r"build \(\d+\.\d s\)", second)


def test_a_terminal_gets_the_lines_above_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)  # tests of --verbose lower it
    with shown_progress() as progress:
        assert isinstance(progress, BarProgress)
        work(progress)
    shown = terminal.getvalue()
    assert re.search(r"2025-09-01: 14 captures \[/b\] \(\d+\.\d s\)", shown)
    assert "2/2" in shown


def test_logs_on_a_terminal_are_not_mixed_with_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(logging.getLogger(), "level", logging.INFO)
    with shown_progress() as progress:
        assert type(progress) is LineProgress


def test_silence_takes_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    work(SILENT)
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brief_contracts: Path) -> Path:
    monkeypatch.setenv("NEWS_SETTLE_SECONDS", "0")
    monkeypatch.setenv("NEWS_CONTRACTS_DIR", str(brief_contracts))
    day = tmp_path / "inbox" / "2025-09-01"
    day.mkdir(parents=True)
    shutil.copy(GOOD, day)
    (day / "list.txt").write_text("bread\nmilk\n")
    return day.parent


@pytest.mark.slow
def test_run_shows_each_day_and_each_step(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["run", "--jobs", "1", "--inbox", str(inbox), "--home", str(inbox.parent / "home")]
    days = ["--from-date", "2025-09-01", "--to-date", "2025-09-02"]
    assert main([*argv, *days]) == 0
    lines = [line.rpartition(" (")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines[:3] == [
        "2025-09-01: 2 captures, 1 valid, 0 not articles, 1 quarantined",
        "2025-09-02: no captures",
        "build: 1 article; 1 changed day",
    ]
    assert re.fullmatch(r"audit: \d+ expectations", lines[3])
    assert re.fullmatch(r"publish: release 000001-\w+", lines[4])

    assert main(argv) == 0
    lines = [line.rpartition(" (")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines[0].startswith("find days: ")
    assert "2025-09-01: 2 captures, 1 valid, 0 not articles, 1 quarantined; nothing changed" in lines
    assert "build: 1 article; 0 changed days" in lines
    assert "audit: not needed, this is published already" in lines


@pytest.mark.slow
def test_a_run_finishes_as_many_steps_as_it_planned(inbox: Path) -> None:
    class Counting(Progress):
        planned = finished = 0

        def plan(self, steps: int) -> None:
            self.planned += steps

        def finish(self, result: str = "", **_of: object) -> None:
            self.finished += 1

    progress = Counting()
    run(load_settings(home=inbox.parent / "home", inbox=inbox), progress=progress)
    assert progress.finished == progress.planned == 5
