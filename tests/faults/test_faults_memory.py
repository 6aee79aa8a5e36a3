"""Memory that is used up: the kernel kills the process."""

from __future__ import annotations

import signal

import pytest

from tests.faults.child import Fault
from tests.faults.memory import hardly_any, kills
from tests.faults.report import Case
from tests.faults.scene import Scene

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("name", ["land", "parse", "validate", "load", "build"])
def test_memory_used_up(scene: Scene, case: Case, name: str) -> None:
    case.broke(f"no memory is left from {name} on, in the process's control group")
    with scene.watched() as watch, hardly_any() as group:
        ended = scene.run(Fault(f"newsmarts.pipeline.{name}", action="no memory", target=str(group)))
        assert ended.code == -signal.SIGKILL, ended.reported[-3000:]
        assert kills(group) >= 1
        scene.recover()
    case.saw("the kernel killed it", watch.reported(), scene.check())
