"""Whole runs in this process, without a scheduler: ``dag.test()`` over the samples."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from newsmarts.core.partitions import candidate_path, partition_days
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.core.text import counted
from newsmarts.land import run as land
from newsmarts.load import run as load
from newsmarts.parse import run as parse
from newsmarts.release.reader import connect
from newsmarts.validate import run as validate

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

pytestmark = pytest.mark.usefixtures("airflow_database", "fresh_settings")
SAMPLES = PROJECT_ROOT / "samples" / "inbox"
DAY = "2025-09-01"


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


@pytest.mark.slow
def test_a_day_goes_through_and_its_articles_are_published(dagbag: DagBag, home: Path) -> None:
    run = dagbag.dags["news_pages"].test(run_conf={"day": DAY})
    assert states(run) == dict.fromkeys(("land", "parse", "validate", "load", "accept"), "success") | {
        "feeds": "skipped"
    }
    (landing,) = [task for task in run.get_task_instances() if task.task_id == "land"]
    files = sum(path.is_file() for path in (SAMPLES / DAY).rglob("*"))
    assert landing.rendered_map_index == f"inbox: {counted(files, 'capture')} ({files} new), 0 rejected"
    run = dagbag.dags["news_marts"].test()
    assert states(run) == dict.fromkeys(("build", "audit", "publish"), "success")
    counts = {name: asset_counts(name) for name in ("captures", "staged", "warehouse", "release")}
    assert counts["captures"]["landed"] == counts["staged"]["captures"] == files
    assert counts["warehouse"]["articles"] == counts["staged"]["valid"] > 0
    assert counts["release"]["rows"]["captures"] == files
    with connect(home) as marts:
        (day,) = marts.sql(
            "SELECT capture_day, captures, articles_loaded FROM marts.partition_outcomes"
        ).fetchall()
        articles = marts.sql("SELECT count(*) FROM marts.articles").fetchall()
    assert day[0].isoformat() == DAY
    assert day[1] == sum(path.is_file() for path in (SAMPLES / DAY).rglob("*"))
    assert articles == [(day[2],)]
    assert day[2] > 0


def test_a_day_without_captures_is_skipped(dagbag: DagBag, home: Path) -> None:
    run = dagbag.dags["news_pages"].test(run_conf={"day": "2025-10-01"})
    assert states(run) == {"land": "success"} | dict.fromkeys(
        ("parse", "validate", "load", "accept", "feeds"), "skipped"
    )
    assert run.state == "success"
    assert list(partition_days(home, "validated")) == []


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
        "feeds": "skipped",
    }
    assert run.state == "failed"
    assert asset_counts("warehouse")["refusal"]
    run = dagbag.dags["news_marts"].test()
    assert states(run) == dict.fromkeys(("build", "audit", "publish"), "success")
    files = sum(path.is_file() for path in (SAMPLES / DAY).rglob("*"))
    with connect(home) as marts:
        days = marts.sql("SELECT outcome, captures, articles_loaded FROM marts.partition_outcomes").fetchall()
    assert days == [("refused", files, 0)]


@pytest.fixture(scope="module")
def loaded_home(tmp_path_factory: pytest.TempPathFactory, brief_contracts: Path) -> Path:
    """A home with the day loaded."""
    home = tmp_path_factory.mktemp("loaded") / "home"
    own = load_settings(home=home, inbox=SAMPLES, contracts_dir=brief_contracts, settle_seconds=0)
    for stage in (land.run, parse.run, validate.run, load.run):
        stage(date.fromisoformat(DAY), own)
    return home


@pytest.mark.parametrize(
    ("case", "goes_on"),
    [((0, DAY, "0"), True), ((2, DAY, "0"), False), ((2, DAY, "1"), True), ((2, None, "0"), True)],
)
def test_while_further_days_wait_their_last_run_builds_all_of_them(
    dagbag: DagBag,
    *,
    home: Path,
    loaded_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[int, str | None, str],
    goes_on: bool,
) -> None:
    queued, partition_key, publish_each = case
    monkeypatch.setenv("NEWS_PUBLISH_EACH", publish_each)
    shutil.copytree(loaded_home, home, symlinks=True, dirs_exist_ok=True)
    criteria_used = []

    def get_dr_count(**criteria: object) -> int:
        criteria_used.append(criteria)
        return queued

    build: Any = dagbag.dags["news_marts"].get_task("build")
    built = build.python_callable(
        params={"full_rebuild": False},
        dag_run=SimpleNamespace(dag_id="news_marts", partition_key=partition_key),
        ti=SimpleNamespace(get_dr_count=get_dr_count),
    )
    assert (built is not None) == goes_on
    counts_queue = partition_key is not None and publish_each == "0"
    assert criteria_used == [{"dag_id": "news_marts", "states": ["queued"]}] * counts_queue
    assert candidate_path(home).exists() == goes_on
