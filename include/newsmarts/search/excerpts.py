"""The part of a text with the most matches."""

from __future__ import annotations

from collections.abc import Callable

EXCERPT_CHARS = 280
_DOTS = "…"

Marks = tuple[tuple[int, int], ...]


def folded(text: str) -> str:
    """A text on one line: every run of white space is a blank."""
    return " ".join(text.split())


def excerpt(
    text: str, find: Callable[[str], list[tuple[int, int]]], chars: int = EXCERPT_CHARS
) -> tuple[str, Marks]:
    """About so many characters of a text, whole words, where it has the most matches; and their marks.

    ``find`` gives the marks of a text. Dots show where text is left out.
    """
    text = folded(text)
    marks = find(text)
    start, end = _window(text, marks, chars)
    before, after = (_DOTS + " ") * (start > 0), (" " + _DOTS) * (end < len(text))
    moved = len(before) - start
    inside = tuple((first + moved, last + moved) for first, last in marks if first >= start and last <= end)
    return before + text[start:end] + after, inside


def _window(text: str, marks: list[tuple[int, int]], chars: int) -> tuple[int, int]:
    if len(text) <= chars or not marks:
        return 0, _word_end(text, 1, chars)
    # most marks with room around them, the earliest of equals; then as much before them as after
    room = chars * 3 // 4
    first, held, last = 0, 0, 0
    for index, (start, _) in enumerate(marks):
        while last < len(marks) and marks[last][1] - start <= room:
            last += 1
        if last - index > held:
            first, held = index, last - index
    start, end = marks[first][0], marks[first + max(held, 1) - 1][1]
    spare = max(0, chars - (end - start))
    start = max(0, min(start - spare // 2, len(text) - chars))
    return _word_start(text, start, marks[first][0]), _word_end(text, end, max(end, start + chars))


def _word_start(text: str, at: int, latest: int) -> int:
    if at == 0:
        return 0
    blank = text.find(" ", at - 1, latest)
    return latest if blank < 0 else blank + 1


def _word_end(text: str, earliest: int, at: int) -> int:
    if at >= len(text):
        return len(text)
    blank = text.rfind(" ", earliest, at + 1)
    return at if blank < 0 else blank
