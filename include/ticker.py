"""Ticker lines in bodies: where the line between a leak and a quotation is drawn.

Shared by the contract on a day (validate) and by the one across neighbouring days (publish), and
independent of how parse recognised the ticker. A body line is a leak when it *is* ticker text:

- the whole line is a ticker line, or several of them run together; or
- a complete ticker line of at least four words stands in it as a sentence of its own: it begins the
  line or follows a finished sentence, and ends the line or is followed by a new one.

It is no leak when a body tells the same news in its own words, or when a sentence quotes a ticker line
in part or goes on after it. Case, white space, punctuation, quotation marks and invisible characters
don't count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MIN_EMBEDDED_WORDS = 4
_KEY_WORDS = 3
_SENTENCE_END = re.compile(r"[.!?…؟۔][\"'”’»)\]]*$")
_CONTINUES = re.compile(r"[,;:–—-][\"'”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class _Words:
    """A line as raw words and the same words normalised; words of punctuation only are gone."""

    raw: tuple[str, ...]
    plain: tuple[str, ...]


def _split(line: str) -> _Words:
    raw, plain = [], []
    for word in unicodedata.normalize("NFKC", line).split():
        normal = "".join(
            char
            for char in word.casefold()
            if unicodedata.category(char)[0] in "LNMS"  # letters, digits, marks, symbols
        )
        if normal:
            raw.append(word)
            plain.append(normal)
    return _Words(tuple(raw), tuple(plain))


def normalise_line(line: str) -> str:
    """The line's words without case, punctuation and invisible characters, single spaces between."""
    return " ".join(_split(line).plain)


class TickerIndex:
    """All ticker lines of some captures, made ready to be looked for in bodies.

    Looking costs time in proportion to the body's words, however many ticker lines there are.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._text: dict[tuple[str, ...], str] = {}
        for line in lines:
            words = _split(line).plain
            if words:
                # the smallest spelling, so that the answer never depends on order
                self._text[words] = min(line, self._text.get(words, line))
        self._by_key: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for words in sorted(self._text, key=len, reverse=True):
            self._by_key.setdefault(words[:_KEY_WORDS], []).append(words)

    def __len__(self) -> int:
        return len(self._text)

    def leak_in(self, line: str) -> str | None:
        """The ticker line that leaked into this body line, or None."""
        words = _split(line)
        if not words.plain:
            return None
        whole = self._text.get(words.plain)
        if whole is not None:
            return whole
        matches = self._matches(words.plain)
        if not matches:
            return None
        if _covers(matches, len(words.plain)):
            return self._text[words.plain[matches[0][0] : matches[0][1]]]
        ends = {end for _, end in matches}
        for start, end in matches:
            if end - start < MIN_EMBEDDED_WORDS:
                continue
            begins = start == 0 or start in ends or _ends_sentence(words.raw[start - 1])
            if begins and _finishes(words.raw, end):
                return self._text[words.plain[start:end]]
        return None

    def first_leak(self, lines: Sequence[str]) -> str | None:
        """The first ticker line that leaked into any of the body lines, or None."""
        for line in lines:
            leak = self.leak_in(line)
            if leak is not None:
                return leak
        return None

    def _matches(self, plain: tuple[str, ...]) -> list[tuple[int, int]]:
        """Where complete ticker lines stand, longest first at each place."""
        found = []
        for start in range(len(plain)):
            for size in range(1, _KEY_WORDS + 1):
                for words in self._by_key.get(plain[start : start + size], ()):
                    if len(words) >= size and plain[start : start + len(words)] == words:
                        found.append((start, start + len(words)))
        return sorted(set(found), key=lambda match: (match[0], -match[1]))


def _covers(matches: Sequence[tuple[int, int]], length: int) -> bool:
    """Whether some of the matches, end to end, make up the whole line."""
    reachable = {0}
    for start, end in matches:  # in order of start, so one pass is enough
        if start in reachable:
            reachable.add(end)
    return length in reachable


def _ends_sentence(word: str) -> bool:
    return bool(_SENTENCE_END.search(word))


def _finishes(raw: Sequence[str], end: int) -> bool:
    """Whether the words up to ``end`` finish a sentence: at the line's end, or a new one begins."""
    if end == len(raw) or _ends_sentence(raw[end - 1]):
        return True
    if _CONTINUES.search(raw[end - 1]):
        return False
    following = raw[end].lstrip("\"'“”‘’«([")
    return bool(following) and (following[0].isupper() or following != raw[end])
