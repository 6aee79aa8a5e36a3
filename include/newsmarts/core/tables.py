"""Tables as data: columns in a TOML file, rows from a SELECT in a .sql file, other statements generated."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsmarts.core.db import quote_identifier, quote_literal, read_sql


@dataclass(frozen=True, slots=True)
class Column:
    """One column: DuckDB type, and meaning for a reader."""

    name: str
    type: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, from ``<name>.toml`` and, where one SELECT gives its rows, ``<name>.sql`` beside it.

    ``replaces`` says which rows a write replaces, as pairs of columns (commas between) and a temporary table
    that has them, too: those whose values are in the temporary table of any pair. Without a pair it replaces
    all rows. ``steps`` are what a write does, in order; ``replace`` is the DELETE and INSERT.
    ``month_of`` is the date that decides which month a row belongs to in exports.
    """

    schema: str
    name: str
    comment: str
    columns: tuple[Column, ...]
    path: Path
    replaces: tuple[tuple[str, str], ...]
    steps: tuple[str, ...] = ("replace",)
    month_of: str | None = None

    @property
    def identifier(self) -> str:
        """Its name in SQL."""
        return f"{quote_identifier(self.schema)}.{quote_identifier(self.name)}"

    def create_statement(self) -> str:
        """Makes the empty table."""
        columns = ", ".join(f"{quote_identifier(column.name)} {column.type}" for column in self.columns)
        return f"CREATE TABLE {self.identifier} ({columns})"

    def comment_statements(self) -> Iterator[str]:
        """Give table and columns their comments."""
        yield f"COMMENT ON TABLE {self.identifier} IS {quote_literal(self.comment)}"
        for column in self.columns:
            if column.comment:
                name = f"{self.identifier}.{quote_identifier(column.name)}"
                yield f"COMMENT ON COLUMN {name} IS {quote_literal(column.comment)}"

    def delete_statements(self) -> Iterator[str]:
        """Remove the rows that a write replaces.

        One for each scope: joined by OR, they would read every row, also where one scope has none.
        """
        if not self.replaces:
            yield f"DELETE FROM {self.identifier}"  # noqa: S608
        for names, scope in self.replaces:
            columns = ", ".join(map(quote_identifier, names.split(", ")))
            found = f"SELECT {columns} FROM {quote_identifier(scope)}"  # noqa: S608
            yield f"DELETE FROM {self.identifier} WHERE ({columns}) IN ({found})"  # noqa: S608

    def insert_statement(self) -> str:
        """Adds the rows of its SELECT, which may have parameters."""
        return f"INSERT INTO {self.identifier} BY NAME\n{read_sql(self.path.with_suffix('.sql'))}"


def read_table(path: Path, schema: str) -> Table:
    """Read a table's TOML file. A column is a table of type and comment, or its type alone."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    columns = tuple(
        Column(name, entry) if isinstance(entry, str) else Column(name, entry["type"], entry["comment"])
        for name, entry in document["columns"].items()
    )
    return Table(
        schema=schema,
        name=path.stem,
        comment=document["comment"],
        columns=columns,
        path=path,
        replaces=tuple(document.get("replaces", {}).items()),
        steps=tuple(document.get("steps", ("replace",))),
        month_of=document.get("month_of"),
    )


def read_tables(folder: Path, schema: str) -> tuple[Table, ...]:
    """The tables of a folder, by name."""
    return tuple(read_table(path, schema) for path in sorted(folder.glob("*.toml")))
