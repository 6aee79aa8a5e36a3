"""The optional last task of news_marts: there when it is configured, and copying into a real PostgreSQL."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from newsmarts.core.errors import UsageError
from newsmarts.release import releases
from tests.postgres_server import OWNER_PASSWORD, Server
from tests.release_files import Table, make_release

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

pytestmark = [
    pytest.mark.integration,
    pytest.mark.enable_socket,
    pytest.mark.usefixtures("airflow_database", "fresh_settings"),
]


@pytest.fixture
def configured(known_pools: set[str], monkeypatch: pytest.MonkeyPatch) -> DagBag:
    """The DAGs as they are read with the setting."""
    from airflow.dag_processing.dagbag import DagBag

    monkeypatch.setenv("NEWS_POSTGRES_CONN_ID", "bi_database")
    return DagBag(known_pools=known_pools)


def test_the_task_is_there_when_it_is_configured(configured: DagBag, dagbag: DagBag) -> None:
    assert configured.import_errors == {}
    assert configured.dag_warnings == set()
    task = configured.dags["news_marts"].get_task("to_postgres")
    assert task.upstream_task_ids == {"publish"}
    assert task.downstream_task_ids == set()
    assert task.pool == "default_pool"
    assert (task.retries, task.retry_exponential_backoff) == (5, 2)
    assert [asset.name for asset in (*task.inlets, *task.outlets)] == ["news_release", "news_postgres"]
    assert "**Red?**" in (task.doc_md or "")
    assert "to_postgres" not in dagbag.dags["news_marts"].task_ids


def run_task(configured: DagBag) -> dict[str, Any]:
    """What the task gives, called as Airflow calls it."""
    task: Any = configured.dags["news_marts"].get_task("to_postgres")
    answer: dict[str, Any] = task.python_callable(published={})
    return answer


def test_it_copies_with_the_airflow_connection(
    configured: DagBag, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.database("bi")
    make_release(tmp_path, 1, {"articles": Table.of({"n": "BIGINT"}, (7,))})
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    connection = {
        "conn_type": "postgres",
        "host": str(postgres.folder),
        "login": "news",
        "password": OWNER_PASSWORD,
        "schema": "bi",
        "extra": {"connect_timeout": 5, "cursor": "realdictcursor"},  # the second is of Airflow's hook
    }
    monkeypatch.setitem(os.environ, "AIRFLOW_CONN_BI_DATABASE", json.dumps(connection))
    assert run_task(configured) == {
        "release_id": releases.find_release(tmp_path).release_id,
        "database": "bi",
        "schema": "marts",
        "copied": True,
        "rows": {"articles": 1},
    }
    with psycopg.connect(url) as reader:
        assert reader.execute("SELECT n FROM marts.articles").fetchall() == [(7,)]
    assert not run_task(configured)["copied"]


def test_a_connection_that_is_missing_is_reported(
    configured: DagBag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="no Airflow connection 'bi_database'"):
        run_task(configured)
