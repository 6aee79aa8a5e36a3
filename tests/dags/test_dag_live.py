"""Visits to live sites: a DAG that is there when a live feed is, and whose captures the day's run takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.settings import settings
from tests.land.servers.demo import FEEDS, site_of
from tests.land.servers.loopback import LoopbackServer
from tests.land.servers.site import Site

pytestmark = [pytest.mark.usefixtures("airflow_database", "fresh_settings"), pytest.mark.enable_socket]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    site = site_of(pages=2)
    site.robots = None
    with LoopbackServer(site) as server:
        site.base = server.url
        declared = "[feeds.live]" + FEEDS.partition("[feeds.live]")[2]
        declared = declared.format(site=server.url).replace("= 0.5", "= 0")
        (tmp_path / "feeds.toml").write_text(f'[feeds.inbox]\nkind = "inbox"\n{declared}')
        monkeypatch.setenv("NEWS_FEEDS_FILE", str(tmp_path / "feeds.toml"))
        monkeypatch.setenv("NEWS_HOME", str(tmp_path / "home"))
        yield site


@pytest.fixture
def dags(site: Site, known_pools: set[str]) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(known_pools=known_pools)
    assert bag.import_errors == {}
    for dag in bag.dags.values():
        for task in dag.tasks:
            task.retries = 0  # dag.test() waits for them
    return bag.dags


def given(run: Any, task_id: str) -> dict[str, Any]:
    instances = [task for task in run.get_task_instances() if task.task_id == task_id]
    results = [task.xcom_pull(task_ids=task_id, map_indexes=task.map_index) for task in instances]
    return {each["feed"]: each for each in results if each}


def test_each_visit_lands_what_is_new_as_captures_of_today(dags: Any, site: Site) -> None:
    visit = dags["news_live"].get_task("visit")
    assert "When a task is red" in dags["news_live"].doc_md
    assert "**Red?**" in visit.doc_md
    assert visit.owner == "news desk"
    results = given(dags["news_live"].test(), "visit")
    assert set(results) == {"live"}
    assert (results["live"]["new"], results["live"]["landed"]) == (2, 2)
    site.articles |= site_of(pages=3).articles
    results = given(dags["news_live"].test(), "visit")
    assert (results["live"]["new"], results["live"]["landed"]) == (1, 3)


@pytest.mark.slow
def test_the_run_of_a_day_that_is_over_takes_what_its_visits_landed(
    dags: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsmarts.land import run as stage_land
    from newsmarts.land.feeds import live

    then = datetime(2025, 9, 3, 14, 7, tzinfo=UTC)
    settings().inbox_dir.mkdir(parents=True)
    for article in site.articles.values():
        article.changed_at = then
    with monkeypatch.context() as patched:
        patched.setattr(live, "_now", lambda: then)
        assert stage_land.run(then.date(), settings(), "live").new == 2
    run = dags["news_pages"].test(run_conf={"day": "2025-09-03"})
    assert given(run, "land")["live"]["landed"] == 2
    assert run.get_task_instance("parse").state == "success"


def test_without_a_live_feed_there_is_no_such_dag(dagbag: Any) -> None:
    assert "news_live" not in dagbag.dags
