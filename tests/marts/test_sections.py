"""The section of an article whose own page states none, from the lists of articles on other pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import Settings
from newsmarts.marts.run import build
from tests.marts.factory import DAY, Page, day_after, load_days, mart_rows
from tests.marts.test_derived_marts import rows

ARTICLE = Page("a", known_by=("/a",))
PUBLISHED = date(2025, 8, 20)


def listing(name: str, section: str | None, **more: Any) -> Page:
    """A page whose list has the article."""
    return Page(
        name,
        headline=f"Page {name}",
        most_read=(ARTICLE.headline,),
        list_section=section,
        known_by=(name,),
        **more,
    )


def sections(settings: Settings) -> list[tuple[Any, ...]]:
    return rows(
        settings,
        "SELECT section, section_source FROM marts.articles WHERE headline NOT LIKE 'Page %' ORDER BY ALL",
    )


@pytest.mark.slow
def test_the_section_that_most_captures_print_is_the_articles(settings: Settings) -> None:
    days = {
        day_after(9): [ARTICLE],
        DAY: [listing("1", "Economy"), listing("2", None)],
        day_after(1): [listing("3", "Politics"), listing("4", "Politics", hour=1)],
    }
    expected = [None, "Economy", "Politics"]
    for (day, pages), section in zip(days.items(), expected, strict=True):
        load_days(settings, {day: pages})
        build(settings, rewrite_below=0)
        assert sections(settings) == [(section, "list" if section else None)]
    counted = rows(
        settings, "SELECT value FROM marts.coverage_daily WHERE dimension = 'section' ORDER BY value"
    )
    assert counted == [("(none)",), ("Politics",)]
    bit_by_bit = mart_rows(candidate_path(settings.home))
    build(settings, full=True)
    assert mart_rows(candidate_path(settings.home)) == bit_by_bit
    # the lists are gone when their day is loaded again without them
    load_days(settings, {day_after(1): [], DAY: []})
    build(settings, rewrite_below=0)
    assert sections(settings) == [(None, None)]
    assert rows(settings, "SELECT value FROM marts.coverage_daily WHERE dimension = 'section'") == [
        ("(none)",)
    ]


@pytest.mark.parametrize("days", [(0, 1), (1, 0)])
def test_of_equals_the_one_captured_first_counts(settings: Settings, days: tuple[int, int]) -> None:
    pages = [listing("1", "Technology"), listing("2", "Arts")]
    load_days(settings, {DAY: [ARTICLE]})
    for number in days:
        load_days(settings, {day_after(number + 1): [pages[number]]})
        build(settings, rewrite_below=0)
    assert sections(settings) == [("Technology", "list")]


def test_what_the_articles_own_page_states_counts_first(settings: Settings) -> None:
    stated = Page("a", known_by=("/a",), extra={"section": "Sports"})
    load_days(settings, {DAY: [listing("1", "Economy"), listing("2", "Economy")], day_after(1): [stated]})
    build(settings)
    assert sections(settings) == [("Sports", "page")]
    load_days(settings, {day_after(1): [ARTICLE]})
    build(settings, rewrite_below=0)
    assert sections(settings) == [("Economy", "list")]


def test_an_entry_of_another_date_is_of_another_article(settings: Settings) -> None:
    load_days(
        settings,
        {
            DAY: [
                ARTICLE,
                listing("1", "Economy", list_date=date(2021, 8, 20)),
                listing("2", "Economy", list_date=date(2021, 8, 20)),
                listing("3", "Politics", list_date=PUBLISHED),
            ]
        },
    )
    build(settings)
    assert sections(settings) == [("Politics", "list")]


def test_a_headline_of_two_articles_gives_neither_a_section(settings: Settings) -> None:
    load_days(settings, {DAY: [ARTICLE, listing("1", "Economy")]})
    build(settings)
    assert sections(settings) == [("Economy", "list")]
    load_days(settings, {day_after(3): [Page("b", headline="HARBOUR REOPENS", known_by=("/b",))]})
    build(settings, rewrite_below=0)
    assert sections(settings) == [(None, None)] * 2
