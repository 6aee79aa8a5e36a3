"""What the marts of a home hold, and whether that is all that went in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from newsmarts.core.partitions import objects_path
from newsmarts.release.reader import connect

Rows = dict[str, list[tuple[Any, ...]]]


def read_marts(home: Path) -> Rows:
    """Every row of every mart of the current release."""
    with connect(home) as marts:
        return {
            name: marts.sql(f"SELECT * FROM marts.{name} ORDER BY ALL").fetchall() for name in names(marts)
        }


def names(marts: duckdb.DuckDBPyConnection) -> list[str]:
    """The marts of a release; there are more than ten, else it is none."""
    found = sorted(name for (name,) in marts.execute("SHOW TABLES FROM marts").fetchall())
    assert len(found) > 10, found
    return found


def digest(marts: duckdb.DuckDBPyConnection) -> str:
    """Names the content of all marts, quickly."""
    reported = [
        marts.execute(f"SELECT '{name}', count(*), bit_xor(hash(t)) FROM marts.{name} t").fetchone()
        for name in names(marts)
    ]
    return hashlib.sha256(repr(reported).encode()).hexdigest()


def differences(found: Rows, expected: Rows) -> list[str]:
    """Which marts differ, and by what; empty when none does."""
    reported = [f"marts are {sorted(found)}"] if set(found) != set(expected) else []
    for name in sorted(set(found) & set(expected)):
        have, want = set(map(repr, found[name])), set(map(repr, expected[name]))
        if have != want or len(found[name]) != len(expected[name]):
            reported.append(
                f"{name}: {len(found[name])} rows, not {len(expected[name])}; "
                f"missing {sorted(want - have)[:3]}, too many {sorted(have - want)[:3]}"
            )
    return reported


def check_conservation(home: Path) -> None:
    """Every capture has one of the four outcomes; sums are those of the rows, and are whole."""
    with connect(home) as marts:
        for day, captures, accounted, rows in marts.execute(
            "SELECT outcomes.capture_day, outcomes.captures, "
            "articles_loaded + repeats + not_article + quarantined, "
            "(SELECT count(*) FROM marts.captures c WHERE c.capture_day = outcomes.capture_day) "
            "FROM marts.partition_outcomes outcomes"
        ).fetchall():
            assert captures == accounted == rows, (day, captures, accounted, rows)
        unexplained = marts.execute(
            "SELECT capture_id FROM marts.captures WHERE outcome = 'quarantined' "
            "AND capture_id NOT IN (SELECT capture_id FROM marts.quarantine)"
        ).fetchall()
        assert unexplained == []


def accounted_sources(home: Path) -> set[str]:
    """The source paths of all captures in the marts, the quarantined ones included."""
    with connect(home) as marts:
        return {path for (path,) in marts.execute("SELECT source_path FROM marts.captures").fetchall()}


def check_raw(home: Path, folder: Path | None = None) -> int:
    """Every raw object holds the bytes that it is named after, and every landed capture's bytes are there.

    Returns how many objects there are, in the home or another folder.
    """
    objects = {path.name: path for path in raw_objects(folder or objects_path(home))}
    for name, path in objects.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == name, path
    with connect(home) as marts:
        wanted = marts.execute(
            "SELECT capture_sha256 FROM marts.captures WHERE capture_sha256 IS NOT NULL"
        ).fetchall()
    missing = {sha256 for (sha256,) in wanted} - set(objects)
    assert missing == set()
    return len(objects)


def raw_objects(folder: Path) -> Iterator[Path]:
    """The raw objects that have their names."""
    for path in folder.glob("??/*"):
        if not path.name.startswith("."):
            yield path
