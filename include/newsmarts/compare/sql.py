"""The statements that compare a mart in two releases, open as ``before`` and ``after``.

A text of 64 bytes or more is compared by its SHA-256: the join holds 64 bytes of it then, and a million
bodies pass with a memory limit of 300 MB. A shorter text is compared as it is: it never looks like a hash.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from newsmarts.core.db import quote_identifier, quote_literal

COUNT_KINDS = "SELECT difference, count(*) FROM found GROUP BY difference"
COUNT_COLUMNS = (
    "SELECT name, count(*) FROM (SELECT unnest(differing_columns) AS name FROM found) GROUP BY name"
)


def has_repeated_keys(release: str, mart: str, key: Sequence[str]) -> str:
    """Whether two rows of a release have one key."""
    names = ", ".join(map(quote_identifier, key))
    return (
        f"SELECT EXISTS (SELECT 1 FROM {release}.marts.{quote_identifier(mart)} "  # noqa: S608
        f"GROUP BY {names} HAVING count(*) > 1)"
    )


def find_rows(
    mart: str, key: Sequence[str], columns: Sequence[str], texts: Collection[str], *, numbered: bool
) -> str:
    """Make ``found``: a row for each key that isn't the same in both: its kind, and which columns changed.

    ``numbered``: rows of one key are told apart by a number.
    """
    keys = list(map(quote_identifier, key))
    number = f"row_number() OVER (PARTITION BY {', '.join(keys)})" if numbered else "1"
    values = [
        f"CASE WHEN strlen({name}) >= 64 THEN sha256({name}) ELSE {name} END AS {name}"
        for name in map(quote_identifier, texts)
    ]
    values += [quote_identifier(name) for name in columns if name not in texts]
    side = f"SELECT {', '.join([*keys, *values])}, {number} AS row_number FROM"
    on = " AND ".join(f"b.{name} IS NOT DISTINCT FROM a.{name}" for name in keys)
    either = ", ".join(f"if(b.row_number IS NULL, a.{name}, b.{name}) AS {name}" for name in keys)
    names = ", ".join(map(quote_literal, columns))
    changes = [f"b.{name} IS DISTINCT FROM a.{name}" for name in map(quote_identifier, columns)]
    different = " OR ".join(["b.row_number IS NULL", "a.row_number IS NULL", *changes])
    # DuckDB 1.5.5 fails on list_where of empty lists
    changed = f"list_where([{names}], [{', '.join(changes)}])" if columns else "NULL::VARCHAR[]"
    table = quote_identifier(mart)
    return (
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT {either}, "  # noqa: S608
        "CASE WHEN b.row_number IS NULL THEN 'added' WHEN a.row_number IS NULL THEN 'removed' "
        "ELSE 'changed' END AS difference, "
        f"CASE difference WHEN 'changed' THEN {changed} END AS differing_columns "
        f"FROM ({side} before.marts.{table}) AS b "
        f"FULL JOIN ({side} after.marts.{table}) AS a ON {on} AND b.row_number = a.row_number "
        f"WHERE {different}"
    )


def examples(key: Sequence[str], *, distinct: bool) -> str:
    """A few keys of a kind ($kind, $most), with the columns that changed."""
    names = ", ".join(map(quote_identifier, key))
    columns = f"{'DISTINCT ' if distinct else ''}{names}, differing_columns"
    return f"SELECT {columns} FROM found WHERE difference = $kind ORDER BY {names} LIMIT $most"  # noqa: S608


def row_of(release: str, mart: str, key: Sequence[str], columns: Sequence[str]) -> str:
    """These columns of the row with a key (its values are the parameters)."""
    where = " AND ".join(f"{quote_identifier(name)} IS NOT DISTINCT FROM ?" for name in key)
    names = ", ".join(map(quote_identifier, columns))
    return f"SELECT {names} FROM {release}.marts.{quote_identifier(mart)} WHERE {where}"  # noqa: S608
