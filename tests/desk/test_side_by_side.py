"""Two texts side by side: nothing is left out, and what differs is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.desk.side_by_side import Piece, blocks_of, side_by_side
from newsmarts.marts.revisions import compare

BLOCKS = ["One boat.", "Two boats.", "All red.", "<b>x</b>", "a b c", "a c"]
texts = st.lists(st.sampled_from(BLOCKS), max_size=5)


def text(body: list[str], headline: str = "H", standfirst: str | None = None) -> dict[str, str | None]:
    return {"headline": headline, "standfirst": standfirst, "body_text": "\n\n".join(body)}


def joined(pieces: list[Piece] | None) -> str | None:
    return None if pieces is None else "".join(piece for piece, _ in pieces)


@given(texts, texts)
def test_both_sides_are_whole_and_agree_with_the_marts(before: list[str], after: list[str]) -> None:
    rows = [row for row in side_by_side(text(before), text(after)) if row.kind == "body"]
    assert [side for row in rows if (side := joined(row.before)) is not None] == before  # type: ignore[arg-type]
    assert [side for row in rows if (side := joined(row.after)) is not None] == after  # type: ignore[arg-type]
    added, removed, edited, _ = compare(before, after)
    assert sum(row.before is None for row in rows) == added
    assert sum(row.after is None for row in rows) == removed
    assert sum(not row.is_same and None not in (row.before, row.after) for row in rows) == edited


def test_words_that_differ_are_marked() -> None:
    headline, standfirst, body = side_by_side(
        text(["By a margin of two."], "Old", "S"), text(["By a margin of three, he said."], "New", None)
    )
    assert (headline.before, headline.after) == ([("Old", True)], [("New", True)])
    assert (standfirst.before, standfirst.after) == ([("S", True)], None)
    assert body.before == [("By a margin of ", False), ("two", True), (".", False)]
    assert body.after == [("By a margin of ", False), ("three, he said", True), (".", False)]


def test_a_text_beside_itself_is_the_same() -> None:
    assert all(row.is_same for row in side_by_side(text(["A.", "B."]), text(["A.", "B."])))


def test_texts_too_long_to_be_compared_are_wholly_different(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmarts.desk.side_by_side._MOST_COMPARED", 5)
    (_, body) = side_by_side(text(["a b c d"]), text(["a b c e"]))
    assert (body.before, body.after) == ([("a b c d", True)], [("a b c e", True)])


def test_blocks() -> None:
    assert blocks_of("One.\n\na\nb\n\nTwo.") == ["One.", "a\nb", "Two."]
    assert blocks_of(None) == []
