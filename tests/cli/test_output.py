"""Answers as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from newsmarts.cli.output import print_answer, to_json


@dataclass(frozen=True, slots=True)
class Part:
    at: datetime
    days: tuple[date, ...]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Part(datetime(2025, 9, 1, 10, tzinfo=UTC), (date(2025, 9, 1),)), None),
        ({date(2025, 9, 1): Path("/a/b")}, {"2025-09-01": "/a/b"}),
        ([Decimal("1.50"), None, True, 1.5], ["1.50", None, True, 1.5]),
        (datetime(2025, 9, 1, tzinfo=timezone(timedelta(hours=3))), "2025-09-01T00:00:00+03:00"),
    ],
)
def test_values_become_types_of_json(value: Any, expected: Any) -> None:
    expected = expected or {"at": "2025-09-01T10:00:00Z", "days": ["2025-09-01"]}
    assert to_json(value) == expected
    assert json.loads(json.dumps(to_json(value))) == expected


def test_letters_of_all_scripts_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer({"headline": "می"}, str, as_json=True)
    assert capsys.readouterr().out == '{\n  "headline": "می"\n}\n'
