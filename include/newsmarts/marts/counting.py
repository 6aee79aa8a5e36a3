"""A mart's expectations as counts in SQL: the quick way to see that no row breaks them.

Great Expectations takes 13 ms for each expectation, however few the rows, and 4 s to start. So the audit
counts first, and Great Expectations evaluates only the contracts where something was found, or which have an
expectation that isn't known here, by its type or its kwargs.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Any

import duckdb

from newsmarts.core.db import quote_identifier, quote_literal

# ruff: noqa: S608 (contracts are the project's own, and their names and values are quoted)


def evaluated_rows(connection: duckdb.DuckDBPyConnection, entry: Mapping[str, Any], rows: str) -> int | None:
    """How many rows an expectation that holds was evaluated on; None when it doesn't, or isn't known here.

    Args:
        entry: the expectation as its contract file has it.
        rows: the table of the rows, as SQL names it.

    Raises:
        duckdb.Error: the expectation can't be evaluated.
    """
    make_query = _QUERIES.get(entry["type"])
    query = make_query(dict(entry["kwargs"]), rows) if make_query else None
    if query is None:
        return None
    evaluated, unexpected = connection.execute(query).fetchone() or (0, None)
    return int(evaluated) if unexpected == 0 else None


def _of_column(kwargs: dict[str, Any], rows: str, unexpected: str, *, nulls: bool = False) -> str | None:
    """Rows in which a column's value is unexpected, of all that have one, or with ``nulls`` of all rows."""
    column = kwargs.pop("column", None)
    condition = _row_condition(kwargs.pop("row_condition", None))
    if not isinstance(column, str) or condition is None or kwargs:
        return None
    name = quote_identifier(column)
    evaluated = "count(*)" if nulls else f"count({name})"
    return f"SELECT {evaluated}, count(*) FILTER ({name} {unexpected}) FROM {rows} WHERE {condition}"


def _row_condition(condition: Any) -> str | None:
    """A row condition as SQL, true without one; None when it is of another form than the contracts use."""
    match condition:
        case None:
            return "true"
        case {
            "type": "comparison",
            "column": {"name": str(column)},
            "operator": "==",
            "parameter": str(value),
        } if len(condition) == 4 and len(condition["column"]) == 1:
            return f"{quote_identifier(column)} = {quote_literal(value)}"
    return None


def _not_null(kwargs: dict[str, Any], rows: str) -> str | None:
    return _of_column(kwargs, rows, "IS NULL", nulls=True)


def _between(kwargs: dict[str, Any], rows: str) -> str | None:
    limits = {"<": kwargs.pop("min_value", None), ">": kwargs.pop("max_value", None)}
    if not all(value is None or type(value) in {int, float} for value in limits.values()):
        return None
    column = quote_identifier(str(kwargs.get("column")))
    broken = [f"{sign} {value}" for sign, value in limits.items() if value is not None]
    return _of_column(kwargs, rows, f" OR {column} ".join(broken)) if broken else None


def _in_set(kwargs: dict[str, Any], rows: str) -> str | None:
    values = kwargs.pop("value_set", None)
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        return None
    return _of_column(kwargs, rows, f"NOT IN ({', '.join(map(quote_literal, values))})")


def _unique(kwargs: dict[str, Any], rows: str) -> str | None:
    columns = kwargs.pop("column_list", None) or [kwargs.pop("column", None)]
    if kwargs or not all(isinstance(column, str) for column in columns):
        return None
    names = [quote_identifier(column) for column in columns]
    has_value = " OR ".join(f"{name} IS NOT NULL" for name in names)
    return (
        f"SELECT coalesce(sum(number), 0), count(*) FILTER (number > 1) FROM "
        f"(SELECT count(*) AS number FROM {rows} WHERE {has_value} GROUP BY {', '.join(names)})"
    )


def _no_rows(kwargs: dict[str, Any], rows: str) -> str | None:
    """The rows that a query finds; Great Expectations counts the query as one row."""
    query = kwargs.pop("unexpected_rows_query", None)
    if kwargs or not isinstance(query, str):
        return None
    if {name for _, name, _, _ in string.Formatter().parse(query) if name is not None} != {"batch"}:
        return None
    return f"SELECT 1, count(*) FROM ({query.format(batch=rows)})"


_QUERIES: dict[str, Callable[[dict[str, Any], str], str | None]] = {
    "expect_column_values_to_not_be_null": _not_null,
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_be_in_set": _in_set,
    "expect_column_values_to_be_unique": _unique,
    "expect_compound_columns_to_be_unique": _unique,
    "unexpected_rows_expectation": _no_rows,
}
