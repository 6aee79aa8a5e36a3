"""The statements that compare a mart in two releases, open as ``before`` and ``after``.

A text of 64 bytes or more is compared by its SHA-256: the join holds 64 bytes of it then, and a million
bodies pass with a memory limit of 300 MB. A shorter text is compared as it is: it never looks like a hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from newsmarts.core.db import quote_identifier

KINDS = ("added", "removed", "changed")


def has_repeated_keys(release: str, mart: str, key: Sequence[str]) -> str:
    """Whether two rows of a release have one key."""
    names = ", ".join(map(quote_identifier, key))
    return (
        f"SELECT EXISTS (SELECT 1 FROM {release}.marts.{quote_identifier(mart)} "  # noqa: S608
        f"GROUP BY {names} HAVING count(*) > 1)"
    )


def find_by_key(mart: str, key: Sequence[str], columns: Sequence[str], texts: Iterable[str]) -> str:
    """Make ``found``: a row for each key that isn't the same in both: its kind, and which columns changed."""
    on = " AND ".join(
        f"b.{quote_identifier(name)} IS NOT DISTINCT FROM a.{quote_identifier(name)}" for name in key
    )
    keys = ", ".join(
        f"CASE WHEN b.there THEN b.{name} ELSE a.{name} END AS key_{place}"
        for place, name in enumerate(map(quote_identifier, key))
    )
    changes = [f"b.{quote_identifier(name)} IS DISTINCT FROM a.{quote_identifier(name)}" for name in columns]
    flags = "".join(f", {change} AS changed_{place}" for place, change in enumerate(changes))
    different = " OR ".join(["b.there IS NULL", "a.there IS NULL", *changes])
    return (
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT {keys}, "  # noqa: S608
        "CASE WHEN b.there IS NULL THEN 'added' WHEN a.there IS NULL THEN 'removed' ELSE 'changed' END "
        f"AS kind{flags} FROM ({_side('before', mart, key, columns, texts)}) AS b "
        f"FULL JOIN ({_side('after', mart, key, columns, texts)}) AS a ON {on} WHERE {different}"
    )


def count_by_key(columns: int) -> str:
    """How many keys of each kind there are, and of the changed ones how often each column changed."""
    kinds = [f"count(*) FILTER (kind = '{kind}')" for kind in KINDS]
    flags = [f"count(*) FILTER (kind = 'changed' AND changed_{place})" for place in range(columns)]
    return f"SELECT {', '.join(kinds + flags)} FROM found"  # noqa: S608


def examples_by_key(key: int, columns: int) -> str:
    """A few keys of a kind ($kind, $most), with whether each column changed."""
    keys = [f"key_{place}" for place in range(key)]
    flags = [f"changed_{place}" for place in range(columns)]
    return (
        f"SELECT {', '.join(keys + flags)} FROM found WHERE kind = $kind "  # noqa: S608
        f"ORDER BY {', '.join(keys)} LIMIT $most"
    )


def row_of(release: str, mart: str, key: Sequence[str], columns: Sequence[str]) -> str:
    """These columns of the row with a key (its values are the parameters)."""
    where = " AND ".join(f"{quote_identifier(name)} IS NOT DISTINCT FROM ?" for name in key)
    names = ", ".join(map(quote_identifier, columns))
    return f"SELECT {names} FROM {release}.marts.{quote_identifier(mart)} WHERE {where}"  # noqa: S608


def find_by_row(mart: str, columns: Sequence[str]) -> str:
    """Make ``found``: each row that one release has more often than the other, and how much more often."""
    names = ", ".join(map(quote_identifier, columns))
    sides = " UNION ALL ".join(
        f"SELECT {names}, {more} AS more FROM {release}.marts.{quote_identifier(mart)}"  # noqa: S608
        for release, more in (("before", -1), ("after", 1))
    )
    return (
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT {names}, sum(more)::BIGINT AS more FROM ({sides}) "  # noqa: S608
        f"GROUP BY {names} HAVING sum(more) <> 0"
    )


COUNT_BY_ROW = (
    "SELECT coalesce(sum(more) FILTER (more > 0), 0)::BIGINT, "
    "coalesce(-sum(more) FILTER (more < 0), 0)::BIGINT FROM found"
)


def examples_by_row(columns: Sequence[str], kind: str) -> str:
    """A few rows of a kind ($most)."""
    names = ", ".join(map(quote_identifier, columns))
    sign = ">" if kind == "added" else "<"
    return f"SELECT {names} FROM found WHERE more {sign} 0 ORDER BY ALL LIMIT $most"  # noqa: S608


def _side(release: str, mart: str, key: Sequence[str], columns: Sequence[str], texts: Iterable[str]) -> str:
    hashed = set(map(quote_identifier, texts))
    values = [
        f"CASE WHEN strlen({name}) >= 64 THEN sha256({name}) ELSE {name} END AS {name}"
        if name in hashed
        else name
        for name in map(quote_identifier, columns)
    ]
    names = ", ".join([*map(quote_identifier, key), *values, "true AS there"])
    return f"SELECT {names} FROM {release}.marts.{quote_identifier(mart)}"  # noqa: S608
