"""Each outcome of a day, from a run that was killed on the way: loaded, refused, refused after it was
accepted, and nothing captured.
"""

from __future__ import annotations

import signal
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsmarts.release.reader import connect
from tests.faults import marts
from tests.faults.child import Fault
from tests.faults.report import Case
from tests.faults.scene import FIRST, SECOND, THIRD, Scene, World, sources_of

pytestmark = pytest.mark.faults

# every sample day has pages with an alarm
STRICT = {"quarantine_fail_share": 0.0, "quarantine_fail_min_pages": 1}


def outcomes(home: Path) -> dict[date, tuple[Any, ...]]:
    """Each day's outcome, whether a refusal is noted, and whether it has articles."""
    with connect(home) as release:
        rows = release.execute(
            "SELECT capture_day, outcome, refusal IS NOT NULL, articles_loaded + repeats > 0 "
            "FROM marts.partition_outcomes"
        ).fetchall()
    return {day: tuple(facts) for day, *facts in rows}


def refused(scene: Scene, fault: Fault) -> None:
    """A run that refuses days is killed; the next ones end with the refusals, and publish the same."""
    assert scene.run(fault).code == -signal.SIGKILL
    ended = scene.run()
    assert ended.code == 1, ended.reported[-3000:]
    assert "more than 0 % refuses a day" in ended.reported
    release, found = scene.release(), marts.read_marts(scene.home)
    marts.check_conservation(scene.home)
    again = scene.run()
    assert again.code == 1, again.reported[-3000:]
    assert scene.release() == release
    assert marts.differences(marts.read_marts(scene.home), found) == []


def test_outcome_loaded(scene: Scene, case: Case) -> None:
    fault = Fault("newsmarts.pipeline.load", "after", 2)
    case.broke(fault.reported())
    assert scene.run(fault).code == -signal.SIGKILL
    scene.recover()
    assert set(outcomes(scene.home).values()) == {("accepted", False, True)}
    case.saw("the days are accepted", scene.check())


def test_outcome_refused(world: World, tmp_path: Path, case: Case) -> None:
    scene = world.scene(tmp_path, home=None)
    fault = Fault("newsmarts.load.warehouse._check_conservation")
    case.broke(f"every day has too many bad pages; {fault.reported()}")
    scene.more |= STRICT
    refused(scene, fault)
    assert outcomes(scene.home) == dict.fromkeys((FIRST, SECOND, THIRD), ("refused", True, False))
    assert sources_of(scene.inbox) <= marts.accounted_sources(scene.home)
    scene.more.clear()
    scene.recover()
    case.saw(
        "every capture of the refused days was in the marts, with its reason; accepted later", scene.check()
    )


def test_outcome_refused_after_accepted(scene: Scene, case: Case) -> None:
    fault = Fault("newsmarts.load.warehouse.record_refusal")
    case.broke(f"a day that is loaded is refused when a late page has come; {fault.reported()}")
    scene.more |= STRICT
    refused(scene, fault)
    assert outcomes(scene.home) == {
        FIRST: ("accepted", False, True),
        SECOND: ("accepted", True, True),
        THIRD: ("refused", True, False),
    }
    assert sources_of(scene.inbox) <= marts.accounted_sources(scene.home)
    scene.more.clear()
    scene.recover()
    case.saw("its articles stayed, the late page has a reason; accepted later", scene.check())


def test_outcome_nothing_captured(scene: Scene, case: Case) -> None:
    empty = date(2025, 9, 20)
    (scene.inbox / str(empty)).mkdir()
    fault = Fault("newsmarts.pipeline.publish")
    case.broke(f"a day's folder is empty; {fault.reported()}")
    assert scene.run(fault, days=[SECOND, THIRD, empty]).code == -signal.SIGKILL
    scene.recover()
    assert empty not in outcomes(scene.home)
    case.saw("the day has no row, unlike a refused one", scene.check())
