"""Whatever is loaded in whatever order, built bit by bit or at once: the marts are the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from newsmarts.core.acknowledgements import record_decision
from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.load.run import run as load
from newsmarts.marts.candidate import read_fingerprint
from newsmarts.marts.run import build
from tests.examples import fewer_examples
from tests.marts.factory import Page, capture_id_on, day_after, mart_rows, quarantine_entry, write_day

LINES = ("Ferries stay in port as the storm nears", "Market in the old town opens at noon")
TEXTS = (
    ("Boats went out again.",),
    ("Boats went out.", "All of them."),
    ("Boats went out.", LINES[0]),
    (LINES[1],),
)


Step = tuple[int, list[Page], str | None, int | None]


@st.composite
def some_pages(draw: st.DrawFn) -> list[Page]:
    pages = []
    for number in range(draw(st.integers(0, 3))):
        fate = draw(st.sampled_from(["valid", "valid", "valid", "quarantined", "rejected"]))
        pages.append(
            Page(
                # the same name on two days is the same source path but for the day
                name=f"p{number}",
                headline=f"Article {draw(st.integers(0, 2))}",
                body=draw(st.sampled_from(TEXTS)),
                tags=draw(st.sampled_from([(), ("a",), ("b", "A"), ("U.S.", "c", "USA")])),
                ticker=draw(st.sampled_from([(), LINES[:1], LINES[1:], LINES])),
                publisher=draw(st.sampled_from(["al_mayadeen", "nour_news"])),
                most_read=draw(st.sampled_from([(), ("Article 0", "Elsewhere"), ("article: 1!",)])),
                list_section=draw(st.sampled_from([None, "Politics", "Economy"])),
                extra=draw(
                    st.sampled_from([{}, {}, {"section": "Sports", "coverage": ["Storm", "Port", "Storm"]}])
                ),
                shares=draw(st.sampled_from([None, 4])),
                hour=draw(st.integers(0, 1)),
                # none, one address, or a page that bridges two
                known_by=draw(
                    st.sampled_from([(), (), ("/a",), ("/b",), ("/c",), ("/a", "/b"), ("/b", "/c")])
                ),
                quarantined=None if fate == "valid" else "rejected",
                rejected=fate == "rejected",
            )
        )
    return pages


# a day to load with its pages, what is then decided of those in quarantine, and how to build the marts after
# it: not, with rewriting, incrementally
steps = st.lists(
    st.tuples(
        st.integers(0, 6),
        some_pages(),
        st.sampled_from([None, "acknowledged", "undone"]),
        st.sampled_from([None, 20_000, 0, 0]),
    ),
    min_size=2,
    max_size=6,
)


def grouped(captures: Iterable[tuple[date, Page]]) -> dict[str, str]:
    """By capture: the id of its article, found by comparing every capture with every other."""
    groups: list[list[tuple[date, Page]]] = []
    for capture in captures:
        keys = set(capture[1].article().identity_keys)
        joined = [
            group for group in groups if any(keys & set(page.article().identity_keys) for _, page in group)
        ]
        groups = [group for group in groups if group not in joined]
        groups.append([capture, *(each for group in joined for each in group)])
    found = {}
    for group in groups:
        # in capture order: the day, the hour, then the path
        _, first = min(group, key=lambda capture: (capture[0], capture[1].hour, capture[1].name))
        found.update({capture_id_on(page, day): first.own_id for day, page in group})
    return found


def decide(settings: Settings, day: date, pages: list[Page], decision: str | None, number: int) -> None:
    """Acknowledge all pages of a day that are in quarantine, or undo that."""
    entries = [quarantine_entry(page, day) for page in pages if page.quarantined]
    at = datetime(2025, 9, 3, tzinfo=UTC) + timedelta(minutes=number)
    if entries and decision == "acknowledged":
        record_decision("acknowledged", settings, entries, by=f"editor {number}", at=at, reason="Seen")
    elif entries and decision == "undone":
        record_decision("undone", settings, entries, by="editor", at=at)


def in_order(settings: Settings, days: dict[date, list[Page]]) -> None:
    for day in sorted(days):
        write_day(settings.home, day, days[day])
        load(day, settings)
    build(settings, full=True)


@pytest.mark.slow
@given(steps=steps)
@hypothesis_settings(max_examples=fewer_examples(10))
def test_marts_follow_from_the_days_alone(
    steps: list[Step],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bit_by_bit = load_settings(home=Path(folder, "bit_by_bit"), ticker_neighbour_days=2)
        days: dict[date, list[Page]] = {}
        at_once = load_settings(home=Path(folder, "at_once"), ticker_neighbour_days=2)
        for step, (number, pages, decision, rewrite_below) in enumerate(steps):
            day = day_after(number)
            days[day] = pages
            write_day(bit_by_bit.home, day, pages)
            load(day, bit_by_bit)
            for settings in (bit_by_bit, at_once):
                decide(settings, day, pages, decision, step)
            if rewrite_below is not None:
                build(bit_by_bit, rewrite_below=rewrite_below)
        build(bit_by_bit, rewrite_below=0)

        in_order(at_once, days)
        expected, fingerprint = mart_rows(candidate_path(at_once.home)), read_fingerprint(at_once)
        # every day that has articles is a part of its own
        build(at_once, full=True, rewrite_below=0, captures_at_once=1)
        for way in (bit_by_bit, at_once):
            found = mart_rows(candidate_path(way.home))
            for mart, rows in expected.items():
                assert found[mart] == rows, (way.home.name, mart)
            assert read_fingerprint(way) == fingerprint
        outcomes = {row[0]: row[3:] for row in expected["partition_outcomes"]}
        assert set(outcomes) == set(days)
        for day, (
            captures,
            loaded,
            new,
            revisions,
            repeats,
            not_article,
            quarantined,
            *_,
        ) in outcomes.items():
            assert captures == len(days[day]) == loaded + repeats + not_article + quarantined
            assert loaded == new + revisions

        article_of = {row[0]: row[-1] for row in expected["captures"] if row[-1] is not None}
        accepted = [
            (day, page) for day in days for page in days[day] if capture_id_on(page, day) in article_of
        ]
        assert article_of == grouped(accepted)
