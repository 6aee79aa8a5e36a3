"""Ticker leaks without shortcuts: what ``core.ticker`` must answer, letter by letter and place by place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from newsmarts.core.ticker import TickerIndex
from newsmarts.core.ticker_lines import Line
from newsmarts.core.ticker_variants import joined
from newsmarts.core.ticker_words import _FOLDED

_WORD = re.compile(r"[^\W_]+")


def prepared(line: str) -> str:
    """The line with one spelling for what looks alike."""
    text = unicodedata.normalize("NFKD", line).translate(_FOLDED)
    folded = ((char, char.casefold()) for char in text)
    return "".join(char if len(small) == 1 else small for char, small in folded)


def normalise_line(line: str) -> str:
    """Words, each without what isn't a letter or digit."""
    words = ("".join(_WORD.findall(word)) for word in prepared(line).casefold().split())
    return " ".join(word for word in words if word)


class PlainLine(Line):
    """A line whose words are found one by one, and every word looked at for a capital amid it."""

    def __init__(self, line: str, rule: object) -> None:
        super().__init__(line, rule)  # type: ignore[arg-type]
        folded = self.text.casefold()
        self.folded = [match[0] for match in _WORD.finditer(folded)]
        self.letters = "".join(self.folded)
        self.starts = [len("".join(self.folded[:number])) for number in range(len(self.folded))]

    def glued(self) -> set[int]:
        found = set()
        for number, first in enumerate(self.starts):
            word = self.word(number)
            if not (word.islower() or word.istitle() or word.isupper()):
                places = range(1, len(word))
                found |= {first + at for at in places if word[at].isupper() and not word[at - 1].isupper()}
        return found


class PlainIndex(TickerIndex):
    """An index that looks at every line, parts it, and joins every run of lines."""

    def first_leak(self, lines: Iterable[str]) -> str | None:
        lines = list(lines)
        whole = next((leak for line in lines if (leak := self._first_of_parts(line)) is not None), None)
        return self._in_a_row(lines) if whole is None else whole

    def _first_of_parts(self, line: str) -> str | None:
        parts = self._separator.split(line)
        for part in parts if len(parts) == 1 else [*parts, line]:
            leak = self._leak_in_part(PlainLine(part, self._rule))
            if leak is not None:
                return leak
        return None

    def _in_a_row(self, lines: Sequence[str]) -> str | None:
        for run in joined((PlainLine(line, self._rule).letters for line in lines), self._rule.max_body_lines):
            if "".join(run) in self._long:
                return self._lines["".join(run)]
        return None
