"""Excerpts: where most was found, whole words, and marks that are where they say."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from newsmarts.search.excerpts import EXCERPT_CHARS, excerpt, folded
from newsmarts.search.matching import Marker
from newsmarts.search.query import parse

FILLER = "Nothing of note happened here today, said a person who was there. "


def shown(text: str, query: str, chars: int = 120) -> str:
    """An excerpt with its marks in brackets."""
    marker = Marker(parse(query))
    part, marks = excerpt(text, lambda each: marker.marks("body", each), chars)
    for start, end in reversed(marks):
        part = f"{part[:start]}[{part[start:end]}]{part[end:]}"
    return part


def test_a_short_text_is_shown_whole() -> None:
    assert shown("Two ports\n\nopened.  Ports closed.", "port") == "Two [ports] opened. [Ports] closed."


def test_the_stretch_with_most_of_it_is_shown() -> None:
    text = "A port. " + FILLER * 5 + "The port and the grain of the port. " + FILLER * 5
    part = shown(text, "port grain")
    assert "The [port] and the [grain] of the [port]." in part
    assert part.startswith("… ")
    assert part.endswith(" …")


def test_without_a_mark_it_is_the_beginning() -> None:
    part = shown(FILLER * 5, "port")
    assert part.startswith("Nothing of note")
    assert part.endswith(" …")
    assert len(part) <= 122


def test_what_is_marked() -> None:
    text = "Strikes: the striker's strike. Al-Jazari’s cease-fire, a fire; U.S. and us."
    assert shown(text, "striking", 500).count("[") == 2
    assert shown(text, '"strike"', 500).count("[") == 1
    assert "[cease]-[fire], a fire" in shown(text, "cease-fire", 500)
    assert "[U].[S]. and us" in shown(text, "U.S.", 500)
    assert "Al-[Jazari]’s" in shown(text, "jazari", 500)
    assert "[" not in shown(text, "strike -fire headline:cease", 500).replace("[Strikes]", "").replace(
        "[strike]", ""
    )


def test_arabic_is_marked_with_its_vowels() -> None:
    assert shown("وَالنَّفْطُ وبإيران وإيران.", "نفط ايران", 500) == "[وَالنَّفْطُ] [وبإيران] [وإيران]."


def test_phrases_that_overlap_are_marked_once() -> None:
    assert shown("a b a b a", '"a b a"', 500) == "[a] [b] [a] [b] [a]"


@given(
    st.lists(
        st.sampled_from(["port", "Ports", "grain,", "x" * 90, "نفط", "é", "(port)", "™", "a-port"]),
        max_size=120,
    ),
    st.integers(10, 300),
)
def test_an_excerpt_is_of_the_text_and_its_marks_are_hits(parts: list[str], chars: int) -> None:
    text = "\n".join(parts)
    marker = Marker(parse("port OR نفط"))
    part, marks = excerpt(text, lambda each: marker.marks("body", each), chars)
    bare = part.removeprefix("… ").removesuffix(" …")
    assert bare in folded(text)
    assert bool(marks) == bool(re.search("port|نفط", text.lower()))
    assert all(re.fullmatch("ports?|نفط", part[start:end].lower()) for start, end in marks)
    assert list(marks) == sorted(set(marks))
    assert len(bare) <= max(chars, EXCERPT_CHARS) + 100
    assert all(each in parts for each in bare.split()[1:-1])
