"""A real Airflow over one news home, that cases break."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psutil

from local.airflow_api import AirflowApi
from local.airflow_servers import ADMIN, AirflowHome, AirflowServers
from local.servers import base_url
from local.terminal import Terminal
from local.watch import MARTS, PAGES, Watch
from newsmarts.release.releases import current_release
from tests.dags.make_run import free_port
from tests.faults import marts

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
        self.until(self.is_up, "Airflow to come up")
        self.api.log_in()
        self.until(lambda: {PAGES, MARTS} <= self.client.dags_read_since(started_at), "the DAGs to be read")
        for dag_id in (MARTS, PAGES):
            self.client.unpause(dag_id)

    @property
    def client(self) -> AirflowApi:
        assert self.api is not None
        return self.api

    def stop(self) -> None:
        if self.api is not None:
            self.api.__exit__(None, None, None)
            self.api = None
        self.servers.stop()

    def is_up(self) -> bool:
        """Whether all servers are at work."""
        health = self.client.health()
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
            self.client.trigger(PAGES, {"day": day.isoformat()})

    def backfill(self, *, max_active_runs: int) -> None:
        """Run all days again, once an earlier backfill is complete: its last run ends before it does."""
        self.until(lambda: not self.client.active_backfill(PAGES), "the end of an earlier backfill")
        self.client.backfill(PAGES, DAYS[0], DAYS[-1], max_active_runs=max_active_runs)

    def watch(self) -> Watch:
        """What becomes of all runs from now on."""
        return Watch(self.client, Terminal(), lambda: None, self.home.logs)

    def until_running(self, task_id: str) -> None:
        """Wait until a task of this name is at work."""

        def at_work() -> bool:
            return any(
                task["task_id"] == task_id and task["state"] == "running"
                for run in self.client.active_runs()
                for task in self.client.tasks(run)
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
        return f"same marts, {self.check_raw()} raw objects intact"

    def check_raw(self) -> int:
        """How many raw objects there are, all intact."""
        return marts.check_raw(self.home.news_home)

    def restart_ended(self, names: Iterable[str]) -> set[str]:
        """Start those servers again that have ended by themselves; which they were."""
        ended = {name for name in names if self.servers.has_ended(name)}
        self.servers.start(*ended)
        return ended

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
