"""A page in reading order: the one description that text and HTML captures share.

A reading is a sequence of blocks. Each has a kind, its text with white space folded, whether it stands
apart from the block before it, and its indentation. ``include.parse.text`` and ``include.parse.html`` make
readings; the publishers' files say what each block means, and never look at the format.

The blocks are kept as parallel lists: a text capture has some 160 of them, and an object for each would
cost more than reading them does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "bullet", "heading", "image", "caption"]
"""text: a line or paragraph; bullet: a list's entry; heading: h1 to h6 (HTML); image: a picture's alt text
(HTML; text captures show it as a bullet); caption: a figcaption (HTML) or a line indented under a picture."""


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
class Head:
    """What an HTML page says about itself outside its visible text: evidence, never the record's word.

    ``facts`` maps a fact ("title", "published", "canonical" …) to the first value found for it; ``all`` keeps
    every value, so that two sources that disagree can be told.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    all: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    schema_types: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reading:
    """The blocks of one page, top to bottom, as parallel lists."""

    texts: list[str]
    kinds: list[Kind]
    apart: list[bool]  # a blank line (text) or another container (HTML) lies between it and the block before
    indents: list[int]  # leading spaces (text) or depth of the list (HTML)
    ended: bool  # the last line was finished (text: by a line end; HTML: by the closing tags)
    head: Head | None = None  # None: a text capture

    def __len__(self) -> int:
        return len(self.texts)

    def link(self, index: int) -> str | None:  # noqa: ARG002 - only HTML knows
        """Where the block leads when all of it is one link; "" for a link to nowhere, None for no link."""
        return None

    def run_end(self, index: int) -> int:
        """One past the last block of the run that ``index`` stands in (no gap inside a run)."""
        apart, end, size = self.apart, index + 1, len(self.texts)
        while end < size and not apart[end]:
            end += 1
        return end

    def section_end(self, label: int) -> int:
        """One past the last block that the page's layout ties to a label; ``label + 1`` when it ties none."""
        return self.run_end(label)

    def is_group(self, start: int, end: int) -> bool:  # noqa: ARG002 - only HTML knows
        """Whether the blocks [start, end) are the whole content of one container, other than the page."""
        return False

    def blocks(self) -> Iterator[Block]:
        """The blocks as objects, numbered from 1."""
        rows = zip(self.kinds, self.texts, self.apart, self.indents, strict=True)
        for index, (kind, text, apart, indent) in enumerate(rows):
            yield Block(index + 1, kind, text, apart, indent, self.link(index))


Roles = list[str]
"""For each block of a reading what it was taken for: a field's name, "label", or "" when it wasn't used."""


def take(roles: Roles, start: int, end: int, role: str) -> None:
    """Write down what the blocks [start, end) were taken for."""
    roles[start:end] = [role] * (end - start)


@dataclass(frozen=True, slots=True)
class Facts:
    """Metadata that only HTML has, as the record's ``extra`` holds it."""

    extra: Mapping[str, Any]
    disagreements: tuple[str, ...]
