"""Keys of the marts, read from contracts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.errors import SettingsError
from newsmarts.core.keys import Key, mart_key
from newsmarts.core.settings import PROJECT_ROOT

CONTRACTS = PROJECT_ROOT / "expectations"


def expectation(kind: str, severity: str = "critical", **kwargs: Any) -> dict[str, Any]:
    meta = {"id": kind, "reason_code": "duplicate_key", "notes": "A test."}
    return {"type": f"expect_{kind}", "kwargs": kwargs, "severity": severity, "meta": meta}


def write(folder: Path, key: list[str] | None, *expectations: dict[str, Any]) -> None:
    meta = {"notes": "A test."} | ({} if key is None else {"key": key})
    document = {"name": "marts_things", "meta": meta, "expectations": list(expectations)}
    (folder / "marts_things.json").write_text(json.dumps(document), encoding="utf-8")


def test_keys_of_the_marts() -> None:
    assert mart_key(CONTRACTS, "articles") == Key(("article_id",), unique=True)
    assert mart_key(CONTRACTS, "ticker_sightings") == Key(("ticker_item_id", "capture_id"), unique=True)
    assert mart_key(CONTRACTS, "quarantine") == Key(("capture_id", "stage", "reason_code"), unique=False)


@pytest.mark.parametrize(
    ("uniqueness", "unique"),
    [
        (expectation("compound_columns_to_be_unique", column_list=["b", "a"]), True),
        (expectation("compound_columns_to_be_unique", column_list=["a", "b", "c"]), False),
        (expectation("compound_columns_to_be_unique", "warning", column_list=["a", "b"]), False),
        (expectation("column_values_to_be_unique", column="a"), False),
        (
            expectation("compound_columns_to_be_unique", column_list=["a", "b"], row_condition="c = 1"),
            False,
        ),
    ],
)
def test_a_key_is_unique_when_the_contract_holds_its_mart_to_it(
    tmp_path: Path, uniqueness: dict[str, Any], unique: bool
) -> None:
    write(tmp_path, ["a", "b"], uniqueness)
    assert mart_key(tmp_path, "things") == Key(("a", "b"), unique)


def test_a_mart_may_have_no_contract_or_no_key(tmp_path: Path) -> None:
    assert mart_key(tmp_path, "things") is None
    write(tmp_path, None, expectation("column_values_to_be_unique", column="a"))
    assert mart_key(tmp_path, "things") is None


def test_a_broken_contract_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "marts_things.json").write_text("{")
    with pytest.raises(SettingsError, match="not valid JSON"):
        mart_key(tmp_path, "things")
