"""HTML captures to readings: BeautifulSoup on lxml, and one walk over the page in reading order.

Tags say where blocks begin and end, what is a heading, a list's entry or a picture. Names of classes and ids
are kept as marks: evidence for rules, never needed by them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import suppress

from bs4 import BeautifulSoup

from newsmarts.core.errors import UnclearMarkup, UnreadablePage
from newsmarts.parse.decoding import line_too_long
from newsmarts.parse.head import read_head
from newsmarts.parse.html_hidden import walk
from newsmarts.parse.html_marks import Marks, marks_of
from newsmarts.parse.html_repairs import as_browsers_read
from newsmarts.parse.html_stream import MetadataBuilder, Shortened, take_runs
from newsmarts.parse.html_walk import Walker
from newsmarts.parse.reading import Reading

# A page of the sites has some 2,000 tags; parsing takes about 15 µs and 1 KB of memory for each.
MAX_TAGS = 60_000
# libxml2 takes a comment of more than ten million characters for text, and cuts other things of that size.
_MAX_TOKEN_CHARS = 10_000_000

_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_CLOSING_TAGS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_TAIL_CHARS = 4_000  # comments and trackers may follow the closing tags


def looks_like_html(text: str) -> bool:
    """Whether a text is plainly HTML, whatever its name says."""
    if "<" not in text[:2000]:
        return False
    beginning = text[:2000].lstrip("\ufeff \t\r\n").lower()
    return beginning.startswith(("<!doctype html", "<head", "<body")) or "<html" in beginning


def read_html(text: str, marks: Collection[str] = ()) -> Reading:
    """Read an HTML capture.

    ``marks`` are the elements whose places the reading is to know; see ``newsmarts.parse.html_marks``.

    Raises:
        UnreadablePage: ``too_many_tags`` or ``line_too_long``.
    """
    tags = text.count("<")
    if tags > MAX_TAGS:
        raise UnreadablePage(
            "too_many_tags",
            f"The page has {tags} tags; no page of the sites has over {MAX_TAGS}. Look at the page.",
        )
    if len(text) > _MAX_TOKEN_CHARS:
        text = _without_comments(text)
        longest = max(map(len, text.split("<")))
        if longest > _MAX_TOKEN_CHARS:
            raise line_too_long(longest)
    ended = _CLOSING_TAGS.search(text, max(0, len(text) - _TAIL_CHARS)) is not None
    declaration = _XML_DECLARATION.match(text)
    markup = as_browsers_read(text[declaration.end() :] if declaration else text)
    with suppress(UnclearMarkup):
        for page in _shortened(markup, marks_of(frozenset(marks))):
            builder = MetadataBuilder(marks, page)
            soup = BeautifulSoup(page.markup, builder=builder)
            if builder.has_all_runs():
                return builder.walker.reading(read_head(soup), ended=ended)
    return read_tree(markup, marks, ended=ended)


def _shortened(markup: str, marks: Marks) -> Iterator[Shortened]:
    """The page without its runs of links, where no mark may be in them; then the page as it is."""
    if not marks.are_in_runs(markup):
        yield take_runs(markup, marks.names)
    yield Shortened(markup)


def read_tree(markup: str, marks: Collection[str], *, ended: bool) -> Reading:
    """Read an HTML page by way of its full tree: the same reading, at several times the cost."""
    soup = BeautifulSoup(markup, "lxml")
    walker = Walker(marks)
    walk(walker, soup)
    return walker.reading(read_head(soup), ended=ended)


def _without_comments(text: str) -> str:
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        parts.append(text[at:start])
        at = end + len("-->")
    return "".join([*parts, text[at:]])
