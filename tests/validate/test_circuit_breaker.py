"""When a day is refused, when it only warns, and what the message says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.settings import Settings, load_settings
from newsmarts.validate import circuit_breaker
from tests.validate.days import DAY, Row, article, turned_away


def _settings(**overrides: Any) -> Settings:
    return load_settings(home="/nowhere", **overrides)


def _broken(name: str, reason: str = "ticker_in_body", **changes: Any) -> Row:
    row = turned_away(article(name), reason, stage="validate", publisher="al_mayadeen")
    return row | {"expectation": "no_ticker_line_in_body"} | changes


def _unparsed(name: str, reason: str) -> Row:
    return turned_away(article(name), reason)


def test_half_the_day_is_still_accepted_and_more_is_not() -> None:
    rows = [_broken(name) for name in "abc"]
    settings = _settings()
    assert circuit_breaker.refusal(DAY, circuit_breaker.share_of(6, rows), settings) is None
    assert circuit_breaker.refusal(DAY, circuit_breaker.share_of(5, rows), settings) is not None


def test_a_single_bad_page_never_refuses_a_day_unless_asked_for() -> None:
    share = circuit_breaker.share_of(1, [_broken("a")])
    assert circuit_breaker.refusal(DAY, share, _settings()) is None
    assert circuit_breaker.refusal(DAY, share, _settings(quarantine_fail_min_pages=1)) is not None


def test_the_message_names_expectations_and_pages() -> None:
    rows = [_broken(f"page {number}") for number in range(6)]
    rows += [_broken("page 0", "missing_body", expectation="body_present")]
    rows += [_unparsed("strange\npage", "parser_error")]
    message = circuit_breaker.refusal(DAY, circuit_breaker.share_of(8, rows), _settings())
    assert message is not None
    assert message.splitlines() == [
        "2025-08-25: 7 of 8 pages (88 %) were turned away; more than 50 % fails a day.",
        "- ticker_in_body (al_mayadeen_articles.no_ticker_line_in_body): 6 pages: '2025-08-25/page 0.txt', "
        "'2025-08-25/page 1.txt', '2025-08-25/page 2.txt', '2025-08-25/page 3.txt', '2025-08-25/page 4.txt' "
        "and 1 more",
        "- missing_body (al_mayadeen_articles.body_present): 1 page: '2025-08-25/page 0.txt'",
        r"- parser_error (parse): 1 page: '2025-08-25/strange\npage.txt'",
    ]


def test_a_page_counts_once_however_many_reasons_it_has() -> None:
    share = circuit_breaker.share_of(4, [_broken("a"), _broken("a", "missing_body"), _broken("b")])
    assert (share.pages, share.quarantined, share.value) == (4, 2, 0.5)


@pytest.mark.parametrize("reason", sorted(circuit_breaker.UNATTRIBUTABLE))
def test_pages_of_nobody_are_left_out_of_both_numbers(reason: str) -> None:
    rows = [_unparsed(name, reason) for name in "abcdefgh"]
    share = circuit_breaker.share_of(10, [*rows, _broken("i")])
    assert (share.pages, share.quarantined) == (2, 1)


def test_what_land_rejected_and_single_ticker_lines_dont_count() -> None:
    rows = [turned_away(article("a"), "file_too_large", stage="land"), _broken("b", subject="ticker_item")]
    share = circuit_breaker.share_of(3, rows)
    assert (share.pages, share.quarantined) == (3, 0)


def test_a_day_without_pages_has_no_share() -> None:
    share = circuit_breaker.share_of(0, [])
    assert share.value == 0
    assert circuit_breaker.refusal(DAY + timedelta(days=1), share, _settings(quarantine_fail_share=0)) is None


@given(landed=st.integers(0, 30), broken=st.integers(0, 30), strangers=st.integers(0, 30))
def test_the_share_is_a_share(landed: int, broken: int, strangers: int) -> None:
    rows = [_broken(f"b{number}") for number in range(broken)]
    rows += [_unparsed(f"s{number}", "unknown_publisher") for number in range(strangers)]
    share = circuit_breaker.share_of(landed + broken + strangers, rows)
    assert share.pages == landed + broken
    assert share.quarantined == broken
    assert 0 <= share.value <= 1
