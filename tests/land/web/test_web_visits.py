"""The file of a live feed's visits: what version 0.1.0 wrote is read, and what is written it could read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from newsmarts.land.web.visits import _VISITS

# as 0.1.0 wrote it: keys without a value left out, moments with an offset
OLD = {
    "https://a.example/1": {
        "captured_at": "2025-09-01T10:00:00+00:00",
        "checked_at": "2025-09-01T13:00:00+03:00",
        "etag": '"x"',
    },
    "https://a.example/2": {
        "captured_at": "2025-09-01T10:00:00+00:00",
        "checked_at": "2025-09-02T10:00:00+00:00",
        "last_modified": "Mon, 01 Sep 2025 10:00:00 GMT",
    },
}


def test_both_versions_read_each_others_file() -> None:
    visits = _VISITS.validate_json(json.dumps(OLD))
    first = visits["https://a.example/1"]
    assert (first.checked_at, first.checked_at.tzinfo) == (datetime(2025, 9, 1, 10, tzinfo=UTC), UTC)
    assert first.conditions == {"If-None-Match": '"x"'}
    written = json.loads(_VISITS.dump_json(visits, indent=1, exclude_none=True))
    assert [set(visit) for visit in written.values()] == [set(visit) for visit in OLD.values()]
    for url, visit in OLD.items():
        for name in ("captured_at", "checked_at"):
            assert datetime.fromisoformat(written[url][name]) == datetime.fromisoformat(visit[name])


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", '{"https://a.example/": {}}', '{"a": {"captured_at": "x"}}']
)
def test_a_damaged_file_is_recognised(damaged: str) -> None:
    with pytest.raises(ValidationError):
        _VISITS.validate_json(damaged)
