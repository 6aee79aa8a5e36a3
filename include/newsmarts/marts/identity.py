"""Which captures show one article: those that share a key, directly or through others.

A capture gives its article an id of its own (``own_id``) and has keys: that id, and whatever else identifies
the article, as its address or news id. Captures that share a key are one article, whatever their headline;
its id in the marts is the own id of its earliest capture. The result depends on what is loaded, not on when,
and only what a changed capture reaches is computed again.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from newsmarts.marts.catalogue import make_scope, meta_tables, run_query, write_table

_COMPONENTS = pa.schema([pa.field("own_id", pa.string()), pa.field("component", pa.string())])


def resolve(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``scope_articles``, ``scope_shown`` (their captures) and ``article_ids``: whose each own id is.

    Needs refreshed_days, changed_withheld, and the captures that are withheld now; reads from the marts, as
    they were before, what was one article then.
    """
    for name in ("scope_articles", "known_articles", "shown_days", "scope_shown"):
        make_scope(connection, name)
    pairs = run_query(connection, "shared_keys").fetchall()
    rows = [{"own_id": own_id, "component": component} for own_id, component in components(pairs).items()]
    connection.register("found_components", pa.Table.from_pylist(rows, schema=_COMPONENTS))
    make_scope(connection, "article_ids")
    write_table(connection, meta_tables()["joined_articles"])
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
