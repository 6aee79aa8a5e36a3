"""Loaded by every Airflow process at its start: tasks start quickly, SQLite takes backfills, logs stay short.

LocalExecutor forks each task from the scheduler, and importing Great Expectations takes 7-12 s: imported
once here, it costs no task anything (a run's wall time fell from 10-15 s to 2-3 s). Third-party modules
only: the project's own would stay outdated in a running scheduler after an edit.
"""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

__all__ = ["create_metadata_engine"]

PRELOADED = (
    "bs4",
    "duckdb",
    "duckdb_sqlalchemy",
    "great_expectations",
    "lxml.html",
    "pandas",
    "pyarrow.parquet",
)


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


# Great Expectations logs each default that it looks up, dozens of lines a task. Airflow's own setting for
# this, logging.namespace_levels, is for loggers of structlog only (3.3.2).
logging.getLogger("great_expectations").setLevel(logging.WARNING)

if sys.argv[1:2] == ["scheduler"]:
    for name in PRELOADED:
        import_module(name)
