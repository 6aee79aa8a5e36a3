"""Expectations evaluated together give each contract what Great Expectations gives it alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from newsmarts.core.contracts import ROW_KEY, load_contract, quiet_context, results_by_id
from newsmarts.core.errors import ContractError
from newsmarts.validate import bundles
from newsmarts.validate.bundles import Contract, results_of
from newsmarts.validate.evaluation import evaluate_all, frame_of
from tests.validate.days import DAY

COLUMNS = {
    "row_key": "text",
    "source_path": "text",
    "kind": "text",
    "fault": "text",
    "size": "number",
    "at": "time",
}
NULL = {"column": "fault"}
EXPECTATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "sound": ("expect_column_values_to_be_null", NULL),
    "no_form": ("expect_column_values_to_hold_no_form_text", NULL | {"anywhere": ["x"], "lines": ["y"]}),
    "mostly_sound": ("expect_column_values_to_be_null", NULL | {"mostly": 0.5}),
    "sized": ("expect_column_values_to_not_be_null", {"column": "size"}),
    "timed": ("expect_column_values_to_not_be_null", {"column": "at"}),
    "small": ("expect_column_values_to_be_between", {"column": "size", "max_value": 10, "strict_max": True}),
    "recent": (
        "expect_column_values_to_be_between",
        {"column": "at", "min_value": "2025-01-01T00:00:00+00:00"},
    ),
    "known": ("expect_column_values_to_be_in_set", {"column": "kind", "value_set": ["a", "b"]}),
    "unlike": ("expect_column_values_to_not_be_in_set", {"column": "kind", "value_set": ["c"]}),
    "spelt": ("expect_column_values_to_match_regex", {"column": "kind", "regex": "^[ab]$"}),
    "once": ("expect_column_values_to_be_unique", {"column": "kind"}),
    "pairs_once": ("expect_compound_columns_to_be_unique", {"column_list": ["kind", "size"]}),
}  # fmt: skip


def _contract(folder: Path, name: str, **changes: dict[str, Any] | None) -> Contract:
    """A contract of all expectations, some with other kwargs or left out (None)."""
    entries = [
        {"type": kind, "kwargs": kwargs | (changes.get(key) or {}), "severity": "critical",
         "meta": {"id": key, "reason_code": key, "notes": "why"}}
        for key, (kind, kwargs) in EXPECTATIONS.items()
        if changes.get(key, {}) is not None
    ]  # fmt: skip
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"name": name, "meta": {"notes": name}, "expectations": entries}))
    return Contract.of(load_contract(path))


def _rows(name: str, *rows: tuple[str | None, str | None, float | None, str | None]) -> pd.DataFrame:
    return frame_of(
        [
            {
                "row_key": f"{name} {number}", "source_path": f"{name}/{number}.txt", "kind": kind,
                "fault": fault, "size": size, "at": None if at is None else pd.Timestamp(at, tz="UTC"),
            }
            for number, (kind, fault, size, at) in enumerate(rows)
        ],
        COLUMNS,
    )  # fmt: skip


def _alone(contract: Contract, rows: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The contract evaluated as a whole, on its own rows."""
    batch = quiet_context().data_sources.pandas_default.read_dataframe(rows)
    result = batch.validate(
        contract.suite,
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": [ROW_KEY, "source_path"],
            "return_unexpected_index_query": False,
        },
    )
    return results_by_id(result, contract.suite)


def _comparable(result: dict[str, Any]) -> dict[str, Any]:
    """Without what nothing shows: the batch, values listed twice, and their order where counts are equal."""
    values = json.loads(json.dumps(result["result"], default=str).replace('"NaT"', "null"))
    for name in ("unexpected_list", "unexpected_index_column_names"):
        values.pop(name, None)
    values["partial_unexpected_counts"] = sorted(
        json.dumps(count) for count in values.get("partial_unexpected_counts") or []
    )
    for name in ("unexpected_index_list", "partial_unexpected_index_list"):
        values[name] = values.get(name) or []
    config = dict(result["expectation_config"])
    config["kwargs"] = {key: value for key, value in config["kwargs"].items() if key != "batch_id"}
    return {"success": result["success"], "config": config, "result": values}


@pytest.mark.parametrize("rows_at_once", [50_000, 2])
def test_contracts_together_have_the_results_of_each_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr(bundles, "_ROWS_AT_ONCE", rows_at_once)
    first = _contract(tmp_path, "first")
    second = _contract(tmp_path, "second", known={"value_set": ["z"]}, small={"max_value": 3}, once=None)
    third = _contract(tmp_path, "third", recent=None)
    of_first = (("a", None, 1, "2025-02-01"), ("a", "<b>", None, "2024-02-01"), (None, "x", 12, None))
    of_second = (("z", None, 4, None), ("c", None, 2, "2025-03-01"), ("z", "y", 4, "2020-01-01"))
    contracts = [
        (first, _rows("first", *of_first)),
        (second, _rows("second", *of_second)),
        (third, _rows("third")),
    ]
    together = results_of(quiet_context(), contracts)
    for (contract, rows), found in zip(contracts, together, strict=True):
        alone = _alone(contract, rows)
        assert found.keys() == alone.keys()
        for name, result in alone.items():
            assert _comparable(found[name]) == _comparable(result), f"{contract.suite.name}: {name}"
    assert [sum(not result["success"] for result in found.values()) for found in together] == [8, 9, 0]


def test_an_error_names_the_contract_that_has_it(tmp_path: Path) -> None:
    sound = _contract(tmp_path, "sound")
    broken = _contract(tmp_path, "broken", sized={"column": "weight"})
    rows = _rows("page", ("a", None, 1, "2025-02-01"))
    with pytest.raises(ContractError, match="contract broken: expectation 'sized' couldn't be evaluated"):
        evaluate_all(quiet_context(), [(sound, rows), (broken, rows.assign(row_key="other"))], DAY)
