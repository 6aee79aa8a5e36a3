"""Related blocks in a body: where the headlines under a label end, and the body goes on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import takewhile

from include.errors import UnreadablePage
from include.parse.prose import MAX_HEADLINE_CHARS, looks_like_headline, shared_words
from include.parse.reading import NOISE, Reading, Roles
from include.parse.tickers import REPEAT

_USUAL = 2
_MOST = 3
_MOST_TIED = 12  # blocks of a related container, with sections and days beside its headlines
_MOST_BLOCKS = 60  # the same with pictures
_LEAST_WORDS = 4  # of a list's entries, on average, when they are headlines; names of tags are shorter
# the share of a line's longer words that come up in the paragraph under it
_HEADS_IT = 1 / 3
_UNRELATED = 1 / 6


@dataclass(slots=True)
class RelatedBlocks:
    """Finds the ends of related blocks.

    ``labels``: casefolded; ``known_headlines``: headlines that the page lists elsewhere.
    """

    reading: Reading
    roles: Roles
    labels: Collection[str]
    known_headlines: Collection[str]

    def end(self, label: int, end: int) -> int:
        """One past the last headline under a label, at most ``end``.

        A container says so where there is one. Else headlines are lines that don't end like sentences, and
        so may be a subheading after them: two is the usual number; of three or more the last is a subheading
        when its words come up in the paragraph that it would head.

        Raises:
            UnreadablePage: neither reading is clear (``unclear_related_block``).
        """
        start = label + 1
        tied = [stop for stop in self.reading.ties(label) if stop <= end and self._all_related(start, stop)]
        if tied:
            return tied[-1]
        if start < end and self.reading.kinds[start] == "bullet":
            return self._end_of_list(start, end)
        lines: list[int] = []
        for at in range(start, end):
            if self.roles[at] == NOISE:
                continue
            if not self._may_be_related(at, first=not lines):
                break
            lines.append(at)
        else:
            at = end
        linked = list(takewhile(lambda line: self.reading.link(line) is not None, lines))
        taken = linked or self._related_of(lines, at, end)
        return taken[-1] + 1 if taken else start

    def is_free(self, index: int) -> bool:
        """Whether a block may be a related headline; one that repeats a ticker line may."""
        return self.roles[index] in {"", REPEAT}

    def _all_related(self, start: int, stop: int) -> bool:
        """Whether blocks that the layout ties to a label can all belong to its headlines."""
        reading = self.reading
        if stop - start > _MOST_BLOCKS:
            return False
        lines = [at for at in range(start, stop) if reading.kinds[at] != "image" and self.roles[at] != NOISE]
        return 0 < len(lines) <= _MOST_TIED and all(
            self.is_free(at) and (looks_like_headline(reading.texts[at]) or reading.link(at) is not None)
            for at in lines
        )

    def _end_of_list(self, start: int, end: int) -> int:
        stop = min(self.reading.run_end(start), end)
        words = sum(text.count(" ") + 1 for text in self.reading.texts[start:stop])
        return stop if words >= _LEAST_WORDS * (stop - start) else start

    def _may_be_related(self, index: int, *, first: bool) -> bool:
        text = self.reading.texts[index]
        kind = self.reading.kinds[index]
        if kind != "text" and (kind != "heading" or self.reading.link(index) is None):
            return False
        if not self.is_free(index) or text.casefold() in self.labels:
            return False
        if text.lower().startswith(("read more", "read also", "also read")) or ".twitter.com/" in text:
            return False
        return looks_like_headline(text) or (first and len(text) <= MAX_HEADLINE_CHARS)

    def _related_of(self, lines: list[int], following: int, end: int) -> list[int]:
        """Of the lines under a label that look like headlines, those that are; then comes ``following``."""
        texts, roles = self.reading.texts, self.roles
        count = len(lines)
        heads_text = following < end and self.reading.kinds[following] == "text" and not roles[following]
        if count <= _USUAL or (count == _MOST and not heads_text):
            return lines
        last = lines[-1]
        if count == _MOST and (texts[last] in self.known_headlines or roles[last] == REPEAT):
            return lines
        if count <= _MOST + 1 and heads_text:
            shares = [shared_words(texts[line], texts[following]) for line in lines]
            if shares[-1] >= _HEADS_IT and shares[-1] > max(shares[:-1]):
                return lines[:-1]
            if count == _MOST and shares[-1] <= max(_UNRELATED, *shares[:-1]):
                return lines
        raise UnreadablePage(
            "unclear_related_block",
            f"After a related label {count} lines look like headlines, and which of them are body can't be "
            f"told; the last is {texts[last][:80]!r}. Look at the page.",
        )
