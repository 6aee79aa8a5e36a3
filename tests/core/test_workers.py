"""Processes side by side: results and logs, errors, and what stopping or killing one of them costs."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from newsmarts.core.cores import available_cores
from newsmarts.core.errors import CaptureError, MissingPartition, ProcessKilled
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.core.workers import Workers, result_of
from tests.processes import wait_for_end

log = logging.getLogger(__name__)
_PATIENCE_SECONDS = 60.0


def double(number: int) -> int:
    """Work that logs twice."""
    log.info("%d begins", number)
    log.warning("%d ends", number)
    return 2 * number


def fail(kind: str) -> None:
    """Work that goes wrong in one way or another."""
    if kind == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "ended":
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_PATIENCE_SECONDS)
    if kind == "refused":
        raise MissingPartition("2025-09-01 has no manifest")
    raise CaptureError("a reason", "an error that can't be unpickled")


def leave_when_stopped(folder: Path) -> None:
    """Work that takes longer than anybody waits, and removes its file when it is stopped."""
    file = folder / str(os.getpid())
    try:
        file.touch()
        time.sleep(10 * _PATIENCE_SECONDS)
    finally:
        file.unlink()


def test_results_are_in_the_order_of_the_pieces_and_logs_stay_together(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO), Workers(2) as workers:
        assert workers.map(double, [(number,) for number in range(4)]) == [0, 2, 4, 6]
    lines = [record.message for record in caplog.records if record.name == __name__]
    assert lines == [f"{number} {what}" for number in range(4) for what in ("begins", "ends")]


def test_what_goes_wrong_costs_its_piece_alone() -> None:
    kinds = {"killed": ProcessKilled, "ended": ProcessKilled, "refused": MissingPartition}
    with Workers(2) as workers:
        for kind, error in kinds.items():
            wrong, right = workers.submit(fail, kind), workers.submit(double, 4)
            while workers.running:
                workers.wait()
            with pytest.raises(error):
                result_of(wrong)
            assert result_of(right) == 8
        with pytest.raises(RuntimeError, match="an error that can't be unpickled"):
            workers.map(fail, [("other",)])


def test_an_error_in_the_block_stops_what_is_at_work(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Workers(2) as workers:
        for _ in range(2):
            workers.submit(leave_when_stopped, tmp_path)
        _wait_for_files(tmp_path, 2)
        started = [psutil.Process(int(path.name)) for path in tmp_path.iterdir()]
        raise ZeroDivisionError
    wait_for_end(started)
    assert not [*tmp_path.iterdir()], "stopped work removes what it has begun"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_the_process_that_gives_the_work(tmp_path: Path, end: signal.Signals) -> None:
    script = (
        "from pathlib import Path; from newsmarts.core.workers import Workers;"
        "from tests.core.test_workers import leave_when_stopped as work\n"
        f"with Workers(2) as w: w.map(work, [(Path({str(tmp_path)!r}),)] * 2)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT_ROOT, stderr=subprocess.PIPE, text=True
    ) as child:
        _wait_for_files(tmp_path, 2)
        started = psutil.Process(child.pid).children(recursive=True)
        child.send_signal(end)
        _, errors = child.communicate(timeout=_PATIENCE_SECONDS)
    wait_for_end(started)
    assert not [*tmp_path.iterdir()]
    assert errors.count("Traceback") == (end == signal.SIGINT), "workers end without a word"


def _wait_for_files(folder: Path, count: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len([*folder.iterdir()]) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_control_group_limits_the_cores(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("1:cpu:/\n0::/service/news\n")
    groups = tmp_path / "groups"
    (groups / "service" / "news").mkdir(parents=True)
    unlimited = available_cores(own=tmp_path / "missing", cgroups=groups)
    assert unlimited == len(os.sched_getaffinity(0))
    assert available_cores(own=own, cgroups=groups) == unlimited
    (groups / "service" / "news" / "cpu.max").write_text("max 100000\n")
    (groups / "service" / "cpu.max").write_text("150000 100000\n")
    assert available_cores(own=own, cgroups=groups) == 1
    (groups / "service" / "cpu.max").write_text("20000 100000\n")
    assert available_cores(own=own, cgroups=groups) == 1
    (groups / "service" / "cpu.max").write_text("9000000 100000\n")
    assert available_cores(own=own, cgroups=groups) == unlimited


def loaded(names: list[str]) -> list[str]:
    """Which of these modules the process has."""
    return [name for name in names if name in sys.modules]


@pytest.mark.slow
@pytest.mark.parametrize(
    "lines",
    [
        (
            "from newsmarts.cli import main; early = []",
            "workers.start_server = lambda names: early.append((names, 'newsmarts.pipeline' in sys.modules))",
            "main.main(['run', '--jobs', '2', '--home', sys.argv[1]])",
            "main.main(['run', '--jobs', '1', '--home', sys.argv[1]])",
            "assert early == [(workers.OF_A_RUN, False)], early",
            "assert 'newsmarts.pipeline' in sys.modules",
        ),
        (
            "from tests.core.test_workers import loaded",
            "workers.start_server(['wave'])",
            "with workers.Workers(1, preload=['colorsys']) as started:",
            "    assert started.map(loaded, [(['wave', 'colorsys'],)]) == [['wave']]",
        ),
    ],
    ids=["command starts the server before it imports the stages", "workers are forked from it"],
)
def test_the_server_starts_early(lines: tuple[str, ...], tmp_path: Path) -> None:
    script = "\n".join(("import sys", "from newsmarts.core import workers", *lines))
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
