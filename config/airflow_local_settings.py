"""Loaded by every Airflow process at its start: tasks start quickly, SQLite takes backfills, logs stay short.

LocalExecutor forks each task from the scheduler, a Celery worker from itself, and importing Great
Expectations takes 7-12 s: imported once here, it costs no task anything (a run's wall time fell from 10-15 s
to 2-3 s). The project's own stages are imported too (0.1-0.3 s a task), and a task imports them again when a
file of the project has changed.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

__all__ = ["create_metadata_engine", "task_policy"]

PRELOADED = (
    "duckdb",
    "duckdb_sqlalchemy",
    "great_expectations",
    "lxml.html",
    "pandas",
    "pyarrow.parquet",
    "tantivy",
)
# where the inbox, the archives' index, the warehouse and the marts are; executors without queues ignore it
MARTS_QUEUE = "marts"
# they read and write captures and staged days alone, and take more than half of the processor time
ANYWHERE = frozenset({"parse", "validate"})
PROJECT = "newsmarts"
STAGES = tuple(f"{PROJECT}.{stage}.run" for stage in ("land", "parse", "validate", "load", "marts"))


def create_metadata_engine(
    sql_alchemy_conn: str, *, engine_args: dict[str, Any], connect_args: dict[str, Any]
) -> Engine:
    """Make the engine as Airflow does; with SQLite, a savepoint waits for its turn to write.

    Airflow creates a backfill in a savepoint: it reads, then writes. When another process writes in
    between, SQLite fails the write at once ("database is locked"), however long it may wait for a lock.
    """
    engine = create_engine(sql_alchemy_conn, connect_args=connect_args, **engine_args, future=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "savepoint", _begin_to_write)
    return engine


def _begin_to_write(connection: Connection, _name: str) -> None:
    dbapi_connection: Any = connection.connection.dbapi_connection
    if not dbapi_connection.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def task_policy(task: Any) -> None:
    """Send the project's tasks to the machine with the marts, but for those that any machine can run."""
    if task.dag_id.startswith("news_") and task.task_id not in ANYWHERE:
        task.queue = MARTS_QUEUE


# Great Expectations logs each default that it looks up, dozens of lines a task. Airflow's own setting for
# this, logging.namespace_levels, is for loggers of structlog only (3.3.2).
logging.getLogger("great_expectations").setLevel(logging.WARNING)


def preload() -> None:
    """Import what tasks need into this process, whose forks inherit it."""
    before = dict(_state_of_project())
    for name in (*PRELOADED, *STAGES):
        import_module(name)

    def forget_if_edited() -> None:
        if dict(_state_of_project()) != before:
            for name in [name for name in sys.modules if name.partition(".")[0] == PROJECT]:
                del sys.modules[name]

    os.register_at_fork(after_in_child=forget_if_edited)


def _state_of_project() -> Iterator[tuple[Path, tuple[int, int]]]:
    """Each file of the project's package with its time of change (ns) and size (bytes); 5 ms."""
    package = find_spec(PROJECT)
    for root in (package.submodule_search_locations or ()) if package else ():
        for path in Path(root).rglob("*.*"):
            if path.suffix != ".pyc":
                found = path.stat()
                yield path, (found.st_mtime_ns, found.st_size)


if sys.argv[1:2] == ["scheduler"] or sys.argv[1:3] == ["celery", "worker"]:
    preload()
