"""Expectations counted in SQL: those that hold give a number, all others are left to Great Expectations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from newsmarts.marts.counting import evaluated_rows

TEN_AS_SEEN = {"type": "comparison", "column": {"name": "name"}, "operator": "==", "parameter": "it's"}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("""CREATE TABLE seen AS FROM (VALUES (1, 'a', 10), (2, 'it''s', 10), (3, NULL, NULL))
                          AS given(number, name, size)""")
        yield opened


@pytest.mark.parametrize(
    ("kind", "kwargs", "evaluated"),
    [
        ("expect_column_values_to_not_be_null", {"column": "number"}, 3),
        ("expect_column_values_to_not_be_null", {"column": "name"}, None),
        ("expect_column_values_to_not_be_null", {"column": "size", "row_condition": TEN_AS_SEEN}, 1),
        (
            "expect_column_values_to_not_be_null",
            {"column": "size", "row_condition": TEN_AS_SEEN | {"operator": "!="}},
            None,
        ),
        ("expect_column_values_to_not_be_null", {"column": "number", "mostly": 0.5}, None),
        ("expect_column_values_to_be_between", {"column": "size", "min_value": 10, "max_value": 10}, 2),
        ("expect_column_values_to_be_between", {"column": "number", "min_value": 2}, None),
        ("expect_column_values_to_be_between", {"column": "number", "max_value": 2}, None),
        ("expect_column_values_to_be_between", {"column": "number"}, None),
        (
            "expect_column_values_to_be_between",
            {"column": "number", "min_value": 0, "strict_min": True},
            None,
        ),
        ("expect_column_values_to_be_in_set", {"column": "name", "value_set": ["a", "it's"]}, 2),
        ("expect_column_values_to_be_in_set", {"column": "name", "value_set": ["a"]}, None),
        ("expect_column_values_to_be_in_set", {"column": "name", "value_set": []}, None),
        ("expect_column_values_to_be_in_set", {"column": "number", "value_set": [1, 2, 3]}, None),
        ("expect_column_values_to_be_unique", {"column": "name"}, 2),
        ("expect_column_values_to_be_unique", {"column": "size"}, None),
        ("expect_compound_columns_to_be_unique", {"column_list": ["name", "size"]}, 2),
        ("expect_compound_columns_to_be_unique", {"column_list": ["size"]}, None),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "FROM {batch} WHERE number > 3"}, 1),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "FROM {batch} WHERE number > 2"}, None),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "FROM {table}"}, None),
        ("expect_column_max_to_be_between", {"column": "number", "max_value": 9}, None),
    ],
)
def test_only_what_surely_holds_is_counted(
    connection: duckdb.DuckDBPyConnection, kind: str, kwargs: dict[str, Any], evaluated: int | None
) -> None:
    assert evaluated_rows(connection, {"type": kind, "kwargs": kwargs}, "seen") == evaluated
