"""The labelled lists under an article, and where they and the footer begin: where its body ends."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.layout import FOOTER, Labels, Layout
from newsmarts.parse.reading import Reading, Roles
from newsmarts.parse.times import DAY

_DAY = re.compile(DAY)
_MAX_NAME_CHARS = 100
_NAMES = frozenset({"most_read", "coverage", "read_next"})


class Section(NamedTuple):
    """A labelled list: its name, its label's block, and one past its last block."""

    name: str
    label: int
    end: int


class Sections(NamedTuple):
    """The lists of a page, and its footer's first block (the page's length when it has none)."""

    lists: tuple[Section, ...]
    footer: int
    has_footer: bool

    def first_after(self, index: int) -> int | None:
        """Where the first list or the footer after a block begins; None when the page has neither."""
        starts = [section.label for section in self.lists if section.label >= index]
        if self.has_footer and self.footer >= index:
            starts.append(self.footer)
        return min(starts, default=None)


def find_sections(
    reading: Reading,
    roles: Roles,
    layout: Layout,
    labels: Labels,
    *,
    headline: int,
    ticker: Collection[str],
) -> Sections:
    """Find the labelled lists of a page.

    A line is a label when it is one word for word and what follows looks like its list: ``Most Read`` has
    days, ``Coverage`` and ``Read Next`` open with ``All`` or follow another list. A subheading that happens
    to be "Coverage" is therefore body. A label that is the capture's very last line counts only when the line
    is complete: "Most Read" may be the beginning of "Most Read was the title of …".

    Raises:
        UnreadablePage: the footer's line is over the lists (``unclear_footer``).
    """
    texts, size = reading.texts, len(reading.texts)
    footer = next((at for at, name in labels if name == FOOTER and at >= headline), size)
    has_footer = footer < size
    before, frame = footer, layout.masthead.union(ticker)
    while has_footer and before > headline + 1 and _may_be_frame(texts[before - 1], frame, layout):
        before -= 1
        if texts[before] in layout.masthead:
            footer = before
    found = [
        (at, name)
        for at, name in labels
        if at < footer and name in _NAMES and not roles[at] and (at + 1 < size or reading.ended)
    ]
    below = next((at for at, name in labels if at > footer and name == "most_read"), None)
    if (
        below is not None
        and not found
        and _is_list(reading, "most_read", below + 1, size, None, trusted=False)
    ):
        raise UnreadablePage(
            "unclear_footer",
            f"A line of the footer ({texts[footer][:80]!r}) stands over the lists that end an article, so "
            "its body may go on under it. Look at the page.",
        )
    lists: list[Section] = []
    for position, (index, name) in enumerate(found):
        end = found[position + 1][0] if position + 1 < len(found) else footer
        if index < headline < end:
            end = headline
        trusted = bool(lists) and lists[-1].end == index
        if _is_list(reading, name, index + 1, end, layout.all_link, trusted=trusted):
            lists.append(Section(name, index, end))
    return Sections(tuple(lists), footer, has_footer)


def _may_be_frame(text: str, frame: Collection[str], layout: Layout) -> bool:
    return text in frame or text.casefold() in layout.noise


def _is_list(
    reading: Reading, name: str, start: int, end: int, all_link: str | None, *, trusted: bool
) -> bool:
    texts = reading.texts
    if start == end or texts[start] == all_link:
        return True
    if name == "most_read":
        return any(_DAY.fullmatch(text) for text in texts[start:end])
    if name == "coverage":
        return trusted and all(len(text) <= _MAX_NAME_CHARS for text in texts[start:end])
    return trusted
