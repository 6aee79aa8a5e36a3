"""Releases made from a few tables, without the pipeline: for tests of what readers do with them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from newsmarts.core.partitions import current_release_path, releases_path
from newsmarts.release.releases import Release

STORAGE = "STORAGE_VERSION 'v1.4.0', ROW_GROUP_SIZE 16384"


@dataclass(frozen=True)
class Table:
    """A mart: columns with their types, and a query for its rows."""

    columns: Mapping[str, str]
    rows: str = ""
    comment: str = "Rows of a test."

    @classmethod
    def of(cls, columns: Mapping[str, str], *rows: Sequence[object]) -> Table:
        """A mart that has these rows."""
        values = ", ".join("(" + ", ".join(_literal(value) for value in row) + ")" for row in rows)
        return cls(columns, f"VALUES {values}" if rows else "")


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value)
    # as bytes: a text may hold anything, NUL too, which SQL text can't
    return f"decode(unhex('{str(value).encode().hex()}'))"


def make_release(home: Path, number: int, tables: Mapping[str, Table], *, current: bool = True) -> Release:
    """Put a release where readers look for it."""
    release_id = f"{number:06d}-{number:012x}"
    folder = releases_path(home) / release_id
    folder.mkdir(parents=True)
    release = Release(release_id, folder)
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"ATTACH '{release.path}' AS news ({STORAGE})")
        connection.execute("USE news")
        connection.execute("CREATE SCHEMA marts")
        for name, table in tables.items():
            columns = ", ".join(f'"{column}" {kind}' for column, kind in table.columns.items())
            connection.execute(f'CREATE TABLE marts."{name}" ({columns})')
            connection.execute(f"COMMENT ON TABLE marts.\"{name}\" IS '{table.comment}'")
            for column in table.columns:
                comment = f"What {column} means; it''s {{ever}} so <plain>."
                connection.execute(f'COMMENT ON COLUMN marts."{name}"."{column}" IS \'{comment}\'')
            if table.rows:
                connection.execute(f'INSERT INTO marts."{name}" {table.rows}')
        connection.execute("USE memory")
        connection.execute("DETACH news")
    release.path.chmod(0o444)
    if current:
        link = current_release_path(home)
        temporary = link.with_name(".link")
        temporary.symlink_to(folder.relative_to(link.parent))
        os.replace(temporary, link)
    return release
