"""``bench marts``: one more day in warehouses of growing size, and what BI tools query."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from argparse import Namespace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from bench.processes import percentiles, run_step
from newsmarts.core import schemas
from newsmarts.core.db import read_sql, run_sql, transaction
from newsmarts.core.partitions import partition_path, published_path
from newsmarts.core.settings import load_settings
from newsmarts.core.tables import Table
from newsmarts.load import run, warehouse
from newsmarts.marts import run as marts
from newsmarts.release.reader import connect

FULL = (10_000, 100_000, 1_000_000)
QUICK = (1_500, 6_000)
QUERIES = Path(__file__).parent / "marts_queries"
PER_DAY = 300
_FIRST = date(2015, 1, 1)
_BULK_DAYS = 100
_ROUNDS = 20
_STAGED = {**schemas.VALIDATED, "captures": schemas.CAPTURES}


def measure_section(options: Namespace) -> dict[str, Any]:
    """Each size from an empty home: the warehouse filled, the marts built, then one more day of captures."""
    sizes = options.sizes or (QUICK if options.quick else FULL)
    return {"per_day": PER_DAY, "sizes": [_measure(captures) for captures in sizes]}


def _measure(captures: int) -> dict[str, Any]:
    days = max(2, captures // PER_DAY)
    print(f"  {captures:,} captures over {days:,} days", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        home = Path(scratch, "home")

        def run_steps(*steps: Any) -> dict[str, Any]:
            return {step.__name__: run_step(step, home, days) for step in steps}

        return {
            "captures": days * PER_DAY,
            "whole": run_steps(fill, build, audit, publish),
            "stage": run_steps(stage),
            "day": run_steps(load, build, audit, publish),
            "queries": run_step(query, home),
            "release_bytes": published_path(home).stat().st_size,
        }


def fill(home: str, days: int) -> None:
    """Put so many made-up days into the warehouse, by the load stage's own SQL."""
    with warehouse.opened(load_settings(home=home)) as connection:
        # load's SQL expects the outcome of one day; here are many, all of them accepted
        connection.execute("SET scalar_subquery_error_on_multiple_rows = false")
        for first in range(0, days, _BULK_DAYS):
            with transaction(connection):
                _number(connection, first, min(days, first + _BULK_DAYS))
                made = {name: _made(connection, name, schema) for name, schema in _STAGED.items()}
                for table in warehouse.TABLES:
                    _register(connection, made, table)
                    parameters = {"source_sha256": "bulk"} if table.name == "days" else None
                    connection.execute(table.insert_statement(), parameters)


def _register(connection: duckdb.DuckDBPyConnection, made: dict[str, pa.Table], table: Table) -> None:
    """Make of staged rows the columns readable that a table has or its SQL names, as load does."""
    read = {column.name for column in table.columns}
    read.update(re.findall(r"\w+", read_sql(table.path.with_suffix(".sql"))))
    for name, rows in made.items():
        kept = [column for column in rows.column_names if column in read]
        connection.register(f"staged_{name}", rows.select(kept))


def stage(home: str, day_number: int) -> None:
    """Write one made-up day where land and validate would."""
    day = _FIRST + timedelta(days=day_number)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        _number(connection, day_number, day_number + 1)
        for name, schema in _STAGED.items():
            folder = partition_path(Path(home), "manifest" if name == "captures" else "validated", day)
            folder.mkdir(parents=True, exist_ok=True)
            schemas.write_table(folder / f"{name}.parquet", _made(connection, name, schema))


def load(home: str, day_number: int) -> None:
    """Load the day after the others."""
    run.run(_FIRST + timedelta(days=day_number), load_settings(home=home))


def build(home: str, _days: int) -> None:
    """Build the marts of all loaded days."""
    marts.build(load_settings(home=home))


def audit(home: str, _days: int) -> None:
    """Audit the candidate; all rows at every hundredth time only, since what is measured is a day's own."""
    marts.audit(load_settings(home=home, audit_whole_every=100))


def publish(home: str, _days: int) -> None:
    """Publish the candidate."""
    marts.publish(load_settings(home=home))


def query(home: str) -> dict[str, Any]:
    """Run each BI query many times over one connection; seconds of all of them together."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((QUERIES / "bi").glob("*.sql"))]
    seconds = []
    with connect(home) as opened:
        for number in range(_ROUNDS + 1):
            for text in texts:
                start = time.perf_counter()
                opened.execute(text).fetchall()
                if number:  # the first round reads the file from the disk
                    seconds.append(time.perf_counter() - start)
    return percentiles(seconds)


def _number(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> None:
    run_sql(connection, QUERIES / "numbered.sql", {"first": first, "last": last, "per_day": PER_DAY})


def _made(connection: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema) -> pa.Table:
    """Made-up rows of the numbered captures: the schema's columns, null where the query has none."""
    query = QUERIES / f"{name}.sql"
    empty = schema.empty_table()
    if not query.exists():
        return empty
    connection.register("wanted", empty)
    made = connection.sql(f"FROM wanted UNION ALL BY NAME ({read_sql(query)})")
    return made.to_arrow_table().select(schema.names).cast(schema)
