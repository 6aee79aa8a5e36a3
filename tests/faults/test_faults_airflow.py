"""Under a real scheduler: servers and tasks that are killed, a full queue, a lost database.

One Airflow serves all cases, one after another, on the days of the samples with their whole contracts.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psutil
import pytest

from local.airflow_api import AirflowApi
from local.airflow_servers import ADMIN, AirflowHome, AirflowServers
from local.servers import base_url, kill_sessions
from local.terminal import Terminal
from local.watch import MARTS, PAGES, Watch
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.releases import current_release
from tests.dags.make_run import free_port
from tests.faults import marts
from tests.faults.report import Case

pytestmark = [
    pytest.mark.faults,
    pytest.mark.integration,
    pytest.mark.enable_socket,
    pytest.mark.timeout(1500),
]

DAYS = [date(2025, 9, number) for number in range(1, 6)]
SERVERS = ("api-server", "scheduler", "dag-processor")
_PATIENCE_SECONDS = 900


@dataclass
class Desk:
    """An Airflow over one news home, and the marts that it has to come back to."""

    home: AirflowHome
    servers: AirflowServers
    expected: marts.Rows
    api: AirflowApi | None = None

    def start(self) -> None:
        """Start all servers on a port of their own, and wait until they answer."""
        self.servers.port = free_port()
        self.servers.prepare()
        started_at = datetime.now(UTC)
        self.servers.start(*SERVERS)
        self.api = AirflowApi(base_url(self.servers.port), ADMIN, self.home.password())
        self.until(self._is_up, "Airflow to come up")
        self.api.log_in()
        self.until(lambda: {PAGES, MARTS} <= self.asked.dags_read_since(started_at), "the DAGs to be read")
        for dag_id in (MARTS, PAGES):
            self.asked.unpause(dag_id)

    @property
    def asked(self) -> AirflowApi:
        assert self.api is not None
        return self.api

    def stop(self) -> None:
        if self.api is not None:
            self.api.__exit__(None, None, None)
            self.api = None
        self.servers.stop()

    def _is_up(self) -> bool:
        health = self.asked.health()
        return all(health.get(name) == "healthy" for name in ("metadatabase", "scheduler", "dag_processor"))

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"waited too long for {what}"
            time.sleep(0.5)

    def run(self, *days: date) -> None:
        """Trigger a run for each of these days."""
        for day in days:
            self.asked.trigger(PAGES, {"day": day.isoformat()})

    def watch(self) -> Watch:
        """What becomes of all runs from now on."""
        return Watch(self.asked, Terminal(), lambda: None, self.home.logs)

    def until_running(self, task_id: str) -> None:
        """Wait until a task of this name is at work."""

        def at_work() -> bool:
            return any(
                task["task_id"] == task_id and task["state"] == "running"
                for run in self.asked.active_runs()
                for task in self.asked.tasks(run)
            )

        self.until(at_work, f"a running {task_id}")

    def tasks_at_work(self) -> list[psutil.Process]:
        """The processes of tasks: below the executor's workers, which are the scheduler's children.

        The workers themselves are spared: they share a queue, and one that is killed while it waits
        there takes the queue's lock with it. Tasks stay queued then until the scheduler is started again.
        """
        scheduler = psutil.Process(self.servers.pid_of("scheduler"))
        return [task for worker in scheduler.children() for task in worker.children()]

    def check(self) -> str:
        """The marts are those of an undisturbed run."""
        reported = marts.differences(marts.read_marts(self.home.news_home), self.expected)
        assert not reported, "\n".join(reported)
        marts.check_conservation(self.home.news_home)
        objects = marts.check_raw(self.home.news_home)
        return f"same marts, {objects} raw objects intact"

    def release(self) -> str:
        release = current_release(self.home.news_home)
        return release.release_id if release else "none"


def succeeded(watch: Watch, days: list[date], runs: int) -> str:
    """Wait until all is done: so many runs of news_pages ended, and none failed."""
    watch.until_idle(set(days))
    assert watch.failed == []
    ended = {run["dag_run_id"] for run in watch.ended if run["dag_id"] == PAGES}
    ended = {
        run_id for run_id in ended if not run_id.startswith("scheduled__")
    }  # the day that has just ended
    assert len(ended) == runs, ended
    return f"{runs} runs succeeded" if runs > 1 else "the run succeeded"


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
    desk.asked.backfill(PAGES, DAYS[0], DAYS[-1], max_active_runs=4)
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
    history = list(desk.asked.changed_runs(datetime(2000, 1, 1, tzinfo=UTC)))
    assert history == []
    before = desk.check()
    watch = desk.watch()
    desk.run(*DAYS[:2])
    reported = succeeded(watch, DAYS[:2], 2)
    assert desk.release() == release
    case.saw(f"no history, {before}", f"{reported}, no new release", desk.check())
