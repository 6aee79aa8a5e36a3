"""Paths and days: one module builds them, and they read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import (
    contiguous_ranges,
    day_interval,
    parse_day,
    partition_days,
    partition_path,
    raw_object_path,
)

HOME = Path("/home-of-news")


@given(st.dates())
def test_a_day_survives_its_path(day: date) -> None:
    path = partition_path(HOME, "parsed", day)
    assert parse_day(path.name.partition("=")[2]) == day


def test_days_of_a_stage_come_in_order_and_without_litter(tmp_path: Path) -> None:
    days = [date(2025, 9, 3), date(2025, 8, 31), date(2025, 9, 1)]
    for day in days:
        partition_path(tmp_path, "manifest", day).mkdir(parents=True)
    (tmp_path / "raw" / "manifest" / ".tmp-abc").mkdir()
    assert list(partition_days(tmp_path, "manifest")) == sorted(days)
    assert list(partition_days(tmp_path, "validated")) == []


@pytest.mark.parametrize(
    "text",
    ["", "2025-8-25", "2025-02-30", "20250825", "2025-W35-1", "4199090100", "../../etc", "2025-08-25T00"],
)
def test_what_is_no_day_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_day(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("name", ["", "a" * 63, "A" * 64, "../" + "a" * 61, "a" * 64 + "\n"])
def test_only_a_sha256_names_a_raw_object(name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        raw_object_path(HOME, name)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_every_moment_is_in_exactly_its_own_day(moment: datetime) -> None:
    start, end = day_interval(moment.date())
    assert start <= moment < end
    assert end - start == timedelta(days=1)


@given(st.lists(st.dates(min_value=date(2025, 1, 1), max_value=date(2025, 3, 1))))
def test_ranges_cover_exactly_the_days(days: list[date]) -> None:
    ranges = contiguous_ranges(days)
    covered = [
        first + timedelta(days=offset) for first, last in ranges for offset in range((last - first).days + 1)
    ]
    assert covered == sorted(set(days))
    for (_, last), (first, _) in pairwise(ranges):
        assert first - last > timedelta(days=1)
