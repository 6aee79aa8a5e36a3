"""HTML captures to readings: lxml's parser, and one walk over the page in reading order.

Tags say where blocks begin and end, what is a heading, a list's entry or a picture. Names of classes and ids
are kept as marks: evidence for rules, never needed by them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from lxml.etree import HTMLParser

from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.decoding import line_too_long
from newsmarts.parse.head import read_head
from newsmarts.parse.html_drawings import with_drawings_closed
from newsmarts.parse.html_marks import marks_of
from newsmarts.parse.html_runs import Run, take_runs
from newsmarts.parse.html_target import PageTarget
from newsmarts.parse.reading import Reading

# A page of the sites has some 2,000 tags; parsing takes about 15 µs and 1 KB of memory for each.
MAX_TAGS = 60_000
_SHORTEST_TAG_CHARS = 3
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
    if len(text) > MAX_TAGS * _SHORTEST_TAG_CHARS and (tags := text.count("<")) > MAX_TAGS:
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
    markup = text[declaration.end() :] if declaration else text
    target = _parse(markup, marks)
    if target.drawings and target.drawings > markup.count("</svg"):
        closed = with_drawings_closed(markup)
        target = target if closed == markup else _parse(closed, marks)
    return target.walker.reading(read_head(target.head), ended=ended)


def _parse(markup: str, marks: Collection[str]) -> PageTarget:
    """Read a page without its runs of links; as it is, if one isn't what it seems or may hold a mark."""
    without, runs = take_runs(markup, marks_of(frozenset(marks)))
    target = _parse_as_is(without, marks, runs)
    return _parse_as_is(markup, marks, {}) if target.runs else target


def _parse_as_is(markup: str, marks: Collection[str], runs: Mapping[str, Run]) -> PageTarget:
    target = PageTarget(marks, runs)
    parser = HTMLParser(target=target)
    parser.feed(markup)
    parser.close()
    return target


def _without_comments(text: str) -> str:
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        parts.append(text[at:start])
        at = end + len("-->")
    return "".join([*parts, text[at:]])
