"""Compare two releases mart by mart: the package's entry."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from newsmarts.compare import sql
from newsmarts.compare.differences import ChangedRow, Difference, MartDifference
from newsmarts.compare.texts import shortened
from newsmarts.core.db import reading_files
from newsmarts.core.errors import UsageError
from newsmarts.core.keys import mart_key
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.release.contents import Contents, read_marts
from newsmarts.release.releases import find_release

logger = logging.getLogger(__name__)
_EXAMPLES = 3


def compare(
    settings: Settings,
    before: str,
    after: str,
    *,
    marts: Sequence[str] = (),
    examples: int = _EXAMPLES,
    progress: Progress = SILENT,
) -> Difference:
    """What changed from one release to another, in these marts (none named: all).

    Rows are compared by DuckDB over both files, within the memory limit of the settings.

    Raises:
        MissingPartition: nothing was published yet.
        UsageError: no such release, or neither release has a mart of that name.
        NewsError: a file is damaged, or the limits are too tight.
    """
    old, new = find_release(settings.home, before), find_release(settings.home, after)
    return compare_files(
        settings,
        (old.release_id, old.path),
        (new.release_id, new.path),
        marts=marts,
        examples=examples,
        progress=progress,
    )


def compare_files(
    settings: Settings,
    before: tuple[str, Path],
    after: tuple[str, Path],
    *,
    marts: Sequence[str] = (),
    examples: int = _EXAMPLES,
    progress: Progress = SILENT,
) -> Difference:
    """Compare two DuckDB files, each given with the name that the result uses."""
    with reading_files({"before": before[1], "after": after[1]}, settings) as connection:
        were = {mart.name: mart for mart in read_marts(connection, "before")}
        are = {mart.name: mart for mart in read_marts(connection, "after")}
        wanted = _wanted(marts, [*are, *(name for name in were if name not in are)])
        found = {}
        both = [name for name in wanted if name in were and name in are]
        progress.plan(len(both))
        for name in both:
            progress.start(f"compare {name}")
            comparison = _Comparison(connection, were[name], are[name], settings.contracts_dir, examples)
            found[name] = comparison.difference()
            progress.finish()
            logger.info("Compared %s.", name)
    return Difference(
        before=before[0],
        after=after[0],
        marts=found,
        marts_added={name: are[name].rows for name in wanted if name not in were},
        marts_removed={name: were[name].rows for name in wanted if name not in are},
    )


def _wanted(names: Sequence[str], known: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(name.removeprefix("marts.") for name in names)) or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        missing = ", ".join(map(repr, unknown))
        raise UsageError(f"Neither release has a mart {missing}. They have {', '.join(known)}.")
    return wanted


class _Comparison:
    """One mart in both releases."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        before: Contents,
        after: Contents,
        contracts_dir: Path,
        examples: int,
    ) -> None:
        self._connection = connection
        self._before, self._after = before, after
        self._most = examples
        types = {column.name: column.type for column in before.columns}
        self._types = {column.name: column.type for column in after.columns}
        self._retyped = {
            name: (types[name], kind)
            for name, kind in self._types.items()
            if name in types and types[name] != kind
        }
        self._common = [name for name in self._types if name in types and name not in self._retyped]
        self._key = self._usable_key(contracts_dir)

    def _usable_key(self, contracts_dir: Path) -> tuple[str, ...]:
        """The key's columns when they are unique in both releases, else none."""
        key = mart_key(contracts_dir, self._after.name)
        if key is None or not set(key.columns) <= set(self._common):
            return ()
        for release in ("before", "after"):
            row = self._one(sql.has_repeated_keys(release, self._after.name, key.columns))
            if row[0]:
                return ()
        return key.columns

    def difference(self) -> MartDifference:
        """The mart's differences."""
        counted = self._by_key() if self._key else self._by_row() if self._common else {}
        return MartDifference(
            rows_before=self._before.rows,
            rows_after=self._after.rows,
            compared_by="key" if self._key else "whole rows" if self._common else "nothing",
            key=self._key,
            columns_added=tuple(n for n in self._after.column_names if n not in self._before.column_names),
            columns_removed=tuple(n for n in self._before.column_names if n not in self._after.column_names),
            columns_retyped=self._retyped,
            **counted,
        )

    def _by_key(self) -> dict[str, Any]:
        name, key = self._after.name, self._key
        columns = [column for column in self._common if column not in key]
        texts = [column for column in columns if self._types[column] == "VARCHAR"]
        self._connection.execute(sql.find_by_key(name, key, columns, texts))
        added, removed, changed, *times = self._one(sql.count_by_key(len(columns)))
        counts = zip(columns, times, strict=True)
        return {
            "added": added,
            "removed": removed,
            "changed": changed,
            "changed_columns": {column: count for column, count in counts if count},
            "added_examples": self._keys("added", columns),
            "removed_examples": self._keys("removed", columns),
            "changed_examples": self._changes(columns),
        }

    def _examples(self, kind: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        query = sql.examples_by_key(len(self._key), len(columns))
        return self._connection.execute(query, {"kind": kind, "most": self._most}).fetchall()

    def _keys(self, kind: str, columns: Sequence[str]) -> tuple[dict[str, Any], ...]:
        return tuple(dict(zip(self._key, row, strict=False)) for row in self._examples(kind, columns))

    def _changes(self, columns: Sequence[str]) -> tuple[ChangedRow, ...]:
        found = []
        for row in self._examples("changed", columns):
            key, flags = row[: len(self._key)], row[len(self._key) :]
            changed = [column for column, flag in zip(columns, flags, strict=True) if flag]
            values = [
                self._one(sql.row_of(release, self._after.name, self._key, changed), list(key))
                for release in ("before", "after")
            ]
            pairs = zip(changed, zip(*values, strict=True), strict=True)
            found.append(
                ChangedRow(
                    dict(zip(self._key, key, strict=True)),
                    {column: shortened(*pair) for column, pair in pairs},
                )
            )
        return tuple(found)

    def _by_row(self) -> dict[str, Any]:
        self._connection.execute(sql.find_by_row(self._after.name, self._common))
        added, removed = self._one(sql.COUNT_BY_ROW)
        return {
            "added": added,
            "removed": removed,
            "added_examples": self._rows("added"),
            "removed_examples": self._rows("removed"),
        }

    def _rows(self, kind: str) -> tuple[dict[str, Any], ...]:
        query = sql.examples_by_row(self._common, kind)
        rows = self._connection.execute(query, {"most": self._most}).fetchall()
        return tuple(
            {
                name: shortened(value, value)[0]
                for name, value in zip(self._common, row, strict=True)
                if value is not None
            }
            for row in rows
        )

    def _one(self, query: str, parameters: Sequence[Any] | None = None) -> tuple[Any, ...]:
        row = self._connection.execute(query, parameters).fetchone()
        if row is None:
            raise AssertionError(f"unreachable: {query} gives a row")
        return tuple(row)
