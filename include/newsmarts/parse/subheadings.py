"""Which short lines of a body are subheadings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from newsmarts.parse.layout import MORE_LABELS
from newsmarts.parse.prose import ends_like_sentence, is_latin, is_numbered, may_head_text
from newsmarts.parse.reading import Reading, Roles

MAX_SUBHEADING_CHARS = 120
_MANY_LINES = 3  # short lines that follow each other: verse, points


@dataclass(slots=True)
class Subheadings:
    """Recognises the subheadings among the blocks [start, end) of a body, read from top to bottom."""

    reading: Reading
    roles: Roles
    labels: Collection[str] = ()  # of related blocks, casefolded: what is under one is no subheading
    last_text: int = -1
    _texts: Sequence[str] = ()  # of the region
    _is_latin: bool | None = None  # whether it is in Latin letters, once that was looked at
    _lines: tuple[int, int] = (-1, -1)  # the run of short lines that was looked at last

    def look_at(self, start: int, end: int) -> None:
        """Get to know a region."""
        kinds, roles = self.reading.kinds, self.roles
        last = end - 1
        while last >= start and (roles[last] or kinds[last] not in {"text", "heading"}):
            last -= 1
        self.last_text = last if last >= start else -1
        self._texts, self._is_latin = self.reading.texts[start:end], None

    def has(self, index: int, text: str) -> bool:
        """Whether a block is a heading, or a short line that reads like a title and that text follows.

        A page's ``p`` is a paragraph unless all of it is bold. Of three short lines that follow each other
        none is a title, nor of two points: they are verse, or a list's.
        """
        if self.reading.kinds[index] == "heading":
            return True
        if len(text) > MAX_SUBHEADING_CHARS or index >= self.last_text or not may_head_text(text):
            return False
        if self.reading.tag(index) == "p" and index not in self.reading.bold:
            return False
        if not is_latin(text) and self._is_in_latin():
            return False
        if index >= self._lines[1]:
            following = index + 1
            while following <= self.last_text and self._is_short_line(following):
                following += 1
            self._lines = (index, following)
        first, following = self._lines
        count = following - first
        if count >= _MANY_LINES or (count > 1 and is_numbered(text)):
            return False
        return not self.reading.texts[following - 1][0].islower()

    def _is_in_latin(self) -> bool:
        """Whether the region, by its longest block, is in Latin letters."""
        if self._is_latin is None:
            self._is_latin = is_latin(max(self._texts, key=len, default=""))
        return self._is_latin

    def _is_short_line(self, index: int) -> bool:
        """Whether an unused block could be a subheading by its length and end."""
        text = self.reading.texts[index]
        return (
            self.reading.kinds[index] == "text"
            and not self.roles[index]
            and 0 < len(text) <= MAX_SUBHEADING_CHARS
            and not ends_like_sentence(text)
            and not self._is_label(text.casefold())
        )

    def _is_label(self, text: str) -> bool:
        """Whether a line, casefolded, heads other articles."""
        return text in self.labels or text in MORE_LABELS
