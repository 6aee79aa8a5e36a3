"""BeautifulSoup's lxml tree builder that makes a tree of a page's metadata alone.

A page's cost is in the objects that a tree has for each element: some 15 µs each, of which libxml2 takes one.
What is to be seen goes to the walk as it is parsed, in the very order in which a walk over the whole tree
would meet it; only the elements that say something about the page are put into the tree.

Runs of plain links (menus, site maps) are taken out before. Two elements in three of a large page belong to
such runs, and each costs the parser and its calls into Python some 3 µs; an entry of the plainest shape is
read by a pattern at a tenth of that. The parser gets one element in place of a run, with the tag of the run's
entries: what the first of them closes or opens is closed or opened all the same. The walk then takes the
entries as if it had met them one by one, so the reading is the same, block by block and container by
container.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from bs4 import BeautifulSoup
from bs4.builder import LXMLTreeBuilder  # type: ignore[attr-defined]

from newsmarts.core.errors import UnclearMarkup
from newsmarts.parse.head import HEAD_TAGS, is_read_script
from newsmarts.parse.html_hidden import HiddenWalker
from newsmarts.parse.html_walk import Walker

_SPACES = BeautifulSoup.ASCII_SPACES
# BeautifulSoup gives the strings in these a class of their own; so it does in scripts, which hold no elements
_ASIDE = frozenset({"rt", "rp", "template"})
_WITH_TEXT = frozenset({"title", "script"})
_WATCHED = HEAD_TAGS | _ASIDE | {"pre"}
_LEAST_ENTRIES = 4  # a stand-in costs as much as an entry or two

_NAME = r"[a-z][a-z0-9-]*+"
_VALUE = r"""(?:"[^"<>\x00-\x1f]*+"|'[^'<>\x00-\x1f]*+'|[^\s"'<>=`]++(?<!/))"""
_ATTRIBUTES = rf"(?:\s++{_NAME}(?:={_VALUE})?+)*+\s*+"
# It begins with a word: dashes and dots alone join or part what is around them.
_TEXT = r"(\w[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*+)"
_ENTRY = re.compile(
    rf"<(li|div|p|dd){_ATTRIBUTES}>\s*+<a({_ATTRIBUTES})>\s*+"
    rf"(?:<(span|b|strong|em|i|small){_ATTRIBUTES}>\s*+)?+{_TEXT}(?(3)</\3>\s*+)</a>\s*+</\1>\s*+"
)
_HREF = re.compile(rf"(?:\s++(?!href\b){_NAME}(?:={_VALUE})?+)*+\s++href=({_VALUE})")
_QUOTED_HREF = ' href="'
# What is hidden isn't read: a run where that may be, by these words, is left to the walk.
_UNSEEN = ("hidden", "style=")


class Run(NamedTuple):
    """Entries that follow each other: their place, the tag of each, their texts and addresses."""

    start: int
    end: int
    tag: str
    entries: list[tuple[str, str]]


class Shortened(NamedTuple):
    """A page's markup in which an element with the attribute ``token``, a number, replaces each run."""

    markup: str
    token: str = "\0"  # noqa: S105 - a name that no attribute can have
    runs: Sequence[Run] = ()

    def count_stand_ins(self, text: str) -> int:
        """How many complete stand-ins a text holds."""
        return len(re.findall(rf'<(\w+) {self.token}="\d+"></\1>', text))


def take_runs(markup: str, names: Collection[str]) -> Shortened:
    """Take the runs out of a page; those that hold one of ``names`` (of ids and classes) stay."""
    token = f"run-{len(markup)}"
    if token in markup:  # by chance or on purpose
        return Shortened(markup)
    runs: list[Run] = []
    pieces: list[str] = []
    rest = 0
    words = (*names, *_UNSEEN)
    for run in _runs(markup):
        if any(markup.find(word, run.start, run.end) >= 0 for word in words):
            continue
        pieces.append(f'{markup[rest : run.start]}<{run.tag} {token}="{len(runs)}"></{run.tag}>')
        rest = run.end
        runs.append(run)
    pieces.append(markup[rest:])
    return Shortened("".join(pieces), token, runs)


def _runs(markup: str) -> Iterator[Run]:
    """All that looks like a run, wherever it is: in a comment or a script as well."""
    start = end = -1
    run_tag = ""
    entries: list[tuple[str, str]] = []
    for match in _ENTRY.finditer(markup, max(0, markup.find("<body"))):
        tag, attributes, _, text = match.groups()
        at = attributes.find(_QUOTED_HREF) + len(_QUOTED_HREF)
        if at >= len(_QUOTED_HREF) and "'" not in attributes:
            address = attributes[at : attributes.index('"', at)]
        else:
            address = _address(attributes)
        if address is None or "&" in address:
            continue
        if match.start() != end or tag != run_tag:
            if len(entries) >= _LEAST_ENTRIES:
                yield _run(markup, start, end, run_tag, entries)
            start, run_tag, entries = match.start(), tag, []
        end = match.end()
        entries.append((text, address))
    if len(entries) >= _LEAST_ENTRIES:
        yield _run(markup, start, end, run_tag, entries)


def _address(attributes: str) -> str | None:
    """The first ``href`` among a link's attributes; None when there is none."""
    match = _HREF.match(attributes)
    if match is None:
        return None
    value = match[1]
    return value[1:-1] if value[0] in "\"'" else value


def _run(markup: str, start: int, end: int, tag: str, entries: list[tuple[str, str]]) -> Run:
    return Run(start, start + len(markup[start:end].rstrip()), tag, entries)


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
        self._hidden: HiddenWalker | None = None  # the outermost of them is hidden by a style
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
        if self._skipped:
            self._skipped += 1
            if self._hidden is not None:
                self._hidden.enter(tag, attrib)
        elif not self._enter(tag, attrib):
            self._skipped = 1
            if attrib and self.walker.is_hidden(tag, attrib):
                self._hidden = HiddenWalker()

    def end(self, tag: Any) -> None:
        """Take an element's end from lxml."""
        if self._text:
            self._end_text()
        if self._kept or tag in _WATCHED:
            self._close_watched(tag)
        if self._skipped:
            self._skipped -= 1
            if self._hidden is not None:
                self._leave_hidden(self._hidden)
        else:
            self._leave()

    def data(self, data: Any) -> None:
        """Take a text, or part of one, from lxml."""
        if self._kept:
            super().data(data)
        elif self._skipped:
            self._meet_unread(data)
        if not self._skipped or self._hidden is not None:
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
        """Walk over a run's entries in place of the element that replaces them."""
        if self._aside:
            raise UnclearMarkup(number)
        run = self.page.runs[number]
        if not self._skipped:
            self.walker.run(run.tag, run.entries)
        elif self._hidden is not None:
            self._hidden.run(run.tag, run.entries)
            self._hidden.enter("script", {})  # nothing in it is read
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
        if self._aside or (self._skipped and self._hidden is None):
            return
        if not self._preformatted and not text.strip(_SPACES):
            text = "\n" if "\n" in text else " "
        (self._hidden or self.walker).text(text)

    def _leave_hidden(self, hidden: HiddenWalker) -> None:
        """Take the end of an element inside a hidden one, or of that one itself."""
        if self._skipped:
            hidden.leave()
        else:
            self._hidden = None
            self.walker.take_hidden(hidden.texts())
