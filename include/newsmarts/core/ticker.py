"""Ticker lines in bodies: where the line between a leak and a quotation is drawn.

Shared by the contract on a day (validate) and by the one across neighbouring days (publish), and
independent of how parse recognised the ticker. What counts is letters and digits alone: not case,
spacing, punctuation, quotation marks, accents, bullets or invisible characters. A leak is a complete
ticker line that

- makes up a whole body line, by itself, with others run together, or beside a label, time or number; or
- has enough words and is a sentence of its own in a body line: it begins the line or
  follows a finished sentence, and ends the line or is followed by a new one; or
- has enough words, ends the body line, and no full stop but its own closes it: a sentence with it has one; or
- has enough words and touches another such line; or
- has enough words and fills a few body lines that follow each other.

So is one that isn't complete or not quite the same, where it makes up a whole body line: its first
words, up to dots or into the middle of a word; all of it, one letter of a long word wrong; most of its
words in their order, with few others, its source before or behind it; or two thirds of it, its first or
its last words. How many words are enough, and the other thresholds, are the
``LeakRule``, data beside the contracts.

It isn't a leak when a body has the same news in its own words, quotes a ticker line in a sentence, or has one
inside a sentence that began before it or goes on after it ("Pope arrives in Turkey, officials said"). Nor is
a subheading that happens to be a ticker line's first few words: it may be complete.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from newsmarts.core.finder import Finder
from newsmarts.core.leak_rule import LeakRule, shipped_leak_rule
from newsmarts.core.ticker_lines import Line, ticker_line
from newsmarts.core.ticker_variants import Variants, joined
from newsmarts.core.ticker_words import WORD, letters_by_line

_KEY_CHARS = 8  # by which lines are looked up; they decide nothing

_LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"
# What an embedded post has beside its words: its picture's address, and the author's name under it.
_OF_POSTS = r"pic\.twitter\.com/\S+|— ?[^()—]{1,60} \(@\w{1,30}\)"
_ELIDED = re.compile(r"\.{3}['\"’”»)\]]*\s*$")
_CONTINUES = re.compile(r"[,;:،؛–—-]")


class TickerIndex:
    """All ticker lines of some captures, made ready to be looked for in bodies.

    Looking costs time in proportion to the body, hardly more when there are more ticker lines, and the
    answer doesn't depend on their order. Most of a body's lines neither hold the letters of a ticker line,
    nor are as short as one and hold those of three of its words in a row: they are not looked at further.
    """

    def __init__(self, lines: Iterable[str], rule: LeakRule | None = None) -> None:
        """``rule``: what counts as a leak; None: as the project's own contracts have it."""
        self._rule = rule = shipped_leak_rule() if rule is None else rule
        separators = f"{_LINE_ENDS}{re.escape(rule.separators)}"
        self._separator = re.compile(f"[{separators}]|{_OF_POSTS}")
        self._may_part = re.compile(f"[{separators}—]")
        self._lines: dict[str, str] = {}  # letters → the line, in its smallest spelling
        self._long: set[str] = set()  # letters of the lines that count inside a body line
        self._variants = Variants(rule)
        self._variant_lines: dict[str, str] = {}
        lengths: dict[str, set[int]] = {}
        for line in dict.fromkeys(lines):  # pages of one hour show the same
            read = ticker_line(line, rule)
            if read is None:
                continue
            letters = read.letters
            self._lines[letters] = min(line, self._lines.get(letters, line))
            if read.spellings:
                self._long.add(letters)
                for spelling in read.spellings:
                    self._variants.add(spelling)
                for key in (read.news, *(spelling.letters for spelling in read.spellings)):
                    self._variant_lines[key] = min(line, self._variant_lines.get(key, line))
            lengths.setdefault(letters[:_KEY_CHARS], set()).add(len(letters))
        self._lengths = {key: tuple(sorted(found)) for key, found in lengths.items()}
        self._key_lengths = tuple(sorted({len(key) for key in lengths}))
        self._sorted_long = sorted(self._long)
        self._longest = max(map(len, self._lines), default=0)
        self._labels = tuple(rule.labels)
        self._complete = self._lines.keys() | self._variant_lines.keys()
        self._finder = Finder([*self._complete, *self._variants.runs()])

    def __len__(self) -> int:
        return len(self._lines)

    def leak_in(self, line: str) -> str | None:
        """The ticker line that leaked into this body line, or None."""
        return self.first_leak([line])

    def first_leak(self, lines: Iterable[str]) -> str | None:
        """The first ticker line that leaked into any of the body lines, or into several in a row, or None."""
        lines = list(lines)
        letters = letters_by_line(lines)
        for number, may_hold in sorted(self._that_may_leak(lines, letters).items()):
            line = Line(lines[number], self._rule)
            leak = self._leak_in(line) if may_hold else self._variant(line)
            if leak is not None:
                return leak
        return self._spread_over(letters)

    def _that_may_leak(self, lines: Sequence[str], letters: Sequence[str]) -> dict[int, bool]:
        """The numbers of the lines that a ticker line may leak into, or into parts of them.

        True: such a line may hold a complete one; False: it may only be a variant of one as a whole.
        """
        found: dict[int, bool] = {}
        for number, text in self._finder.find(letters):
            if text in self._complete:
                found[number] = True
            elif len(letters[number]) <= 2 * self._longest:
                found.setdefault(number, False)
        for number, each in enumerate(letters):
            if self._may_begin(each):
                found.setdefault(number, False)
        if self._may_have_parts("\0".join(lines)):
            found |= {number: True for number, line in enumerate(lines) if self._may_have_parts(line)}
        return found

    def _may_begin(self, letters: str) -> bool:
        """Whether a whole line of these letters, without its labels, may begin a ticker line."""
        return (
            not self._variants.all_hold_runs
            or letters[:1].isdigit()
            or letters.startswith(self._labels)
            or self._variants.begins(letters)
        )

    def _may_have_parts(self, line: str) -> bool:
        return self._may_part.search(line) is not None or "pic.twitter.com/" in line

    def _leak_in(self, line: Line) -> str | None:
        """The ticker line that leaked into a part of this body line, or all of it."""
        parts = self._separator.split(line.line) if self._may_have_parts(line.line) else ()
        read = (Line(part, self._rule) for part in parts) if len(parts) > 1 else ()
        for part in (*read, line):
            leak = self._leak_in_part(part)
            if leak is not None:
                return leak
        return None

    def _spread_over(self, letters: Iterable[str]) -> str | None:
        """The first ticker line that a few body lines in a row make up, which have these letters."""
        parts = [each if len(each) <= self._longest else "" for each in letters]
        if not any(map(self._begins_long, parts)):
            return None
        for run in joined(parts, self._rule.max_body_lines):
            together = "".join(run)
            if together in self._long:
                return self._lines[together]
        return None

    def _begins_long(self, letters: str) -> bool:
        """Whether a line that counts inside body lines begins with these letters."""
        at = bisect.bisect_left(self._sorted_long, letters)
        return letters != "" and "".join(self._sorted_long[at : at + 1]).startswith(letters)

    def _leak_in_part(self, line: Line) -> str | None:
        matches = self._matches(line)
        if not matches:
            return self._variant(line)
        starts, ends = {start for start, _ in matches}, {end for _, end in matches}
        long = [(start, end) for start, end in matches if line.letters[start:end] in self._long]
        long_ends = {end for _, end in long}
        for start, end in long:
            touches = start in long_ends
            begins = _begins(line, start, ends) or self._is_appended(line, start, end)
            if touches or (begins and _finishes(line, end, starts)):
                return self._lines[line.letters[start:end]]
        whole = _first_of_whole(line, matches)
        return self._variant(line) if whole is None else self._lines[line.letters[whole[0] : whole[1]]]

    def _is_appended(self, line: Line, start: int, end: int) -> bool:
        """Whether a long ticker line ends a text that no mark but its own closes: sentences have one."""
        first, last = line.word_at(start), line.word_at(end - 1)
        return (
            last == len(line.words) - 1
            and last - first + 1 >= self._rule.near_min_words
            and line.word(first)[0].isupper()
            and line.text[line.words[last][1] :].strip()
            in {"", _closing_mark(self._lines[line.letters[start:end]])}
        )

    def _variant(self, line: Line) -> str | None:
        """The ticker line that makes up the whole line, cut short or mistyped."""
        if not self._long or len(line.letters) > 2 * self._longest:
            return None
        words = line.unlabelled()
        elided = "..." in line.text and _ELIDED.search(line.text) is not None
        found = self._variants.found_as(words, elided=elided)
        return self._variant_lines.get("".join(words) if found is None else found)

    def _matches(self, line: Line) -> list[tuple[int, int]]:
        """Places of complete ticker lines: from a word, a glued word, or another line's end on."""
        found: set[tuple[int, int]] = set()
        words = (*line.starts, *line.glued())
        letters, lengths = line.letters, self._lengths
        places = {  # where some ticker line may begin: at hardly any of a body's words
            at for size in self._key_lengths for at in words if letters[at : at + size] in lengths
        }
        seen: set[int] = set()
        while places:
            start = places.pop()
            seen.add(start)
            ends = set(self._ends(letters, start))
            found |= {(start, end) for end in ends}
            places |= ends - seen
        return sorted(found, key=lambda match: (match[0], -match[1]))

    def _ends(self, letters: str, start: int) -> Iterator[int]:
        for key_length in self._key_lengths:
            for length in self._lengths.get(letters[start : start + key_length], ()):
                if letters[start : start + length] in self._lines:
                    yield min(start + length, len(letters))


def _closing_mark(line: str) -> str:
    """The punctuation that a ticker line ends with."""
    words = list(WORD.finditer(line))
    return line[words[-1].end() :].strip() if words else ""


def _begins(line: Line, start: int, ends: Collection[int]) -> bool:
    """Whether the text at this letter begins a line, a sentence, or follows another ticker line."""
    number = line.word_at(start)
    if start in ends or start != line.starts[number]:
        return True
    while number > 0 and not line.sentence_ends_before(number):
        number -= 1
        if not line.is_label(number):
            return False
    return True


def _finishes(line: Line, end: int, starts: Collection[int]) -> bool:
    """Whether the text up to this letter ends a line, a sentence, or another ticker line follows."""
    if end == len(line.letters) or end in starts:
        return True
    number = line.word_at(end)
    if end != line.starts[number]:
        return end in line.glued()
    if line.sentence_ends_before(number):
        return True
    if all(line.is_label(later) for later in range(number, len(line.words))):
        return True  # also behind a dash, as " - 14:05"
    if _CONTINUES.search(line.gap_before(number)):
        return False
    word = line.word(number)
    return word[0].isupper() and word.casefold() not in line.rule.calendar_words


def _first_of_whole(line: Line, matches: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The first of the ticker lines that, with labels between, make up the whole line; None if none do."""
    labels = [
        (start, start + len(line.word(number)), False)
        for number, start in enumerate(line.starts)
        if line.is_label(number)
    ]
    pieces = sorted([*((start, end, True) for start, end in matches), *labels])
    first: dict[int, tuple[int, int] | None] = {0: None}  # place reached → first ticker line on the way
    for start, end, is_ticker in pieces:
        if start in first:
            on_the_way = first[start] or ((start, end) if is_ticker else None)
            first[end] = first.get(end) or on_the_way
    return first.get(len(line.letters))
