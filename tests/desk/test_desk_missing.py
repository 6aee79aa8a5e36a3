"""Days that a feed should have captures of, on all pages; and messages of several lines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from upath import UPath

from newsmarts.core import schemas
from newsmarts.core.errors import StoreUnavailable
from newsmarts.core.partitions import partition_path
from newsmarts.core.settings import load_settings
from newsmarts.desk.airflow import FailedTask, FeedAnswer
from newsmarts.desk.backfill import backfill_view
from newsmarts.desk.today import TodayView, today_view
from newsmarts.desk.views import day_view, days_view
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_state import recent_day_states
from newsmarts.review.day_status import DayStatus
from newsmarts.review.missing_days import feed_captures
from tests.desk.day_files import write_day, write_landed_day
from tests.desk.desk_client import MadeUpAirflow, get, guarded, run_of

DAY = date(2025, 9, 1)
NOW = datetime(2025, 9, 11, 12, tzinfo=UTC)


pytestmark = pytest.mark.usefixtures("home")


def view_of(home: Path, airflow: MadeUpAirflow) -> TodayView:
    return today_view(load_settings(home=home), airflow, NOW)


def titles(view: TodayView) -> list[str]:
    return [each.title for each in view.to_do]


@pytest.fixture
def every_day(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The inbox should have captures of every day."""
    feeds = home / "feeds.toml"
    feeds.write_text("[feeds.inbox]\nkind = 'inbox'\nevery_day = true")
    monkeypatch.setenv("NEWS_FEEDS_FILE", str(feeds))


def test_days_between_captures_are_missing_for_feeds_that_should_have_some_every_day(
    home: Path, request: pytest.FixtureRequest
) -> None:
    """An archive of some days has no missing ones, however many lie between its newest day and today."""
    for number in (0, 2):
        write_landed_day(home, DAY + timedelta(days=number))
        write_day(home, DAY + timedelta(days=number))
    run = run_of(NOW.date() - timedelta(days=1))
    assert titles(view_of(home, MadeUpAirflow([run]))) == ["No release"]
    request.getfixturevalue("every_day")
    view = view_of(home, MadeUpAirflow([run]))
    (item,) = [each for each in view.to_do if each.title == "Missing days"]
    assert (item.total_days, item.days[0]) == (8, NOW.date() - timedelta(days=1))
    assert "inbox" in item.text
    assert view.map.counts["missing"] == 8
    at_hand, today, day = load_settings(home=home), NOW.date(), DAY + timedelta(days=1)
    states = recent_day_states(at_hand, today)
    assert [notice.title for notice in day_view(at_hand, day, states).notices] == ["This day is missing"]
    assert [status for known, status in days_view(states).lines if known.day == day] == [DayStatus.MISSING]
    (group,) = [
        group
        for group in backfill_view(at_hand, MadeUpAirflow(), can_start=True, today=today).groups
        if group.key == "missing"
    ]
    assert {choice.day for choice in group.days} == set(states.missing)
    assert group.days[0].note == "none from inbox"


def test_a_feed_counts_from_its_first_day_with_captures(home: Path, every_day: None) -> None:
    """A feed without any has no missing day, whatever else there is; each missing day has a cell."""
    old = NOW.date() - timedelta(days=500)
    write_day(home, old)  # of no feed that there is now
    assert not recent_day_states(load_settings(home=home), NOW.date()).missing
    assert "missing" not in view_of(home, MadeUpAirflow()).map.counts
    sources = get(guarded(), "/sources").text
    assert "no captures yet" in sources
    assert "missing day" not in sources
    write_landed_day(home, old)
    write_landed_day(home, NOW.date())  # so that Today shows the last twelve months
    missing = recent_day_states(load_settings(home=home), NOW.date()).missing
    assert len(missing) == view_of(home, MadeUpAirflow()).map.counts["missing"] == 364


def test_a_message_of_several_lines_is_shown_as_lines(home: Path) -> None:
    refusal = "6 of 8 article pages were quarantined\n- missing_body: 6 pages"
    write_day(home, DAY, accepted=False, refusal=refusal, warnings=["one\n- two"], run_id="r")
    for address in (
        "/today?year=2025",
        "/backfill",
        f"/contracts?day={DAY}",
        "/contracts/days",
        "/contracts/runs/news_pages/r",
    ):
        assert "\\n" not in get(guarded(), address).text, address


def test_a_refusals_causes_are_a_list_without_the_names_of_pages(home: Path) -> None:
    causes = [
        "- missing_body (x.y): 12 pages: 'b: 3 pages: .txt' and 11 more",
        "- no_date (z): 1 page: 'c.txt'",
    ]
    write_day(home, DAY, accepted=False, refusal="\n".join(["13 of 14 article pages", *causes]))
    html = get(guarded(), f"/contracts?day={DAY}").text
    assert '<p class="point">missing_body (x.y): 12 pages</p><p class="point">no_date (z): 1 page</p>' in html


def test_a_store_that_is_away_is_not_taken_for_a_day_without_captures(
    memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bytes:
        raise OSError(16, "Please reduce your request rate.")

    archive = UPath(memory)
    known = KnownDay(DAY, landed=1)
    path = partition_path(archive, "manifest", DAY) / "captures.parquet"
    path.write_bytes(schemas.to_bytes(schemas.CAPTURES.empty_table()))
    with monkeypatch.context() as patch:
        patch.setattr(type(archive.fs), "cat_file", away)
        with pytest.raises(StoreUnavailable, match="request rate"):
            feed_captures(archive, known)
    assert feed_captures(archive, known) == {}


ERROR = "'/crawls' is not a folder. Make it, <b>or</b> name another one."
LOG = f"/dags/news_pages/runs/manual__{DAY}__0/tasks/land/mapped/1"


def failed_feed() -> MadeUpAirflow:
    """A day whose run failed with its feed ``crawls``."""
    airflow = MadeUpAirflow([run_of(DAY, "failed")])
    run_id = airflow.runs[0].run_id
    airflow.failures = [FailedTask(run_id, "land", "crawls", ERROR, map_index=1)]
    airflow.answers = [FeedAnswer("crawls", ERROR, "failed", NOW, "news_pages", run_id, map_index=1)]
    return airflow


@pytest.mark.parametrize("has_results", [False, True])
def test_a_day_whose_feed_failed_has_the_error_and_its_log(home: Path, has_results: bool) -> None:
    """Also when the other feeds went through, or nothing was captured."""
    if has_results:
        write_day(home, DAY)
    app = guarded(failed_feed())
    day = get(app, f"/contracts?day={DAY}").text
    assert '<span class="badge bad">failed</span>' in day
    assert "<b>crawls</b>" in day
    assert "is not a folder. Make it, &lt;b&gt;or&lt;/b&gt; name another one." in day
    assert f'href="{LOG}"' in day
    assert "Nothing was captured" not in day
    assert ("every capture is accounted for" in day) == has_results
    assert '<span class="badge bad">failed</span>' in get(app, "/contracts/days").text
    assert "is not a folder" in get(app, "/today").text


def test_a_feed_that_failed_has_its_error_log_and_folder_on_sources(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "feeds.toml").write_text(
        "[feeds.crawls]\nkind = 'warc'\nfolder = 'other/../crawls'\nhosts = ['example.org']"
    )
    monkeypatch.setenv("NEWS_FEEDS_FILE", str(home / "feeds.toml"))
    html = get(guarded(failed_feed()), "/sources").text
    assert html.count("is not a folder. Make it, &lt;b&gt;or&lt;/b&gt; name another one.") == 2
    assert html.count(f'href="{LOG}"') == 2
    assert f"{home / 'crawls'}, pages of example.org" in html


def test_days_outside_of_the_months_shown_are_named_with_their_year(home: Path) -> None:
    """A page of yesterday in an archive of 2019 moves the map by years."""
    for number in range(3):
        write_day(home, date(2019, 5, 1) + timedelta(days=number), accepted=number > 0)
    assert view_of(home, MadeUpAirflow()).other_years == ()
    write_landed_day(home, date(2019, 6, 1), captures=0)
    write_day(home, NOW.date() - timedelta(days=1))
    runs = [run_of(date(2020, 1, 1), "failed")]
    found = view_of(home, MadeUpAirflow(runs)).other_years
    assert [(each.year, each.days, each.alarming) for each in found] == [(2020, 1, 1), (2019, 3, 1)]
    assert today_view(load_settings(home=home), MadeUpAirflow(), NOW, 2019).other_years == ()
    assert "3 days in 2019, 1 failed or refused" in get(guarded(), "/today").text
