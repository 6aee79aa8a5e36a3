"""A reading of an HTML page: blocks that know their container, link, and the names of their elements."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from newsmarts.parse.reading import Reading


@dataclass(slots=True)
class HtmlReading(Reading):
    """A reading that knows its page's containers, links, and the names its elements bear."""

    links: list[str | None] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)  # for each block the innermost container that it is in
    starts: list[int] = field(default_factory=list)  # for each container its first block
    ends: list[int] = field(default_factory=list)  # and one past its last
    parents: list[int] = field(default_factory=list)
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)  # those that were looked out for

    def link(self, index: int) -> str | None:
        """Where the block leads when all of it is one link, or a picture's address; None for no link."""
        return self.links[index]

    def mark(self, name: str) -> tuple[int, int] | None:
        """The blocks of the first element with this ``#id`` or ``.class``, of those looked out for."""
        return self.marks.get(name)

    def ties(self, index: int) -> list[int]:
        """Where the blocks that the layout ties to this one may end, nearest first.

        A label's list is the container that comes right after it, or all of the smallest container that
        begins with it and holds more.
        """
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
        """The blocks of the innermost container around a block."""
        container = self.owners[index]
        return (self.starts[container], self.ends[container]) if container >= 0 else (0, len(self.texts))

    def share_container(self, first: int, second: int, without: int) -> bool:
        """Whether some container holds the first two blocks and not the third."""
        container = self.owners[first]
        while container >= 0 and not self.starts[container] <= second < self.ends[container]:
            container = self.parents[container]
        return container >= 0 and not self.starts[container] <= without < self.ends[container]

    def is_alone(self, index: int) -> bool:
        """Whether a block is all that a container holds which could hold more: one around others."""
        own = self.owners[index]
        if own < 0:
            return False
        child = own + 1  # containers are numbered as they open
        outer = own if child < len(self.parents) and self.parents[child] == own else self.parents[own]
        return outer >= 0 and self.starts[outer] == index and self.ends[outer] == index + 1

    def group_around(self, index: int, start: int, end: int) -> tuple[int, int]:
        """The blocks of the largest container around a block that lies within [start, end)."""
        group = (index, index + 1)
        container = self.owners[index]
        while container >= 0 and self.starts[container] >= start and self.ends[container] <= end:
            group = (self.starts[container], self.ends[container])
            container = self.parents[container]
        return group
