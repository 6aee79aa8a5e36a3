"""Which captures show one article: those that share a key, directly or through others.

A capture gives its article an id of its own (``own_id``) and has keys: that id, and whatever else tells the
article from all others, as its address or news id. Captures that share a key are one article, whatever their
headline; the marts know it by the own id of its earliest capture. The answer follows from what is loaded, not
from when, and only what a changed capture reaches is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from newsmarts.core.db import run_sql

_QUERIES = Path(__file__).parent / "queries"
_COMPONENTS = pa.schema([pa.field("own_id", pa.string()), pa.field("component", pa.string())])


def resolve(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``scope_articles``, ``scope_shown`` (their captures) and ``article_ids``: whose each own id is.

    Needs refreshed_days, changed_withheld, and the captures that are withheld now; asks the marts, as they
    were before, for what was one article then.
    """
    for name in ("scope_articles", "scope_shown"):
        run_sql(connection, _QUERIES / f"{name}.sql")
    pairs = run_sql(connection, _QUERIES / "shared_keys.sql").fetchall()
    rows = [{"own_id": own_id, "component": component} for own_id, component in components(pairs).items()]
    connection.register("found_components", pa.Table.from_pylist(rows, schema=_COMPONENTS))
    try:
        for name in ("article_ids", "delete_joined", "insert_joined"):
            run_sql(connection, _QUERIES / f"{name}.sql")
    finally:
        connection.unregister("found_components")


def components(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For everything that is in a pair, the least of all that pairs join it to."""
    least: dict[str, str] = {}  # one step towards the least of its component

    def find(member: str) -> str:
        while (step := least.setdefault(member, member)) != member:
            least[member] = member = least[step]
        return member

    for one, other in pairs:
        low, high = sorted((find(one), find(other)))
        least[high] = low
    return {member: find(member) for member in least}
