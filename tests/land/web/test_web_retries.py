"""When to try again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsmarts.land.web.client import backoff, retry_after

NOW = datetime(2025, 9, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 01 Sep 2025 12:01:30 GMT", 90),
        ("Mon, 01 Sep 2025 12:01:30 -0000", 90),
        ("Mon, 01 Sep 2025 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}, NOW) == seconds


def test_no_header_says_nothing() -> None:
    assert retry_after({}) is None


def test_the_wait_doubles_up_to_a_minute() -> None:
    assert [backoff(tries, lambda: 1.0) for tries in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_tries_of_many_processes_spread() -> None:
    assert backoff(3, lambda: 0.0) == 2
    assert 2 <= backoff(3) <= 4
