"""Under a real scheduler: servers and tasks that are killed, a full queue, a lost database.

One Airflow serves all cases, one after another, on the days of the samples with their whole contracts.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from local.airflow_servers import AirflowHome, AirflowServers
from local.servers import kill_sessions
from newsmarts.core.settings import PROJECT_ROOT
from tests.faults import marts
from tests.faults.desk import DAYS, SERVERS, Desk, succeeded
from tests.faults.memory import hardly_any, kills
from tests.faults.report import Case

pytestmark = [
    pytest.mark.faults,
    pytest.mark.integration,
    pytest.mark.enable_socket,
    pytest.mark.timeout(1500),
]


@pytest.fixture(scope="module")
def desk(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A started Airflow over an empty news home and an inbox of the samples."""
    folder = tmp_path_factory.mktemp("desk")
    inbox = folder / "inbox"
    shutil.copytree(PROJECT_ROOT / "samples" / "inbox", inbox)
    home = AirflowHome(PROJECT_ROOT, folder / "airflow", folder / "news", inbox)
    home.make()
    with AirflowServers(home) as servers:
        desk = Desk(home, servers, marts.read_marts(sample_home))
        desk.start()
        try:
            yield desk
        finally:
            desk.stop()


def test_airflow_backfill_and_schedule(desk: Desk, case: Case) -> None:
    case.broke("a backfill of five days, and runs of three of them triggered at once")
    watch = desk.watch()
    desk.backfill(max_active_runs=4)
    desk.run(*DAYS[1:4])
    case.saw(succeeded(watch, DAYS, len(DAYS) + 3), desk.check())


def test_airflow_task_killed(desk: Desk, case: Case) -> None:
    case.broke("kill -9 of every task process at work, while a day is validated")
    watch, release = desk.watch(), desk.release()
    desk.run(DAYS[0])
    desk.until_running("validate")
    killed = 0
    for task in desk.tasks_at_work():
        with contextlib.suppress(psutil.NoSuchProcess):
            task.kill()
            killed += 1
    assert killed
    reported = succeeded(watch, DAYS[:1], 1)
    assert desk.release() == release
    case.saw(f"the task was tried again, and {reported}", "no new release", desk.check())


def test_airflow_scheduler_killed(desk: Desk, case: Case) -> None:
    case.broke("kill -9 of the scheduler, with its tasks, while three days run; it is started again")
    watch, release = desk.watch(), desk.release()
    desk.run(*DAYS[:3])
    desk.until_running("validate")
    kill_sessions({desk.servers.pid_of("scheduler")})
    desk.servers.start("scheduler")
    reported = succeeded(watch, DAYS[:3], 3)
    assert desk.release() == release
    case.saw(reported, "no new release", desk.check())


def test_airflow_everything_killed(desk: Desk, case: Case) -> None:
    case.broke("kill -9 of all servers and tasks while two days run, as in a power cut; started again")
    release = desk.release()
    desk.run(*DAYS[3:])
    desk.until_running("parse")
    kill_sessions({desk.servers.pid_of(name) for name in SERVERS})
    desk.stop()
    desk.start()
    watch = desk.watch()
    reported = succeeded(watch, DAYS[3:], 2)
    assert desk.release() == release
    case.saw(reported, "no new release", desk.check())


def test_airflow_task_without_memory(desk: Desk, case: Case) -> None:
    case.broke("no memory is left for the task processes at work, while a day is validated: the kernel kills")
    watch, release = desk.watch(), desk.release()
    with hardly_any() as group:
        desk.run(DAYS[1])
        desk.until_running("validate")
        for task in desk.tasks_at_work():
            with contextlib.suppress(OSError):  # it has ended meanwhile
                (group / "cgroup.procs").write_text(str(task.pid))
        desk.until(lambda: kills(group) > 0, "the kernel to kill one")
        reported = succeeded(watch, DAYS[1:2], 1)
    assert desk.release() == release
    case.saw(f"the task was tried again, and {reported}", "no new release", desk.check())


@pytest.mark.parametrize("name", ["api-server", "dag-processor", "triggerer"])
def test_airflow_server_killed_alone(desk: Desk, case: Case, name: str) -> None:
    case.broke(f"kill -9 of the {name} alone while two days run; it is started again after 10 seconds")
    if name == "triggerer":  # nothing of this project needs it; make run has none
        desk.servers.start(name)
    watch, release = desk.watch(), desk.release()
    desk.run(*DAYS[:2])
    desk.until_running("parse")
    kill_sessions({desk.servers.pid_of(name)})
    time.sleep(10)
    desk.servers.start(name)
    desk.until(desk.is_up, "Airflow to be whole again")
    reported = succeeded(watch, DAYS[:2], 2)
    assert desk.release() == release
    case.saw(reported, "no new release", desk.check())


def test_airflow_full_queue(desk: Desk, case: Case) -> None:
    runs = 8
    case.broke(f"{runs} runs at once of five days, before a pool of one slot")
    watch, release = desk.watch(), desk.release()
    desk.run(*(DAYS[number % len(DAYS)] for number in range(runs)))
    reported = succeeded(watch, DAYS, runs)
    assert desk.release() == release
    case.saw(reported, "no new release", desk.check())


def test_airflow_database_lost(desk: Desk, case: Case) -> None:
    case.broke("Airflow's database is deleted, and two days are run again on an empty one")
    release = desk.release()
    desk.stop()
    for path in desk.home.folder.glob("airflow.db*"):
        path.unlink()
    desk.start()
    history = list(desk.client.changed_runs(datetime(2000, 1, 1, tzinfo=UTC)))
    assert history == []
    before = desk.check()
    watch = desk.watch()
    desk.run(*DAYS[:2])
    reported = succeeded(watch, DAYS[:2], 2)
    assert desk.release() == release
    case.saw(f"no history, {before}", f"{reported}, no new release", desk.check())
