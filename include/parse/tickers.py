"""A page's own ticker lines, ready to be looked for among the lines of its article."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from include.ticker import normalise_line

_OPENING = "\"'“”‘’«([•-–— "
_LABELS = ("breaking", "urgent")


class TickerLines:
    """Tells whether a line is ticker text and nothing else: a ticker line, or several run together.

    A line that says more than the ticker is left alone, for dropping it would lose body; whether it is a
    leak is for the contract to say. The comparison by letters costs more than reading the page does, so it
    is made only for lines that begin as some ticker line begins.
    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self.lines = tuple(lines)
        self._exact = frozenset(self.lines)
        self._openings = frozenset(_opening(line) for line in self.lines)

    def has(self, line: str) -> bool:
        """Whether the line is nothing but ticker text, whatever its case, punctuation and spacing."""
        if line in self._exact:
            return True
        if _opening(line) not in self._openings and not line.lower().startswith(_LABELS):
            return False
        letters = _letters(line)
        reached = {0} | {len(label) for label in _LABELS if letters.startswith(label)}
        for place in range(len(letters)):
            if place in reached:
                reached.update(place + len(key) for key in self._letters if letters.startswith(key, place))
        return len(letters) in reached and len(letters) > len(_LABELS[0])

    @cached_property
    def _letters(self) -> frozenset[str]:
        return frozenset(key for line in self.lines if (key := _letters(line)))


def _letters(line: str) -> str:
    return normalise_line(line).replace(" ", "")


def _opening(line: str) -> str:
    """The first letters of a line, without quotation marks and case."""
    return line.lstrip(_OPENING)[:4].casefold()
