"""What lxml's parser hands a page to, event by event: no tree is made of it.

A page's cost would be in the objects that a tree has for each element. What is to be seen goes to the walk as
it is parsed; of the rest only the elements that say something about the page are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from newsmarts.parse.head import HEAD_TAGS, HeadElement
from newsmarts.parse.html_runs import STAND_IN, Run
from newsmarts.parse.html_walk import Walker

_WITH_TEXT = frozenset({"title", "script"})  # and with nothing but text
_KEPT = HEAD_TAGS | {"svg"}


class PageTarget:
    """A parser target, as https://lxml.de/parsing.html#the-target-parser-interface has it.

    ``runs`` are those that the markup has stand-ins for.
    """

    def __init__(self, marks: Collection[str], runs: Mapping[str, Run]) -> None:
        self.walker = Walker(marks)
        self.head: list[HeadElement] = []
        self.drawings = 0
        self.runs = dict(runs)  # that weren't met yet
        self._words: list[str] | None = None  # of the title or script that is open
        self._start, self._end, self._data = self.walker.start, self.walker.end, self.walker.data

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take an element's beginning."""
        if tag in _KEPT:
            self._keep(tag, attributes)
        if STAND_IN in attributes:
            run = self.runs.get(attributes[STAND_IN])
            # not an element whose own broken tag has swallowed one
            if run is not None and run.tag == tag and len(attributes) == 1:
                if self.walker.run(tag, run.entries):
                    del self.runs[attributes[STAND_IN]]
                tag = "script"  # nothing in it is read
        self._start(tag, attributes)

    def end(self, tag: str) -> None:
        """Take an element's end."""
        self._words = None
        self._end(tag)

    def data(self, text: str) -> None:
        """Take a text, or part of one."""
        if self._words is not None:
            self._words.append(text)
        self._data(text)

    def close(self) -> None:
        """Take the page's end."""
        self.walker.finish()

    def _keep(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "svg":
            self.drawings += 1
            return
        element = HeadElement(tag, attributes, [])
        self.head.append(element)
        self._words = element.texts if tag in _WITH_TEXT else None
