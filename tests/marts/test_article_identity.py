"""Which captures the marts take for one article, and under which id."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from newsmarts.core.db import reading
from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import Settings
from newsmarts.marts.identity import components
from newsmarts.marts.run import build
from tests.examples import one_fast
from tests.marts.factory import DAY, Page, day_after, load_days, mart_rows

TICKER = "Ferries stay in port as the storm nears"
EARLY = Page("early", headline="Harbour reopens", known_by=("/a",))
LATER = Page("later", headline="Harbour reopens after storm", known_by=("/a",))
APART = Page("apart", headline="Harbour reopens after storm", known_by=())


def select(settings: Settings, sql: str) -> list[Any]:
    with reading(candidate_path(settings.home)) as connection:
        return connection.execute(sql).fetchall()


def articles(settings: Settings) -> dict[str, set[str]]:
    """The names of the captures of each article, by the article's id."""
    found: dict[str, set[str]] = {}
    for article_id, path in select(
        settings, "SELECT article_id, source_path FROM marts.captures WHERE article_id IS NOT NULL"
    ):
        found.setdefault(article_id, set()).add(path.split("/")[1].removesuffix(".txt"))
    assert set(found) == {row[0] for row in select(settings, "SELECT article_id FROM marts.articles")}
    return found


def groups(settings: Settings) -> list[set[str]]:
    return sorted(articles(settings).values(), key=sorted)


def test_a_changed_headline_is_a_revision_of_the_article_with_that_address(settings: Settings) -> None:
    load_days(settings, {DAY: [EARLY], day_after(1): [LATER]})
    build(settings)
    assert articles(settings) == {EARLY.own_id: {"early", "later"}}
    assert select(settings, "SELECT headline, url FROM marts.articles") == [
        ("Harbour reopens after storm", None)
    ]
    assert select(settings, "SELECT outcome, is_revision FROM marts.captures ORDER BY captured_at") == [
        ("loaded", False),
        ("loaded", True),
    ]
    assert select(
        settings, "SELECT new_articles, revisions FROM marts.partition_outcomes ORDER BY capture_day"
    ) == [(1, 0), (0, 1)]


def test_a_capture_without_the_address_is_joined_by_a_headline_that_stood_there(settings: Settings) -> None:
    load_days(settings, {DAY: [EARLY, LATER], day_after(1): [APART]})
    build(settings)
    assert groups(settings) == [{"early", "later", "apart"}]


def test_what_shares_no_key_stays_apart(settings: Settings) -> None:
    other = Page("other", headline="Ferry sails", known_by=("/b",))
    elsewhere = Page("elsewhere", headline="Quay sold", known_by=("/a",), publisher="nour_news")
    load_days(settings, {DAY: [EARLY, other, elsewhere, APART]})
    build(settings)
    assert groups(settings) == [{"apart"}, {"early"}, {"elsewhere"}, {"other"}]


@pytest.mark.parametrize("rewrite_below", one_fast([20_000, 0]))
def test_a_capture_that_bridges_two_articles_joins_them_and_its_removal_parts_them(
    settings: Settings, rewrite_below: int
) -> None:
    one = Page("one", headline="Harbour reopens", tags=("x",))
    two = Page("two", headline="Harbour reopens after storm", known_by=("/a",), tags=("y",))
    bridge = Page("bridge", headline="Harbour reopens", known_by=("/a",))
    load_days(settings, {DAY: [one], day_after(10): [two]})
    build(settings, rewrite_below=rewrite_below)
    apart = mart_rows(candidate_path(settings.home))
    assert articles(settings) == {one.own_id: {"one"}, two.own_id: {"two"}}

    load_days(settings, {day_after(20): [bridge]})
    assert build(settings, rewrite_below=rewrite_below).days == (day_after(20),)
    assert articles(settings) == {one.own_id: {"one", "two", "bridge"}}
    assert select(settings, "SELECT count(*) FROM marts.articles") == [(1,)]
    assert select(settings, "SELECT revisions FROM marts.partition_outcomes ORDER BY capture_day") == [
        (0,),
        (1,),
        (0,),
    ]

    load_days(settings, {day_after(20): []})
    build(settings, rewrite_below=rewrite_below)
    after = mart_rows(candidate_path(settings.home))
    for mart in ("articles", "article_texts", "article_tags", "captures"):
        assert after[mart] == apart[mart], mart
    assert select(settings, "SELECT * FROM meta.joined_articles") == []


def test_the_id_is_that_of_the_earliest_capture_so_later_ones_leave_it(settings: Settings) -> None:
    headlines = ("Middle", "Zebra", "Aardvark")
    pages = [Page(headline, headline=headline, known_by=("/a",)) for headline in headlines]
    for number, page in enumerate(pages):
        load_days(settings, {day_after(number): [page]})
        build(settings, rewrite_below=0)
        assert [*articles(settings)] == [pages[0].own_id]
        joined = select(settings, "SELECT own_id, article_id FROM meta.joined_articles ORDER BY ALL")
        expected = sorted((page.own_id, pages[0].own_id) for page in pages[1 : number + 1])
        assert [(own_id.hex, article_id.hex) for own_id, article_id in joined] == expected


def test_an_earlier_capture_that_comes_late_gives_the_id(settings: Settings) -> None:
    load_days(settings, {day_after(5): [LATER]})
    build(settings, rewrite_below=0)
    load_days(settings, {DAY: [EARLY]})
    build(settings, rewrite_below=0)
    assert articles(settings) == {EARLY.own_id: {"early", "later"}}


@pytest.mark.slow
def test_a_chain_of_keys_is_one_article(settings: Settings) -> None:
    links = [Page(f"p{n}", headline=f"Headline {n}", known_by=(f"/{n}", f"/{n + 1}")) for n in range(30)]
    load_days(settings, {day_after(number): [page] for number, page in enumerate(links) if number != 15})
    build(settings, rewrite_below=0)
    assert [len(group) for group in groups(settings)] == [15, 14]
    load_days(settings, {day_after(15): [links[15]]})
    build(settings, rewrite_below=0)
    assert articles(settings) == {links[0].own_id: {page.name for page in links}}


def test_a_page_that_is_quarantined_joins_nothing(settings: Settings) -> None:
    bridge = Page("bridge", headline="Harbour reopens after storm", known_by=("/a",), quarantined="bad")
    load_days(settings, {DAY: [EARLY, APART, bridge]})
    build(settings)
    assert groups(settings) == [{"apart"}, {"early"}]


@pytest.mark.slow
def test_a_capture_joins_nothing_while_it_is_withheld(settings: Settings) -> None:
    bridge = Page("bridge", headline="Harbour reopens after storm", known_by=("/a",), body=(TICKER,))
    shows = Page("shows", headline="Shows it", ticker=(TICKER,))
    days = {DAY: [EARLY], day_after(9): [APART], day_after(20): [bridge]}
    load_days(settings, days)
    build(settings, rewrite_below=0)
    assert groups(settings) == [{"apart", "bridge", "early"}]
    load_days(settings, {day_after(21): [shows]})
    assert build(settings, rewrite_below=0).withheld == 1
    assert groups(settings) == [{"apart"}, {"early"}, {"shows"}]
    load_days(settings, {day_after(21): []})
    build(settings, rewrite_below=0)
    assert groups(settings) == [{"apart", "bridge", "early"}]


def test_a_build_of_one_day_leaves_other_articles_as_they_stand(settings: Settings) -> None:
    """What isn't reached from the day keeps even a row that is wrong: it wasn't rewritten."""
    load_days(settings, {DAY: [EARLY], day_after(1): [Page("b", headline="B")], day_after(9): [LATER]})
    build(settings)
    with duckdb.connect(str(candidate_path(settings.home))) as connection:
        connection.execute("UPDATE marts.articles SET excerpt = 'old'")
    load_days(settings, {day_after(20): [Page("more", headline="More", known_by=("/a",))]})
    build(settings, rewrite_below=0)
    assert select(settings, "SELECT headline, excerpt = 'old' FROM marts.articles ORDER BY ALL") == [
        ("B", True),
        ("More", False),
    ]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], {}),
        ([("a", "b")], {"a": "a", "b": "a"}),
        ([("b", "c"), ("a", "c"), ("x", "y")], {"a": "a", "b": "a", "c": "a", "x": "x", "y": "x"}),
        ([("c", "d"), ("a", "b"), ("b", "c")], {"a": "a", "b": "a", "c": "a", "d": "a"}),
    ],
)
def test_components(pairs: list[tuple[str, str]], expected: dict[str, str]) -> None:
    assert components(pairs) == expected


def test_components_of_a_long_chain() -> None:
    pairs = [(f"{number + 1:06}", f"{number:06}") for number in reversed(range(50_000))]
    assert set(components(pairs).values()) == {"000000"}
