"""The DAG that stages archives on Spark: there when it is set up, with Spark replaced by this process."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from newsmarts.batch.days import StagedDay
from newsmarts.core.errors import TooManyQuarantined, UsageError
from newsmarts.core.settings import PROJECT_ROOT
from tests.batch.pages_in_archives import settings_of

pytestmark = pytest.mark.usefixtures("airflow_database", "fresh_settings")
DAYS = [date(2025, 9, 1), date(2025, 9, 2)]


@pytest.fixture
def dag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    home = settings_of(tmp_path / "home", tmp_path, batch=True)
    monkeypatch.setenv("NEWS_HOME", str(home.home))
    monkeypatch.setenv("NEWS_FEEDS_FILE", str(home.feeds_file))
    monkeypatch.setenv("NEWS_LAKE_CATALOG", f"sqlite:///{tmp_path / 'catalog.db'}")
    bag = DagBag(PROJECT_ROOT / "dags" / "news_batch.py")
    assert bag.import_errors == {}
    return bag.dags["news_batch"]


def test_the_staged_days_are_loaded_and_a_refused_one_makes_the_run_red(
    dag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsmarts.load import run as stage_load

    asked: list[Any] = []

    def stage(_settings: Any, days: Any, run_id: str | None) -> list[StagedDay]:
        asked.append((days, run_id))
        return [StagedDay(day, 3, 2, 1, 0, None) for day in DAYS]

    spark = ModuleType("dags.common.spark")
    spark.stage = stage  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "dags.common.spark", spark)
    loaded = []

    def load(day: date, _settings: Any) -> Any:
        loaded.append(day)
        return stage_load.LoadResult(day, 3, 2, 1, 0, 0, True)

    monkeypatch.setattr(stage_load, "run", load)
    run = dag.test(run_conf={"first_day": "2025-09-01", "last_day": "2025-09-02"})
    assert run.state == "success"
    assert asked == [(DAYS, run.run_id)]
    assert loaded == DAYS
    assert {task.task_id: task.pool for task in dag.tasks} == {
        "stage_archives": "default_pool",
        "load": "duckdb_writer",
        "accept": "default_pool",
    }
    assert all("**Red?**" in (task.doc_md or "") for task in dag.tasks)
    accept = dag.get_task("accept").python_callable
    with pytest.raises(TooManyQuarantined, match="6 of 8 article pages"):
        accept({"refused": {"2025-09-01": "2025-09-01: 6 of 8 article pages"}})


def test_days_of_the_form() -> None:
    from dags.news_batch import wanted_days

    assert wanted_days(None, "") is None
    assert wanted_days("2025-09-01", None) == DAYS[:1]
    assert wanted_days("2025-09-01", "2025-09-02") == DAYS
    with pytest.raises(UsageError, match="not a day"):
        wanted_days("yesterday", None)
