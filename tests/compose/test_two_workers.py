"""Two workers and a hub that share an object store: the release of one machine, whatever becomes of a worker.

The services of docker-compose.yml's profile ``celery``, run natively: see ``machines``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.airflow_api import AirflowApi
from newsmarts.core.partitions import partition_days
from newsmarts.release.reader import connect
from tests.batch.pages_in_archives import content_of, one_machine, write_archives
from tests.compose.machines import Cluster, require_parts, serving_cluster
from tests.compose.native import ADMIN_PASSWORD
from tests.postgres_server import Server

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.timeout(3600),
]

PATIENCE_SECONDS = 2700


def test_two_workers_give_the_release_of_one_machine(tmp_path: Path, postgres: Server) -> None:
    """One worker is killed, the other is cut off and comes back, and a new one takes over meanwhile."""
    require_parts()
    crawl = tmp_path / "crawl"
    write_archives(crawl)
    one = one_machine(crawl, tmp_path / "one-machine")
    days = list(partition_days(one.home, "validated"))
    with serving_cluster(tmp_path, postgres, one.feeds_file) as cluster:
        httpx.put(f"http://127.0.0.1:{cluster.ports['s3']}/news", trust_env=False).raise_for_status()
        for name in ("one", "two"):
            cluster.start_worker(name)
        cluster.hub.wait_until_healthy("api-server", "dag-processor", "scheduler", "worker-marts")
        with AirflowApi(cluster.hub.url, "admin", ADMIN_PASSWORD) as api:
            api.log_in()
            hosts = run_all_days(cluster, api, days)
        assert hosts["parse"] | hosts["validate"] == {"one", "two", "three"}
        others = set().union(*(found for task, found in hosts.items() if task not in {"parse", "validate"}))
        assert others == {"hub"}

        shared = cluster.hub.folder / "var" / "lib" / "news"
        assert content_of(shared) == content_of(one.home)
        assert same_marts(shared, one.home)
        for name in ("one", "two", "three"):
            disk = cluster.workers[name].folder / "var" / "lib" / "news"
            assert not (disk / "warehouse" / "news.duckdb").exists()
            assert not (disk / "staged" / "parsed").exists()


def run_all_days(cluster: Cluster, api: AirflowApi, days: list[date]) -> dict[str, set[str]]:
    """Backfill the days through all that happens to the workers; by task, the machines that ran it."""
    deadline = time.monotonic() + PATIENCE_SECONDS

    def tasks(states: set[str]) -> list[dict[str, Any]]:
        return [task for run in api.active_runs() for task in api.tasks(run) if task["state"] in states]

    def running_on(name: str) -> list[dict[str, Any]]:
        return [task for task in tasks({"running"}) if task["hostname"] == name]

    def wait_for(what: Callable[[], Any]) -> Any:
        while not (found := what()):
            log = cluster.hub.log("scheduler").read_text()[-3000:]
            assert time.monotonic() < deadline, (api.active_runs(), log)
            time.sleep(1)
        return found

    for dag in ("news_pages", "news_marts"):
        api.unpause(dag)
    api.backfill("news_pages", days[0], days[-1], max_active_runs=4)

    def finished() -> int:
        runs = api.changed_runs(datetime(2000, 1, 1, tzinfo=UTC))
        return sum(run["run_type"] == "backfill" and run["state"] == "success" for run in runs)

    wait_for(lambda: finished() >= len(days) // 10 and running_on("one"))
    cluster.workers["one"].kill("worker")
    cluster.start_worker("three")
    lost = wait_for(lambda: finished() >= len(days) // 3 and running_on("two"))[0]
    cluster.cut_off("two")
    wait_for(lambda: all(each["id"] != lost["id"] for each in tasks({"running"})))
    cluster.cut_off("two", False)
    wait_for(lambda: finished() == len(days) and not api.active_runs())

    runs = api.changed_runs(datetime(2000, 1, 1, tzinfo=UTC))
    assert {run["state"] for run in runs} == {"success"}
    hosts: dict[str, set[str]] = {}
    for run in runs:
        for task in api.tasks(run):
            if task["state"] == "success":
                hosts.setdefault(task["task_id"], set()).add(task["hostname"])
    return hosts


def same_marts(one: Path, other: Path) -> bool:
    """Whether two homes have published the same rows in all marts."""
    with connect(one) as ours, connect(other) as theirs:
        names = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts'"
        for (mart,) in ours.sql(names).fetchall():
            query = f'FROM marts."{mart}" ORDER BY ALL'
            assert ours.sql(query).fetchall() == theirs.sql(query).fetchall(), mart
    return True
