"""The CPU budget: a test not marked ``slow``, ``integration`` or ``faults`` uses at most two CPU seconds.

CPU time is compared, not time on the clock, so that a busy machine changes little. What counts is the
test's own setup and call, in this process and in child processes that it has waited for. Shared fixtures
(of a wider scope than ``function``) don't count. A test above the budget runs once more, and only the
second figure counts: the first test of a process that imports a large library pays for all the others. Where
more processes run than there are cores, as in ``make test`` on two cores, the same test uses more CPU time
(27 s instead of 21 at a load of seven a core): the budget is half as much again there.
"""

from __future__ import annotations

import os
import resource
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

EXEMPT = ("slow", "integration", "faults")
_PROPERTY = "cpu_seconds"
_has_run = pytest.StashKey[bool]()


def cpu_seconds() -> float:
    """User and system time of this process and of the children that it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def is_busy() -> bool:
    """Whether more than one process waits for each core, as with four workers on two cores."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the budget."""
    group = parser.getgroup("CPU budget")
    group.addoption(
        "--cpu-budget",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help=f"CPU seconds of a test that is not marked {', '.join(EXEMPT)} (default: 2; 0: no limit)",
    )
    group.addoption(
        "--cpu-slowest",
        type=int,
        default=0,
        metavar="N",
        help="show the N tests and shared fixtures that used most CPU seconds",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Measure from here on."""
    config.pluginmanager.register(CpuBudget(config), "cpu_budget_measurements")


class CpuBudget:
    """Measures tests and shared fixtures, and fails tests above the budget."""

    def __init__(self, config: pytest.Config) -> None:
        self.budget: float = config.getoption("cpu_budget")
        self.shown: int = config.getoption("cpu_slowest")
        self.test = 0.0  # of the running test
        self.fixtures: list[tuple[str, float]] = []  # those set up for the running test
        self.totals: Counter[str] = Counter()  # of all tests and workers

    @contextmanager
    def measured(self) -> Iterator[None]:
        before, fixtures = cpu_seconds(), len(self.fixtures)
        try:
            yield
        finally:
            self.test += cpu_seconds() - before - sum(used for _name, used in self.fixtures[fixtures:])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None]:
        self.test, self.fixtures = 0.0, []
        with self.measured():
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None]:
        with self.measured():
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        before, inner = cpu_seconds(), len(self.fixtures)
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                used = cpu_seconds() - before - sum(used for _name, used in self.fixtures[inner:])
                self.fixtures.append((f"{fixturedef.scope} fixture {fixturedef.argname}", used))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "teardown":
            report.user_properties.append((_PROPERTY, [(item.nodeid, self.test), *self.fixtures]))
        exempt = not self.budget or any(item.get_closest_marker(name) for name in EXEMPT)
        budget = self.budget * (1.5 if is_busy() else 1)
        if call.when == "call" and report.passed and not exempt and self.test > budget:
            if _has_run in item.stash:
                report.outcome = "failed"
                report.longrepr = (
                    f"{item.nodeid} used {self.test:.1f} CPU seconds when it ran again; the budget of a test "
                    f"that is not marked slow is {budget:g}. See the slowest with --cpu-slowest=20."
                )
            else:
                item.stash[_has_run] = False
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        result = yield
        if item.stash.get(_has_run, None) is False:
            item.stash[_has_run] = True
            item.ihook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            properties: dict[str, Any] = dict(report.user_properties)
            for name, used in properties.get(_PROPERTY, []):
                self.totals[name] += used

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.shown:
            terminalreporter.section(f"CPU seconds, of {sum(self.totals.values()):.0f} in tests and fixtures")
            for name, used in self.totals.most_common(self.shown):
                terminalreporter.write_line(f"{used:6.2f}  {name}")
