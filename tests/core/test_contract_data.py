"""References of contracts to data beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.contract_data import resolved
from newsmarts.core.errors import SettingsError

DATA = """
[limits]
least = 4
words = ["a", "b"]

[more]
least = 5
most = 9
words = ["c"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.toml").write_text(DATA, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"column": "x", "set": [1]}, {"column": "x", "set": [1]}),
        ({"n": {"$data": "rules.limits.least"}}, {"n": 4}),
        ({"n": {"$keys": "rules"}}, {"n": ["limits", "more"]}),
        ({"column": "x", "$data": "rules.more"}, {"column": "x", "least": 5, "most": 9, "words": ["c"]}),
        ({"least": 6, "$data": "rules.more"}, {"least": 6, "most": 9, "words": ["c"]}),
        ({"$data": "rules.limits, rules.more"}, {"least": 5, "words": ["a", "b", "c"], "most": 9}),
        ([{"$data": "rules.limits.words"}], [["a", "b"]]),
    ],
)
def test_a_reference_is_what_it_leads_to(folder: Path, value: Any, expected: Any) -> None:
    assert resolved(value, folder, "here") == expected


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"$data": "rule.limits"}, "names a file that isn't there"),
        ({"$data": "../rules.limits"}, "names a file that isn't there"),
        ({"$data": "rules.limits.most"}, "has no 'most' there"),
        ({"$data": "rules.limits.least.x"}, "has no 'x' there"),
        ({"$data": 5}, "names a file that isn't there"),
        ({"$data": "rules.limits.least", "column": "x"}, "must lead to tables"),
        ({"$keys": "rules.limits.least"}, "must lead to a table"),
        ({"$keys": "rules", "column": "x"}, "nothing beside it"),
        ({"$keys": "rules", "$data": "rules"}, "Keep one of them"),
    ],
)
def test_a_wrong_reference_is_named(folder: Path, value: Any, fault: str) -> None:
    with pytest.raises(SettingsError, match=r"^here: ") as caught:
        resolved(value, folder, "here")
    assert fault in str(caught.value)
