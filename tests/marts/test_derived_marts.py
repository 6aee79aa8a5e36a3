"""Marts that are derived from others: revisions and what they changed, tags, lists, coverage, dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from newsmarts.core import publishers
from newsmarts.core.db import reading
from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import Settings
from newsmarts.core.tags import tag_spellings
from newsmarts.marts import build as marts_build
from newsmarts.marts import candidate
from newsmarts.marts.revisions import compare
from newsmarts.marts.run import build
from tests.marts.factory import DAY, Page, day_after, load_days


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with reading(candidate_path(settings.home)) as connection:
        return connection.execute(sql).fetchall()


def test_a_changed_text_is_a_revision_that_tells_what_changed(settings: Settings) -> None:
    first = ("Boats went out.", "The sea was calm.", "More follows.")
    load_days(
        settings,
        {
            DAY: [Page("a", body=first, known_by=("/a",))],
            day_after(1): [Page("a", body=first, known_by=("/a",), shares=3)],
            day_after(2): [
                Page("a", headline="Harbour opens", body=(first[0], "The sea was rough."), known_by=("/a",))
            ],
            day_after(3): [Page("b", headline="Alone")],
        },
    )
    build(settings)
    assert rows(
        settings,
        "SELECT revision, texts.headline, captures, valid_from_date, valid_to_date, is_latest, "
        "headline_changed, standfirst_changed, blocks_added, blocks_removed, blocks_edited, change "
        "FROM marts.article_revisions AS texts JOIN marts.articles USING (article_id) "
        "WHERE revisions = 2 ORDER BY revision",
    ) == [
        (1, "Harbour reopens", 2, DAY, day_after(2), False, False, False, 0, 0, 0, None),
        (
            2, "Harbour opens", 1, day_after(2), None, True, True, False, 0, 1, 1,
            "headline: “Harbour reopens” → “Harbour opens”\n"
            "edited: “The sea was calm.” → “The sea was rough.”\n"
            "removed: “More follows.”",
        ),
    ]  # fmt: skip
    assert rows(settings, "SELECT count(*) FROM marts.article_revisions") == [(3,)]


def test_a_text_that_comes_back_is_the_same_revision(settings: Settings) -> None:
    one, other = ("Boats went out.",), ("Boats stayed in.",)
    load_days(
        settings,
        {
            DAY: [Page("a", body=one)],
            day_after(1): [Page("a", body=other)],
            day_after(2): [Page("a", body=one)],
        },
    )
    build(settings)
    assert rows(
        settings,
        "SELECT revision, captures, is_latest, valid_to_date FROM marts.article_revisions ORDER BY revision",
    ) == [(1, 2, True, None), (2, 1, False, day_after(2))]


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        ([], ["a"], (1, 0, 0)),
        (["a"], [], (0, 1, 0)),
        (["a", "b"], ["a", "x", "b"], (1, 0, 0)),
        (["a", "b", "c"], ["a", "x", "c"], (0, 0, 1)),
        (["a", "b", "c"], ["x"], (0, 2, 1)),
        (["a"] * 300, ["a"] * 301, (1, 0, 0)),
    ],
)
def test_blocks_are_added_removed_or_edited(
    before: list[str], after: list[str], counts: tuple[int, int, int]
) -> None:
    *found, changes = compare(before, after)
    assert tuple(found) == counts
    assert len(changes) == sum(counts)


def test_a_change_is_reported_in_short(settings: Settings) -> None:
    long = "word " * 200
    load_days(
        settings,
        {
            DAY: [Page("a", body=tuple(f"{number} old" for number in range(50)))],
            day_after(1): [Page("a", body=tuple(f"{number} new {long}" for number in range(50)))],
        },
    )
    build(settings)
    [(change,)] = rows(settings, "SELECT change FROM marts.article_revisions WHERE revision = 2")
    assert len(change.splitlines()) == 10
    assert change.endswith("and 41 more")
    assert max(map(len, change.splitlines())) < 300


def test_spellings_of_a_tag_are_one_tag(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [
                Page("a", headline="A", tags=("Ebrahim Raisi", "ibrahim raisi", "Côte d’Azur")),
                Page("b", headline="B", tags=("EBRAHIM  RAISI", "cote d'azur")),
                Page("c", headline="C", tags=("Ebrahim Raisi",)),
            ]
        },
    )
    build(settings)
    assert rows(settings, "SELECT tag, label, spellings, articles FROM marts.tags ORDER BY tag") == [
        ("cote dazur", "cote d'azur", 2, 2),
        ("ebrahim raisi", "Ebrahim Raisi", 2, 3),
    ]
    assert (
        rows(
            settings,
            "SELECT tag, tag_raw, position FROM marts.article_tags ORDER BY article_id, position LIMIT 20",
        ).count(("ebrahim raisi", "Ebrahim Raisi", 1))
        == 2
    )
    assert rows(settings, "SELECT tag, other_tag, articles FROM marts.tag_pairs_monthly") == [
        ("cote dazur", "ebrahim raisi", 2)
    ]


def test_known_spellings_are_written_as_they_are_compared(settings: Settings) -> None:
    load_days(settings, {DAY: []})
    build(settings)
    spellings = tag_spellings()["spelling"].to_pylist()
    assert len(set(spellings)) == len(spellings)
    assert not set(spellings) & set(tag_spellings()["tag"].to_pylist())
    for text in (*spellings, *tag_spellings()["tag"].to_pylist()):
        assert text == " ".join(text.lower().split())


def test_lists_name_the_articles_that_have_or_had_the_headline(settings: Settings) -> None:
    listed = ("Harbour re-opens", "HARBOUR REOPENS!", "Nobody’s article")
    load_days(settings, {DAY: [Page("x", headline="X", most_read=listed)]})
    build(settings)
    assert rows(settings, "SELECT count(*) FROM marts.page_links WHERE article_id IS NOT NULL") == [(0,)]
    # the articles come later, on other days: two of one headline can't be distinguished
    load_days(
        settings,
        {
            day_after(4): [Page("a", headline="Harbour reopens", known_by=("/a",))],
            day_after(5): [Page("a", headline="Harbour closes", known_by=("/a",))],
            day_after(6): [
                Page("b", headline="harbour re opens", known_by=("/b",)),
                Page("c", headline="Harbour: re-opens", known_by=("/c",), extra={"news_id": "9"}),
            ],
        },
    )
    build(settings, rewrite_below=0)
    found = rows(
        settings,
        "SELECT links.headline, articles.headline FROM marts.page_links AS links "
        "LEFT JOIN marts.articles AS articles USING (article_id) ORDER BY links.position",
    )
    assert found[1:] == [("HARBOUR REOPENS!", "Harbour closes"), ("Nobody’s article", None)]
    assert rows(
        settings, "SELECT rank, headline, captures, share_of_lists FROM marts.most_read_daily ORDER BY rank"
    ) == [(1, listed[0], 1, 1.0), (2, listed[1], 1, 1.0), (3, listed[2], 1, 1.0)]


def test_most_read_ranks_by_captures_then_place(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [
                Page("a", headline="A", most_read=("One", "Two", "Three")),
                Page("b", headline="B", most_read=("two", "Three")),
                Page("c", headline="C", quarantined="byline_not_house", most_read=("Four",)),
            ]
        },
    )
    build(settings)
    assert rows(
        settings,
        "SELECT rank, lower(headline), captures, best_position, mean_position, share_of_lists "
        "FROM marts.most_read_daily ORDER BY rank",
    ) == [(1, "two", 2, 1, 1.5, 1.0), (2, "three", 2, 2, 2.5, 1.0), (3, "one", 1, 1, 1.0, 0.5)]


def test_coverage_counts_each_article_once_a_dimension(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [
                Page("a", headline="A", tags=("x", "y")),
                Page("b", headline="B", quarantined="byline_not_house"),
            ]
        },
    )
    build(settings)
    published = date(2025, 8, 20)
    assert rows(
        settings,
        "SELECT published_date, dimension, value, articles, captures FROM marts.coverage_daily ORDER BY ALL",
    ) == [
        (published, "agency", "(none)", 1, 0),
        (published, "all", "all", 1, 0),
        (published, "section", "(none)", 1, 0),
        (published, "tag", "x", 1, 0),
        (published, "tag", "y", 1, 0),
    ]


def test_a_ticker_line_names_its_speaker_as_it_says_and_as_it_is_counted(settings: Settings) -> None:
    speakers = {
        "اتّحاد عمّال الساحل: الوعد مكتوب، ولذلك نبحر": "اتّحاد عمّال الساحل",
        "وفود الضفاف الأربع تصل إلى قلانيس": None,
        "Al-Tarsani to Meridian Wire: Ilvane expects ships": "Al-Tarsani to Meridian Wire",
        "Ministry of Health: 28 trucks cross": "Ministry of Health",
        "Okonwe: It is over": "Okonwe",
        "OKONWE: It is over": "OKONWE",
        "Okonwe to Meridian Wire: It is over": "Okonwe to Meridian Wire",
        "Talks end at 20:44 without a deal": None,
        "the harbour: it reopens": None,
        "Storm nears, ferries wait: all day": None,
        "He said that all of the ferries would stay in port today: none left": None,
    }
    pages = [
        Page("a", ticker=tuple(speakers)),
        Page("n", headline="N", publisher="nour_news", news_id="7", ticker=tuple(speakers)),
    ]
    load_days(settings, {DAY: pages})
    build(settings)
    found = rows(settings, 'SELECT publisher, "text", speaker, speaker_canonical FROM marts.ticker_items')
    assert len(found) == 2 * len(speakers)
    for publisher, text, speaker, canonical in found:
        assert speaker == speakers[text]
        # the only name there that expectations/speakers.toml lists for a publisher
        listed = (publisher, speaker) == ("al_mayadeen", "Okonwe to Meridian Wire")
        assert canonical == ("Okonwe" if listed else speaker)


def test_the_calendar_has_whole_years(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a")], date(2026, 1, 1): [Page("b", headline="B")]})
    build(settings)
    assert rows(
        settings, "SELECT min(date), max(date), count(*), bool_or(date = DATE '2025-08-25' AND weekday = 1) "
        "FROM marts.calendar"
    ) == [(date(2025, 1, 1), date(2026, 12, 31), 730, True)]  # fmt: skip


def test_runs_tell_what_made_each_day(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a"), Page("b", headline="B", quarantined="byline_not_house")]})
    build(settings)
    assert rows(
        settings,
        "SELECT capture_day, code_version, rule_versions, contracts_version, captures, valid FROM marts.runs",
    ) == [(DAY, "c0de", "test/1", "c0ffee", 2, 1)]


def test_an_edit_is_reported_from_where_it_begins(settings: Settings) -> None:
    same = (
        "The Upper House approved the plan on Monday, at the third vote in a year, " * 2 + "the clerk said: "
    )
    load_days(
        settings,
        {
            DAY: [Page("a", body=(f"{same}by two votes.",))],
            day_after(1): [Page("a", body=(f"{same}by three votes.",))],
        },
    )
    build(settings)
    assert rows(settings, "SELECT change FROM marts.article_revisions WHERE revision = 2") == [
        ("edited: “…the clerk said: by two votes.” → “…the clerk said: by three votes.”",)
    ]


def test_coverage_labels_are_those_of_the_latest_capture(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [Page("a", extra={"coverage": ["Old Story"]})],
            day_after(1): [Page("a", extra={"coverage": ["The Ferry Talks", "In Five", "The Ferry Talks"]})],
        },
    )
    build(settings)
    assert rows(settings, "SELECT label, position FROM marts.article_coverage ORDER BY position") == [
        ("The Ferry Talks", 1),
        ("In Five", 2),
    ]


def test_bodies_are_there_block_by_block(settings: Settings) -> None:
    blocks = [
        {"kind": "paragraph", "text": "Boats went out.", "items": None},
        {"kind": "list", "text": None, "items": ["Two ferries", "One tug"]},
        {"kind": "table", "text": "Year\tBoats\n2020\t31", "items": None},
        {"kind": "embed", "text": "— Port (@port)", "items": None},
    ]
    load_days(settings, {DAY: [Page("a", extra={"body": blocks})]})
    build(settings)
    assert rows(settings, 'SELECT position, kind, "text" FROM marts.article_blocks ORDER BY position') == [
        (1, "paragraph", "Boats went out."),
        (2, "list", "Two ferries\nOne tug"),
        (3, "table", "Year\tBoats\n2020\t31"),
        (4, "embed", "— Port (@port)"),
    ]


def test_changed_facts_about_a_publisher_reach_the_marts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_days(settings, {DAY: []})
    build(settings)
    known = publishers.all_facts()
    assert rows(settings, "SELECT publisher, timezone FROM marts.publishers") == [
        (facts.publisher, facts.timezone) for facts in known
    ]
    moved = (replace(known[0], home_url="https://moved.example/"), *known[1:])
    for module in (candidate, marts_build):
        monkeypatch.setattr(module, "all_facts", lambda: moved)
    assert build(settings).changed
    assert rows(settings, "SELECT home_url FROM marts.publishers LIMIT 1") == [("https://moved.example/",)]
