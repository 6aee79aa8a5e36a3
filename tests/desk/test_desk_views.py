"""What the pages read and make of it: days, notices, order, and the day that a run works on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.errors import DamagedPartition, MissingPartition, UsageError
from newsmarts.core.partitions import current_release_path
from newsmarts.desk.day_runs import capture_day_of_run
from newsmarts.desk.views import DAYS_PER_PAGE, PAGES_SHOWN, days_view
from newsmarts.review.day_results import read_day
from tests.desk.day_files import (
    LeftOut,
    expectation,
    publish_withheld,
    write_day,
    write_landed_day,
)
from tests.desk.desk_client import states_of, view_of

DAY = date(2025, 9, 1)


def test_reasons_of_one_page_stand_together(tmp_path: Path) -> None:
    write_day(
        tmp_path,
        DAY,
        left_out=[
            LeftOut("a.txt", "missing_date", "no date", "date_present"),
            LeftOut("b.txt", "ticker_in_body", "LINE", "no_ticker"),
            LeftOut("a.txt", "foreign_byline", "Jo Doe", "house_byline"),
        ],
    )
    pages = read_day(tmp_path, DAY).quarantined
    assert [(page.source_path, [reason.reason_code for reason in page.reasons]) for page in pages] == [
        ("a.txt", ["missing_date", "foreign_byline"]),
        ("b.txt", ["ticker_in_body"]),
    ]


def test_a_page_and_its_ticker_line_are_two_entries(tmp_path: Path) -> None:
    write_day(
        tmp_path,
        DAY,
        left_out=[
            LeftOut("a.txt", "missing_date", "no date"),
            LeftOut("a.txt", "ticker_text", "…", subject="ticker_item"),
        ],
    )
    assert [page.subject for page in read_day(tmp_path, DAY).quarantined] == ["page", "ticker_item"]


def test_broken_expectations_come_first_and_worst_first(tmp_path: Path) -> None:
    write_day(
        tmp_path,
        DAY,
        expectations=[
            expectation("nour", "z_met"),
            expectation("nour", "warned", severity="warning", passed=False),
            expectation("nour", "broken", passed=False, unexpected_rows=1),
            expectation("alm", "a_met"),
        ],
    )
    results = view_of(tmp_path, DAY).expectations
    assert [(result.contract, result.expectation) for result in results if not result.passed] == [
        ("nour", "broken"),
        ("nour", "warned"),
    ]
    assert [(result.contract, result.expectation) for result in results if result.passed] == [
        ("alm", "a_met"),
        ("nour", "z_met"),
    ]


def test_reason_filter_counts_and_cuts(tmp_path: Path) -> None:
    many = [LeftOut(f"{n}.txt", "missing_date", "…") for n in range(PAGES_SHOWN + 5)]
    write_day(tmp_path, DAY, captures=300, left_out=[*many, LeftOut("x.txt", "foreign_byline", "…")])
    view = view_of(tmp_path, DAY)
    found = view.quarantined
    assert found.reasons == [("missing_date", PAGES_SHOWN + 5), ("foreign_byline", 1)]
    assert (len(found.pages), found.matching) == (PAGES_SHOWN, PAGES_SHOWN + 6)
    only = view_of(tmp_path, DAY, reason="foreign_byline").quarantined
    assert [page.source_path for page in only.pages] == ["x.txt"]
    assert view_of(tmp_path, DAY, reason="never_seen").quarantined.matching == 0


def test_pages_that_are_not_articles_are_apart_from_quarantine(tmp_path: Path) -> None:
    write_day(
        tmp_path,
        DAY,
        captures=9,
        left_out=[
            LeftOut("list.html", "section_page", "Its address is a section's.", outcome="not_article"),
            LeftOut("both.html", "video_page", "og:type is video.", outcome="not_article"),
            LeftOut("both.html", "missing_body", "No body.", outcome="quarantined"),
            LeftOut("old.html", "missing_date", "of a version that had no outcomes"),
        ],
    )
    view = view_of(tmp_path, DAY)
    assert [page.source_path for page in view.not_articles.pages] == ["list.html"]
    assert [page.source_path for page in view.quarantined.pages] == ["both.html", "old.html"]
    assert (view.not_articles.reasons, view.not_articles.total) == ([("section_page", 1)], 1)
    assert view.outcome is not None
    assert view.outcome.adds_up
    assert (view.outcome.valid, view.outcome.not_article, view.outcome.quarantined) == (6, 1, 2)
    only = view_of(tmp_path, DAY, reason="missing_date")
    assert (only.quarantined.matching, only.not_articles.matching, only.not_articles.total) == (1, 0, 1)


def test_a_day_of_an_earlier_version_has_no_warnings_and_counts_no_page_as_not_an_article(
    tmp_path: Path,
) -> None:
    write_day(tmp_path, DAY, not_article=None, warnings=None)
    outcome = read_day(tmp_path, DAY).outcome
    assert (outcome.not_article, outcome.warnings, outcome.adds_up) == (0, (), True)


@pytest.mark.parametrize(
    ("changes", "label", "title"),
    [
        ({}, "nothing quarantined", None),
        ({"ticker_items_quarantined": 1}, "some quarantined", None),
        (
            {"accepted": False, "refusal": "4 of 4 pages"},
            "refused",
            "This day was refused as a whole",
        ),
        ({"valid": 3}, "doesn't add up", "Captures are missing"),
    ],
)
def test_status_and_notice(tmp_path: Path, changes: dict[str, object], label: str, title: str | None) -> None:
    write_day(tmp_path, DAY, **changes)  # type: ignore[arg-type]
    view = view_of(tmp_path, DAY)
    assert view.status.label == label
    assert [notice.title for notice in view.notices] == ([title] if title else [])


def test_a_refused_day_has_its_reason_and_all_its_captures(tmp_path: Path) -> None:
    write_day(
        tmp_path,
        DAY,
        left_out=[
            LeftOut("bad.txt", "missing_body", "No body."),
            LeftOut("list.txt", "section_page", "…", outcome="not_article"),
        ],
        valid_pages=["a.txt", "b.txt"],
        accepted=False,
        refusal="1 of 3 pages broke date_present.",
    )
    view = view_of(tmp_path, DAY)
    (notice,) = view.notices
    assert notice.text.startswith("1 of 3 pages broke date_present.\n")
    assert "none of its articles" in notice.text
    shown = [
        page.source_path
        for each in (view.quarantined, view.not_articles, view.held_back)
        for page in each.pages
    ]
    assert shown == ["bad.txt", "list.txt", "a.txt", "b.txt"]
    assert view.held_back.reasons == [("day_refused", 2)]
    write_day(tmp_path, DAY, valid_pages=["a.txt", "b.txt"])
    assert view_of(tmp_path, DAY).held_back.total == 0


@pytest.mark.parametrize(
    ("wrote", "of_run", "expected"),
    [
        ("run-1", "run-1", None),
        ("run-2", "run-1", "written by the run run-2"),
        (None, "run-1", "written by a run outside Airflow"),
        ("run-2", None, None),
    ],
)
def test_results_of_another_run_say_so(
    tmp_path: Path, wrote: str | None, of_run: str | None, expected: str | None
) -> None:
    write_day(tmp_path, DAY, run_id=wrote)
    notices = view_of(tmp_path, DAY, run_id=of_run).notices
    assert (notices == ()) is (expected is None)
    if expected:
        assert expected in notices[0].text


def test_a_day_without_results_says_what_to_do(tmp_path: Path) -> None:
    unknown = view_of(tmp_path, DAY)
    assert unknown.outcome is None
    assert "inbox" in unknown.notices[0].text
    assert str(DAY) in unknown.notices[0].text

    write_landed_day(tmp_path, DAY)
    landed = view_of(tmp_path, DAY, run_state="failed")
    assert landed.status.label == "not validated yet"
    assert "Backfill" in landed.notices[0].text

    write_landed_day(tmp_path, DAY, captures=0)
    assert view_of(tmp_path, DAY, run_state="success").status.label == "nothing captured"

    assert "This run is running" in view_of(tmp_path, DAY, run_state="running").notices[0].text


def test_a_torn_file_is_reported_apart_from_a_missing_one(tmp_path: Path) -> None:
    with pytest.raises(MissingPartition):
        read_day(tmp_path, DAY)
    folder = write_day(tmp_path, DAY)
    (folder / "quarantine.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(DamagedPartition, match=r"quarantine\.parquet"):
        read_day(tmp_path, DAY)
    assert view_of(tmp_path, DAY).status.tone == "bad"


def test_a_damaged_manifest_is_no_day_without_captures(tmp_path: Path) -> None:
    write_landed_day(tmp_path, DAY)
    (tmp_path / "raw/manifest/capture_day=2025-09-01/captures.parquet").write_bytes(b"torn")
    assert view_of(tmp_path, DAY).status.label == "unreadable"
    assert days_view(states_of(tmp_path)).lines[0][1].label == "unreadable"


def test_valid_pages_that_the_marts_leave_out_are_shown(tmp_path: Path) -> None:
    write_day(tmp_path, DAY)
    assert view_of(tmp_path, DAY).withheld == ()
    publish_withheld(
        tmp_path,
        DAY,
        [
            LeftOut("b.txt", "ticker_in_body", "LINE", "neighbours", stage="publish"),
            LeftOut("a.txt", "ticker_in_body", "LINE", "neighbours", stage="publish"),
            LeftOut("c.txt", "missing_date", "known from the day itself", stage="validate"),
        ],
    )
    view = view_of(tmp_path, DAY)
    assert [page.source_path for page in view.withheld] == ["a.txt", "b.txt"]
    assert view.quarantined.pages == []
    assert view_of(tmp_path, DAY.replace(day=2)).withheld == ()


def test_marts_that_cannot_be_read_hide_no_results(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_day(tmp_path, DAY)
    publish_withheld(tmp_path, DAY, [])
    (current_release_path(tmp_path) / "news.duckdb").write_bytes(b"no database")
    assert view_of(tmp_path, DAY).status.label == "nothing quarantined"
    assert "can't be read" in caplog.text


def test_a_day_replaced_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results are never those of one validation beside the outcome of another."""
    write_day(tmp_path, DAY, run_id="old", expectations=[expectation("old", "x")])
    from newsmarts.review import day_results as results

    reads = results.read_outcome
    swaps = iter([True])

    def replaced_after_the_first_look(home: Path, day: date) -> results.Outcome:
        seen = reads(home, day)
        if next(swaps, False):
            write_day(tmp_path, DAY, run_id="new", expectations=[expectation("new", "x")])
        return seen

    monkeypatch.setattr(results, "read_outcome", replaced_after_the_first_look)
    day = results.read_day(tmp_path, DAY)
    assert (day.outcome.run_id, day.expectations[0].contract) == ("new", "new")


def test_list_of_days_pages_through_all_of_them(tmp_path: Path) -> None:
    days = [DAY + timedelta(days=n) for n in range(2 * DAYS_PER_PAGE + 3)]
    for day in days:
        write_landed_day(tmp_path, day)
    write_day(tmp_path, days[-1])

    seen: list[date] = []
    view = days_view(states_of(tmp_path))
    assert view.newest
    assert [known.outcome is None for known, _ in view.lines][:2] == [False, True]
    before: list[date | None] = [None]
    while True:
        seen += [known.day for known, _ in view.lines]
        if view.older_before is None:
            break
        before.append(view.older_before)
        view = days_view(states_of(tmp_path), view.older_before)
    assert seen == sorted(days, reverse=True)

    # and back again by the links to newer days
    for expected in reversed(before[:-1]):
        assert view.newer_before == expected
        view = days_view(states_of(tmp_path), view.newer_before)
    assert view.newest


def test_neighbours_of_a_day(tmp_path: Path) -> None:
    for offset in (0, 2, 5):
        write_landed_day(tmp_path, DAY + timedelta(days=offset))
    chosen = view_of(tmp_path, DAY + timedelta(days=2))
    assert (chosen.previous_day, chosen.next_day) == (DAY, DAY + timedelta(days=5))
    between = view_of(tmp_path, DAY + timedelta(days=3))
    assert (between.previous_day, between.next_day) == (DAY + timedelta(days=2), DAY + timedelta(days=5))


def test_empty_home_has_no_days(tmp_path: Path) -> None:
    view = days_view(states_of(tmp_path))
    assert (view.lines, view.total_days, view.first_day) == ((), 0, None)


MIDNIGHT = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("conf", "partition_key", "interval_start", "run_after", "expected"),
    [
        ({"day": "2025-08-25"}, "2025-08-26", MIDNIGHT, MIDNIGHT, date(2025, 8, 25)),
        ({"day": None}, "2025-08-26", MIDNIGHT, MIDNIGHT, date(2025, 8, 26)),
        ({}, None, MIDNIGHT, MIDNIGHT, date(2025, 9, 1)),
        (None, None, None, MIDNIGHT, date(2025, 8, 31)),
        (None, None, None, None, None),
    ],
)
def test_day_of_a_run(
    conf: dict[str, str | None] | None,
    partition_key: str | None,
    interval_start: datetime | None,
    run_after: datetime | None,
    expected: date | None,
) -> None:
    assert capture_day_of_run(conf, partition_key, interval_start, run_after) == expected


@given(st.one_of(st.text(min_size=1), st.integers(min_value=1), st.lists(st.integers(), min_size=1)))
def test_a_run_with_a_strange_day_is_a_usage_error(day: object) -> None:
    try:
        found = capture_day_of_run({"day": day}, None, MIDNIGHT)
    except UsageError:
        return
    assert found is not None
    assert found.isoformat() == day


def test_partitions_are_left_as_they_were(tmp_path: Path) -> None:
    folder = write_day(tmp_path, DAY)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    view_of(tmp_path, DAY)
    days_view(states_of(tmp_path))
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
