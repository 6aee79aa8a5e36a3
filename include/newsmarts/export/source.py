"""The marts to export from one release, and the order of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from newsmarts.core.db import quote_identifier
from newsmarts.core.errors import UsageError
from newsmarts.core.keys import Key, mart_key
from newsmarts.marts import catalogue
from newsmarts.release.contents import Contents, read_marts

MONTH = "year_month"
"""The column that Parquet exports are partitioned by, as 2025-08; it is in the folders' names only."""

SCRATCH = ".rows"
"""The folder in an export's that holds rows while they are put in order."""


@dataclass(frozen=True, slots=True)
class Source:
    """A mart to export; its rows are sorted by the date ``month_of``, and split into months by it."""

    mart: Contents
    key: Key | None
    month_of: str | None

    @property
    def name(self) -> str:
        """The mart's name."""
        return self.mart.name

    def order(self) -> str:
        """The columns that rows are sorted by: date, key, and the rest where the key isn't unique.

        The same rows come in the same order, however a release was built. Where a key isn't unique against
        its contract (in a release of another version), rows of one key come as the release has them.
        """
        keys = self.key.columns if self.key else ()
        names = [*([self.month_of] if self.month_of else []), *keys]
        if self.key is None or not self.key.unique:
            names += self.mart.column_names
        return ", ".join(
            [*(f"{quote_identifier(name)} NULLS LAST" for name in dict.fromkeys(names)), "rowid"]
        )


def select_marts(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], contracts_dir: Path
) -> tuple[Source, ...]:
    """The marts of these names (``articles`` or ``marts.articles``), or all, of the release that is open.

    Raises:
        UsageError: the release has no mart of that name; the message lists those that it has.
    """
    found = {mart.name: mart for mart in read_marts(connection)}
    wanted = list(dict.fromkeys(name.removeprefix("marts.") for name in names)) or list(found)
    unknown = [name for name in wanted if name not in found]
    if unknown:
        names_unknown = ", ".join(map(repr, unknown))
        raise UsageError(f"The release has no mart {names_unknown}. It has {', '.join(found)}.")
    months = {mart.name: mart.month_of for mart in catalogue.marts()}
    sources = []
    for mart in map(found.__getitem__, wanted):
        key, month_of = mart_key(contracts_dir, mart.name), months.get(mart.name)
        # a mart of an older release may not have had these columns
        if key is not None and not set(key.columns) <= set(mart.column_names):
            key = None
        is_date = any((column.name, column.type) == (month_of, "DATE") for column in mart.columns)
        sources.append(Source(mart, key, month_of if is_date and month_of != MONTH else None))
    return tuple(sources)
