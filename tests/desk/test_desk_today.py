"""The heat map, what is to be done, and the release: what becomes of days in every state."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from bs4 import BeautifulSoup

from newsmarts.core import text
from newsmarts.core.partitions import current_release_path, partition_path, releases_path
from newsmarts.core.settings import load_settings
from newsmarts.desk import pages
from newsmarts.desk.airflow import PRODUCER, DagFacts, FailedTask
from newsmarts.desk.calendar import KINDS, LETTER, heat_map, kind_of
from newsmarts.desk.to_do import DAYS_NAMED
from newsmarts.desk.today import TodayView, today_view
from newsmarts.land.local_days import LocalDays
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_state import DayStates
from tests.desk.day_files import HOSTILE, LeftOut, expectation, write_day, write_landed_day
from tests.desk.desk_client import MadeUpAirflow, get, guarded, run_of, states_of
from tests.tags import first_tag

DAY = date(2025, 9, 1)
NOW = datetime(2025, 9, 11, 12, tzinfo=UTC)


pytestmark = pytest.mark.usefixtures("home")


def away(count: int) -> list[LeftOut]:
    return [LeftOut(f"{number}.txt", "missing_date", "…") for number in range(count)]


def lists(count: int) -> list[LeftOut]:
    return [LeftOut(f"{number}.html", "section_page", "…", outcome="not_article") for number in range(count)]


def view_of(home: Path, airflow: MadeUpAirflow | None = None, year: int | None = None) -> TodayView:
    return today_view(load_settings(home=home), airflow or MadeUpAirflow(), NOW, year)


@pytest.fixture
def every_day(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The inbox should have captures of every day."""
    feeds = home / "feeds.toml"
    feeds.write_text("[feeds.inbox]\nkind = 'inbox'\nevery_day = true")
    monkeypatch.setenv("NEWS_FEEDS_FILE", str(feeds))


@pytest.mark.parametrize(
    ("outcome", "run", "kind"),
    [
        ({"captures": 40}, "success", "clean"),
        ({"captures": 40}, None, "clean"),  # run without Airflow
        ({"captures": 40, "left_out": away(2)}, "success", "few"),
        ({"captures": 40, "left_out": away(8)}, "success", "some"),
        ({"captures": 40, "left_out": away(9)}, "success", "many"),
        ({"captures": 0}, "success", "nothing"),
        ({"captures": 40, "left_out": away(2) + lists(20)}, "success", "some"),
        ({"captures": 20, "left_out": lists(20)}, "success", "clean"),
        ({"accepted": False}, "success", "refused"),
        ({"accepted": False, "run_id": f"manual__{DAY}__0"}, "failed", "refused"),
        ({"accepted": False, "run_id": "an earlier one"}, "failed", "failed"),
        ({"captures": 9, "valid": 1}, "success", "failed"),
        ({}, "failed", "failed"),
        ({"accepted": False}, "running", "running"),
    ],
)
def test_a_day_with_results(home: Path, outcome: dict[str, object], run: str | None, kind: str) -> None:
    write_day(home, DAY, **outcome)  # type: ignore[arg-type]
    assert kind_of(states_of(home), DAY, run_of(DAY, run) if run else None) == kind


def test_a_day_without_results() -> None:
    def kind(known: KnownDay | None = None, run: str | None = None, **options: bool) -> str | None:
        states = DayStates({DAY: known} if known else {}, LocalDays(), {})
        return kind_of(states, DAY, run_of(DAY, run) if run else None, **options)

    assert kind() == "nothing"
    assert kind(is_over=False) is None
    assert kind(run="success") == "nothing"
    assert kind(run="queued") == "running"
    assert kind(KnownDay(DAY, landed=0)) == "nothing"
    assert kind(KnownDay(DAY, landed=3), "success") == "waiting"
    assert kind(KnownDay(DAY, is_damaged=True)) == "waiting"
    assert kind_of(DayStates({}, LocalDays(new=Counter({DAY: 1})), {}), DAY, None) == "waiting"
    assert kind_of(DayStates({}, LocalDays(), {}, {DAY: ("crawl",)}), DAY, run_of(DAY)) == "missing"


def test_the_map_has_each_day_once_in_its_place() -> None:
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    states = DayStates({}, LocalDays(), {}, {last: ("crawl",)})
    found = heat_map(states, {first: run_of(first)}, first, last, date(2025, 1, 1))
    assert len(found.cells) == len({(cell.x, cell.y) for cell in found.cells}) == 366
    assert [cell.day for cell in found.cells] == [first + timedelta(days=number) for number in range(366)]
    assert found.counts == {"missing": 1, "nothing": 365}
    assert {cell.y for cell in found.cells if cell.day.weekday() == 6} == {max(c.y for c in found.cells)}
    assert max(cell.x for cell in found.cells) + 11 <= found.width
    assert all(x + len(name) * LETTER <= found.width for x, name in found.month_names)
    assert [name for _, name in found.month_names][:3] == ["January", "February", "March"]
    assert sum(sum(month.counts.values()) for month in found.months) == 366


def test_a_month_that_has_just_begun_is_named_in_full() -> None:
    found = heat_map(DayStates({}, LocalDays(), {}), {}, date(2024, 9, 6), DAY, DAY)
    x, name = found.month_names[-1]
    assert name == f"{DAY:%B}"
    assert x + len(name) * LETTER <= found.width


def test_every_day_has_a_cell_but_those_to_come(home: Path) -> None:
    write_day(home, DAY)
    days = [cell.day for cell in view_of(home).map.cells]
    assert (days[0], days[-1], len(days)) == (
        NOW.date() - timedelta(days=364),
        NOW.date() - timedelta(days=1),
        364,
    )
    assert view_of(home, year=2025).map.cells[0].day == date(2025, 1, 1)
    assert view_of(home, year=2019).map.counts == {"nothing": 365}
    assert view_of(home, year=2030).map.cells == ()


def test_an_archive_that_ended_long_ago_shows_its_newest_days(home: Path) -> None:
    old = date(2019, 5, 4)
    write_day(home, old)
    write_landed_day(home, NOW.date() - timedelta(days=1), captures=0)
    view = view_of(home)
    assert (view.map.last, view.ends_today) == (old, False)
    assert [cell.day for cell in view.map.cells if cell.kind != "nothing"] == [old]
    html = pages.render("today/today.html", base_path="", view=view, kinds=KINDS, warning_days=30)
    assert "Twelve months to 2019-05-04" in html
    write_day(home, DAY)
    view = view_of(home)
    assert (view.map.last, view.ends_today) == (NOW.date(), True)


@pytest.mark.usefixtures("every_day")
def test_every_kind_is_drawn_and_described(home: Path) -> None:
    write_day(home, DAY, captures=40, left_out=away(9))
    write_day(home, DAY + timedelta(days=1), captures=40, left_out=away(2))
    write_day(home, DAY + timedelta(days=2), captures=40, left_out=away(8))
    write_day(home, DAY + timedelta(days=3), accepted=False)
    write_day(home, DAY + timedelta(days=4))
    write_landed_day(home, DAY + timedelta(days=5), captures=2)
    states = {6: "running", 7: "success", 8: "failed", 10: "success"}
    runs = [run_of(DAY + timedelta(days=number), state) for number, state in states.items()]
    view = view_of(home, MadeUpAirflow(runs))
    assert set(view.map.counts) == set(KINDS)
    html = pages.render("today/today.html", base_path="/desk", view=view, kinds=KINDS, warning_days=30)
    page = BeautifulSoup(html, "lxml")
    titles = [title.get_text() for title in page.select("svg.heat title") if " 2025-09-" in title.get_text()]
    assert titles[0] == "Mon 2025-09-01: over 20 % quarantined; 40 captures, 31 valid, 9 quarantined"
    assert titles[5] == "Sat 2025-09-06: captures without results; 2 captures landed"
    assert {rect["class"][0] for rect in page.select("svg.heat rect")} == set(KINDS)
    css = pages.asset("today.css").content.decode()
    assert all(re.search(rf"^\.{kind} {{", css, re.MULTILINE) for kind in KINDS)
    row = first_tag(page, "table.months tbody tr")
    assert first_tag(row, "th").get_text() == "September 2025"
    counts = view.map.months[0].counts
    assert [int(cell.get_text()) for cell in row.select("td")[:-3]] == [
        counts[kind] for kind in view.map.counts
    ]


def titles(view: TodayView) -> list[str]:
    return [each.title for each in view.to_do]


def test_a_quiet_desk_has_nothing_to_do(home: Path) -> None:
    assert titles(view_of(home)) == []
    assert "Nothing to do" in get(guarded(), "/today").text


def test_a_feed_whose_folder_has_never_held_anything_needs_attention(home: Path) -> None:
    (home / "inbox").mkdir()
    assert titles(view_of(home)) == ["Empty feed: inbox"]
    write_landed_day(home, DAY)
    write_day(home, DAY)
    assert titles(view_of(home)) == ["No release"]


@pytest.mark.usefixtures("every_day")
def test_the_worst_comes_first(home: Path) -> None:
    write_day(home, DAY, accepted=False)
    for number in range(1, 10):
        write_landed_day(home, DAY + timedelta(days=number), captures=int(number not in (2, 4)))
    warned = expectation("nour", "has_tags", severity="warning", passed=False, unexpected_rows=1)
    for number in range(3, 10):
        write_day(home, DAY + timedelta(days=number))
    write_day(home, DAY + timedelta(days=3), expectations=[warned, expectation("nour", "x", passed=False)])
    runs = [run_of(DAY + timedelta(days=number), "success") for number in (*range(5, 10), 0)]
    failed = run_of(DAY + timedelta(days=4), "failed")
    airflow = MadeUpAirflow([failed, *runs], dag=DagFacts(is_paused=True, backfill_active=False))
    airflow.failures = [
        FailedTask(failed.run_id, "land", "wayback"),
        FailedTask(failed.run_id, "feeds", ""),
        FailedTask("of another run", "land", "crawls"),
    ]
    view = view_of(home, airflow)
    to_do = view.to_do
    assert [each.title for each in to_do] == [
        "Paused DAG: news_pages",
        "Paused DAG: news_marts",
        "Failed runs",
        "Refused days",
        "Days without results",
        "Missing days",
        "No release",
    ]
    assert to_do[2].text == "Feeds that failed: wayback (1)."
    assert [each.days for each in to_do[2:6]] == [
        (DAY + timedelta(days=4),),
        (DAY,),
        (DAY + timedelta(days=1),),
        (DAY + timedelta(days=2),),
    ]
    (warning,) = view.warnings
    assert (warning.contract, warning.expectation) == ("nour", "has_tags")
    assert (warning.days, warning.rows, warning.last_day) == (1, 1, DAY + timedelta(days=3))


def test_a_refused_day_is_no_failed_run(home: Path) -> None:
    """Its run fails, so that it is seen, but its results are there."""
    run = run_of(DAY, "failed")
    write_day(home, DAY, accepted=False, run_id=run.run_id)
    assert titles(view_of(home, MadeUpAirflow([run])))[:1] == ["Refused days"]
    later = run_of(DAY + timedelta(days=1), "failed")
    write_day(home, DAY + timedelta(days=1), run_id=later.run_id)
    assert titles(view_of(home, MadeUpAirflow([run, later])))[:2] == ["Failed runs", "Refused days"]


def test_what_people_undid_and_folders_that_name_no_day_need_attention(home: Path) -> None:
    write_day(home, DAY, acknowledged=["of a page"])
    page = home / "inbox" / "01.09.2025" / "page.txt"
    page.parent.mkdir(parents=True)
    page.write_text("x")
    view = view_of(home)
    assert titles(view)[:2] == ["Undone acknowledgements", "Folder that names no day"]
    assert "'01.09.2025' looks like a day and isn't one: 1 capture" in view.to_do[1].text


def test_days_that_differ_from_those_before_are_named(home: Path) -> None:
    write_day(home, DAY, warnings=["nour_news: 9 of 9 articles have no tags"])
    write_day(home, DAY + timedelta(days=1), warnings=[HOSTILE, "another"])
    write_day(home, DAY + timedelta(days=2))
    view = view_of(home)
    (item,) = [each for each in view.to_do if each.title == "Unusual days"]
    assert (item.days, item.tone) == ((DAY + timedelta(days=1), DAY), "warn")
    assert HOSTILE in item.text
    html = pages.render("today/today.html", base_path="", view=view, kinds=KINDS, warning_days=30)
    assert HOSTILE not in html
    assert "2 warnings" in html


def test_pages_that_are_not_articles_need_no_attention(home: Path) -> None:
    write_day(home, DAY, captures=3, left_out=lists(2))
    assert titles(view_of(home)) == ["No release"]
    page = get(guarded(), "/today").text
    assert "2 not articles" in " ".join(page.split())


def test_many_days_are_counted_and_a_few_named(home: Path) -> None:
    runs = [run_of(DAY - timedelta(days=number), "failed") for number in range(20)]
    (item,) = [each for each in view_of(home, MadeUpAirflow(runs)).to_do if each.title == "Failed runs"]
    assert (len(item.days), item.total_days, item.days[0]) == (DAYS_NAMED, 20, DAY)


def test_a_dag_that_is_not_there_is_reported(home: Path) -> None:
    assert titles(view_of(home, MadeUpAirflow(dag=None)))[0] == f"Missing DAG: {PRODUCER}"


def publish(home: Path, days: list[tuple[date, str, int]]) -> None:
    """A release with these days: code version and captures."""
    release = releases_path(home) / "000007-0123456789ab"
    release.mkdir(parents=True)
    with duckdb.connect(str(release / "news.duckdb")) as marts:
        marts.execute("CREATE SCHEMA marts")
        marts.execute("CREATE TABLE marts.articles AS SELECT unnest(range(3)) AS article_id")
        marts.execute(
            "CREATE TABLE marts.runs (capture_day DATE, code_version VARCHAR, rule_versions VARCHAR, "
            "contracts_version VARCHAR, captures BIGINT, landed BIGINT, parsed BIGINT, valid BIGINT, "
            "quarantined BIGINT)"
        )
        marts.execute("CREATE TABLE marts.partition_outcomes (capture_day DATE, outcome VARCHAR)")
        for day, code, captures in days:
            marts.execute("INSERT INTO marts.partition_outcomes VALUES ($1, 'accepted')", [day])
            marts.execute(
                "INSERT INTO marts.runs VALUES ($1, $2, 'test/1', 'c0ffee', $3, $3, $3, $3, 0)",
                [day, code, captures],
            )
    (release / "audit.json").write_text("{}")
    current_release_path(home).symlink_to(release)


def test_the_release_tells_what_it_holds_and_which_days_it_lacks(home: Path) -> None:
    for number in range(4):
        write_day(home, DAY + timedelta(days=number), accepted=number != 3)
    publish(home, [(DAY, "c0de", 4), (DAY + timedelta(days=1), "older", 4)])
    view = view_of(home)
    assert view.release is not None
    assert view.release.release_id == "000007-0123456789ab"
    assert view.release.content is not None
    assert view.release.content.rows == {"articles": 3, "partition_outcomes": 2, "runs": 2}
    # made by other code, and not loaded at all; a refused day isn't to be published
    assert view.release.unpublished == (DAY + timedelta(days=1), DAY + timedelta(days=2))
    assert "Unpublished days" in titles(view)


def test_a_release_that_cannot_be_asked_is_shown_all_the_same(home: Path) -> None:
    write_day(home, DAY)
    publish(home, [])
    path = current_release_path(home).resolve() / "news.duckdb"
    path.unlink()
    path.write_bytes(b"no database")
    view = view_of(home)
    assert view.release is not None
    assert view.release.content is None
    assert get(guarded(), "/today").status_code == 200


def test_hostile_names_stay_text(home: Path) -> None:
    warned = expectation(HOSTILE, HOSTILE, severity="warning", passed=False)
    write_day(home, datetime.now(UTC).date() - timedelta(days=1), expectations=[warned])
    run = run_of(DAY, "failed")
    airflow = MadeUpAirflow([run])
    airflow.failures = [FailedTask(run.run_id, "land", HOSTILE)]
    page = get(guarded(airflow), "/today").text
    assert page.count("&lt;script&gt;window.pwned") == 3
    assert HOSTILE not in page


def test_ten_years_of_days_are_looked_at_and_only_changed_ones_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write_day(home, DAY)
    for number in range(1, 200):
        shutil.copytree(made, partition_path(home, "validated", DAY - timedelta(days=number)))
    view_of(home)
    opened = []
    for reader in ("day_outcomes.read_outcome", "contract_history.read_expectations"):
        monkeypatch.setattr(f"newsmarts.review.{reader}", lambda _home, day: opened.append(day))
    assert sum(cell.kind == "clean" for cell in view_of(home).map.cells) == 200
    assert opened == []


def test_ages_are_given_in_whole_units() -> None:
    ages = {
        timedelta(seconds=59): "just now",
        timedelta(minutes=1): "1 minute ago",
        timedelta(hours=23, minutes=59): "23 hours ago",
        timedelta(days=2, hours=3): "2 days ago",
        timedelta(seconds=-5): "just now",
    }
    assert {age: text.ago(age) for age in ages} == ages


def test_a_share_is_never_rounded_to_all_or_nothing() -> None:
    shares = {1.0: "100%", 0.0: "0%", 0.999999: "99.99%", 0.5: "50.0%", 0.00001: "0.01%", 0.995: "99.50%"}
    assert {value: text.share(value) for value in shares} == shares
