"""news_maintenance: a run of all steps, and Airflow's history cleaned without touching what runs."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from newsmarts.core.errors import UsageError

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag
    from sqlalchemy.orm import Session

pytestmark = pytest.mark.usefixtures("airflow_database", "fresh_settings")
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=400)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def session() -> Any:
    """Airflow's database, as it was when the test ends."""
    from airflow.settings import Session as make_session

    assert make_session is not None  # conftest has prepared the database
    session = make_session()
    yield session
    session.rollback()
    session.close()


def add_run(session: Session, run_id: str, state: str, started: datetime, run_type: str = "manual") -> None:
    from airflow.models import DagRun
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    run = DagRun(
        dag_id="history",
        run_id=run_id,
        run_type=DagRunType(run_type),
        run_after=started,
        start_date=started,
        queued_at=started,
        state=DagRunState(state),
        triggered_by=DagRunTriggeredByType.TEST,
    )
    run.created_at = started
    session.add(run)
    session.flush()


def run_ids(session: Session) -> set[str]:
    from airflow.models import DagRun
    from sqlalchemy import select

    return set(session.scalars(select(DagRun.run_id).where(DagRun.dag_id == "history")))


def test_history_goes_up_to_the_oldest_that_is_not_finished(session: Session) -> None:
    from airflow.models import DagModel, DagRun
    from airflow.models.dagbundle import DagBundleModel
    from sqlalchemy import delete

    from dags.common.airflow_history import clean

    session.merge(DagBundleModel(name="history"))
    session.commit()
    session.add(DagModel(dag_id="history", bundle_name="history"))  # type: ignore[no-untyped-call]
    session.flush()
    add_run(session, "ended", "success", LONG_AGO)
    add_run(session, "running", "running", LONG_AGO + timedelta(days=100))
    add_run(session, "ended-since", "failed", LONG_AGO + timedelta(days=200))
    session.commit()
    before = NOW - timedelta(days=90)
    try:
        assert clean(session, before, dry_run=True)["removed"] == {}
        assert run_ids(session) == {"ended", "running", "ended-since"}
        result = clean(session, before, dry_run=False)
        assert result["removed"]["dag_run"] == 1
        assert datetime.fromisoformat(result["before"]) < LONG_AGO + timedelta(days=100)
        assert run_ids(session) == {"running", "ended-since"}
    finally:
        session.execute(delete(DagRun).where(DagRun.dag_id == "history"))
        session.execute(delete(DagModel).where(DagModel.dag_id == "history"))
        session.commit()


def states(run: Any) -> dict[str, str]:
    return {task.task_id: task.state for task in run.get_task_instances()}


@pytest.mark.slow
def test_a_run_with_everything_asked_for(
    dagbag: DagBag, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logs = Path(os.environ["AIRFLOW_HOME"]) / "logs" / "dag_id=gone" / "attempt=1.log"
    leftover = home / "warehouse" / ".tmp-news.duckdb"
    for path in (logs, leftover):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    database = Path(os.environ["AIRFLOW_HOME"]) / "airflow.db"
    monkeypatch.setenv("NEWS_LOGS_KEPT_DAYS", "300")
    monkeypatch.setenv("NEWS_AIRFLOW_HISTORY_KEPT_DAYS", "300")
    monkeypatch.setenv("NEWS_AIRFLOW_DB_CONN_ID", "airflow_db")
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_DB", f'{{"conn_type": "sqlite", "host": "{database}"}}')
    dag = dagbag.dags["news_maintenance"]
    run = dag.test()
    assert set(states(run).values()) == {"success"}
    assert set(states(run)) == set(dag.task_ids)
    assert not logs.exists()
    assert not leftover.exists()


def test_history_is_kept_unless_the_setting_says_so(dagbag: DagBag, home: Path) -> None:
    task: Any = dagbag.dags["news_maintenance"].get_task("airflow_history")
    done = task.python_callable(params={"dry_run": False})
    assert "NEWS_AIRFLOW_HISTORY_KEPT_DAYS" in done["summary"]


def test_the_database_is_that_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    from dags.common.connections import database_url_of

    with pytest.raises(UsageError, match="NEWS_AIRFLOW_DB_CONN_ID"):
        database_url_of(None)
    with pytest.raises(UsageError, match="no Airflow connection 'nothing'"):
        database_url_of("nothing")
    monkeypatch.setenv("AIRFLOW_CONN_META", "postgres://airflow:p%40ss@db:5432/airflow")
    assert database_url_of("meta") == "postgresql+psycopg2://airflow:p%40ss@db:5432/airflow"
    monkeypatch.setenv("AIRFLOW_CONN_META", '{"conn_type": "generic", "host": "/var/lib/airflow.db"}')
    assert database_url_of("meta") == "sqlite:////var/lib/airflow.db?timeout=60"
    monkeypatch.setenv("AIRFLOW_CONN_META", "http://example.org")
    with pytest.raises(UsageError, match="isn't to Airflow's database"):
        database_url_of("meta")
