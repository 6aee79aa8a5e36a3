"""Acknowledgements in the marts: while they are in force, and while their page is in quarantine for that."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from newsmarts.core.acknowledgements import QuarantineKey, record_decision
from newsmarts.core.db import reading
from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import Settings
from newsmarts.marts import audit
from newsmarts.marts.run import audit as run_audit
from newsmarts.marts.run import build, publish
from tests.marts.factory import (
    DAY,
    Page,
    acknowledge_page,
    capture_id_on,
    day_after,
    load_days,
    quarantine_entry,
)

TICKER = "Ferries stay in port as the storm nears"
BAD = Page("bad", headline="Bad", quarantined="byline_not_house")
AT = datetime(2025, 9, 3, 10, 30, tzinfo=UTC)
REPORTED = [(AT, date(2025, 9, 3), "editor", "Seen")]
OPEN = [(None, None, None, None)]


def shown(settings: Settings, where: str = "true") -> list[Any]:
    with reading(candidate_path(settings.home)) as connection:
        return connection.execute(
            "SELECT acknowledged_at, acknowledged_date, acknowledged_by, acknowledged_reason "
            f"FROM marts.quarantine WHERE {where} ORDER BY ALL"
        ).fetchall()


def test_it_shows_after_the_next_build_and_no_longer_once_undone(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("good"), BAD], day_after(1): [Page("other", headline="Other")]})
    build(settings)
    assert shown(settings) == OPEN
    acknowledge_page(settings, BAD, DAY)
    assert build(settings, rewrite_below=0).days == (DAY,)
    assert shown(settings) == REPORTED
    assert build(settings).days == ()
    record_decision("undone", settings, [quarantine_entry(BAD, DAY)], by="editor", at=AT)
    assert build(settings, rewrite_below=0).days == (DAY,)
    assert shown(settings) == OPEN


@pytest.mark.slow
def test_it_makes_a_release_of_its_own(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("good"), BAD]})
    build(settings)
    run_audit(settings)
    first = publish(settings)
    acknowledge_page(settings, BAD, DAY)
    assert build(settings).released_as is None
    run_audit(settings)
    second = publish(settings)
    assert second.published
    assert second.release_id != first.release_id
    record_decision("undone", settings, [quarantine_entry(BAD, DAY)], by="editor", at=AT)
    assert build(settings).changed


@pytest.mark.slow
def test_it_survives_a_run_of_its_day_and_ends_when_the_page_passes(settings: Settings) -> None:
    load_days(settings, {DAY: [BAD]})
    acknowledge_page(settings, BAD, DAY)
    build(settings)
    load_days(settings, {DAY: [BAD, Page("new", headline="New", hour=1)]})
    build(settings)
    assert shown(settings) == REPORTED
    passing = Page("bad", headline="Bad")
    assert capture_id_on(passing, DAY) == capture_id_on(BAD, DAY)
    load_days(settings, {DAY: [passing]})
    build(settings)
    assert shown(settings) == []
    with reading(candidate_path(settings.home)) as connection:
        assert connection.execute("SELECT headline FROM marts.articles").fetchall() == [("Bad",)]
    assert [finding.summary() for finding in audit.run_contracts(settings) if not finding.passed] == []


def test_another_reason_is_open(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("bad", headline="Bad", quarantined="missing_body")]})
    acknowledge_page(settings, BAD, DAY)
    build(settings)
    assert shown(settings) == OPEN


def test_what_land_rejected_and_what_publish_withholds_can_be_acknowledged(settings: Settings) -> None:
    rejected = Page("big", rejected=True, quarantined="file_too_large")
    leak = Page("leak", headline="Leak", body=(TICKER,))
    load_days(settings, {DAY: [Page("good", ticker=(TICKER,)), rejected, leak]})
    acknowledge_page(settings, rejected, DAY)
    expectation = "no_ticker_line_of_neighbouring_days_in_body"
    withheld = QuarantineKey(DAY, capture_id_on(leak, DAY), "page", "ticker_in_body", expectation)
    record_decision("acknowledged", settings, [withheld], by="editor", at=AT, reason="Seen")
    assert build(settings).withheld == 1
    assert shown(settings) == REPORTED * 2


@pytest.mark.slow
def test_hostile_words_are_only_words(settings: Settings) -> None:
    hostile = "'); DROP TABLE marts.articles; -- <script>alert(1)</script> =cmd()|'calc'!A0 {{ 7*7 }} $day"
    load_days(settings, {DAY: [BAD, Page("good")]})
    acknowledge_page(settings, BAD, DAY, reason=hostile)
    build(settings)
    assert shown(settings) == [(AT, date(2025, 9, 3), "editor", hostile)]
    assert [finding.summary() for finding in audit.run_contracts(settings) if not finding.passed] == []
