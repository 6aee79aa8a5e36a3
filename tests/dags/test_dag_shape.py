"""The DAGs' outside: names, order, pools, schedule, words for an operator, and what parsing them costs."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from newsmarts.core.errors import (
    AuditFailed,
    DatabaseUnavailable,
    FeedRefused,
    FeedUnavailable,
    LockTimeout,
    MissingPartition,
    TooManyQuarantined,
    UsageError,
)
from newsmarts.core.settings import PROJECT_ROOT

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

EDGES = {
    "news_pages": {
        ("land", "parse"),
        ("parse", "validate"),
        ("validate", "load"),
        ("load", "accept"),
        ("land", "accept"),
    },
    "news_marts": {("wait", "build"), ("build", "audit"), ("audit", "publish")},
    "news_maintenance": set(),
}
TASKS = {
    "news_pages": {"land", "parse", "validate", "load", "accept"},
    "news_marts": {"wait", "build", "audit", "publish"},
    "news_maintenance": {
        "releases",
        "logs",
        "orphaned_raw",
        "leftovers",
        "compaction",
        "verification",
        "airflow_history",
    },
}
WRITERS = {
    ("news_pages", "load"),
    ("news_marts", "build"),
    ("news_marts", "audit"),
    ("news_marts", "publish"),
    ("news_maintenance", "releases"),
    ("news_maintenance", "compaction"),
}


def tasks_of(dagbag: DagBag) -> list[Any]:
    tasks = [task for dag in dagbag.dags.values() for task in dag.tasks]
    assert len(tasks) == 16
    return tasks


def test_dags_tasks_and_edges_are_exactly_these(dagbag: DagBag) -> None:
    assert dagbag.import_errors == {}
    edges = {
        dag_id: {(task.task_id, after) for task in dag.tasks for after in task.downstream_task_ids}
        for dag_id, dag in dagbag.dags.items()
    }
    assert edges == EDGES
    assert {dag_id: set(dag.task_ids) for dag_id, dag in dagbag.dags.items()} == TASKS


def test_whoever_writes_duckdb_waits_for_the_one_slot(dagbag: DagBag, known_pools: set[str]) -> None:
    assert {
        (task.dag_id, task.task_id) for task in tasks_of(dagbag) if task.pool == "duckdb_writer"
    } == WRITERS
    assert {task.pool for task in tasks_of(dagbag)} <= known_pools
    assert dagbag.dag_warnings == set()


def test_a_pool_that_no_file_makes_would_be_noticed() -> None:
    from airflow.dag_processing.dagbag import DagBag

    warnings = DagBag(known_pools={"default_pool"}).dag_warnings
    assert {warning.dag_id for warning in warnings} == set(TASKS)


def test_schedules(dagbag: DagBag) -> None:
    from airflow.sdk import Asset

    from dags.common.timetable import CaptureDays

    pages, marts = dagbag.dags["news_pages"], dagbag.dags["news_marts"]
    assert isinstance(pages.timetable, CaptureDays)
    assert pages.timetable.summary == "0 0 * * *"
    assert not pages.catchup
    condition = marts.timetable.asset_condition
    assert isinstance(condition, Asset)
    assert condition.name == "news_warehouse"
    assert marts.max_active_runs == 1


def test_lineage_leads_from_the_feeds_to_the_release(dagbag: DagBag) -> None:
    names = {
        task.task_id: ([asset.name for asset in task.inlets], [asset.name for asset in task.outlets])
        for task in tasks_of(dagbag)
        if task.inlets or task.outlets
    }
    assert names == {
        "land": (["news_feed_inbox"], ["news_captures"]),
        "parse": (["news_captures"], ["news_parsed"]),
        "validate": (["news_parsed"], ["news_staged"]),
        "load": (["news_staged"], ["news_warehouse"]),
        "accept": (["news_warehouse"], []),
        "publish": (["news_warehouse"], ["news_release"]),
    }
    # only the warehouse's events make runs
    conditions = [getattr(dag.timetable, "asset_condition", None) for dag in dagbag.dags.values()]
    assert [condition.name for condition in conditions if condition] == ["news_warehouse"]


def test_maintenance_is_weekly_and_begins_by_itself(dagbag: DagBag) -> None:
    from airflow.sdk import CronTriggerTimetable

    maintenance = dagbag.dags["news_maintenance"]
    assert isinstance(maintenance.timetable, CronTriggerTimetable)
    assert maintenance.timetable.expression == "30 4 * * 1"
    assert maintenance.is_paused_upon_creation is False
    assert maintenance.start_date is None  # else a new installation would run last Monday's at once


def test_every_dag_and_task_tells_an_operator_what_to_do(dagbag: DagBag) -> None:
    for dag in dagbag.dags.values():
        assert "When a task is red" in (dag.doc_md or "")
        assert dag.tags
        assert dag.description
    for task in tasks_of(dagbag):
        assert "**Red?**" in task.doc_md, task.task_id
        # indented Markdown would be shown as code
        assert not task.doc_md.splitlines()[-1].startswith("        "), task.task_id
        assert task.task_display_name != task.task_id
        assert task.owner == "news desk"
        assert task.execution_timeout is not None


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (TooManyQuarantined("3 of 3"), "fail"),
        (AuditFailed("2 rows"), "fail"),
        (UsageError("no such day"), "fail"),
        (MissingPartition("no manifest"), "fail"),
        (LockTimeout("held"), "retry"),
        (FeedUnavailable("503"), "retry"),
        (DatabaseUnavailable("starting up"), "retry"),
        (FeedRefused("403"), "fail"),
        (OSError(28, "No space left on device"), "default"),
        (ConnectionError("gone"), "default"),
    ],
)
def test_broken_contracts_fail_at_once_and_passing_faults_are_tried_again(
    dagbag: DagBag, error: Exception, action: str
) -> None:
    for task in tasks_of(dagbag):
        decision = task.retry_policy.evaluate(error, try_number=1, max_tries=task.retries)
        assert decision.action.value == action
        assert task.retries == (5 if task.task_id == "land" else 2)
        assert task.retry_delay == timedelta(seconds=30)
        assert task.retry_exponential_backoff == (2 if task.task_id == "land" else 0)


def test_the_form_takes_a_day_or_nothing(dagbag: DagBag) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    params = dagbag.dags["news_pages"].params
    assert params.dump() == {"day": None, "allow_unfinished_day": False}
    assert params.get_param("day").resolve("2025-09-01") == "2025-09-01"
    with pytest.raises(ParamValidationError):
        params.get_param("day").resolve("yesterday")
    assert dagbag.dags["news_marts"].params.dump() == {"full_rebuild": False}
    assert dagbag.dags["news_maintenance"].params.dump() == {"dry_run": False}


@pytest.mark.slow
def test_parsing_the_dags_imports_nothing_heavy() -> None:
    """The DAG processor reads the files every 30 s; what a stage needs is imported by its task."""
    script = """
import sys
from airflow.dag_processing.dagbag import DagBag
before = set(sys.modules)
bag = DagBag()
assert len(bag.dags) == 3, bag.import_errors
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(new & {"great_expectations", "duckdb", "pandas", "pyarrow", "bs4", "lxml", "rich"}))
print(*sorted(name for name in sys.modules if name.startswith("newsmarts.")))
"""
    environment = {**__import__("os").environ, "PYTHONPATH": str(PROJECT_ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    heavy, of_the_library = done.stdout.splitlines()[-2:]
    assert heavy == ""
    assert of_the_library.split() == [
        "newsmarts.core",
        "newsmarts.core.errors",
        "newsmarts.core.failures",
        "newsmarts.core.files",
        "newsmarts.core.garbage",
        "newsmarts.core.locks",
        "newsmarts.core.object_store",
        "newsmarts.core.owner",
        "newsmarts.core.partitions",
        "newsmarts.core.publishers",
        "newsmarts.core.settings",
        "newsmarts.core.text",
        "newsmarts.land",
        "newsmarts.land.config",
        "newsmarts.notify",
        "newsmarts.notify.allowance",
        "newsmarts.notify.message",
    ]
