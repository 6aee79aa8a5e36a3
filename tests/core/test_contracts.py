"""Contract files are read strictly, and results become rows about what was judged."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.contracts import load_contract, quiet_context, result_rows, results_by_id
from newsmarts.core.errors import ContractError, IncompleteResult, SettingsError

DAY = date(2025, 8, 25)
GOOD: dict[str, Any] = {
    "name": "things",
    "meta": {"notes": "Things that are named."},
    "expectations": [
        {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": "name"},
            "severity": "critical",
            "meta": {
                "id": "name_present",
                "reason_code": "missing_name",
                "notes": "Nameless is lost.",
            },
        },
        {
            "type": "expect_column_values_to_be_in_set",
            "kwargs": {"column": "colour", "value_set": ["red"]},
            "severity": "warning",
            "meta": {"id": "colour_red", "notes": "Red ones sell."},
        },
        {
            "type": "expect_table_row_count_to_be_between",
            "kwargs": {"min_value": 1},
            "severity": "info",
            "meta": {"id": "some_things", "notes": "A day without things is odd."},
        },
    ],
}


def _write(folder: Path, document: Any) -> Path:
    path = folder / "things.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def _changed(change: Callable[[Any], object]) -> Any:
    document = copy.deepcopy(GOOD)
    change(document)
    return document


def test_a_good_contract_keeps_its_order_severities_and_meta(tmp_path: Path) -> None:
    contract = load_contract(_write(tmp_path, GOOD))
    assert contract.name == "things"
    assert contract.meta["notes"] == "Things that are named."
    assert [expectation.meta for expectation in contract.expectations] == [
        entry["meta"] for entry in GOOD["expectations"]
    ]
    assert [expectation.severity.value for expectation in contract.expectations] == [
        "critical",
        "warning",
        "info",
    ]


def _entry(document: Any, number: int = 0) -> Any:
    return document["expectations"][number]


BROKEN: dict[str, tuple[Any, str]] = {
    "no JSON": ('{"name": ', "not valid JSON"),
    "not an object": ("[]", "not a list"),
    "a key twice": ('{"name": "things", "name": "things"}', "'name' occurs twice"),
    "another name": (_changed(lambda d: d.update(name="thing")), "'things'"),
    "no notes": (_changed(lambda d: d.pop("meta")), 'the contract\'s meta needs "notes"'),
    "no expectations": (_changed(lambda d: d.update(expectations=[])), "at least one expectation"),
    "unknown top key": (_changed(lambda d: d.update(expectation=[])), "unknown keys ['expectation']"),
    "expectation not an object": (_changed(lambda d: d["expectations"].append(1)), "expectation 4"),
    "no id": (_changed(lambda d: _entry(d)["meta"].pop("id")), 'expectation 1: meta needs "id"'),
    "no meta": (_changed(lambda d: _entry(d).pop("meta")), 'expectation 1: meta needs "id"'),
    "id not snake_case": (_changed(lambda d: _entry(d)["meta"].update(id="Name!")), "snake_case"),
    "id twice": (
        _changed(lambda d: _entry(d, 1)["meta"].update(id="name_present")),
        "'name_present' is used twice",
    ),
    "unknown key": (
        _changed(lambda d: _entry(d).update(severit="info")),
        "(name_present): unknown keys ['severit']",
    ),
    "no type": (_changed(lambda d: _entry(d).pop("type")), 'needs "type"'),
    "kwargs no object": (_changed(lambda d: _entry(d).update(kwargs=[])), '"kwargs" must be an object'),
    "unknown severity": (_changed(lambda d: _entry(d).update(severity="fatal")), "critical, warning, info"),
    "no severity": (_changed(lambda d: _entry(d).pop("severity")), "critical, warning, info"),
    "no notes on an expectation": (
        _changed(lambda d: _entry(d, 1)["meta"].update(notes=" ")),
        '(colour_red): meta needs "notes"',
    ),
    "critical without a reason": (
        _changed(lambda d: _entry(d)["meta"].pop("reason_code")),
        '(name_present): meta of a critical expectation needs "reason_code"',
    ),
    "reason not snake_case": (
        _changed(lambda d: _entry(d)["meta"].update(reason_code="missing name")),
        "snake_case",
    ),
    "explained by none": (
        _changed(lambda d: _entry(d)["meta"].update(explained_by=["name_presents"])),
        "explained_by of 'name_present' is ['name_presents']",
    ),
    "explained by what turns nothing away": (
        _changed(lambda d: _entry(d)["meta"].update(explained_by=["colour_red"])),
        "critical expectations",
    ),
    "explained by itself": (
        _changed(lambda d: _entry(d)["meta"].update(explained_by=["name_present"])),
        "no explained_by themselves",
    ),
    "explained by no list": (
        _changed(lambda d: _entry(d, 1)["meta"].update(explained_by="name_present")),
        "Make it a list",
    ),
    "unknown type": (
        _changed(lambda d: _entry(d).update(type="expect_wonders")),
        "'name_present' (expect_wonders) can't be built: expect_wonders not found",
    ),
    "kwarg missing": (_changed(lambda d: _entry(d).update(kwargs={})), "column field required"),
    "kwarg unknown": (
        _changed(lambda d: _entry(d)["kwargs"].update(colum="name")),
        "colum extra fields not permitted",
    ),
    "bad regex": (
        _changed(
            lambda d: _entry(d).update(
                type="expect_column_values_to_match_regex", kwargs={"column": "name", "regex": "("}
            )
        ),
        "'(' is not a regular expression",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_contract_is_refused_with_its_file_and_fault(tmp_path: Path, case: str) -> None:
    document, fault = BROKEN[case]
    path = _write(tmp_path, document)
    with pytest.raises(SettingsError) as caught:
        load_contract(path)
    assert str(path) in str(caught.value)
    assert fault in str(caught.value)


def test_missing_and_undecodable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such contract file"):
        load_contract(tmp_path / "nothing.json")
    with pytest.raises(SettingsError, match="can't be read"):
        load_contract(tmp_path)
    path = tmp_path / "things.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not valid JSON in UTF-8"):
        load_contract(path)


def _validate(contract: Any, rows: list[dict[str, Any]]) -> Any:
    import pandas as pd

    context = quiet_context()
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("day").get_batch({"dataframe": pd.DataFrame(rows)})
    return batch.validate(contract)


def test_results_become_one_row_an_expectation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contract = load_contract(_write(tmp_path, GOOD))
    result = _validate(
        contract,
        [
            {"name": "ball", "colour": "red"},
            {"name": None, "colour": None},
            {"name": "cap", "colour": "blue"},
        ],
    )
    rows = result_rows(results_by_id(result, contract), contract, DAY)
    assert [
        (row["expectation"], row["passed"], row["evaluated_rows"], row["unexpected_rows"]) for row in rows
    ] == [
        ("name_present", False, 3, 1),
        ("colour_red", False, 2, 1),  # the null isn't judged: pair the set with a not-null expectation
        ("some_things", True, 1, 0),
    ]
    assert rows[0] == {
        "capture_day": DAY,
        "contract": "things",
        "expectation": "name_present",
        "expectation_type": "expect_column_values_to_not_be_null",
        "column_name": "name",
        "severity": "critical",
        "passed": False,
        "evaluated_rows": 3,
        "unexpected_rows": 1,
        "notes": "Nameless is lost.",
    }
    assert rows[2]["column_name"] is None
    assert "Calculating" not in capsys.readouterr().err  # no progress bars in a task's log


def test_rows_fit_their_schema(tmp_path: Path) -> None:
    from newsmarts.core.schemas import CONTRACT_RESULTS, write_rows

    contract = load_contract(_write(tmp_path, GOOD))
    result = _validate(contract, [{"name": "ball", "colour": "red"}])
    rows = result_rows(results_by_id(result, contract), contract, DAY)
    assert write_rows(tmp_path / "rows.parquet", CONTRACT_RESULTS, rows) == 3


def test_an_expectation_that_cant_be_evaluated_stops_the_day(tmp_path: Path) -> None:
    contract = load_contract(_write(tmp_path, GOOD))
    result = _validate(contract, [{"name": "ball"}])
    with pytest.raises(ContractError, match=r"contract things: expectation 'colour_red'.*colour"):
        results_by_id(result, contract)


def test_an_expectation_without_a_result_stops_the_day(tmp_path: Path) -> None:
    contract = load_contract(_write(tmp_path, GOOD))
    result = _validate(contract, [{"name": "ball", "colour": "red"}])
    result.results.pop()
    with pytest.raises(IncompleteResult, match="has no result"):
        results_by_id(result, contract)
