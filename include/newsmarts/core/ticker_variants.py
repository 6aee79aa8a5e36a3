"""Ticker lines that a body line holds not quite as they were: cut short, mistyped or nearly alike.

Part of ``newsmarts.core.ticker``, which draws the line. Words here are case folded, without punctuation;
letters are a line's words run together.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple

from newsmarts.core.leak_rule import LeakRule

_MOST_LOOKED_AT = 50  # lines with one beginning, or one run of words
_RUN = 3
_ALL = 100  # per cent

Words = Sequence[str]


class Spelling(NamedTuple):
    """A line as words, and what it is found by; made once for however many indexes."""

    letters: str
    words: tuple[str, ...]
    halves: tuple[tuple[int, bool, str], ...]
    runs: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, words: Words) -> Spelling:
        """That of these words."""
        return cls("".join(words), tuple(words), tuple(_halves(words)), frozenset(_runs(words)))


class Variants:
    """Ticker lines as words, made ready to be found cut short or mistyped.

    Looking takes a few look-ups, however many lines there are.
    """

    def __init__(self, rule: LeakRule) -> None:
        self._rule = rule
        self._words: dict[str, tuple[str, ...]] = {}
        self._halves: dict[tuple[int, bool, str], list[str]] = {}
        self._by_run: dict[tuple[str, ...], list[str]] = {}  # by each run of words that two near lines share
        self._sizes: set[int] = set()  # numbers of words
        self._most_words = 0  # of the longest line

    def add(self, spelling: Spelling) -> None:
        """Add a line."""
        letters, words, halves, runs = spelling
        if letters in self._words:
            return
        self._words[letters] = words
        self._sizes.add(len(words))
        for half in halves:
            self._halves.setdefault(half, []).append(letters)
        for run in runs:
            self._by_run.setdefault(run, []).append(letters)
        self._most_words = max(self._most_words, len(words))

    def runs(self) -> Iterator[str]:
        """Letters of which words that don't begin a line hold some if they are a variant of it."""
        return map("".join, self._by_run)

    @property
    def all_hold_runs(self) -> bool:
        """Whether they do by this rule: a wrong word in six leaves a run of the others."""
        return self._rule.mistyped_min_words >= 2 * _RUN

    def begins(self, letters: str) -> bool:
        """Whether a line begins with these letters."""
        at = bisect.bisect_left(self._sorted, letters)
        return "".join(self._sorted[at : at + 1]).startswith(letters)

    def found_as(self, words: Words, *, elided: bool) -> str | None:
        """The letters of the line that these words are a variant of; None when they are of none.

        ``elided``: dots at their end mean that something is left out.
        """
        return self._cut(words, elided=elided) or self._mistyped(words) or self._near(words)

    def _cut(self, words: Words, *, elided: bool) -> str | None:
        """The line that the words begin: up to dots, or into the middle of a word."""
        if len(words) < self._rule.cut_min_words + (not elided):
            return None
        letters = "".join(words)
        first = bisect.bisect_right(self._sorted, letters)
        for whole in self._sorted[first : first + _MOST_LOOKED_AT]:
            if not whole.startswith(letters):
                break
            if elided or _cuts_a_word(words, self._words[whole], self._rule.cut_min_letters):
                return whole
        return None

    def _mistyped(self, words: Words) -> str | None:
        """The line that differs from the words by one letter of one long word."""
        if len(words) < self._rule.mistyped_min_words or len(words) not in self._sizes:
            return None
        alike = {letters for half in _halves(words) for letters in self._halves.get(half, ())}
        least = self._rule.mistyped_min_letters
        return min((each for each in alike if _is_mistyped(words, self._words[each], least)), default=None)

    def _near(self, words: Words) -> str | None:
        """The line that shares most of its words with these, in one order, or that these begin or end."""
        least, share = self._rule.near_min_words, self._rule.near_percent / _ALL
        part, own = self._rule.part_percent / _ALL, tuple(words)
        if share == 1 or not least <= len(words) <= self._most_words / share:
            return None
        alike = {each for run in _runs(words) for each in self._by_run.get(run, ())[:_MOST_LOOKED_AT]}
        for letters in sorted(alike):
            others = self._words[letters]
            if len(own) >= part * len(others) and own in {others[: len(own)], others[-len(own) :]}:
                return letters
            enough = max(least, share * len(words), share * len(others))
            if min(len(words), len(others)) >= enough and sum(map(set(others).__contains__, words)) >= enough:
                blocks = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
                if sum(block.size for block in blocks) >= enough:
                    return letters
        return None

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._words)


def _cuts_a_word(words: Words, whole: Words, min_letters: int) -> bool:
    """Whether words are a line's first ones, and the last of them lacks so many letters of its word."""
    last = len(words) - 1
    if list(words[:last]) != list(whole[:last]) or len(whole) <= last:
        return False
    gone = whole[last].removeprefix(words[last])
    return len(gone) >= min_letters and gone not in {"ing", whole[last]}


def _halves(words: Words) -> Iterator[tuple[int, bool, str]]:
    """Both halves of a line, and its number of words: where two differ in one word, one half is alike."""
    middle = len(words) // 2
    yield len(words), False, "".join(words[:middle])
    yield len(words), True, "".join(words[middle:])


def _runs(words: Words) -> Iterator[tuple[str, ...]]:
    """The runs of words that follow each other; of two lines that are near each other one is in both."""
    return (tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def _is_mistyped(words: Words, others: Words, min_letters: int) -> bool:
    different = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    if len(different) != 1:
        return False
    one, other = different[0]
    return min(len(one), len(other)) >= min_letters and _is_one_slip(one, other)


def _is_one_slip(one: str, other: str) -> bool:
    """Whether a letter is wrong, or missing before the end, or two neighbours changed places."""
    if len(one) > len(other):
        one, other = other, one
    if not (one + other).isalpha() or len(other) - len(one) > 1:
        return False
    if other.startswith(one):
        return False  # another form of it: crossing, crossings
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = (
        one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
    )
    return swapped or one[start + 1 :] == other[start + 1 :]


def joined(parts: Iterable[str], most: int) -> Iterator[tuple[str, ...]]:
    """Each run of two up to ``most`` parts that follow each other, none of them empty."""
    run: list[str] = []
    for part in parts:
        run = [*run, part][-most:] if part else []
        for size in range(2, len(run) + 1):
            yield tuple(run[-size:])
