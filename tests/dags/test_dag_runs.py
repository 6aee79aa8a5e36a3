"""Whole runs in this process, without a scheduler: ``dag.test()`` over the samples."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from newsmarts.core.partitions import current_release_path, partition_days
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.core.text import counted
from newsmarts.land import run as land
from newsmarts.load import run as load
from newsmarts.parse import run as parse
from newsmarts.release.reader import connect
from newsmarts.validate import run as validate
from plugins.adapter import run_notes

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

pytestmark = pytest.mark.usefixtures("airflow_database", "fresh_settings")
SAMPLES = PROJECT_ROOT / "samples" / "inbox"
DAY = "2025-09-01"
PAGES, MARTS = ("land", "parse", "validate", "load", "accept"), ("wait", "build", "audit", "publish")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brief_contracts: Path) -> Path:
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    monkeypatch.setenv("NEWS_CONTRACTS_DIR", str(brief_contracts))
    monkeypatch.setenv("NEWS_SETTLE_SECONDS", "0")
    shutil.copytree(SAMPLES / DAY, tmp_path / "inbox" / DAY)
    return tmp_path


@pytest.fixture(autouse=True)
def at_once(dagbag: DagBag, monkeypatch: pytest.MonkeyPatch) -> None:
    """``dag.test()`` waits for retries, and these are for faults that no test makes."""
    for dag in dagbag.dags.values():
        for task in dag.tasks:
            monkeypatch.setattr(task, "retries", 0)


def states(run: Any) -> dict[str, str]:
    return {task.task_id: task.state for task in run.get_task_instances()}


def asset_counts(name: str) -> dict[str, Any]:
    """The extra of an asset's last event."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.settings import Session
    from sqlalchemy import select

    assert Session is not None  # conftest has prepared the database
    with Session() as session:
        query = select(AssetEvent).join(AssetModel, AssetModel.id == AssetEvent.asset_id)
        query = query.where(AssetModel.name == f"news_{name}").order_by(AssetEvent.id.desc())
        event = session.scalars(query).first()
        assert event is not None
        return dict(event.extra)


def note_of(run: Any, hook: Callable[[Any, str], None]) -> str | None:
    """The note that a listener's function gives the run, as the scheduler has it."""
    from airflow.models import DagRun
    from airflow.settings import Session

    assert Session is not None
    with Session() as session:
        stored = session.get(DagRun, run.id)
        assert stored is not None
        hook(stored, "")
        session.commit()
        note: str | None = stored.note
    return note


@pytest.mark.slow
def test_a_day_goes_through_and_its_articles_are_published(dagbag: DagBag, home: Path) -> None:
    run = dagbag.dags["news_pages"].test(run_conf={"day": DAY})
    assert states(run) == dict.fromkeys(PAGES, "success")
    (landing,) = [task for task in run.get_task_instances() if task.task_id == "land"]
    files = sum(path.is_file() for path in (SAMPLES / DAY).rglob("*"))
    assert landing.rendered_map_index == f"inbox: {counted(files, 'capture')} ({files} new), 0 rejected"
    run = dagbag.dags["news_marts"].test()
    assert states(run) == dict.fromkeys(MARTS, "success")
    counts = {name: asset_counts(name) for name in ("captures", "staged", "warehouse", "release")}
    assert counts["captures"]["landed"] == counts["staged"]["captures"] == files
    assert counts["warehouse"]["articles"] == counts["staged"]["valid"] > 0
    assert counts["release"]["rows"]["captures"] == files
    assert f"1 day: {DAY}" in counts["release"]["summary"]
    with connect(home) as marts:
        (day,) = marts.sql(
            "SELECT capture_day, captures, articles_loaded FROM marts.partition_outcomes"
        ).fetchall()
        articles = marts.sql("SELECT count(*) FROM marts.articles").fetchall()
    assert day[0].isoformat() == DAY
    assert day[1] == sum(path.is_file() for path in (SAMPLES / DAY).rglob("*"))
    assert articles == [(day[2],)]
    assert day[2] > 0


def test_a_day_without_captures_is_green_and_so_are_its_marts(dagbag: DagBag, home: Path) -> None:
    run = dagbag.dags["news_pages"].test(run_conf={"day": "2025-10-01"})
    assert note_of(run, run_notes.on_dag_run_running) == "Capture day 2025-10-01"
    assert states(run) == dict.fromkeys(PAGES, "success")
    assert asset_counts("warehouse")["summary"] == "2025-10-01: no feed has captures of the day"
    assert list(partition_days(home, "validated")) == []
    run = dagbag.dags["news_marts"].test()
    assert states(run) == dict.fromkeys(MARTS, "success")
    assert asset_counts("release")["summary"] == "No day has been loaded yet"
    assert note_of(run, run_notes.on_dag_run_success) == "No day has been loaded yet"


@pytest.mark.slow
def test_a_day_of_broken_pages_fails_at_last_and_its_captures_are_published(
    dagbag: DagBag, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_QUARANTINE_FAIL_SHARE", "0.1")
    run = dagbag.dags["news_pages"].test(run_conf={"day": DAY})
    assert states(run) == {
        "land": "success",
        "parse": "success",
        "validate": "success",
        "load": "success",
        "accept": "failed",
    }
    assert run.state == "failed"
    assert asset_counts("warehouse")["refusal"]
    run = dagbag.dags["news_marts"].test()
    assert states(run) == dict.fromkeys(MARTS, "success")
    files = sum(path.is_file() for path in (SAMPLES / DAY).rglob("*"))
    with connect(home) as marts:
        days = marts.sql("SELECT outcome, captures, articles_loaded FROM marts.partition_outcomes").fetchall()
    assert days == [("refused", files, 0)]


@pytest.fixture
def loaded_home(home: Path) -> Path:
    """A home with the day loaded."""
    own = load_settings()
    for stage in (land.run, parse.run, validate.run, load.run):
        stage(date.fromisoformat(DAY), own)
    return home


@pytest.mark.slow
@pytest.mark.usefixtures("loaded_home")
def test_when_nothing_has_changed_a_run_after_loads_says_so_and_publishes_nothing(
    dagbag: DagBag, home: Path
) -> None:
    marts = dagbag.dags["news_marts"]
    assert marts.test().state == "success"
    before = current_release_path(home).resolve()
    build, audit, publish = (
        cast("Any", marts.get_task(name)).python_callable for name in ("build", "audit", "publish")
    )
    built = build(params={"full_rebuild": False}, dag_run=SimpleNamespace(run_type="asset_triggered"))
    assert built["summary"] == f"Nothing has changed since release {before.name}"
    assert publish(audit(built)) == built
    assert current_release_path(home).resolve() == before


@pytest.mark.parametrize(
    ("run_type", "ran_seconds", "to_come", "goes_on"),
    [
        ("asset_triggered", 0, 0, True),
        ("asset_triggered", 500, 1, False),
        ("asset_triggered", 601, 9, True),
        ("manual", 0, 9, True),
    ],
)
def test_the_marts_wait_for_days_under_way_for_ten_minutes(
    dagbag: DagBag, run_type: str, ran_seconds: int, to_come: int, *, goes_on: bool
) -> None:
    from airflow.sdk.exceptions import AirflowRescheduleException

    wait: Any = dagbag.dags["news_marts"].get_task("wait")
    assert wait.pool != "duckdb_writer"

    def get_ti_count(dag_id: str, task_ids: list[str], states: list[str]) -> int:
        assert (dag_id, task_ids) == ("news_pages", ["load"])
        assert {"null", "running", "up_for_retry"} <= set(states)
        return to_come

    start = datetime.now(UTC) - timedelta(seconds=ran_seconds)
    dag_run = SimpleNamespace(run_type=run_type, start_date=start)
    ti = SimpleNamespace(get_ti_count=get_ti_count)
    # rescheduled, it holds no slot meanwhile
    with nullcontext() if goes_on else pytest.raises(AirflowRescheduleException):
        wait.python_callable(dag_run=dag_run, ti=ti)
