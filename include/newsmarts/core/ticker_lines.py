"""Lines as they are compared: a body's, and what indexes keep of a ticker's.

Part of ``newsmarts.core.ticker``, which draws the line.
"""

from __future__ import annotations

import bisect
import re
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

from newsmarts.core.leak_rule import LeakRule
from newsmarts.core.ticker_variants import Spelling
from newsmarts.core.ticker_words import WORD, folded_words, has_capital_in_word, normalise_line, prepared

_MOST_SOURCE_WORDS = 8
_SENTENCE_END = re.compile(r"[.!?؟۔。]")
_SHORT_NUMBER = re.compile(r"\d{1,2}|20\d\d")


class Line:
    """A text, and all its letters and digits in one run, which is what is searched."""

    def __init__(self, line: str, rule: LeakRule) -> None:
        self.rule = rule
        self.line = line
        self.text = prepared(line)  # case kept
        self.folded = folded_words(self.text)
        self.letters = "".join(self.folded)

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins in the letters."""
        return list(accumulate(map(len, self.folded), initial=0))[:-1]

    @cached_property
    def words(self) -> list[tuple[int, int]]:
        """Where each word begins and ends in the text."""
        return [match.span() for match in WORD.finditer(self.text.casefold())]

    def unlabelled(self) -> list[str]:
        """Its words, case folded, without the labels that it begins with."""
        first = next((at for at, word in enumerate(self.folded) if not self._is_label(word)), 0)
        return self.folded[first:]

    def word(self, number: int) -> str:
        start, end = self.words[number]
        return self.text[start:end]

    def gap_before(self, number: int) -> str:
        """The text between a word and the one before it."""
        return self.text[self.words[number - 1][1] : self.words[number][0]]

    def word_at(self, position: int) -> int:
        """The number of the word that this letter belongs to."""
        return bisect.bisect_right(self.starts, position) - 1

    def is_label(self, number: int) -> bool:
        return self._is_label(self.folded[number])

    def _is_label(self, word: str) -> bool:
        return word in self.rule.labels or _SHORT_NUMBER.fullmatch(word) is not None

    def is_furniture(self) -> bool:
        """Whether there is nothing but labels, as in "BREAKING"."""
        return all(map(self._is_label, self.folded))

    def glued(self) -> set[int]:
        """Letters amid a word where another line may have been glued on, as in "summerPope"."""
        found: set[int] = set()
        if not has_capital_in_word(self.text):
            return found
        for number, first in enumerate(self.starts):
            word = self.word(number)
            if not (word.islower() or word.istitle() or word.isupper()):
                places = range(1, len(word))
                found |= {first + at for at in places if word[at].isupper() and not word[at - 1].isupper()}
        return found

    def sentence_ends_before(self, number: int) -> bool:
        gap, before = self.gap_before(number), self.word(number - 1)
        if not _SENTENCE_END.search(gap):
            return False
        is_initial = len(before) == 1 and before.isalpha()
        if gap.startswith(".") and (is_initial or before.casefold() in self.rule.abbreviations):
            return False  # "Gen. Moussavi", "the U.S. Army"
        return any(char.isspace() for char in gap) or self.word(number)[0].isupper()


class TickerLine(NamedTuple):
    """What indexes keep of a ticker line."""

    letters: str
    news: str  # the letters without its source
    spellings: tuple[Spelling, ...]  # without labels, also with the source last; none of a short line


@lru_cache(maxsize=4096)  # the marts look through days side by side for much the same lines
def ticker_line(line: str, rule: LeakRule) -> TickerLine | None:
    """What is kept of a line; None: nothing, a stray "BREAKING" is in every body that has this word."""
    read = Line(line, rule)
    if read.is_furniture():
        return None
    if normalise_line(line).count(" ") + 1 < rule.min_words:
        return TickerLine(read.letters, read.letters, ())
    words = [read.unlabelled(), *([_with_source_last(line, rule)] if ": " in line else [])]
    return TickerLine(read.letters, _without_source(line, rule), tuple(map(Spelling.of, words)))


def _without_source(line: str, rule: LeakRule) -> str:
    """The letters of a line after its source ("Kelmen radio: …"); of all of it when few words are left."""
    source, colon, news = line.partition(": ")
    words = Line(news, rule).unlabelled() if colon and source.count(" ") < _MOST_SOURCE_WORDS else []
    return "".join(words if len(words) >= rule.near_min_words else Line(line, rule).unlabelled())


def _with_source_last(line: str, rule: LeakRule) -> list[str]:
    """The words of a line with its source behind it, as in "The road is shut, Kelmen radio"."""
    source, colon, news = line.partition(": ")
    return Line(f"{news}{colon}{source}", rule).unlabelled()
