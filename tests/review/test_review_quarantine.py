"""What is in quarantine now: the release's pages, and those of days that it doesn't show as they are."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from newsmarts.core.acknowledgements import record_decision
from newsmarts.core.db import run_sql
from newsmarts.core.partitions import partition_path
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.desk.quarantine import quarantine_view, query_of
from newsmarts.review.articles import open_marts
from newsmarts.review.day_results import Reason, group_by_page
from newsmarts.review.quarantine import _SQL, Filters, OpenPages, State, entry_of, open_quarantine
from tests.desk.day_files import LeftOut, write_day
from tests.desk.sample_desk import lend

pytestmark = pytest.mark.xdist_group("sample_marts")

AT = datetime(2025, 9, 30, tzinfo=UTC)
ALL = Filters(state="all")


@pytest.fixture
def settings(sample_home: Path, tmp_path: Path) -> Settings:
    lend(sample_home, tmp_path)
    return load_settings(home=tmp_path)


def reasons(settings: Settings, filters: Filters = ALL) -> list[Reason]:
    with open_quarantine(settings) as quarantine:
        return quarantine.chosen(filters, 0)[0]


def paths(found: list[Reason]) -> set[str]:
    return {reason.source_path for reason in found}


def expected_away() -> dict[str, str]:
    expected = json.loads((PROJECT_ROOT / "samples" / "expected.json").read_text("utf-8"))
    return {path: each["stage"] for path, each in expected.items() if each["outcome"] == "quarantined"}


def test_every_page_that_is_away_is_there_newest_first(settings: Settings) -> None:
    found = reasons(settings)
    assert paths(found) == set(expected_away())
    days = [reason.capture_day for reason in found]
    assert days == sorted(days, reverse=True)
    with open_quarantine(settings) as quarantine:
        assert quarantine.chosen(ALL, 0)[1] == len(expected_away())


@pytest.mark.parametrize(
    "filters",
    [
        Filters(reason="missing_byline"),
        Filters(publisher="nour_news"),
        Filters(day=date(2025, 9, 3)),
        Filters(stage="publish"),
        Filters(stage="parse", day=date(2025, 9, 5)),
    ],
)
def test_a_filter_leaves_just_the_pages_that_pass(settings: Settings, filters: Filters) -> None:
    def passes(reason: Reason) -> bool:
        return (
            (filters.reason is None or reason.reason_code == filters.reason)
            and (filters.publisher is None or reason.publisher == filters.publisher)
            and (filters.day is None or reason.capture_day == filters.day)
            and (filters.stage is None or reason.stage == filters.stage)
        )

    passing = paths([reason for reason in reasons(settings) if passes(reason)])
    assert passing
    assert paths(reasons(settings, filters)) == passing < set(expected_away())


@pytest.mark.parametrize("text", ["' OR 1=1 --", "$reason", "\x00", "%", "<script>"])
def test_a_filter_is_only_a_value(settings: Settings, text: str) -> None:
    assert reasons(settings, Filters(reason=text)) == []
    assert reasons(settings, Filters(publisher=text)) == []


def test_a_refused_day_is_read_from_what_validate_left(settings: Settings) -> None:
    refused = date(2025, 9, 8)
    write_day(
        settings.home,
        refused,
        captures=1,
        left_out=[LeftOut("red.txt", "missing_body", "No body.")],
        accepted=False,
        refusal="All of it was quarantined.",
    )
    found = reasons(settings)
    assert paths(found) == {*expected_away(), "red.txt"}
    assert found[0].capture_day == refused


def test_pages_that_are_not_articles_are_a_list_of_their_own(settings: Settings) -> None:
    day = date(2025, 9, 8)
    pages = [
        LeftOut("list.html", "section_page", "Its address is a section's.", outcome="not_article"),
        LeftOut("red.html", "missing_body", "No body.", outcome="quarantined"),
    ]
    write_day(settings.home, day, captures=2, left_out=pages)
    of_day = Filters(day=day, state="not_article")
    assert paths(reasons(settings, of_day)) == {"list.html"}
    assert paths(reasons(settings, Filters(day=day))) == {"red.html"}
    (found,) = reasons(settings, of_day)
    with open_quarantine(settings) as quarantine:
        assert quarantine.of_captures([found.capture_id]) == []  # so that it can't be acknowledged
        choices = quarantine.choices("not_article")
        assert "section_page" in {choice.value for choice in choices["reason"]}
        assert "missing_body" not in {choice.value for choice in choices["reason"]}
        assert quarantine.open_pages() == OpenPages(len(expected_away()) + 1, 0)


def test_a_day_that_ran_since_the_release_is_shown_as_it_is(settings: Settings) -> None:
    day = date(2025, 9, 3)
    before = reasons(settings, Filters(day=day, state="all"))
    shutil.rmtree(partition_path(settings.home, "validated", day))  # as it is replaced: whole
    write_day(settings.home, day, left_out=[LeftOut("new.txt", "missing_body", "No body.")])
    after = reasons(settings, Filters(day=day, state="all"))
    # what publish withholds is known of the release alone
    assert paths(after) == {"new.txt", *paths([each for each in before if each.stage == "publish"])}


def test_without_a_release_there_is_what_validate_left(settings: Settings) -> None:
    (settings.home / "marts").unlink()
    by_stage = expected_away()
    assert paths(reasons(settings)) == {path for path, stage in by_stage.items() if stage != "publish"}
    with open_quarantine(settings) as quarantine:
        assert not quarantine.has_release


def test_acknowledging_shows_at_once_and_undoing_too(settings: Settings) -> None:
    (chosen,) = reasons(settings, Filters(reason="missing_byline"))
    record_decision("acknowledged", settings, [entry_of(chosen)], by="ada", at=AT, reason="A guest column")
    assert chosen.source_path not in paths(reasons(settings, Filters()))
    (found,) = reasons(settings, Filters(state="acknowledged"))
    assert (found.acknowledged_by, found.acknowledged_at) == ("ada", AT)
    assert found.acknowledged_reason == "A guest column"
    record_decision("undone", settings, [entry_of(chosen)], by="ada", at=AT)
    assert reasons(settings, Filters(state="acknowledged")) == []


def test_a_page_is_open_until_each_of_its_reasons_is_acknowledged(settings: Settings) -> None:
    several = reasons(settings, Filters(reason="markup_in_text"))
    assert len(several) == 3
    record_decision(
        "acknowledged", settings, [entry_of(reason) for reason in several[:2]], by="ada", at=AT, reason="Seen"
    )
    (line,) = group_by_page(reasons(settings, Filters(reason="markup_in_text")))
    assert line.is_open
    assert line.is_partly_open
    record_decision("acknowledged", settings, [entry_of(several[2])], by="ada", at=AT, reason="Seen")
    assert reasons(settings, Filters(reason="markup_in_text")) == []
    (line,) = group_by_page(reasons(settings, Filters(reason="markup_in_text", state="acknowledged")))
    assert not line.is_open


def test_a_choice_counts_the_pages_that_its_filter_leaves(settings: Settings) -> None:
    several = reasons(settings, Filters(reason="markup_in_text"))  # three reasons of one page
    for decided in (several[:1], reasons(settings, Filters(reason="missing_byline"))):
        keys = [entry_of(reason) for reason in decided]
        record_decision("acknowledged", settings, keys, by="ada", at=AT, reason="Seen")
    states: tuple[State, ...] = ("open", "acknowledged", "all", "not_article")
    with open_quarantine(settings) as quarantine:
        for state in states:
            choices = quarantine.choices(state)
            assert choices["reason"]
            for kind, each in choices.items():
                for choice in each:
                    filters = replace(Filters(state=state), **{kind: choice.value})  # type: ignore[arg-type]
                    assert quarantine.chosen(filters)[1] == choice.pages, (state, choice)
        assert {choice.value for choice in quarantine.choices("all")["stage"]} == {*expected_away().values()}


def test_a_page_that_another_capture_brought_into_the_marts_is_replaced(settings: Settings) -> None:
    with open_marts(settings.home) as marts:
        query = "SELECT source_path, capture_day, capture_id FROM marts.captures WHERE outcome = 'loaded'"
        (path, day, capture_id), (other, *_) = marts.execute(f"{query} ORDER BY ALL LIMIT 2").fetchall()
    before, after = date(2025, 8, 1), date(2025, 9, 30)
    for bad_day, name in ((before, path), (after, other)):
        write_day(settings.home, bad_day, left_out=[LeftOut(name, "missing_body", "No body.")])
    (found,) = reasons(settings, Filters(state="replaced"))
    assert (found.capture_day, found.replaced_by, found.replaced_on) == (before, capture_id, day)
    with open_quarantine(settings) as quarantine:
        assert quarantine.open_pages() == OpenPages(len(expected_away()) + 2, 1)
        assert [choice.pages for choice in quarantine.choices("replaced")["reason"]] == [1]
    record_decision("acknowledged", settings, [entry_of(found)], by="ada", at=AT, reason="Replaced")
    assert reasons(settings, Filters(state="replaced")) == []
    assert before in {reason.capture_day for reason in reasons(settings, Filters(state="acknowledged"))}


@pytest.mark.parametrize(
    ("bad", "good", "is_replaced"),
    [
        # feed, path, address, time
        (("inbox", "a.txt", None, 1), ("inbox", "a.txt", None, 1), True),  # new bytes in the same folder
        ((None, "a.txt", None, 1), ("inbox", "a.txt", None, 1), True),  # rejected on landing
        (("inbox", "a.txt", None, 2), ("inbox", "a.txt", None, 1), False),
        (("inbox", "a.txt", None, 1), ("other", "a.txt", None, 2), False),
        (("web", "1", "https://x/1", 1), ("other", "2", "https://x/1", 2), True),
        (("web", "1", "https://x/1", 2), ("web", "2", "https://x/1", 1), False),
        (("web", "a.zip!/a.txt", None, 1), ("web", "a.zip!/a.txt", None, 2), True),
        (("crawl", "a.jsonl!/12", None, 1), ("crawl", "a.jsonl!/12", None, 2), False),  # a line, not a name
    ],
)
def test_what_replaces_a_page(bad: tuple[object, ...], good: tuple[object, ...], is_replaced: bool) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA marts")
        columns = "capture_id, outcome, feed, source_path, url, captured_at, capture_day"
        connection.execute(
            f"CREATE TABLE marts.captures AS SELECT *, DATE '2025-09-01' + captured_at AS capture_day "
            f"FROM (VALUES ('bad', 'quarantined', $1, $2, $3, $4), ('good', 'loaded', $5, $6, $7, $8)) "
            f"AS rows ({columns.removesuffix(', capture_day')})",
            [*bad, *good],
        )
        connection.execute("CREATE TABLE reasons AS SELECT *, 'page' AS subject FROM marts.captures LIMIT 1")
        found = run_sql(connection, _SQL / "replaced.sql").fetchall()
    assert [row[:2] for row in found] == ([("bad", "good")] if is_replaced else [])


def test_screens_follow_each_other_without_gap(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("newsmarts.review.quarantine", "newsmarts.desk.quarantine"):
        monkeypatch.setattr(f"{module}.PAGE_SIZE", 10)
    seen: list[str] = []
    with open_quarantine(settings) as quarantine:
        last = quarantine_view(quarantine, ALL, 1).last_number
        for number in range(1, last + 1):
            view = quarantine_view(quarantine, ALL, number)
            assert view.first_shown == len(seen) + 1
            seen += [line.source_path for line in view.lines]
        assert quarantine_view(quarantine, ALL, 99).number == 1
    assert last == 3
    assert len(seen) == len(set(seen)) == len(expected_away())


def test_filters_as_an_address() -> None:
    filters = Filters(reason="a", day=date(2025, 9, 1), state="all")
    assert query_of(filters, 2) == "?reason=a&day=2025-09-01&state=all&page=2"
    assert query_of(filters, 2, page=None, reason="b&c") == "?reason=b%26c&day=2025-09-01&state=all"
    assert query_of(Filters()) == ""
