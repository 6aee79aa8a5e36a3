"""Times of captures that are known only by their day, and counts that change from capture to capture."""

from __future__ import annotations

import pytest

from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import Settings
from newsmarts.marts.run import build
from tests.examples import one_fast
from tests.marts.factory import DAY, Page, day_after, load_days, mart_rows
from tests.marts.test_derived_marts import rows

LINE = "Ferries stay in port as the storm nears"


def test_what_landed_before_precision_was_kept_is_a_day_at_midnight(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [
                Page("dated", headline="A"),
                Page("timed", headline="B", hour=7),
                Page("midnight", headline="C", precision="second"),
                Page("rejected", headline="D", rejected=True),
            ]
        },
    )
    build(settings)
    found = rows(settings, "SELECT source_path, captured_at_precision FROM marts.captures")
    assert {path.partition("/")[2]: precision for path, precision in found} == {
        "dated.txt": "day",
        "timed.txt": "second",
        "midnight.txt": "second",
        "rejected.txt": "day",
    }


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    one_fast(
        [
            (
                Page("a", hour=7),
                Page("a", hour=9),
                ("second", "second", 5 * 24 * 60 - 150, "second", "second"),
            ),
            (Page("a"), Page("a", hour=9), ("day", "second", None, "day", "second")),
            (Page("a", hour=7), Page("a"), ("second", "day", 5 * 24 * 60 - 150, "second", "day")),
        ]
    ),
)
def test_times_of_articles_and_ticker_lines_are_as_precise_as_their_captures(
    settings: Settings, first: Page, last: Page, expected: tuple[str, str, int | None, str, str]
) -> None:
    for day, page in ((DAY, first), (day_after(1), last)):
        load_days(settings, {day: [Page(page.name, hour=page.hour, ticker=(LINE,))]})
        build(settings, rewrite_below=0)
    assert rows(
        settings,
        "SELECT first_captured_at_precision, last_captured_at_precision, capture_lag_minutes, "
        "first_seen_at_precision, last_seen_at_precision FROM marts.articles, marts.ticker_items",
    ) == [expected]
    bit_by_bit = mart_rows(candidate_path(settings.home))
    build(settings, full=True)
    assert mart_rows(candidate_path(settings.home)) == bit_by_bit


def test_a_capture_without_a_time_makes_the_times_of_its_day_uncertain(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a", ticker=(LINE,)), Page("b", hour=9, ticker=(LINE,))]})
    build(settings)
    assert rows(settings, "SELECT last_captured_at_precision, capture_lag_minutes FROM marts.articles") == [
        ("day", None)
    ]
    assert rows(settings, "SELECT last_seen_at_precision FROM marts.ticker_items") == [("day",)]


def test_captures_have_the_shares_of_their_moment(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [Page("a", shares=3)],
            day_after(1): [Page("a", shares=40), Page("b", headline="B", quarantined="no", shares=7)],
            day_after(2): [Page("a")],
        },
    )
    build(settings)
    assert rows(settings, "SELECT capture_day, share_count FROM marts.captures ORDER BY ALL") == [
        (DAY, 3),
        (day_after(1), 40),
        (day_after(1), None),
        (day_after(2), None),
    ]
