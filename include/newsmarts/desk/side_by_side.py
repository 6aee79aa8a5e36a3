"""Two texts of one article side by side: block against block, and in edited blocks word against word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Piece = tuple[str, bool]
"""Some text, and whether the other side hasn't got it."""

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# comparing takes the product of both lengths: beyond this, texts are shown as wholly different
_MOST_COMPARED = 1_000_000


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One row: what is on each side, in pieces; None where that side has nothing in this place."""

    kind: Literal["headline", "standfirst", "body"]
    before: Sequence[Piece] | None
    after: Sequence[Piece] | None

    @property
    def is_same(self) -> bool:
        """Whether both sides are the same."""
        return self.before == self.after


def side_by_side(before: dict[str, Any], after: dict[str, Any]) -> list[SideBySide]:
    """Two rows of marts.article_revisions, compared."""
    rows = [SideBySide("headline", *_compared(before["headline"], after["headline"]))]
    if before["standfirst"] or after["standfirst"]:
        rows.append(SideBySide("standfirst", *_compared(before["standfirst"], after["standfirst"])))
    for old, new in _paired(blocks_of(before["body_text"]), blocks_of(after["body_text"])):
        rows.append(SideBySide("body", *_compared(old, new)))
    return rows


def blocks_of(body_text: str | None) -> list[str]:
    """The blocks of a body as the marts have it."""
    return [block for block in (body_text or "").split("\n\n") if block]


def _paired(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Blocks that are in each other's place, as marts.article_revisions counts edits."""
    for kind, start, end, first, last in _opcodes(before, after):
        both = end - start if kind == "equal" else min(end - start, last - first)
        yield from zip(before[start : start + both], after[first : first + both], strict=True)
        yield from ((old, None) for old in before[start + both : end])
        yield from ((None, new) for new in after[first + both : last])


def _compared(before: str | None, after: str | None) -> tuple[Sequence[Piece] | None, Sequence[Piece] | None]:
    if before is None or after is None or before == after:
        is_only = before != after
        return (
            None if before is None else [(before, is_only)],
            None if after is None else [(after, is_only)],
        )
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, start, end, first, last in _opcodes(old, new):
        is_changed = kind != "equal"
        left.append(("".join(old[start:end]), is_changed))
        right.append(("".join(new[first:last]), is_changed))
    return [piece for piece in left if piece[0]], [piece for piece in right if piece[0]]


def _opcodes(before: Sequence[str], after: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(before) * len(after) > _MOST_COMPARED:
        return [("replace", 0, len(before), 0, len(after))]
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
