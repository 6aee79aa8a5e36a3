"""Clocks that are set back, or far ahead.

Time is stepped for the Python code of a run, as time-machine does it, or for the whole process, DuckDB and
other libraries with it, as libfaketime does it. File times that the system gives stay as they are, so that
runs also meet files from their own past and future.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults import child
from tests.faults.child import Fault
from tests.faults.report import Case
from tests.faults.scene import SECOND, THIRD, Scene

pytestmark = pytest.mark.faults

STEPS = {"ten_years_ahead": 3650.0, "an_hour_back": -1 / 24, "ten_years_back": -3650.0, "to_1970": -20_000.0}


@pytest.mark.parametrize("step", STEPS)
def test_clock_step_between_runs(scene: Scene, case: Case, step: str) -> None:
    days = STEPS[step]
    case.broke(f"the clock is {step.replace('_', ' ')} for one run, then right again")
    with scene.watched() as watch:
        ended = scene.run(work=child.run_at, days_off=days)
        assert ended.code == 0, ended.reported[-3000:]
        scene.recover()
    case.saw(watch.reported(), scene.check())


@pytest.mark.parametrize("at", ["land", "validate", "load", "publish"])
@pytest.mark.parametrize("step", ["ten_years_ahead", "ten_years_back"])
def test_clock_step_meanwhile(scene: Scene, case: Case, step: str, at: str) -> None:
    case.broke(f"the clock is set {step.replace('_', ' ')} before {at}, in the middle of a run")
    with scene.watched() as watch:
        ended = scene.run(Fault(f"newsmarts.pipeline.{at}", action="clock", days_off=STEPS[step]))
        assert ended.code == 0, ended.reported[-3000:]
        scene.recover()
    case.saw(watch.reported(), scene.check())


def test_clock_files_from_the_future(scene: Scene, case: Case) -> None:
    case.broke("the inbox's files are dated ten years ahead")
    ahead = time.time() + timedelta(days=3650).total_seconds()
    for path in scene.inbox.rglob("*"):
        os.utime(path, (ahead, ahead))
    with scene.watched() as watch:
        scene.recover()
    case.saw("their days come from their paths", watch.reported(), scene.check())


def test_clock_ahead_and_sweeping(scene: Scene, case: Case) -> None:
    """A sweep by a clock far ahead doesn't keep the right clock from sweeping."""
    case.broke("a landing was killed, and the last sweep was made by a clock ten years ahead")
    assert scene.run(Fault("os.replace", only="objects")).killed
    left = [path for path in scene.leftovers() if path.startswith("raw/objects/")]
    assert left
    old, ahead = time.time() - 2 * 86400, time.time() + 3650 * 86400
    for path in left:
        os.utime(scene.home / path, (old, old))
    os.utime(scene.home / "raw" / ".objects-swept", (ahead, ahead))
    scene.recover()
    assert not [path for path in scene.leftovers() if path.startswith("raw/objects/")]
    case.saw(f"the next landing removed the {len(left)} temporary names", scene.check())


LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
STAGE = """
import sys
from datetime import date
from newsmarts import pipeline
from newsmarts.core.settings import load_settings
name, *days = sys.argv[1:]
getattr(pipeline, name)(*map(date.fromisoformat, days), load_settings())
"""


@pytest.mark.skipif(LIBRARY is None, reason="no libfaketime on this machine (apt-get install libfaketime)")
@pytest.mark.parametrize("step", ["-1h", "+1h", "-400d"])
def test_clock_of_the_whole_process(scene: Scene, case: Case, step: str) -> None:
    """The clock is set between land and parse, for everything after it, and set right for the next run."""
    case.broke(f"the system's clock is set by {step} between land and parse of two days, for all libraries")
    variables = {f"NEWS_{name.upper()}": str(value) for name, value in scene.overrides.items()}
    stepped = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME": step,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }

    def run(*words: str, by: dict[str, str]) -> None:
        command = [sys.executable, "-c", STAGE, *words]
        done = subprocess.run(
            command, env={**os.environ, **variables, **by}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]

    with scene.watched() as watch:
        before = scene.release()
        for day in map(str, (SECOND, THIRD)):
            run("land", day, by={})
            for name in ("parse", "validate", "load"):
                run(name, day, by=stepped)
        for name in ("build", "audit", "publish"):
            run(name, by=stepped)
        after = scene.release()
        assert after > before  # readers get the newer one, whatever its time
        scene.recover()
        assert scene.release() == after
    case.saw(watch.reported(), scene.check())
