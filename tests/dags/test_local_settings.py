"""config/airflow_local_settings.py: what every Airflow process gets before it does anything."""

from __future__ import annotations

import importlib.util
import os
import runpy
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from newsmarts.core.settings import PROJECT_ROOT

FILE = PROJECT_ROOT / "config" / "airflow_local_settings.py"


@pytest.fixture
def local_settings() -> ModuleType:
    spec = importlib.util.spec_from_file_location("airflow_local_settings", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_savepoint_that_reads_and_then_writes_is_never_refused(
    local_settings: ModuleType, tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "airflow.db"
    with sqlite3.connect(path) as made:
        made.execute(f"PRAGMA journal_mode = {mode}")
        made.execute("CREATE TABLE runs (id INTEGER)")
    engine = local_settings.create_metadata_engine(f"sqlite:///{path}", engine_args={}, connect_args={})
    other = sqlite3.connect(path, timeout=0)
    with Session(engine) as session:
        with session.begin_nested():
            session.execute(text("SELECT * FROM runs")).all()
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("INSERT INTO runs VALUES (2)")
            session.execute(text("INSERT INTO runs VALUES (1)"))
        session.commit()
    other.execute("INSERT INTO runs VALUES (2)")
    other.commit()
    assert other.execute("SELECT id FROM runs ORDER BY id").fetchall() == [(1,), (2,)]
    other.close()
    engine.dispose()


def test_without_it_sqlite_refuses_at_once(tmp_path: Path) -> None:
    """Should this fail one day, the engine of our own is no longer needed."""
    from sqlalchemy import create_engine

    path = tmp_path / "airflow.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE runs (id INTEGER)")
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})
    with Session(engine) as session, session.begin_nested():
        session.execute(text("SELECT * FROM runs")).all()
        with sqlite3.connect(path) as other:
            other.execute("INSERT INTO runs VALUES (2)")
        with pytest.raises(OperationalError, match="locked"):
            session.execute(text("INSERT INTO runs VALUES (1)"))
        session.rollback()
    engine.dispose()


@pytest.mark.parametrize(
    ("command", "preloaded"),
    [
        ("scheduler", True),
        ("celery worker --queues marts", True),
        ("celery flower", False),
        ("api-server", False),
    ],
)
def test_only_what_forks_tasks_loads_what_they_need(
    command: str, preloaded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[str] = []
    monkeypatch.setattr(sys, "argv", ["airflow", *command.split()])
    monkeypatch.setattr(importlib, "import_module", imported.append)
    monkeypatch.setattr(os, "register_at_fork", lambda **_callbacks: None)
    loaded = runpy.run_path(str(FILE))
    assert imported == ([*loaded["PRELOADED"], *loaded["STAGES"]] if preloaded else [])


def test_only_parse_and_validate_leave_the_machine_with_the_marts(local_settings: ModuleType) -> None:
    from airflow.dag_processing.dagbag import DagBag

    queues: dict[str, set[str]] = {}
    for dag in DagBag(str(PROJECT_ROOT / "dags")).dags.values():
        for task in dag.tasks:
            local_settings.task_policy(task)
            queues.setdefault(task.queue, set()).add(task.task_id)
    assert queues["default"] == {"parse", "validate"}
    assert set(queues) == {"default", "marts"}
    assert {"land", "load", "accept", "build", "audit", "publish"} <= queues["marts"]


def test_what_is_preloaded_is_there(local_settings: ModuleType) -> None:
    assert "great_expectations" in local_settings.PRELOADED
    assert all(importlib.util.find_spec(name) for name in (*local_settings.PRELOADED, *local_settings.STAGES))


FORK_AFTER_AN_EDIT = """
import importlib, importlib.util, os, sys
spec = importlib.util.spec_from_file_location("settings", {file!r})
settings = importlib.util.module_from_spec(spec)
spec.loader.exec_module(settings)
settings.PRELOADED, settings.STAGES, settings.PROJECT = (), ("stages.run",), "stages"
settings.preload()
module = os.path.join({folder!r}, "stages", {edited!r})
if {edited!r}:
    with open(module, "a") as file:
        file.write("VALUE = 'as edited'")
if os.fork() == 0:
    import stages.run
    print(stages.run.VALUE)
else:
    os.wait()
"""


@pytest.mark.parametrize(("edited", "value"), [("", "as first read"), ("run.py", "as edited")])
def test_a_task_imports_the_project_again_after_an_edit(tmp_path: Path, edited: str, value: str) -> None:
    package = tmp_path / "stages"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "run.py").write_text("VALUE = 'as first read'\n")
    code = FORK_AFTER_AN_EDIT.format(file=str(FILE), folder=str(tmp_path), edited=edited)
    printed = subprocess.run(
        [sys.executable, "-B", "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip() == value
