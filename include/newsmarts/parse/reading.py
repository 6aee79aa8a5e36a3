"""A page in reading order: the one description that text and HTML captures share.

A reading is a sequence of blocks. Each has a kind, its text with white space folded, whether it is apart
from the block before it, and its indentation. ``newsmarts.parse.text`` and ``newsmarts.parse.html``
make readings; the publishers' files say what each block means, and never look at the format.

The blocks are kept as parallel lists: a text capture has some 160 of them, and an object for each would
cost more than reading them does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from newsmarts.core.records import BlockKind

Kind = Literal["text", "bullet", "heading", "image", "caption", "field"]
"""text: a line or paragraph; bullet: a list's entry; heading: h1 to h6 (HTML); image: a picture's alt text
(HTML; text captures show it as a bullet); caption: a figcaption (HTML);
field: what a form's empty field says (HTML)."""


_REACH = 8


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a reading, for people and tests; rules use the lists."""

    number: int  # from 1, top to bottom
    kind: Kind
    text: str
    apart: bool
    indent: int
    link: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a page's head says, and where it says so."""

    source: str
    value: str


@dataclass(frozen=True, slots=True)
class Head:
    """What an HTML page declares outside its visible text: evidence, never the record's value.

    ``said`` maps a fact (title, published, modified, author, description, image, canonical, section,
    keywords, news_id, site_name, language, type) to all that is said of it, the most dependable first.
    """

    said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    schema_types: frozenset[str] = frozenset()  # JSON-LD

    def first(self, fact: str) -> str | None:
        """The most dependable value of a fact; None when the page doesn't say."""
        values = self.said.get(fact)
        return values[0].value if values else None


class Region(NamedTuple):
    """What a marked element holds: blocks [start, end), or a text amid the block ``start``."""

    start: int
    end: int
    text: str | None = None  # of an inline element
    before: int = 0  # how many characters of its block are before it, but for spaces


@dataclass(slots=True)
class Reading:
    """The blocks of one page, top to bottom, as parallel lists; of HTML also links and containers."""

    texts: list[str]
    kinds: list[Kind]
    apart: list[bool]  # a blank line (text) or another container (HTML) lies between it and the block before
    indents: list[int]  # leading spaces (text); a heading's level, else the depth of lists (HTML)
    ended: bool  # the last line was finished (text: by a line end; HTML: by the closing tags)
    head: Head | None = None  # None: a text capture
    encoding: str = "utf-8"  # of the bytes, as they were decoded
    may_be_mojibake: bool = True  # False: it has no letter that wrongly decoded text has
    url: str | None = None  # where the feed fetched the page from, if it knows
    markup: str | None = None  # the page's source, where there is hardly anything to be seen
    hidden_ticker: list[str] = field(default_factory=list)  # ticker lines that a style hides
    houses: Mapping[str, str] = field(default_factory=dict)  # spellings, as newsmarts.core.bylines has them
    # of HTML alone
    links: list[str | None] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)  # for each block the innermost container that it is in
    starts: list[int] = field(default_factory=list)  # for each container its first block
    ends: list[int] = field(default_factory=list)  # and one past its last
    parents: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # and its tag
    bold: set[int] = field(default_factory=set)  # the blocks all of whose text is bold
    times: list[tuple[int, str]] = field(default_factory=list)
    """What ``time`` elements state, and the block that each is in (of several in its container the first)."""
    marks: dict[str, list[Region]] = field(default_factory=dict)  # those that were looked out for
    hidden: list[tuple[int, list[str]]] = field(default_factory=list)
    """The texts of each element that a style hides, and the block that comes after it."""

    def __len__(self) -> int:
        return len(self.texts)

    def link(self, index: int) -> str | None:
        """Where the block leads when all of it is one link, or a picture's address.

        "" for a link to nowhere, None for no link.
        """
        return self.links[index] if self.links else None

    def mark(self, name: str) -> tuple[int, int] | None:
        """The blocks of the first element with this mark, of those looked out for."""
        regions = self.marks.get(name)
        return (regions[0].start, regions[0].end) if regions else None

    def times_in(self, start: int, end: int) -> tuple[Said, ...]:
        """What ``time`` elements in the blocks [start, end) state."""
        return tuple(Said("time datetime", stated) for at, stated in self.times if start <= at < end)

    def tag(self, index: int) -> str:
        """The tag of the innermost container that a block is in; "" in a text capture."""
        own = self._owner(index)
        return self.names[own] if own >= 0 else ""

    def within(self, index: int, tag: str) -> tuple[int, int] | None:
        """The blocks of the innermost element of a tag (HTML) around a block; None when it is in none."""
        container = self._owner(index)
        while container >= 0 and self.names[container] != tag:
            container = self.parents[container]
        return (self.starts[container], self.ends[container]) if container >= 0 else None

    def run_end(self, index: int) -> int:
        """One past the last block of the run of ``index`` (no gap inside a run)."""
        apart, end, size = self.apart, index + 1, len(self.texts)
        while end < size and not apart[end]:
            end += 1
        return end

    def ties(self, index: int) -> list[int]:
        """Where the blocks that the layout ties to this one may end (one past), nearest first.

        Text: its run. HTML: a label's list is the container that comes right after it, or all of the smallest
        container that begins with it and holds more.
        """
        if self.head is None:
            end = self.run_end(index)
            return [end] if end > index + 1 else []
        container = self.owners[index]
        while container >= 0 and self.starts[container] == index and self.ends[container] == index + 1:
            container = self.parents[container]
        if container < 0:
            return []
        # containers are numbered as they open, so their first blocks are in order
        first, last = bisect_left(self.starts, index + 1), bisect_right(self.starts, index + 1)
        found = {
            self.ends[child]
            for child in range(first, last)
            if self.parents[child] == container and self.ends[child] > index + 2
        }
        if self.starts[container] == index:
            found.add(self.ends[container])
        return sorted(found)

    def holder(self, index: int) -> tuple[int, int]:
        """The blocks of a block's run (text; eight each way at most) or innermost container (HTML)."""
        if self.head is not None:
            container = self.owners[index]
            return (self.starts[container], self.ends[container]) if container >= 0 else (0, len(self.texts))
        start, end = index, index + 1
        while start and not self.apart[start] and index - start < _REACH:
            start -= 1
        while end < len(self.texts) and not self.apart[end] and end - index < _REACH:
            end += 1
        return start, end

    def share_container(self, first: int, second: int, without: int) -> bool:
        """Whether some container (HTML) holds the first two blocks and not the third."""
        container = self._owner(first)
        while container >= 0 and not self.starts[container] <= second < self.ends[container]:
            container = self.parents[container]
        return container >= 0 and not self.starts[container] <= without < self.ends[container]

    def is_alone(self, index: int) -> bool:
        """Whether a block is all that a container (HTML) holds which could hold more: one around others."""
        own = self._owner(index)
        if own < 0:
            return False
        child = own + 1  # containers are numbered as they open
        outer = own if child < len(self.parents) and self.parents[child] == own else self.parents[own]
        return outer >= 0 and self.starts[outer] == index and self.ends[outer] == index + 1

    def group_around(self, index: int, start: int, end: int) -> tuple[int, int]:
        """The blocks of the largest container (HTML) around a block that lies within [start, end)."""
        group = (index, index + 1)
        container = self._owner(index)
        while container >= 0 and self.starts[container] >= start and self.ends[container] <= end:
            group = (self.starts[container], self.ends[container])
            container = self.parents[container]
        return group

    def small_group_around(self, index: int, start: int, most_chars: int) -> tuple[int, int]:
        """The blocks of the largest container (HTML) around a block that begins at ``start`` or later.

        ``most_chars``: more text than that isn't in it.
        """
        group = (index, index + 1)
        container = self._owner(index)
        while container >= 0 and self.starts[container] >= start:
            inside = (self.starts[container], self.ends[container])
            if inside[1] - inside[0] > most_chars or sum(map(len, self.texts[slice(*inside)])) > most_chars:
                break
            group = inside
            container = self.parents[container]
        return group

    def blocks(self) -> Iterator[Block]:
        """The blocks as objects, numbered from 1."""
        rows = zip(self.kinds, self.texts, self.apart, self.indents, strict=True)
        for index, (kind, text, apart, indent) in enumerate(rows):
            yield Block(index + 1, kind, text, apart, indent, self.link(index))

    def _owner(self, index: int) -> int:
        return self.owners[index] if self.owners else -1


Roles = list[str]
"""For each block of a reading what it was taken for: a field's name or, in the body, its block's kind;
"label" and "noise" (furniture), "ticker_repeat", "footer", "form"; or "" when it wasn't used."""

BODY_ROLES = frozenset(get_args(BlockKind))


def take(roles: Roles, start: int, end: int, role: str) -> None:
    """Note what the blocks [start, end) were taken for."""
    roles[start:end] = [role] * (end - start)


NOISE = "noise"
REPEAT = "ticker_repeat"
_MAX_NOISE_CHARS = 40


def mark_noise(reading: Reading, roles: Roles, noise: Collection[str], start: int, end: int) -> None:
    """Mark the unused lines of [start, end) that aren't part of an article (``noise``: casefolded)."""
    for index in range(start, end):
        text = reading.texts[index]
        if len(text) > _MAX_NOISE_CHARS or roles[index] or (text and reading.kinds[index] == "bullet"):
            continue
        if text.casefold() in noise and reading.kinds[index] != "image":
            roles[index] = NOISE
