"""Evaluate a contract on rows: which rows break which expectation, and the detail of each failure.

On the pandas engine, because its list of failing rows is complete; on SQL engines Great Expectations lists
the first 20 only. The numbers are compared all the same before a single row passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from newsmarts.core.contracts import ROW_KEY, complete_results, result_rows
from newsmarts.core.errors import ContractError, IncompleteResult, SettingsError
from newsmarts.core.text import one_line

if TYPE_CHECKING:
    import great_expectations as gx
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

    from newsmarts.validate.bundles import Contract

_PLACE = re.compile(r"\{(\w+)\}")
_MAX_DETAIL_CHARS = 300

_DTYPES = {"text": "object", "number": "float64", "time": "datetime64[us, UTC]"}


@dataclass(frozen=True, slots=True)
class Failure:
    """One row that breaks one critical expectation."""

    row_key: str
    reason_code: str
    expectation: str
    detail: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of one contract on its rows of one day."""

    contract: gx.ExpectationSuite
    results: Mapping[str, dict[str, Any]]  # of each expectation, as contracts.results_by_id gives them
    rows: list[dict[str, Any]]  # as schemas.CONTRACT_RESULTS
    failures: tuple[Failure, ...]  # in the order of the rows, then of the contract

    @property
    def failed_keys(self) -> frozenset[str]:
        """The rows that break at least one critical expectation."""
        return frozenset(failure.row_key for failure in self.failures)


def frame_of(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a frame whose columns have the same types on every day, an empty one included."""
    return frame_of_columns({name: [row[name] for row in rows] for name in columns}, columns)


def frame_of_columns(values: Mapping[str, Sequence[Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """As :func:`frame_of`, of the values of each column."""
    return pd.DataFrame(
        {
            name: pd.Series(values[name], dtype=_DTYPES[kind], index=pd.RangeIndex(len(values[name])))
            for name, kind in columns.items()
        }
    )


def evaluate(
    context: EphemeralDataContext, contract: gx.ExpectationSuite, frame: pd.DataFrame, day: date
) -> Evaluation:
    """Evaluate one contract on each of the frame's rows; raises as :func:`evaluate_all`."""
    from newsmarts.validate.bundles import Contract  # noqa: PLC0415 (Great Expectations takes seconds)

    return evaluate_all(context, [(Contract.of(contract), frame)], day)[0]


def evaluate_all(
    context: EphemeralDataContext, contracts: Sequence[tuple[Contract, pd.DataFrame]], day: date
) -> list[Evaluation]:
    """Evaluate each contract on each row of its frame.

    Raises:
        SettingsError: an expectation's detail names an unknown column.
        ContractError: an expectation couldn't be evaluated, or isn't about single rows.
        IncompleteResult: fewer failing rows were listed than counted.
    """
    from newsmarts.validate.bundles import results_of  # noqa: PLC0415 (Great Expectations takes seconds)

    for contract, frame in contracts:
        _check_details(contract.suite, frame.columns)
    found = []
    for (contract, frame), by_id in zip(contracts, results_of(context, contracts), strict=True):
        results = complete_results(by_id, contract.suite)
        found.append(
            Evaluation(
                contract=contract.suite,
                results=results,
                rows=result_rows(results, contract.suite, day),
                failures=_failures(results, contract.suite.name, frame),
            )
        )
    return found


def _failures(
    results: Mapping[str, dict[str, Any]], contract: str, frame: pd.DataFrame
) -> tuple[Failure, ...]:
    keys = frame[ROW_KEY].tolist()
    if len(set(keys)) != len(keys):
        raise IncompleteResult(f"contract {contract}: two rows have one {ROW_KEY}; they can't be told apart.")
    places = {key: place for place, key in enumerate(keys)}
    listed = {name: failing_keys(plain, contract) for name, plain in results.items()}
    configs = {name: plain["expectation_config"] for name, plain in results.items()}
    critical = {name: config["meta"] for name, config in configs.items() if config["severity"] == "critical"}
    found: list[tuple[int, Failure]] = []
    for name, meta in critical.items():
        # only by an expectation that rejects the row itself
        explained = {
            key for other in meta.get("explained_by", ()) if other in critical for key in listed[other]
        }
        for key in listed[name]:
            if key not in explained:
                detail = failure_detail(configs[name], frame.iloc[places[key]])
                found.append((places[key], Failure(key, meta["reason_code"], name, detail)))
    return tuple(failure for _, failure in sorted(found, key=lambda entry: entry[0]))


def failing_keys(plain: Mapping[str, Any], contract: str) -> list[str]:
    """The keys of the rows that broke one expectation, all of them.

    Raises:
        ContractError: the expectation is about the table as a whole, so it can't reject rows.
        IncompleteResult: the listed keys aren't as many as the failing rows that were counted.
    """
    name = plain["expectation_config"]["meta"]["id"]
    values = plain.get("result") or {}
    if "unexpected_count" not in values:
        if plain["success"] and not values.get("element_count"):
            return []  # there are no rows
        raise ContractError(
            f"contract {contract}: expectation {name!r} is about the whole table, not its rows. "
            "Use one that is about rows."
        )
    keys = [entry[ROW_KEY] for entry in values.get("unexpected_index_list") or ()]
    if len(set(keys)) != values["unexpected_count"] or len(set(keys)) != len(keys):
        raise IncompleteResult(
            f"contract {contract}: expectation {name!r} counted {values['unexpected_count']} failing rows "
            f"but listed {len(set(keys))}. Nothing of the day was let through."
        )
    return keys


def _check_details(contract: gx.ExpectationSuite, columns: Iterable[str]) -> None:
    known = set(columns)
    for expectation in contract.expectations:
        meta = expectation.meta or {}
        unknown = sorted(set(_PLACE.findall(meta.get("detail", ""))) - known)
        if unknown:
            raise SettingsError(
                f"contract {contract.name}: the detail of {meta['id']!r} names {unknown[0]!r}, "
                f"which is no column. Known are {', '.join(sorted(known))}."
            )


def failure_detail(config: Mapping[str, Any], row: pd.Series) -> str:
    """Why a row breaks an expectation: the expectation's detail with the row's values, on one line."""
    kwargs = config["kwargs"]
    names = [kwargs[key] for key in ("column", "column_A", "column_B") if kwargs.get(key)]
    names += kwargs.get("column_list") or ()
    template = config["meta"].get("detail") or "; ".join(f"{name}: {{{name}}}" for name in names)
    return _PLACE.sub(lambda place: one_line(_as_text(row[place[1]]), _MAX_DETAIL_CHARS), template)


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return "nothing" if pd.isna(value) else f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "nothing"
    if isinstance(value, float):
        return f"{value:g}" if value != int(value) else str(int(value))
    return str(value)
