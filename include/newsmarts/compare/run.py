"""Compare two releases mart by mart: the package's entry."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from newsmarts.compare import sql
from newsmarts.compare.differences import ChangedRow, Difference, MartDifference
from newsmarts.compare.headlines import with_headlines
from newsmarts.compare.texts import shortened
from newsmarts.core.db import reading_files
from newsmarts.core.errors import UsageError
from newsmarts.core.keys import Key, mart_key
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
            mart = _compare_mart(connection, were[name], are[name], settings.contracts_dir, examples)
            found[name] = with_headlines(connection, mart, were, are)
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


class _Rows:
    """The rows of a mart that aren't the same in both releases.

    Without a key equal rows are paired, by all columns and a number: the first with the first, and so on.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        mart: str,
        key: Sequence[str],
        columns: Mapping[str, str],
        examples: int,
    ) -> None:
        """``columns`` are those that both releases have, with their types."""
        self._connection, self._mart, self._most = connection, mart, examples
        self._is_keyed = bool(key)
        self._key = list(key) or list(columns)
        compared = [name for name in columns if name not in self._key]
        texts = [name for name in compared if columns[name] == "VARCHAR"]
        connection.execute(sql.find_rows(mart, self._key, compared, texts, numbered=not key))
        counts = dict(connection.execute(sql.COUNT_COLUMNS).fetchall())
        self.changed_columns = {name: counts[name] for name in compared if name in counts}
        self.counts: dict[str, int] = dict(connection.execute(sql.COUNT_KINDS).fetchall())

    def one_sided(self, kind: str) -> tuple[dict[str, Any], ...]:
        """Examples of ``added`` or ``removed``: their keys, or what they hold where there is no key."""
        rows = (dict(zip(self._key, row, strict=False)) for row in self._examples(kind))
        if self._is_keyed:
            return tuple(rows)
        return tuple(
            {name: shortened(value, value)[0] for name, value in row.items() if value is not None}
            for row in rows
        )

    def changed(self) -> tuple[ChangedRow, ...]:
        """Examples of rows that both have, with what changed."""
        found = []
        for *key, columns in self._examples("changed"):
            before, after = (
                self._connection.execute(sql.row_of(release, self._mart, self._key, columns), key).fetchone()
                or ()
                for release in ("before", "after")
            )
            values = map(shortened, before, after)
            found.append(
                ChangedRow(dict(zip(self._key, key, strict=True)), dict(zip(columns, values, strict=True)))
            )
        return tuple(found)

    def _examples(self, kind: str) -> list[tuple[Any, ...]]:
        query = sql.examples(self._key, distinct=not self._is_keyed)
        return self._connection.execute(query, {"kind": kind, "most": self._most}).fetchall()


def _compare_mart(
    connection: duckdb.DuckDBPyConnection,
    before: Contents,
    after: Contents,
    contracts_dir: Path,
    examples: int,
) -> MartDifference:
    """Compare a mart that both releases have."""
    were = {column.name: column.type for column in before.columns}
    are = {column.name: column.type for column in after.columns}
    common = {name: kind for name, kind in are.items() if were.get(name) == kind}
    key = _usable_key(connection, after.name, mart_key(contracts_dir, after.name), common)
    rows = _Rows(connection, after.name, key, common, examples) if common else None
    return MartDifference(
        rows_before=before.rows,
        rows_after=after.rows,
        compared_by="key" if key else "whole rows" if common else "nothing",
        key=key,
        added=rows.counts.get("added", 0) if rows else 0,
        removed=rows.counts.get("removed", 0) if rows else 0,
        changed=rows.counts.get("changed", 0) if rows else 0,
        changed_columns=rows.changed_columns if rows else {},
        columns_added=tuple(name for name in are if name not in were),
        columns_removed=tuple(name for name in were if name not in are),
        columns_retyped={
            name: (were[name], kind) for name, kind in are.items() if were.get(name, kind) != kind
        },
        added_examples=rows.one_sided("added") if rows else (),
        removed_examples=rows.one_sided("removed") if rows else (),
        changed_examples=rows.changed() if rows else (),
    )


def _usable_key(
    connection: duckdb.DuckDBPyConnection, mart: str, key: Key | None, common: Collection[str]
) -> tuple[str, ...]:
    """The key's columns when they are unique in both releases, else none."""
    if key is None or not set(key.columns) <= set(common):
        return ()
    for release in ("before", "after"):
        if connection.execute(sql.has_repeated_keys(release, mart, key.columns)).fetchone() != (False,):
            return ()
    return key.columns
