"""The marts of loaded days: articles, revisions, repeats, tickers and quarantine."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.db import reading
from newsmarts.core.errors import MissingPartition
from newsmarts.core.partitions import candidate_path, warehouse_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.marts.run import build
from tests.examples import one_fast
from tests.marts.factory import DAY, Page, day_after, load_days, mart_rows

TICKER = "Ferries stay in port as the storm nears"


def select(settings: Settings, sql: str) -> list[Any]:
    with reading(candidate_path(settings.home)) as connection:
        return connection.execute(sql).fetchall()


def test_an_article_is_its_latest_capture(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [Page("first", body=("One boat.",), tags=("a", "b"), shares=3)],
            day_after(4): [Page("later", body=("Two boats.", "Both red."), tags=("c",), shares=8)],
        },
    )
    build(settings)
    assert select(
        settings,
        "SELECT headline, byline, byline_raw, share_count, word_count, body_length_chars, published_at, "
        "published_local, published_date, first_captured_at, last_captured_at FROM marts.articles",
    ) == [
        (
            "Harbour reopens",
            "Al Mayadeen",
            "Al Mayadeen English",
            8,
            4,
            21,
            datetime(2025, 8, 20, 9, 30, tzinfo=UTC),
            datetime(2025, 8, 20, 12, 30),
            date(2025, 8, 20),
            datetime(2025, 8, 25, tzinfo=UTC),
            datetime(2025, 8, 29, tzinfo=UTC),
        )
    ]
    assert select(settings, "SELECT body_text FROM marts.article_texts") == [("Two boats.\n\nBoth red.",)]
    assert select(settings, "SELECT position, tag FROM marts.article_tags") == [(1, "c")]


def test_each_capture_has_one_outcome(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [
                Page("new"),
                Page("same", hour=1),
                Page("shared", hour=2, shares=5),  # other bytes, the same text
                Page("revised", hour=3, body=("Boats stayed in port after all.",)),
                Page("back", hour=4),  # the first text again: known, so a repeat
                Page("bad", headline="Other", quarantined="byline_not_house"),
                Page("big", rejected=True, quarantined="file_too_large"),
            ]
        },
    )
    build(settings)
    outcomes = select(settings, "SELECT source_path, outcome, is_revision FROM marts.captures")
    assert {path.split("/")[1]: (outcome, revision) for path, outcome, revision in outcomes} == {
        "new.txt": ("loaded", False),
        "same.txt": ("repeat", False),
        "shared.txt": ("repeat", False),
        "revised.txt": ("loaded", True),
        "back.txt": ("repeat", False),
        "bad.txt": ("quarantined", False),
        "big.txt": ("quarantined", False),
    }
    assert select(
        settings,
        "SELECT captures, articles_loaded, new_articles, revisions, repeats, quarantined, rejected, "
        "withheld, round(quarantined_share, 3) FROM marts.partition_outcomes",
    ) == [(7, 2, 1, 1, 3, 2, 1, 0, 0.286)]
    # the latest capture is the article's text, though it came back to an earlier one
    assert select(settings, "SELECT body_text FROM marts.article_texts") == [
        ("Boats went out again on Monday.",)
    ]


def test_the_same_bytes_at_two_places_are_one_article(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a/copy"), Page("b/copy")]})
    build(settings)
    assert select(settings, "SELECT source_path, outcome FROM marts.captures ORDER BY ALL") == [
        (f"{DAY}/a/copy.txt", "loaded"),
        (f"{DAY}/b/copy.txt", "repeat"),
    ]


def test_an_earlier_capture_loaded_later_takes_the_first_place(settings: Settings) -> None:
    load_days(settings, {day_after(9): [Page("late")]})
    build(settings)
    load_days(settings, {DAY: [Page("early")]})
    build(settings)
    assert select(settings, "SELECT source_path, outcome FROM marts.captures ORDER BY ALL") == [
        (f"{DAY}/early.txt", "loaded"),
        (f"{day_after(9)}/late.txt", "repeat"),
    ]
    assert select(
        settings, "SELECT capture_day, articles_loaded, repeats FROM marts.partition_outcomes ORDER BY ALL"
    ) == [(DAY, 1, 0), (day_after(9), 0, 1)]


def test_an_article_goes_when_its_only_capture_does(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a", tags=("x",)), Page("b", headline="Stays")]})
    build(settings)
    load_days(settings, {DAY: [Page("b", headline="Stays")]})
    assert build(settings, rewrite_below=0).days == (DAY,)
    assert select(settings, "SELECT headline FROM marts.articles") == [("Stays",)]
    assert select(settings, "SELECT count(*) FROM marts.article_tags") == [(0,)]


def test_ticker_items_are_one_row_a_line(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [
                Page("a", ticker=(TICKER, "Short line", TICKER)),
                Page("b", headline="B", ticker=(TICKER,)),
            ],
            day_after(2): [Page("c", headline="C", quarantined="byline_not_house", ticker=(TICKER,))],
            day_after(3): [Page("d", headline="D", publisher="nour_news", news_id="7", ticker=(TICKER,))],
        },
    )
    build(settings)
    assert select(
        settings,
        'SELECT publisher, "text", sightings, first_seen_date, last_seen_date FROM marts.ticker_items '
        "ORDER BY ALL",
    ) == [
        ("al_mayadeen", TICKER, 3, DAY, day_after(2)),
        ("al_mayadeen", "Short line", 1, DAY, DAY),
        ("nour_news", TICKER, 1, day_after(3), day_after(3)),
    ]
    assert select(settings, "SELECT capture_day, position FROM marts.ticker_sightings ORDER BY ALL") == [
        (DAY, 1),
        (DAY, 1),
        (DAY, 2),
        (day_after(2), 1),
        (day_after(3), 1),
    ]


def test_a_leak_of_a_neighbouring_days_ticker_is_withheld(settings: Settings) -> None:
    """One line a distance, and a page of DAY that leaks it."""
    lines = {
        offset: f"Ferries stay in port as the storm of day {name} nears"
        for offset, name in {-3: "one", -1: "two", 0: "three", 1: "four", 3: "five"}.items()
    }
    leaking = [
        Page(f"leak{offset}", headline=f"Leaks {offset}", body=("Boats stayed in.", line.upper() + "!"))
        for offset, line in lines.items()
    ]
    days = {
        day_after(offset): [Page(f"shows{offset}", headline=f"Shows {offset}", ticker=(line,))]
        for offset, line in lines.items()
    }
    days[DAY] += leaking
    load_days(settings, days)
    result = build(settings)
    assert (result.articles, result.withheld) == (5, 5)
    assert select(settings, "SELECT count(*) FROM marts.articles WHERE headline LIKE 'Leaks%'") == [(0,)]
    rows = select(
        settings,
        "SELECT source_path, stage, reason_code, expectation, detail, subject FROM marts.quarantine",
    )
    assert {path: tuple(row) for path, *row in rows} == {
        f"{DAY}/leak{offset}.txt": (
            "publish",
            "ticker_in_body",
            "no_ticker_line_of_neighbouring_days_in_body",
            f"The body holds a ticker line of this or a neighbouring day: {line!r}",
            "page",
        )
        for offset, line in lines.items()
    }
    assert select(
        settings, "SELECT DISTINCT outcome, article_id FROM marts.captures WHERE source_path LIKE '%/leak%'"
    ) == [("quarantined", None)]


def test_what_is_no_leak_stays(settings: Settings) -> None:
    own_words = "Ferries will stay in port, the harbour master said, until the storm is over."
    inside_a_sentence = f'The harbour master said: "{TICKER}, and they will until Friday."'
    far_line = "Market in the old town opens again at noon on Friday"
    load_days(
        settings,
        {
            DAY: [
                Page(f"quotes{number}", headline=f"Quotes {number}", body=(body,))
                for number, body in enumerate((own_words, inside_a_sentence, far_line))
            ],
            day_after(1): [Page("shows", headline="Shows it", ticker=(TICKER,))],
            day_after(4): [Page("far", headline="Too far away", ticker=(far_line,))],
        },
    )
    assert build(settings).withheld == 0


def test_only_the_leaking_captures_of_an_article_are_withheld(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [Page("clean", body=("Boats went out.",))],
            day_after(1): [Page("leaking", body=("Boats went out.", TICKER))],
            day_after(2): [Page("shows", headline="Shows it", ticker=(TICKER,))],
        },
    )
    build(settings)
    texts = select(
        settings,
        "SELECT body_text FROM marts.article_texts JOIN marts.articles USING (article_id) "
        "WHERE headline = 'Harbour reopens'",
    )
    assert texts == [("Boats went out.",)]
    assert select(settings, "SELECT source_path, outcome FROM marts.captures ORDER BY ALL")[1] == (
        f"{day_after(1)}/leaking.txt",
        "quarantined",
    )


def test_a_withheld_article_comes_back_when_the_ticker_day_changes(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [Page("leak", headline="Leaks", body=(TICKER,))],
            day_after(1): [Page("shows", headline="Shows it", ticker=(TICKER,))],
        },
    )
    assert build(settings, rewrite_below=0).withheld == 1
    load_days(settings, {day_after(1): [Page("shows", headline="Shows it")]})
    result = build(settings, rewrite_below=0)
    assert (result.days, result.articles, result.withheld) == ((day_after(1),), 2, 0)
    assert select(settings, "SELECT count(*) FROM marts.quarantine") == [(0,)]


def test_a_changed_reach_rebuilds_the_marts(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [Page("leak", headline="Leaks", body=(TICKER,))],
            day_after(3): [Page("shows", headline="Shows it", ticker=(TICKER,))],
        },
    )
    assert build(settings).withheld == 1
    result = build(settings.model_copy(update={"ticker_neighbour_days": 2}))
    assert (result.changed, result.withheld) == (True, 0)


def test_nothing_to_do_changes_nothing(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a")]})
    assert build(settings).changed
    before = candidate_path(settings.home).read_bytes()
    assert build(settings) == build(settings)
    assert not build(settings).changed
    assert candidate_path(settings.home).read_bytes() == before


def test_without_a_warehouse_there_is_nothing_to_build(settings: Settings) -> None:
    with pytest.raises(MissingPartition, match="Load at least one day first"):
        build(settings)


def test_tables_are_in_the_order_of_their_keys(settings: Settings) -> None:
    pages = [Page(f"p{number}", headline=f"Number {number}", tags=("b", "a")) for number in range(9)]
    load_days(settings, {day_after(2): pages[:5], DAY: pages[3:], day_after(1): []})
    build(settings)
    load_days(settings, {day_after(2): pages[:6]})
    build(settings)
    as_stored = mart_rows(candidate_path(settings.home), order="")
    build(settings, full=True)
    assert mart_rows(candidate_path(settings.home), order="") == as_stored
    assert len(as_stored["articles"]) == 9
    ids = [row[0] for row in as_stored["articles"]]
    assert ids == sorted(ids)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of two days whose marts are built."""
    settings = load_settings(home=tmp_path_factory.mktemp("built"))
    load_days(settings, {DAY: [Page("a", tags=("x",))], day_after(1): [Page("b", headline="B")]})
    build(settings)
    return settings.home


@pytest.mark.parametrize("damage", one_fast(["garbage", "truncated", "emptied", "torn page"]))
def test_a_damaged_candidate_is_built_from_nothing(settings: Settings, built: Path, damage: str) -> None:
    shutil.copytree(built, settings.home, dirs_exist_ok=True)
    path = candidate_path(settings.home)
    expected = mart_rows(path)
    whole = path.read_bytes()
    damaged = {
        "garbage": b"no database at all" * 999,
        "truncated": whole[: len(whole) // 2],
        "emptied": b"",
        "torn page": whole[:12288] + b"\xff" * (len(whole) - 12288),
    }[damage]
    path.write_bytes(damaged)
    load_days(settings, {day_after(1): [Page("b", headline="B", shares=4)]})
    build(settings)
    load_days(settings, {day_after(1): [Page("b", headline="B")]})
    build(settings)
    assert mart_rows(path) == expected


def test_a_damaged_warehouse_is_named(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a")]})
    warehouse_path(settings.home).write_bytes(b"no database" * 999)
    with pytest.raises(Exception, match="newsmarts rebuild") as raised:
        build(settings)
    assert str(warehouse_path(settings.home)) in str(raised.value)
