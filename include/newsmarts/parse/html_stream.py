"""BeautifulSoup's lxml tree builder that makes a tree of a page's metadata alone.

A page's cost is in the objects that a tree has for each element: some 15 µs each, of which libxml2 takes
one. What is to be seen goes to the walk as it is parsed, in the very order in which a walk over the whole
tree would meet it; only the elements that say something about the page are put into the tree. Runs of links
were taken out before (``html_runs``).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder import LXMLTreeBuilder  # type: ignore[attr-defined]

from newsmarts.core.errors import UnclearMarkup
from newsmarts.parse.head import HEAD_TAGS, is_read_script
from newsmarts.parse.html_runs import Shortened
from newsmarts.parse.html_walk import Walker

_SPACES = BeautifulSoup.ASCII_SPACES
# BeautifulSoup gives the strings in these a class of their own; so it does in scripts, which hold no elements
_ASIDE = frozenset({"rt", "rp", "template"})
_WITH_TEXT = frozenset({"title", "script"})
_WATCHED = HEAD_TAGS | _ASIDE | {"pre"}


class MetadataBuilder(LXMLTreeBuilder):  # type: ignore[misc] # bs4 adds its builders by name
    """Builds a tree of metadata, and lets ``walker`` walk over the page meanwhile."""

    def __init__(self, marks: Collection[str], page: Shortened) -> None:
        super().__init__()
        self.page = page
        self._marks = marks
        self._token = page.token
        self._start_over()

    def _start_over(self) -> None:
        self.walker = Walker(self._marks)
        self._runs_met = 0
        self._enter, self._leave = self.walker.enter, self.walker.leave
        self._text: list[str] = []
        self._skipped = 0  # how many elements are open of which nothing is to be seen
        self._kept = 0  # how many are open of a title or a script that goes into the tree
        self._titled = False
        self._aside = self._preformatted = 0

    def reset(self) -> None:
        """Begin a page; BeautifulSoup calls it for each encoding that it tries."""
        super().reset()
        self._start_over()

    def start(self, tag: Any, attrib: Any, nsmap: Any = None) -> None:  # noqa: ARG002 - HTML has none
        """Take an element's beginning from lxml.

        Raises:
            UnclearMarkup: to BeautifulSoup an attribute's name has a namespace, or the title's text is none.
        """
        if self._text:
            self._end_text()
        if attrib:
            if "{" in "".join(attrib):
                raise UnclearMarkup(tag)
            if self._token in attrib and self._is_stand_in(tag, attrib):
                self._take_run(int(attrib[self._token]))
                return
        if self._kept or tag in _WATCHED:
            self._open_watched(tag, attrib)
        if self._skipped or not self._enter(tag, attrib):
            self._skipped += 1

    def end(self, tag: Any) -> None:
        """Take an element's end from lxml."""
        if self._text:
            self._end_text()
        if self._kept or tag in _WATCHED:
            self._close_watched(tag)
        if self._skipped:
            self._skipped -= 1
        else:
            self._leave()

    def data(self, data: Any) -> None:
        """Take a text, or part of one, from lxml."""
        if self._kept:
            super().data(data)
        elif self._skipped:
            self._meet_unread(data)
        if not self._skipped:
            self._text.append(data)

    def comment(self, text: Any) -> None:
        """Take a comment from lxml."""
        if self._text:
            self._end_text()
        if self._kept:
            super().comment(text)
        else:
            self._meet_unread(text)

    def pi(self, target: str, data: str) -> None:
        """Take a processing instruction from lxml."""
        if self._text:
            self._end_text()
        if self._kept:
            super().pi(target, data)

    def doctype(self, name: str, pubid: str, system: str) -> None:  # noqa: ARG002 - it says nothing
        """Take the document's type from lxml."""
        if self._text:
            self._end_text()

    def close(self) -> None:
        """Take the page's end from lxml."""
        if self._text:
            self._end_text()
        self.walker.finish()
        super().close()

    def has_all_runs(self) -> bool:
        """Whether each stand-in was met for what it is: an element, or a text that isn't read.

        One that wasn't is in an attribute or in markup that is broken; there, a run isn't what it seems.
        """
        return self._runs_met == len(self.page.runs)

    def _is_stand_in(self, tag: str, attrib: Any) -> bool:
        """Whether it is one, and not an element whose own broken tag has swallowed one."""
        return len(attrib) == 1 and tag == self.page.runs[int(attrib[self._token])].tag

    def _meet_unread(self, text: str) -> None:
        """Count the stand-ins in a comment or in a text that isn't read."""
        if self._token in text:
            self._runs_met += self.page.count_stand_ins(text)

    def _take_run(self, number: int) -> None:
        """Walk over a run's entries in place of the element that stands for them."""
        if self._aside:
            raise UnclearMarkup(number)
        if not self._skipped:
            run = self.page.runs[number]
            self.walker.run(run.tag, run.entries)
        self._runs_met += 1
        self._skipped += 1

    def _open_watched(self, tag: str, attrib: Any) -> None:
        if self._kept or tag in HEAD_TAGS:
            self._keep(tag, attrib)
        if tag in _ASIDE:
            self._aside += 1
        elif tag == "pre":
            self._preformatted += 1

    def _close_watched(self, tag: str) -> None:
        if self._kept:
            self._kept -= 1
            super().end(tag)
        elif tag in HEAD_TAGS and tag not in _WITH_TEXT:
            super().end(tag)
        if tag in _ASIDE:
            self._aside -= 1
        elif tag == "pre":
            self._preformatted -= 1

    def _keep(self, tag: str, attrib: Any) -> None:
        """Put an element into the tree, if it is one of those that say something."""
        if not self._kept:
            if tag == "title":
                if self._titled:  # a page's title is its first; pictures have titles as well
                    return
                if self._aside:
                    raise UnclearMarkup(tag)
                self._titled = True
            elif tag == "script" and not is_read_script(attrib):
                return
        if self._kept or tag in _WITH_TEXT:
            self._kept += 1
        super().start(tag, attrib)

    def _end_text(self) -> None:
        """Hand on a text, spaces alone as BeautifulSoup hands them on."""
        text = self._text[0] if len(self._text) == 1 else "".join(self._text)
        self._text.clear()
        if self._skipped or self._aside:
            return
        if not self._preformatted and not text.strip(_SPACES):
            text = "\n" if "\n" in text else " "
        self.walker.text(text)
