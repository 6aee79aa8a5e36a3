"""A path contains the capture day and, as a hint, the publisher."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core import publishers
from newsmarts.land import names

MTIME_NS = 1_756_200_000_123_456_789
MTIME = datetime(2025, 8, 26, 9, 20, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source_path", "day"),
    [
        ("2025-08-25/page.txt", date(2025, 8, 25)),
        ("2025-08-25/al_mayadeen/2024-01-01.txt", date(2025, 8, 25)),
        ("2025-08-25/deep/crawl-2025-08-26_b/page.txt", date(2025, 8, 26)),
        ("page-2025-08-25.txt", date(2025, 8, 25)),
        ("a/b/2025-08-25.txt", date(2025, 8, 25)),
        ("2025-02-30/page-2025-03-01.txt", date(2025, 3, 1)),  # no such day: the next place counts
        ("2025-13-01 2025-12-01/page.txt", date(2025, 12, 1)),
        ("12025-08-25/page.txt", None),
        ("2025-08-251/page.txt", None),
        ("2025-8-5/page.txt", None),
        ("1948-05-15/page.txt", None),  # before there were pages: a date in a title
        ("9999-12-31/page.txt", None),
        ("٢٠٢٥-٠٨-٢٥/page.txt", None),
        ("page.txt", None),
    ],
)
def test_day_in_path(source_path: str, day: date | None) -> None:
    assert names.day_in_path(source_path) == day
    midnight = None if day is None else (datetime(day.year, day.month, day.day, tzinfo=UTC), "day")
    assert names.captured_at_of(source_path, MTIME_NS) == (midnight or (MTIME, "second"))


@pytest.mark.parametrize("mtime_ns", [-1, 7_258_118_400 * 10**9, 2**63 - 1])
def test_an_impossible_mtime_is_no_capture_time(mtime_ns: int) -> None:
    assert names.captured_at_of("page.txt", mtime_ns) is None
    assert names.captured_at_of("2025-08-25/page.txt", mtime_ns) == (datetime(2025, 8, 25, tzinfo=UTC), "day")


@given(st.dates(date(1990, 1, 1), date(2199, 12, 31)), st.text("abc-_. ", max_size=5))
def test_any_folder_day_is_found(day: date, around: str) -> None:
    assert names.day_in_path(f"x/{around}{day.isoformat()}{around}/1999-01-01.txt") == day


@pytest.mark.parametrize(
    ("source_path", "publisher"),
    [
        ("al_mayadeen/x.txt", "al_mayadeen"),
        ("2025-08-25/Almayadeen-2024-08-05-talks.txt", "al_mayadeen"),
        ("al-mayadeen/a/b.html", "al_mayadeen"),
        ("nour_news/x.txt", "nour_news"),
        ("nournews-2024.txt", "nour_news"),
        ("NOUR-NEWS/x.txt", "nour_news"),
        ("al_mayadeen_ar/x.txt", "al_mayadeen_ar"),
        ("www.almayadeen.net", "al_mayadeen_ar"),
        ("crawl/almayadeen.net/news/x.html", "al_mayadeen_ar"),
        ("crawl/english.almayadeen.net/news/x.html", "al_mayadeen"),
        ("espanol.almayadeen.net", "al_mayadeen"),
        ("al_mayadeen/nournews-says.txt", None),
        ("elsewhere/x.txt", None),
    ],
)
def test_publisher_of(source_path: str, publisher: str | None) -> None:
    assert publishers.named_in(source_path) == publisher


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a.TEXT", "text/plain"),
        ("a.b.Html", "text/html"),
        ("a.htm", "text/html"),
        ("a.xhtml", "text/html"),
        ("a.pdf", None),
        ("txt", None),
        ("a.txt.gz", "text/plain"),
    ],
)
def test_media_type_of(name: str, media_type: str | None) -> None:
    assert names.media_type_of(name) == media_type


@pytest.mark.parametrize("name", ["a.txt.part", "a.TMP", "a.html.crdownload", "a.download", "a.txt~"])
def test_unfinished_names(name: str) -> None:
    assert names.is_unfinished(name)


def test_finished_name() -> None:
    assert not names.is_unfinished("part.txt")


def test_names_that_decode_stay_as_they_are() -> None:
    for name in ("a\nb'\"\\x41.txt", "\u202egpj.txt", "ميادين.txt"):
        assert names.source_path_of(f"d/{name}") == f"d/{name}"


def test_bytes_that_are_no_utf8_are_spelt_out() -> None:
    name = os.fsdecode(b"caf\xe9\\x.txt")
    assert names.source_path_of(name) == r"caf\xe9\\x.txt"


@given(st.binary(min_size=1, max_size=40).filter(lambda raw: b"\0" not in raw))
def test_any_name_can_be_stored(raw: bytes) -> None:
    names.source_path_of(os.fsdecode(raw)).encode("utf-8")
