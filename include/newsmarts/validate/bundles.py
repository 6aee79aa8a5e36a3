"""Expectations that several contracts or columns share, evaluated once by Great Expectations.

Great Expectations takes milliseconds for each expectation before it looks at a row, and the publishers'
contracts have most of theirs in common. So those that judge each value by itself are evaluated on the rows of
all contracts together, and those about null on all their columns together; each contract then gets what was
found in its own rows. Everything else is evaluated on its contract's rows alone.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import great_expectations as gx
import pandas as pd
from great_expectations.expectations.core.expect_column_values_to_be_null import ExpectColumnValuesToBeNull
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from newsmarts.core.contracts import ROW_KEY
from newsmarts.core.errors import IncompleteResult

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

Plain = dict[str, Any]  # a result, as Great Expectations writes it in JSON

_NULL, _NOT_NULL = "expect_column_values_to_be_null", "expect_column_values_to_not_be_null"
_RULES = {
    "min_value",
    "max_value",
    "strict_min",
    "strict_max",
    "value_set",
    "regex",
    "regex_list",
    "match_on",
}
_BY_VALUE = {
    "expect_column_values_to_be_between",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_not_match_regex",
    "expect_column_values_to_match_regex_list",
    "expect_column_value_lengths_to_be_between",
}
_ROW = "row"
_ROWS_AT_ONCE = 50_000  # of a contract that Great Expectations gets at once
_FIRST = 20  # values that Great Expectations lists in short


@dataclass(frozen=True, slots=True)
class Contract:
    """A suite with what is needed of it on every day; made once."""

    suite: gx.ExpectationSuite
    configs: Mapping[str, Plain]  # of each expectation by its id
    shared: Mapping[str, tuple[str, str]]  # by id: the type to evaluate, and its rules as JSON

    @classmethod
    def of(cls, suite: gx.ExpectationSuite) -> Contract:
        configs: dict[str, Plain] = {}
        shared: dict[str, tuple[str, str]] = {}
        for expectation in suite.expectations:
            config: Plain = dict(expectation.configuration.to_json_dict())
            name = config["meta"]["id"]
            configs[name] = config
            rules = {key: value for key, value in config["kwargs"].items() if key != "column"}
            if isinstance(expectation, ExpectColumnValuesToBeNull):
                # the project's own have kwargs by which their column was computed
                if not {"mostly", "row_condition", "condition_parser"} & set(rules):
                    shared[name] = (_NULL, "{}")
            elif (config["type"] == _NOT_NULL and not rules) or (
                config["type"] in _BY_VALUE and set(rules) <= _RULES
            ):
                shared[name] = (config["type"], json.dumps(rules, sort_keys=True))
        return cls(suite, configs, shared)


@dataclass(frozen=True, slots=True)
class _Part:
    """One expectation of one contract: what is found in its rows is its result."""

    number: int  # of the rows
    contract: int
    name: str
    column: str


def results_of(
    context: EphemeralDataContext, contracts: Sequence[tuple[Contract, pd.DataFrame]]
) -> list[dict[str, Plain]]:
    """Each contract's results on its rows, by the id of the expectation.

    Raises:
        IncompleteResult: fewer failing rows were listed than counted.
    """
    source = context.data_sources.add_or_update_pandas("rows")
    every_row = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("rows")
    failing: list[dict[str, list[int]]] = [defaultdict(list) for _ in contracts]
    shared: list[dict[str, Plain]] = [{} for _ in contracts]
    for start in range(0, max((len(rows) for _, rows in contracts), default=0) or 1, _ROWS_AT_ONCE):
        numbers = [number for number, (_, rows) in enumerate(contracts) if start == 0 or start < len(rows)]
        some = [
            (contract, rows.iloc[start : start + _ROWS_AT_ONCE])
            for contract, rows in (contracts[number] for number in numbers)
        ]
        for bundle in _bundles(some):
            results = _failing(every_row, bundle.expectations(), bundle.frame(), [_ROW])
            for key, check in enumerate(bundle.checks):
                result = results[str(key)]
                places = bundle.places(result)
                for part in check.parts:
                    number = numbers[part.contract]
                    failing[number][part.name] += [start + place for place in places[part.number]]
                    if _failed(result) or part.name not in shared[number]:
                        shared[number][part.name] = result
    found: list[dict[str, Plain]] = []
    for (contract, rows), places_of, result_of in zip(contracts, failing, shared, strict=True):
        by_id = {
            name: _result_of(contract.configs[name], rows, places_of[name], result)
            for name, result in result_of.items()
        }
        others = [config for name, config in contract.configs.items() if name not in by_id]
        if others:
            expectations = [ExpectationConfiguration(**config).to_domain_obj() for config in others]
            index = [ROW_KEY, "source_path"]
            needed = [name for name in rows.columns if name in {*index, *_columns_of(others, rows)}]
            by_id.update(_validated(every_row, expectations, rows[needed], _complete(index)))
        found.append(by_id)
    return found


def _columns_of(configs: Sequence[Plain], rows: pd.DataFrame) -> set[str]:
    """The columns that expectations are about; all where one may be about any."""
    columns: set[str] = set()
    for config in configs:
        kwargs = config["kwargs"]
        if not set(kwargs) <= {"column", "column_list"}:
            return set(rows.columns)
        columns |= {kwargs["column"]} if "column" in kwargs else set(kwargs["column_list"])
    return columns


@dataclass(frozen=True, slots=True)
class _Check:
    """One expectation that Great Expectations evaluates, and whose results come from it."""

    kind: str
    rules: str
    dtype: Any  # of its column
    parts: list[_Part]


@dataclass(frozen=True, slots=True)
class _Bundle:
    """Checks on one frame: below each other the rows of some parts, and for each check a column."""

    columns: Sequence[pd.DataFrame]  # of each part that the frame has rows of, by its number
    checks: Sequence[_Check]

    def frame(self) -> pd.DataFrame:
        """A check's column is null in rows of parts that it isn't about."""
        found: dict[str, pd.Series] = {}
        for number, check in enumerate(self.checks):
            names = {part.number: part.column for part in check.parts}
            pieces = [
                rows[names[part]] if part in names else pd.Series([None] * len(rows), dtype="object")
                for part, rows in enumerate(self.columns)
            ]
            found[str(number)] = pd.concat([piece.astype(check.dtype) for piece in pieces], ignore_index=True)
        frame = pd.DataFrame(found)
        return frame.assign(**{_ROW: range(len(frame))})

    def expectations(self) -> list[Any]:
        """The checks as Great Expectations has them; each one's id is its number."""
        return [
            ExpectationConfiguration(
                type=check.kind,
                kwargs={"column": str(number), **json.loads(check.rules)},
                meta={"id": str(number)},
            ).to_domain_obj()
            for number, check in enumerate(self.checks)
        ]

    def places(self, result: Plain) -> Mapping[int, list[int]]:
        """The failing rows of each part, all of them."""
        values = result.get("result") or {}
        rows = sorted(row[_ROW] for row in values.get("unexpected_index_list") or ())
        if len(set(rows)) != (values.get("unexpected_count") or 0):
            raise IncompleteResult(
                f"{result['expectation_config']['type']}: {values['unexpected_count']} failing rows were "
                f"counted but {len(set(rows))} listed. Nothing of the day was let through."
            )
        starts = list(accumulate((len(rows) for rows in self.columns), initial=0))
        found: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            part = bisect_right(starts, row) - 1
            found[part].append(row - starts[part])
        return found


def _bundles(contracts: Sequence[tuple[Contract, pd.DataFrame]]) -> Iterator[_Bundle]:
    """One for each expectation about null, on all columns that have it, and one for all others.

    Rows of other columns are never below each other: they would be padded with as many nulls.
    """
    of_nulls: dict[str, list[_Part]] = defaultdict(list)
    of_values: dict[tuple[str, ...], dict[tuple[str, str, str, str], list[_Part]]] = {}
    alike: dict[tuple[str, ...], list[pd.DataFrame]] = defaultdict(list)
    for contract_number, (contract, rows) in enumerate(contracts):
        frames = alike[tuple(rows.columns)]
        values = of_values.setdefault(tuple(rows.columns), defaultdict(list))
        for name, (kind, rules) in contract.shared.items():
            column = contract.configs[name]["kwargs"]["column"]
            if column not in rows.columns:  # an error of this contract alone
                continue
            if kind in {_NULL, _NOT_NULL}:
                parts = of_nulls[kind]
                parts.append(_Part(len(parts), contract_number, name, column))
            else:
                key = kind, rules, column, str(rows[column].dtype)
                values[key].append(_Part(len(frames), contract_number, name, column))
        frames.append(rows)
    for kind, parts in of_nulls.items():
        yield _Bundle([contracts[part.contract][1] for part in parts], [_Check(kind, "{}", "object", parts)])
    for columns, values in of_values.items():
        checks = [_Check(kind, rules, dtype, parts) for (kind, rules, _, dtype), parts in values.items()]
        if checks:
            yield _Bundle(alike[columns], checks)


def _failing(
    every_row: BatchDefinition[Any], expectations: Sequence[Any], frame: pd.DataFrame, index: list[str]
) -> dict[str, Plain]:
    """As :func:`_validated`, but of expectations that no row breaks the result says no more than that.

    Great Expectations takes half as long for it.
    """
    found = _validated(every_row, expectations, frame, {"result_format": "BOOLEAN_ONLY"})
    broken = [each for each in expectations if not found[each.meta["id"]]["success"]]
    return found | (_validated(every_row, broken, frame, _complete(index)) if broken else {})


def _complete(index: list[str]) -> dict[str, Any]:
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": index,
        "return_unexpected_index_query": False,
    }


def _validated(
    every_row: BatchDefinition[Any],
    expectations: Sequence[Any],
    frame: pd.DataFrame,
    result_format: dict[str, Any],
) -> dict[str, Plain]:
    """The results by the expectations' ids."""
    batch = every_row.get_batch(batch_parameters={"dataframe": frame})
    suite = gx.ExpectationSuite(name="rows", expectations=list(expectations))
    found = batch.validate(suite, result_format=result_format)
    plain: list[Plain] = [dict(result.to_json_dict()) for result in found.results]
    return {result["expectation_config"]["meta"]["id"]: result for result in plain}


def _result_of(config: Plain, rows: pd.DataFrame, places: Sequence[int], shared: Plain) -> Plain:
    """What the expectation's result on these rows alone is; an error is everyone's."""
    column = config["kwargs"]["column"]
    plain = {
        "success": shared["success"] if _failed(shared) else not places,
        "expectation_config": config,
        "meta": {},
        "exception_info": shared.get("exception_info"),
    }
    failing = rows.iloc[list(places)]
    values = [_plain(value) for value in failing[column]]
    index = [
        {column: value, ROW_KEY: key, "source_path": path}
        for value, key, path in zip(values, failing[ROW_KEY], failing["source_path"], strict=True)
    ]
    about_null = config["type"] == _NOT_NULL or shared["expectation_config"]["type"] == _NULL
    missing = 0 if about_null else int(rows[column].isna().sum())
    judged = len(rows) - missing
    counts = Counter(values[:_FIRST])
    result: Plain = {
        "element_count": len(rows),
        "unexpected_count": len(places),
        "unexpected_percent": _percent(len(places), judged),
        "partial_unexpected_list": values[:_FIRST],
        "partial_unexpected_counts": [
            {"value": value, "count": count}
            for value, count in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
        ],
        "unexpected_index_column_names": [ROW_KEY, "source_path"],
        "partial_unexpected_index_list": index[:_FIRST],
        "unexpected_index_list": index,
    }
    if not about_null:
        result |= {
            "missing_count": missing,
            "missing_percent": _percent(missing, len(rows)),
            "unexpected_percent_total": _percent(len(places), len(rows)),
            "unexpected_percent_nonmissing": _percent(len(places), judged),
        }
    return plain | {"result": result}


def _failed(result: Plain) -> bool:
    info = result.get("exception_info") or {}
    each = [info, *(value for value in info.values() if isinstance(value, dict))]
    return any(item.get("raised_exception") for item in each)


def _percent(count: int, total: int) -> float | None:
    return count / total * 100 if total else None


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if pd.isna(value):
        return None
    return value.isoformat() if isinstance(value, datetime) else value
