"""A day of several feeds: one that fails keeps no other from going through, and its pages follow later."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.settings import PROJECT_ROOT
from tests.land.warc_files import response

pytestmark = pytest.mark.usefixtures("airflow_database", "fresh_settings")
SAMPLES = PROJECT_ROOT / "samples" / "inbox"
DAY = "2025-09-01"
FEEDS = """
[feeds.inbox]
kind = "inbox"

[feeds.crawls]
kind = "warc"
folder = "crawls"

[feeds.asleep]
kind = "warc"
folder = "elsewhere"
enabled = false
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brief_contracts: Path) -> Path:
    (tmp_path / "feeds.toml").write_text(FEEDS)
    monkeypatch.setenv("NEWS_FEEDS_FILE", str(tmp_path / "feeds.toml"))
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    monkeypatch.setenv("NEWS_SETTLE_SECONDS", "0")
    monkeypatch.setenv("NEWS_CONTRACTS_DIR", str(brief_contracts))
    shutil.copytree(SAMPLES / DAY, tmp_path / "inbox" / DAY)
    return tmp_path


@pytest.fixture
def pages(home: Path, known_pools: set[str]) -> Any:
    """The DAG as it is read with these feeds, which are read with it."""
    from airflow.dag_processing.dagbag import DagBag

    dag = DagBag(known_pools=known_pools).dags["news_pages"]
    for task in dag.tasks:
        task.retries = 0  # dag.test() waits for them
    return dag


def states(run: Any) -> dict[str, str]:
    return {
        f"{task.task_id}[{(task.rendered_map_index or '').partition(':')[0] or task.map_index}]"
        if task.map_index >= 0
        else task.task_id: (task.state)
        for task in run.get_task_instances()
    }


@pytest.mark.slow
def test_a_failed_feed_keeps_no_other_from_going_through(pages: Any, home: Path) -> None:
    run = pages.test(run_conf={"day": DAY})
    assert states(run) == {
        "land[inbox]": "success",
        "land[crawls]": "failed",
        "parse": "success",
        "validate": "success",
        "load": "success",
        "accept": "upstream_failed",
    }
    assert run.state == "failed"
    from plugins.adapter.database import AirflowDatabase

    (failed,) = AirflowDatabase().failed_tasks("news_pages", [run.run_id])
    assert (failed.feed, failed.map_index) == ("crawls", 1)
    assert failed.error.startswith(f"'{home / 'crawls'}' is not a folder.")
    answers = {each.feed: each for each in AirflowDatabase().feed_answers() if each.run_id == run.run_id}
    assert answers["crawls"].text == failed.error
    assert (answers["crawls"].state, answers["inbox"].state) == ("failed", "success")
    inbox = loaded(home)
    assert inbox > 0

    # the feed is back
    (home / "crawls").mkdir()
    page = next((SAMPLES / "2025-09-02").rglob("*.html")).read_bytes()
    (home / "crawls" / "a.warc.gz").write_bytes(response(page, at=f"{DAY}T10:00:00Z"))
    run = pages.test(run_conf={"day": DAY})
    assert set(states(run).values()) == {"success"}
    assert run.state == "success"
    assert loaded(home) == inbox + 1


@pytest.mark.slow
def test_a_day_that_no_feed_has_is_green(pages: Any, home: Path) -> None:
    (home / "crawls").mkdir()
    run = pages.test(run_conf={"day": "2025-10-01"})
    assert set(states(run).values()) == {"success"}


@pytest.mark.slow
def test_when_every_feed_fails_nothing_follows(pages: Any, home: Path) -> None:
    shutil.rmtree(home / "inbox")
    (home / "inbox").write_bytes(b"no folder")
    run = pages.test(run_conf={"day": DAY})
    assert states(run) == {
        "land[inbox]": "failed",
        "land[crawls]": "failed",
        "parse": "upstream_failed",
        "validate": "upstream_failed",
        "load": "upstream_failed",
        "accept": "upstream_failed",
    }
    assert run.state == "failed"


def test_a_mistake_in_the_feeds_file_is_reported_when_the_dags_are_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import DagBag

    (home / "feeds.toml").write_text(FEEDS.replace("folder", "foldr"))
    errors = DagBag().import_errors
    assert {Path(path).name for path in errors} == {"news_pages.py", "news_live.py"}
    for error in errors.values():
        assert "[feeds.crawls] foldr: there is no such key" in error
        assert str(home / "feeds.toml") in error


def loaded(home: Path) -> int:
    from newsmarts.core.db import reading

    with reading(home / "warehouse" / "news.duckdb") as connection:
        row = connection.execute("SELECT count(*) FROM warehouse.captures").fetchone()
    assert row is not None
    return int(row[0])
