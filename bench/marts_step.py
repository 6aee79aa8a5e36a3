"""One step of ``bench marts``, in a process of its own: ``python -m bench.marts_step STEP HOME …``."""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from newsmarts.core import schemas
from newsmarts.core.db import run_sql, transaction
from newsmarts.core.partitions import partition_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.load import run as load
from newsmarts.load import warehouse
from newsmarts.marts import run as publish
from newsmarts.release.reader import connect

QUERIES = Path(__file__).parent / "marts_queries"
PER_DAY = 300
_FIRST = date(2015, 1, 1)
_BULK_DAYS = 100
_ROUNDS = 20
_STAGED = {
    "articles": schemas.ARTICLES,
    "ticker_items": schemas.TICKER_ITEMS,
    "page_links": schemas.PAGE_LINKS,
    "quarantine": schemas.QUARANTINE,
    "contract_results": schemas.CONTRACT_RESULTS,
    "outcome": schemas.OUTCOMES,
    "captures": schemas.CAPTURES,
}


def fill(settings: Settings, days: int) -> None:
    """Put so many made-up days into the warehouse, by the load stage's own SQL."""
    with warehouse.opened(settings) as connection:
        for first in range(0, days, _BULK_DAYS):
            with transaction(connection):
                _number(connection, first, min(days, first + _BULK_DAYS))
                for name in _STAGED:
                    _made(connection, name).create_view(f"staged_{name}", replace=True)
                for table in warehouse.TABLES:
                    parameters = {"source_sha256": "bulk"} if table.name == "days" else None
                    connection.execute(table.insert_statement(), parameters)


def stage(settings: Settings, day_number: int) -> date:
    """Write one made-up day where land and validate would."""
    day = _FIRST + timedelta(days=day_number)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        _number(connection, day_number, day_number + 1)
        for name, schema in _STAGED.items():
            folder = partition_path(settings.home, "manifest" if name == "captures" else "validated", day)
            folder.mkdir(parents=True, exist_ok=True)
            table = _made(connection, name).to_arrow_table().select(schema.names).cast(schema)
            schemas.write_table(folder / f"{name}.parquet", table)
    return day


def queries(settings: Settings) -> dict[str, float]:
    """Ask each BI query many times over one connection; seconds of all of them together."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((QUERIES / "bi").glob("*.sql"))]
    seconds = []
    with connect(settings.home) as marts:
        for number in range(_ROUNDS + 1):
            for text in texts:
                start = time.perf_counter()
                marts.execute(text).fetchall()
                if number:  # the first round reads the file from the disk
                    seconds.append(time.perf_counter() - start)
    seconds.sort()
    return {
        "queries": len(texts),
        "p50_seconds": seconds[len(seconds) // 2],
        "p95_seconds": seconds[int(len(seconds) * 0.95)],
        "max_seconds": seconds[-1],
    }


def _number(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> None:
    run_sql(connection, QUERIES / "numbered.sql", {"first": first, "last": last, "per_day": PER_DAY})


def _made(connection: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyRelation:
    sql = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    return connection.sql(sql.replace("$per_day", str(PER_DAY)))


def main(step: str, home: str, days: str) -> Any:
    """Do one step; print what it took, and what it found, as JSON."""
    settings = load_settings(home=home)
    if step == "stage":
        stage(settings, int(days))
        return {}
    start = time.perf_counter()
    found: Any = None
    if step == "fill":
        fill(settings, int(days))
    elif step == "load":
        load.run(_FIRST + timedelta(days=int(days)), settings)
    elif step == "build":
        publish.build(settings)
    elif step == "audit":
        found = {"full": publish.audit(settings).full}
    elif step == "publish":
        publish.publish(settings)
    elif step == "queries":
        found = queries(settings)
    else:
        raise SystemExit(f"no such step: {step}")
    return {"seconds": time.perf_counter() - start, "found": found}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
