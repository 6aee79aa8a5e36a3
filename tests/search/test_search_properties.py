"""Whatever is loaded in whatever order: the index answers as one built at once does, and as the marts are."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from newsmarts.core.settings import Settings, load_settings
from newsmarts.search import open_index
from newsmarts.search.query import MAX_WORDS
from tests.examples import fewer_examples
from tests.marts.factory import Page, day_after
from tests.search.reference import expected
from tests.search.releases import article, mart_texts, release

WORDS = (
    "port",
    "ports",
    "Strike",
    "striking",
    "the",
    "U.S.",
    "النفط",
    "نفط",
    "إيران",
    "وإيران",
    "école",
    "x-ray",
)
some_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


@st.composite
def some_pages(draw: st.DrawFn) -> list[Page]:
    pages = []
    for number in range(draw(st.integers(0, 4))):
        pages.append(
            article(
                draw(some_words),
                *draw(st.lists(some_words, min_size=1, max_size=3)),
                on=f"2025-08-0{draw(st.integers(1, 3))}",
                # the same file on several days, and often the same article
                name=f"p{number}",
                known_by=draw(st.sampled_from([(), ("/a",), ("/b",)])),
                publisher=draw(st.sampled_from(["al_mayadeen", "nour_news"])),
                tags=draw(st.sampled_from([(), ("Ports",), ("PORTS", "É"), ("US",)])),
                ticker=draw(st.sampled_from([(), ("Ferries stay in port tonight as the storm nears",)])),
                standfirst=draw(st.one_of(st.none(), some_words)),
                url=draw(st.sampled_from([None, "https://example.org/a"])),
            )
        )
    return pages


@st.composite
def some_query(draw: st.DrawFn, depth: int = 2) -> str:
    if depth == 0 or draw(st.booleans()):
        word = draw(st.sampled_from(WORDS))
        word = draw(st.sampled_from([word, f'"{word}"', f'"{word} {draw(st.sampled_from(WORDS))}"']))
        return draw(st.sampled_from(["", "", "", "headline:", "standfirst:", "body:"])) + word
    one, other = draw(some_query(depth=depth - 1)), draw(some_query(depth=depth - 1))
    return f"({one} {draw(st.sampled_from(['', 'AND', 'OR', 'NOT']))} {other})"


filters = st.fixed_dictionaries(
    {},
    optional={
        "publishers": st.sampled_from([["al_mayadeen"], ["al_mayadeen", "nour_news"]]),
        "tags": st.sampled_from([["ports"], ["ports", "e"], ["us"]]),
        "first_day": st.just(date(2025, 8, 2)),
        "last_day": st.just(date(2025, 8, 2)),
    },
)
questions = st.lists(st.tuples(some_query(), filters), min_size=5, max_size=15)


def answer_to(settings: Settings, query: str, options: dict[str, Any]) -> Any:
    with open_index(settings.home) as index:
        known = index.publishers()
        if any(name not in known for name in options.get("publishers", ())):
            return None
        answer = index.search(query, **options)
    return answer.total, [asdict(hit) for hit in answer.hits]


@pytest.mark.slow
@given(days=st.lists(st.tuples(st.integers(0, 3), some_pages()), min_size=1, max_size=5), questions=questions)
@hypothesis_settings(max_examples=fewer_examples(10))
def test_answers_follow_from_the_marts_alone(
    days: list[tuple[int, list[Page]]], questions: list[tuple[str, dict[str, Any]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr("newsmarts.marts.audit.run_contracts", lambda *_, **__: [])
        bit_by_bit = load_settings(home=Path(folder, "bit_by_bit"))
        for number, pages in days:
            release(bit_by_bit, *pages, day=day_after(number))
        at_once = load_settings(home=Path(folder, "at_once"))
        for number, pages in sorted(dict(days).items()):
            release(at_once, *pages, day=day_after(number))
        release(at_once, *dict(days)[days[0][0]], day=day_after(days[0][0]), full=True)

        articles = mart_texts(bit_by_bit)
        assert sorted(each["article_id"] for each in articles) == sorted(
            each["article_id"] for each in mart_texts(at_once)
        )
        for query, options in questions:
            assert len(query.split()) < MAX_WORDS
            answer = answer_to(bit_by_bit, query, options)
            assert answer == answer_to(at_once, query, options), query
            if answer is not None:
                ids = expected(articles, query, **options)
                assert (answer[0], [hit["article_id"] for hit in answer[1]]) == (len(ids), ids[:20]), query
