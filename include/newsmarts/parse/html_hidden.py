"""What a style hides on an HTML page, and the walk over a full tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bs4 import Tag
from bs4.element import NavigableString

from newsmarts.parse.html_walk import Walker


class HiddenWalker:
    """Takes the elements and texts inside one that a style hides: their texts alone are kept."""

    def __init__(self) -> None:
        self.walker = Walker(sees_hidden=True)
        self._skipped = 0

    def enter(self, tag: str, attributes: Mapping[str, Any]) -> None:
        """Take an element's beginning."""
        if self._skipped or not self.walker.enter(tag, attributes):
            self._skipped += 1

    def text(self, text: str) -> None:
        """Take a text."""
        if not self._skipped:
            self.walker.text(text)

    def leave(self) -> None:
        """Take an element's end."""
        if self._skipped:
            self._skipped -= 1
        else:
            self.walker.leave()

    def run(self, tag: str, entries: Sequence[tuple[str, str]]) -> None:
        """Take a run's entries."""
        if not self._skipped:
            self.walker.run(tag, entries)

    def texts(self) -> list[str]:
        """What was read, once it is over."""
        self.walker.finish()
        kinds = zip(self.walker.texts, self.walker.kinds, strict=True)
        return [text for text, kind in kinds if text and kind != "image"]


def walk(walker: Walker, tree: Tag) -> None:
    """Take a tree, without recursion but for what is hidden, one level deep."""
    stack = [iter(tree.contents)]
    while True:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
            if not stack:
                break
            walker.leave()
        elif isinstance(node, Tag):
            attributes = node.attrs
            if "class" in attributes:
                attributes = {**attributes, "class": " ".join(map(str, node.get_attribute_list("class")))}
            if walker.enter(node.name, attributes):
                stack.append(iter(node.contents))
            elif walker.is_hidden(node.name, attributes):
                hidden = HiddenWalker()
                walk(hidden.walker, node)
                walker.take_hidden(hidden.texts())
        elif type(node) is NavigableString:  # comments, doctypes and scripts are subclasses
            walker.text(node)
    walker.finish()
