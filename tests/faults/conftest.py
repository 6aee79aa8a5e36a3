"""The world that the cases break, and the page of what was found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.faults.report import Case, Line, keep, write
from tests.faults.scene import Scene, World

SEED = os.environ.get("FAULTS_SEED", "1")
_KEY = "fault"
_lines: dict[str, Line] = {}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Undisturbed homes."""
    return World.make(tmp_path_factory.mktemp("world"))


@pytest.fixture
def case(request: pytest.FixtureRequest, record_property: Any) -> Iterator[Case]:
    """The case's own description, for the page."""
    name = request.node.name.removeprefix("test_")
    case = Case(name, Random(f"{SEED}:{name}"))
    yield case
    record_property(_KEY, Line.of(case, request.node.path.name))


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Scene:
    """A home of two published days, and an inbox with more."""
    return world.scene(tmp_path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A case is several whole runs: on a busy machine that takes its time."""
    for item in items:
        if item.path.parent == Path(__file__).parent and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(900))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Gather the results of cases, on the worker that writes the page."""
    reported = dict(report.user_properties).get(_KEY)
    if report.when == "teardown" and isinstance(reported, dict):
        before = _lines.get(report.nodeid)
        ended = {"outcome": before.outcome, "found": before.found} if before else {"outcome": "passed"}
        _lines[report.nodeid] = Line(**reported | ended)
        kept = os.environ.get("FAULTS_KEPT")
        if kept and "PYTEST_XDIST_WORKER" not in os.environ:  # the process that writes the page
            keep(_lines.values(), Path(kept))
    elif report.when in {"setup", "call"} and report.outcome != "passed":
        name = report.nodeid.rpartition("::")[2].removeprefix("test_")
        why = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)[-300:]
        file = report.nodeid.partition("::")[0].rpartition("/")[2]
        _lines[report.nodeid] = Line(file, name, report.outcome, "", why)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was found, and write the page where ``FAULTS_REPORT`` says.

    With ``FAULTS_KEPT``, a file, it is made of several runs: of what that file has of other cases too.
    """
    if not _lines:
        return
    terminalreporter.section("faults")
    for line in sorted(_lines.values(), key=lambda each: (each.file, each.name)):
        terminalreporter.write_line(f"{line.outcome:7} {line.name}: {line.broken} → {line.found}")
    lines = list(_lines.values())
    kept = os.environ.get("FAULTS_KEPT")
    if kept:
        lines = keep(lines, Path(kept))
    path = os.environ.get("FAULTS_REPORT")
    if path:
        write(lines, SEED, Path(path))
        terminalreporter.write_line(f"written: {path}")
