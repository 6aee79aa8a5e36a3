"""Feeds of the web in the DAG: an archive with a password, and one that is down while another goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.land.servers.demo import FEEDS, archives
from tests.land.servers.loopback import Answer, LoopbackServer

pytestmark = [pytest.mark.usefixtures("airflow_database", "fresh_settings"), pytest.mark.enable_socket]

DAY = "2025-09-01"


class Web:
    """The archives on this machine."""

    def __init__(self, wayback: LoopbackServer, crawl: LoopbackServer) -> None:
        self.wayback = wayback
        self.crawl = crawl


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    wayback, crawl = archives(pages=12, days=1, first_day=date(2025, 9, 1))
    with LoopbackServer(wayback) as a, LoopbackServer(crawl) as b:
        crawl.base = b.url
        declared = FEEDS.partition("[feeds.live]")[0].format(wayback=a.url, crawl=b.url)
        declared = declared.replace("= 0.2", "= 0").replace("= 0.5", "= 0")
        declared += 'connection = "archive_login"\n'  # the last one's, the Wayback Machine's
        (tmp_path / "feeds.toml").write_text(declared)
        monkeypatch.setenv("NEWS_FEEDS_FILE", str(tmp_path / "feeds.toml"))
        monkeypatch.setenv("NEWS_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("AIRFLOW_CONN_ARCHIVE_LOGIN", "http://reader:hunter2@")
        yield Web(a, b)


@pytest.fixture
def pages(web: Web, known_pools: set[str]) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    dag = DagBag(known_pools=known_pools).dags["news_pages"]
    for task in dag.tasks:
        task.retries = 0  # dag.test() waits for them
    return dag


def landed(run: Any) -> dict[str, Any]:
    instances = [task for task in run.get_task_instances() if task.task_id == "land"]
    results = [task.xcom_pull(task_ids="land", map_indexes=task.map_index) for task in instances]
    return {each["feed"]: each for each in results if each}


@pytest.mark.slow
def test_both_archives_go_through_and_the_password_stays_inside(
    pages: Any, web: Web, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    run = pages.test(run_conf={"day": DAY})
    assert run.state == "success"
    results = landed(run)
    assert {feed: (each["landed"], each["rejected"]) for feed, each in results.items()} == {
        "common_crawl": (4, 1),
        "wayback": (8, 1),
    }
    assert all(request.headers["authorization"].startswith("Basic ") for request in web.wayback.asked)
    assert not any("authorization" in request.headers for request in web.crawl.asked)
    shown = f"{results}{caplog.text}{''.join(capsys.readouterr())}"
    assert "hunter2" not in shown
    assert not any(b"hunter2" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.slow
def test_an_archive_that_is_down_fails_alone_and_follows_later(pages: Any, web: Web) -> None:
    right = web.crawl.respond
    web.crawl.respond = lambda request: Answer(status=403)  # rejected: not tried again within the task
    run = pages.test(run_conf={"day": DAY})
    assert run.state == "failed"
    assert {task.task_id: task.state for task in run.get_task_instances() if task.task_id != "land"} == {
        "parse": "success",
        "validate": "success",
        "load": "success",
        "accept": "upstream_failed",
    }
    web.crawl.respond = right
    replays = len(web.wayback.asked)
    run = pages.test(run_conf={"day": DAY})
    assert run.state == "success"
    assert {feed: each["new"] for feed, each in landed(run).items()} == {"common_crawl": 4, "wayback": 0}
    assert len(web.wayback.asked) == replays + 2  # the index of two hosts, and no page
