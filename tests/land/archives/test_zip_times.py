"""When a member of a ZIP file was captured: UTC where the tool wrote it, else the day of a clock."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest

from newsmarts.core.settings import Settings
from newsmarts.land import run
from tests.land.inbox_files import InboxDay, inbox_days, put, rows

DAY = date(2025, 8, 25)
CLOCK = (2025, 8, 26, 1, 30, 0)  # in a zone 3 hours ahead of UTC
MOMENT = datetime(2025, 8, 25, 22, 30, tzinfo=UTC)


def field(number: int, data: bytes) -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def extended(moment: datetime, flags: int = 1) -> bytes:
    return field(0x5455, struct.pack("<Bi", flags, int(moment.timestamp())))


def ntfs(moment: datetime) -> bytes:
    ticks = (moment - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10
    return field(0x000A, bytes(4) + field(1, struct.pack("<QQQ", ticks, ticks, ticks)))


def zip_of(extra: bytes, clock: tuple[int, int, int, int, int, int] = CLOCK, name: str = "a.html") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name, clock)
        info.extra = extra
        archive.writestr(info, b"<p>A page.</p>")
    return out.getvalue()


@pytest.mark.parametrize(
    "extra",
    [
        extended(MOMENT),
        ntfs(MOMENT),
        field(0x7875, b"\x01\x04\0\0\0\0\x04\0\0\0\0") + extended(MOMENT),
        extended(datetime(1970, 1, 1, tzinfo=UTC)) + ntfs(MOMENT),  # the first has none
    ],
    ids=["extended timestamp", "NTFS", "behind another field", "an empty one before it"],
)
def test_utc_in_an_extra_field(settings: Settings, extra: bytes) -> None:
    put(settings, "saved.zip", zip_of(extra))
    assert inbox_days(settings) == [InboxDay(DAY, 1, 1)]
    for _ in range(2):  # by reading through, and by the index
        assert run.run(DAY, settings).landed == 1
    (row,) = rows(settings, "captures")
    assert (row["captured_at"], row["captured_at_precision"]) == (MOMENT, "second")
    assert inbox_days(settings) == [InboxDay(DAY, 1, 0)]


@pytest.mark.parametrize(
    "extra",
    [
        b"",
        extended(MOMENT, flags=2),  # the time of the last access only
        field(0x5455, b"\x01\x00"),
        field(0x000A, bytes(4) + field(1, b"\xff" * 24)),
        field(0x000A, b""),
        b"\x55",
    ],
    ids=range(6),
)
def test_a_clock_without_a_zone_gives_the_day(settings: Settings, extra: bytes) -> None:
    put(settings, "saved.zip", zip_of(extra))
    day = date(2025, 8, 26)
    assert run.run(day, settings).landed == 1
    (row,) = rows(settings, "captures", day)
    assert row["captured_at"] == datetime(*CLOCK, tzinfo=UTC)
    assert row["captured_at_precision"] == "day"


def test_a_day_in_the_path_comes_first(settings: Settings) -> None:
    put(settings, "saved.zip", zip_of(extended(MOMENT), name="2025-08-24/a.html"))
    day = date(2025, 8, 24)
    assert run.run(day, settings).landed == 1
    (row,) = rows(settings, "captures", day)
    assert (row["captured_at"], row["captured_at_precision"]) == (datetime(2025, 8, 24, tzinfo=UTC), "day")


def test_no_time_at_all_is_that_of_the_archive(settings: Settings) -> None:
    put(settings, "2025-08-25/saved.zip", zip_of(b"", (1980, 1, 1, 0, 0, 0)))
    assert run.run(DAY, settings).landed == 1
    assert rows(settings, "captures")[0]["captured_at_precision"] == "day"
