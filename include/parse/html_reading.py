"""A reading of an HTML page: blocks that know their container, link, and the names of their elements."""

from __future__ import annotations

from dataclasses import dataclass, field

from include.parse.reading import Reading


@dataclass(slots=True)
class HtmlReading(Reading):
    """A reading that knows its page's containers, links, and the names its elements bear."""

    links: list[str | None] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)  # for each block the innermost container that it is in
    starts: list[int] = field(default_factory=list)  # for each container its first block
    ends: list[int] = field(default_factory=list)  # and one past its last
    parents: list[int] = field(default_factory=list)
    by_start: dict[int, list[int]] = field(default_factory=dict)  # made when first asked for
    ids: dict[str, tuple[int, int]] = field(default_factory=dict)  # an element's id → its first blocks
    classes: dict[str, tuple[int, int]] = field(default_factory=dict)  # a whole class attribute → the same

    def link(self, index: int) -> str | None:
        """Where the block leads when all of it is one link, or a picture's address; None for no link."""
        return self.links[index]

    def mark(self, name: str) -> tuple[int, int] | None:
        """The blocks of the first element with this ``#id`` or ``.class``."""
        if name[0] == "#":
            return self.ids.get(name[1:])
        wanted = name[1:]
        return next(
            (
                blocks
                for classes, blocks in self.classes.items()
                if wanted in classes and wanted in classes.split()
            ),
            None,
        )

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
        if not self.by_start:
            for child, start in enumerate(self.starts):
                self.by_start.setdefault(start, []).append(child)
        found = {
            self.ends[child]
            for child in self.by_start.get(index + 1, ())
            if self.parents[child] == container and self.ends[child] > index + 2
        }
        if self.starts[container] == index:
            found.add(self.ends[container])
        return sorted(found)

    def holder(self, index: int) -> tuple[int, int]:
        """The blocks of the innermost container that a block stands in."""
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
