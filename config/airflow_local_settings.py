"""Loaded by every Airflow process at its start. It sets nothing; it makes tasks start quickly.

LocalExecutor forks each task from the scheduler, and importing Great Expectations takes 7-12 s: imported
once here, every task has it for nothing (a run's wall time fell from 10-15 s to 2-3 s). Third-party modules
only: the project's own would stay old in a running scheduler after an edit.
"""

from __future__ import annotations

import sys
from importlib import import_module

__all__: list[str] = []

PRELOADED = (
    "bs4",
    "duckdb",
    "duckdb_sqlalchemy",
    "great_expectations",
    "lxml.html",
    "pandas",
    "pyarrow.parquet",
)

if sys.argv[1:2] == ["scheduler"]:
    for name in PRELOADED:
        import_module(name)
