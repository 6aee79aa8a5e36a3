"""When a day is refused, when it only warns, and what the message says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.acknowledgements import QuarantineKey
from newsmarts.core.reasons import Reasons, load_reasons
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.validate import circuit_breaker
from tests.validate.days import DAY, Row, article, turned_away

REASONS = load_reasons(PROJECT_ROOT / "expectations")


def _settings(**overrides: Any) -> Settings:
    return load_settings(home="/nowhere", **overrides)


def _broken(name: str, reason: str = "ticker_in_body", **changes: Any) -> Row:
    row = turned_away(article(name), reason, stage="validate", publisher="al_mayadeen")
    return row | {"expectation": "no_ticker_line_in_body"} | changes


def _unparsed(name: str, reason: str) -> Row:
    return turned_away(article(name), reason)


def _share(parsed: int, rows: list[Row]) -> circuit_breaker.Share:
    return circuit_breaker.share_of(parsed, rows, REASONS)


def test_half_the_day_is_still_accepted_and_more_is_not() -> None:
    rows = [_broken(name) for name in "abc"]
    settings = _settings()
    assert circuit_breaker.refusal(DAY, _share(6, rows), settings) is None
    assert circuit_breaker.refusal(DAY, _share(5, rows), settings) is not None


def test_a_single_bad_page_never_refuses_a_day_unless_set_so() -> None:
    share = _share(1, [_broken("a")])
    assert circuit_breaker.refusal(DAY, share, _settings()) is None
    assert circuit_breaker.refusal(DAY, share, _settings(quarantine_fail_min_pages=1)) is not None


def test_the_message_names_expectations_and_pages() -> None:
    rows = [_broken(f"page {number}") for number in range(6)]
    rows += [_broken("page 0", "missing_body", expectation="body_present")]
    rows += [_unparsed("strange\npage", "parser_error")]
    message = circuit_breaker.refusal(DAY, _share(7, rows), _settings())
    assert message is not None
    assert message.splitlines() == [
        "2025-08-25: 7 of 8 article pages (88 %) were quarantined for reasons that hint at a changed site or "
        "a fault of the rules; more than 50 % refuses a day.",
        "- ticker_in_body (al_mayadeen_articles.no_ticker_line_in_body): 6 pages: '2025-08-25/page 0.txt', "
        "'2025-08-25/page 1.txt', '2025-08-25/page 2.txt', '2025-08-25/page 3.txt', '2025-08-25/page 4.txt' "
        "and 1 more",
        "- missing_body (al_mayadeen_articles.body_present): 1 page: '2025-08-25/page 0.txt'",
        r"- parser_error (parse): 1 page: '2025-08-25/strange\npage.txt'",
    ]


def test_a_page_counts_once_however_many_reasons_it_has() -> None:
    share = _share(4, [_broken("a"), _broken("a", "missing_body"), _broken("b")])
    assert (share.pages, share.alarmed, share.value) == (4, 2, 0.5)


def test_acknowledged_pages_count_for_nothing_unless_they_are_bad_for_another_reason_too() -> None:
    rows = [_broken("a"), _broken("b"), _broken("b", "missing_body"), _unparsed("c", "parser_error")]
    seen = {QuarantineKey.of(row) for row in rows if row["reason_code"] != "missing_body"}
    share = circuit_breaker.share_of(3, rows, REASONS, seen)
    assert (share.pages, share.alarmed) == (2, 1)  # of 4 and 3
    assert {key.capture_id for key in share.acknowledged} == {rows[0]["capture_id"], rows[3]["capture_id"]}
    assert share.summary() == "1 of 2 article pages (50 %), without 2 that are acknowledged,"
    settings = _settings(quarantine_fail_min_pages=1, quarantine_fail_share=0.5)
    assert circuit_breaker.refusal(DAY, share, settings) is None
    more = circuit_breaker.share_of(4, [*rows, _broken("d")], REASONS, seen)
    assert circuit_breaker.refusal(DAY, more, settings) is not None


def test_pages_that_dont_claim_to_be_articles_are_left_out_of_both_numbers() -> None:
    quiet = sorted(code for code in REASONS.meanings if not REASONS.alarms(code))
    rows = [_unparsed(code, code) for code in quiet if code != "unexpected_byline"]
    share = _share(2, [*rows, _broken("i")])
    assert (share.pages, share.alarmed) == (2, 1)


def test_persons_bylines_never_stop_a_day() -> None:
    share = _share(9, [_broken(f"page {number}", "unexpected_byline") for number in range(9)])
    assert (share.pages, share.alarmed) == (9, 0)


def test_an_alarm_is_set_by_editing_data_alone() -> None:
    loud = REASONS.meanings["unexpected_byline"].model_copy(update={"alarm": True})
    reasons = Reasons({**REASONS.meanings, "unexpected_byline": loud})
    share = circuit_breaker.share_of(9, [_broken("a", "unexpected_byline")], reasons)
    assert (share.pages, share.alarmed) == (9, 1)


def test_a_reason_that_is_not_in_the_file_is_an_alarm() -> None:
    share = _share(3, [_unparsed("a", "of_a_later_version")])
    assert (share.pages, share.alarmed) == (4, 1)


def test_what_land_rejected_and_single_ticker_lines_dont_count() -> None:
    rows = [turned_away(article("a"), "missing_body", stage="land"), _broken("b", subject="ticker_item")]
    share = _share(3, rows)
    assert (share.pages, share.alarmed) == (3, 0)


def test_a_day_without_pages_has_no_share() -> None:
    share = _share(0, [])
    assert share.value == 0
    assert circuit_breaker.refusal(DAY + timedelta(days=1), share, _settings(quarantine_fail_share=0)) is None


@given(*[st.integers(0, 30)] * 4)
def test_the_share_is_a_share(valid: int, broken: int, unread: int, strangers: int) -> None:
    rows = [_broken(f"b{number}") for number in range(broken)]
    rows += [_unparsed(f"u{number}", "missing_article_header") for number in range(unread)]
    rows += [_unparsed(f"s{number}", "unknown_publisher") for number in range(strangers)]
    share = _share(valid + broken, rows)
    assert share.pages == valid + broken + unread
    assert share.alarmed == broken + unread
    assert 0 <= share.value <= 1
