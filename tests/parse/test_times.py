"""Wall times: how pages write them, and which moment they mean when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from newsmarts.parse.times import moment_of, parse_clock, parse_day, parse_month_first, parse_wall_time


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("16 May 2023 20:44", "2023-05-16T20:44"),
        ("1 Jun 2021 15:19", "2021-06-01T15:19"),
        ("1 June 2021, 3:19 PM", "2021-06-01T15:19"),
        ("5 Sept. 2024 - 00:00", "2024-09-05T00:00"),
        ("29 Feb 2023 10:00", None),
        ("16 Mayo 2023 20:44", None),
        ("16 May 2023 24:00", None),
        ("16 May 0001 00:00", None),
        ("16 May 2023", None),
    ],
)
def test_day_and_clock(text: str, wall: str | None) -> None:
    assert parse_wall_time(text) == (None if wall is None else datetime.fromisoformat(wall))


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("6/22/2024 5:01:54 PM", "2024-06-22T17:01:54"),
        ("6/22/2024 12:00:00 PM", "2024-06-22T12:00:00"),
        ("6/22/2024 12:00:00 AM", "2024-06-22T00:00:00"),
        ("6/22/2024 12:59:59 AM", "2024-06-22T00:59:59"),
        ("1/2/2024 11:59:59 PM", "2024-01-02T23:59:59"),
        ("6/22/2024 17:01:54", "2024-06-22T17:01:54"),
        ("22/6/2024 5:01:54 PM", None),
        ("6/22/2024 0:30 PM", None),
        ("6/22/2024", None),
    ],
)
def test_month_first(text: str, wall: str | None) -> None:
    assert parse_month_first(text) == (None if wall is None else datetime.fromisoformat(wall))


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("12:00 AM", (0, 0, 0)),
        ("12:00 PM", (12, 0, 0)),
        ("17:01 PM", (17, 1, 0)),
        ("17:01 AM", None),
        ("7:60", None),
    ],
)
def test_twelve_hour_clock(text: str, clock: tuple[int, int, int] | None) -> None:
    assert parse_clock(text) == clock


def test_day_alone() -> None:
    assert parse_day("28 Nov 2025") == date(2025, 11, 28)
    assert parse_day("31 Nov 2025") is None
    assert parse_day("West Asia") is None


@pytest.mark.parametrize(
    ("zone", "wall", "moment"),
    [
        ("Asia/Beirut", "2023-05-16T20:44", "2023-05-16T17:44"),
        ("Asia/Beirut", "2023-01-16T20:44", "2023-01-16T18:44"),
        # Iran kept summer time until 2022
        ("Asia/Tehran", "2024-06-22T17:01:54", "2024-06-22T13:31:54"),
        ("Asia/Tehran", "2022-06-22T17:01:54", "2022-06-22T12:31:54"),
    ],
)
def test_moment_of_a_wall_time(zone: str, wall: str, moment: str) -> None:
    assert moment_of(datetime.fromisoformat(wall), zone) == utc(moment)


def test_a_time_that_happens_twice_is_the_first_unless_metadata_says_the_second() -> None:
    # Beirut went back from 24:00 (+03:00) to 23:00 (+02:00) in the night to 27 October 2024
    wall = datetime.fromisoformat("2024-10-26T23:30")
    first, second = utc("2024-10-26T20:30"), utc("2024-10-26T21:30")
    assert moment_of(wall, "Asia/Beirut") == first
    assert moment_of(wall, "Asia/Beirut", stated=second.replace(second=40)) == second
    assert moment_of(wall, "Asia/Beirut", stated=first) == first
    assert moment_of(wall, "Asia/Beirut", stated=utc("2024-10-26T19:00")) == first, (
        "a disagreement settles nothing"
    )


def test_a_time_that_never_happens_is_read_with_the_offset_before_the_change() -> None:
    # Beirut went forward from 00:00 (+02:00) to 01:00 (+03:00) on 31 March 2024
    wall = datetime.fromisoformat("2024-03-31T00:30")
    assert moment_of(wall, "Asia/Beirut") == utc("2024-03-30T22:30")
    assert moment_of(wall, "Asia/Beirut", stated=utc("2024-03-30T21:30")) == utc("2024-03-30T22:30")
    # Tehran on 22 March 2021
    assert moment_of(datetime.fromisoformat("2021-03-22T00:30"), "Asia/Tehran") == utc("2021-03-21T21:00")
