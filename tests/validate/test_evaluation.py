"""Every failing row is quarantined, however many there are, and none when the numbers don't agree."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.contracts import load_contract, quiet_context
from newsmarts.core.errors import ContractError, IncompleteResult, SettingsError
from newsmarts.core.text import one_line
from newsmarts.validate.evaluation import Evaluation, evaluate, failing_keys, frame_of
from tests.validate.days import DAY

COLUMNS = {
    "row_key": "text",
    "source_path": "text",
    "byline": "text",
    "count": "number",
    "seen": "time",
}


def _contract(folder: Path, *expectations: dict[str, Any]) -> Any:
    path = folder / "things.json"
    document = {"name": "things", "meta": {"notes": "Of a test."}, "expectations": list(expectations)}
    path.write_text(json.dumps(document), encoding="utf-8")
    return load_contract(path)


def _expectation(kind: str = "expect_column_values_to_not_be_null", **changes: Any) -> dict[str, Any]:
    meta = {"id": "present", "reason_code": "missing", "notes": "Of a test.", "detail": "It is {byline}."}
    entry = {"type": kind, "kwargs": {"column": "byline"}, "severity": "critical", "meta": meta}
    meta |= changes.pop("meta", {})
    return entry | changes


def _frame(bylines: list[Any]) -> pd.DataFrame:
    return frame_of(
        [
            {
                "row_key": f"key {number}",
                "source_path": f"{number}.txt",
                "byline": byline,
                "count": number,
                "seen": None,
            }
            for number, byline in enumerate(bylines)
        ],
        COLUMNS,
    )


def _evaluate(contract: Any, bylines: list[Any]) -> Evaluation:
    return evaluate(quiet_context(), contract, _frame(bylines), DAY)


@pytest.mark.parametrize("failing", [0, 1, 20, 21, 200, 201, 1_000])
def test_all_failing_rows_are_turned_away(tmp_path: Path, failing: int) -> None:
    evaluation = _evaluate(_contract(tmp_path, _expectation()), ["Ines"] * 7 + [None] * failing)
    assert [failure.row_key for failure in evaluation.failures] == [
        f"key {number}" for number in range(7, 7 + failing)
    ]
    assert evaluation.rows[0]["unexpected_rows"] == failing


def test_one_failure_a_row_and_broken_expectation_in_order(tmp_path: Path) -> None:
    contract = _contract(
        tmp_path,
        _expectation(
            "expect_column_values_to_be_in_set",
            kwargs={"column": "byline", "value_set": ["Ines"]},
            meta={"id": "house", "reason_code": "other"},
        ),
        _expectation(
            "expect_column_value_lengths_to_be_between",
            kwargs={"column": "byline", "max_value": 5},
            meta={"id": "short", "reason_code": "long"},
        ),
        _expectation(
            "expect_column_values_to_be_between",
            kwargs={"column": "count", "max_value": 0},
            severity="warning",
            meta={"id": "few"},
        ),
    )
    evaluation = _evaluate(contract, ["Ines", "Bartholomew", "Otto", None])
    assert [
        (each.row_key, each.expectation, each.reason_code, each.detail) for each in evaluation.failures
    ] == [
        ("key 1", "house", "other", "It is Bartholomew."),
        ("key 1", "short", "long", "It is Bartholomew."),
        ("key 2", "house", "other", "It is Otto."),
    ]
    assert evaluation.failed_keys == {"key 1", "key 2"}
    assert [row["unexpected_rows"] for row in evaluation.rows] == [2, 1, 3]


def test_what_another_failure_explains_is_not_reported_again(tmp_path: Path) -> None:
    contract = _contract(
        tmp_path,
        _expectation(
            "expect_column_values_to_be_between",
            kwargs={"column": "count", "max_value": 1},
            meta={"id": "few", "reason_code": "many", "explained_by": ["present", "house"]},
        ),
        _expectation(),
        _expectation(
            "expect_column_values_to_be_in_set",
            kwargs={"column": "byline", "value_set": ["Ines"]},
            meta={"id": "house", "reason_code": "other"},
        ),
    )
    evaluation = _evaluate(contract, [None, "Otto", "Ines", None, "Otto", "Ines"])
    assert [(each.row_key, each.reason_code) for each in evaluation.failures] == [
        ("key 0", "missing"),
        ("key 1", "other"),
        ("key 2", "many"),
        ("key 3", "missing"),
        ("key 4", "other"),
        ("key 5", "many"),
    ]
    assert [row["unexpected_rows"] for row in evaluation.rows] == [4, 2, 2], "the results tell all of it"


def test_a_day_without_rows_passes(tmp_path: Path) -> None:
    evaluation = _evaluate(_contract(tmp_path, _expectation()), [])
    assert evaluation.failures == ()
    assert [(row["passed"], row["evaluated_rows"]) for row in evaluation.rows] == [(True, 0)]


def test_a_later_day_without_rows_has_results_of_its_own(tmp_path: Path) -> None:
    contract, next_day = _contract(tmp_path, _expectation()), DAY + timedelta(days=1)
    first, second = _evaluate(contract, []), evaluate(quiet_context(), contract, _frame([]), next_day)
    assert second.rows == [row | {"capture_day": next_day} for row in first.rows]
    changed = _contract(tmp_path, _expectation(severity="warning"))
    assert _evaluate(changed, []).rows[0]["severity"] == "warning"


def _plain(listed: list[str], counted: int) -> dict[str, Any]:
    return {
        "success": False,
        "expectation_config": {"meta": {"id": "present"}},
        "result": {
            "unexpected_count": counted,
            "unexpected_index_list": [{"row_key": key} for key in listed],
        },
    }


@pytest.mark.parametrize(("listed", "counted"), [(["a"], 2), ([], 1), (["a", "a"], 2), (["a", "b"], 1)])
def test_a_list_that_isnt_whole_lets_nothing_through(listed: list[str], counted: int) -> None:
    with pytest.raises(IncompleteResult, match=f"'present' counted {counted} failing rows but listed"):
        failing_keys(_plain(listed, counted), "things")


def test_rows_that_cant_be_reported_apart_let_nothing_through(tmp_path: Path) -> None:
    frame = _frame(["Ines", "Otto"])
    frame["row_key"] = "one"
    with pytest.raises(IncompleteResult, match="can't be told apart"):
        evaluate(quiet_context(), _contract(tmp_path, _expectation()), frame, DAY)


def test_an_expectation_about_the_whole_table_is_refused(tmp_path: Path) -> None:
    contract = _contract(tmp_path, _expectation("expect_table_row_count_to_equal", kwargs={"value": 2}))
    with pytest.raises(ContractError, match="'present' is about the whole table"):
        _evaluate(contract, ["Ines"])


def test_a_detail_about_no_column_is_refused(tmp_path: Path) -> None:
    contract = _contract(tmp_path, _expectation(meta={"detail": "It is {bylines}."}))
    with pytest.raises(SettingsError, match="the detail of 'present' names 'bylines'"):
        _evaluate(contract, ["Ines"])


def test_details_tell_values_for_people(tmp_path: Path) -> None:
    expectation = _expectation(
        "expect_column_values_to_be_in_set",
        kwargs={"column": "byline", "value_set": ["Ines"]},
        meta={"detail": "{byline} | {count} | {seen} | {source_path}"},
    )
    rows: list[dict[str, object]] = [
        {"row_key": "1", "source_path": "a\nb.txt", "byline": "Ot\x00to {count}", "count": 2.5, "seen": None},
        {
            "row_key": "2",
            "source_path": "c.txt",
            "byline": "x" * 999,
            "count": 3,
            "seen": datetime(2025, 8, 25, 9, 30, tzinfo=UTC),
        },
        {
            "row_key": "3",
            "source_path": "d.txt",
            "byline": "Otto",
            "count": None,
            "seen": datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
        },
    ]
    evaluation = evaluate(quiet_context(), _contract(tmp_path, expectation), frame_of(rows, COLUMNS), DAY)
    assert [failure.detail for failure in evaluation.failures] == [
        r"Ot\x00to {count} | 2.5 | nothing | a b.txt",
        "x" * 299 + "… | 3 | 2025-08-25 09:30 UTC | c.txt",
        "Otto | nothing | 9999-12-31 23:59 UTC | d.txt",
    ]


def test_without_a_detail_the_columns_are_reported(tmp_path: Path) -> None:
    expectation = _expectation(
        "expect_column_values_to_be_in_set", kwargs={"column": "byline", "value_set": ["Ines"]}
    )
    del expectation["meta"]["detail"]
    assert _evaluate(_contract(tmp_path, expectation), ["Otto"]).failures[0].detail == "byline: Otto"


@given(text=st.text(max_size=500))
def test_captured_text_becomes_one_short_printable_line(text: str) -> None:
    reported = one_line(text, 300)
    assert reported.isprintable()
    assert len(reported) <= 300
    assert one_line(reported, 300) == reported
