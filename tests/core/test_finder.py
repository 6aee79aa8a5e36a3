"""Texts are found in lines at each of their places, whatever their length and writing."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from newsmarts.core.finder import Finder

pieces = st.text("ab é خبر", max_size=9)


@given(st.lists(pieces, max_size=6), st.lists(st.lists(pieces, max_size=4).map("".join), max_size=4))
@example(["harborof", "harboroffice", "offi", "o", "خ"], ["theharboroffice", "", "harboroffخice"])
@example(["ab"], [])
def test_texts_are_found_wherever_they_are(texts: list[str], lines: list[str]) -> None:
    expected = [
        (number, text)
        for number, line in enumerate(lines)
        for text in {*texts} - {""}
        for at in range(len(line))
        if line.startswith(text, at)
    ]
    assert sorted(Finder(texts).find(lines)) == sorted(expected)
