"""Embedded posts in a body: which blocks are one post, its words and then its author and date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsmarts.core.records import BodyBlock
from newsmarts.parse.reading import NOISE, Reading, Roles
from newsmarts.parse.tickers import REPEAT

_MOST_LINES = 4  # its author's included
_WORDS = frozenset({"paragraph", "subheading"})
_WORDS_OR_POST = _WORDS | {"embed"}
_PASSED_OVER = frozenset({NOISE, REPEAT})
_AUTHOR = re.compile(r"[—–-]{1,2} ?\S.{0,100}\(@\w{1,30}\),? [A-Z][a-z]+ \d{1,2}, \d{4}$")
_PICTURE = re.compile(r"\bpic\.(?:twitter|x)\.com/\w+")


def ends_post(text: str) -> bool:
    """Whether a line is the author and date of an embedded post, or ends with them or a picture's address."""
    return ("(@" in text or ".com/" in text) and bool(_AUTHOR.search(text) or _PICTURE.search(text))


def start_of_post(
    reading: Reading, roles: Roles, blocks: Sequence[BodyBlock], index: int, first: int
) -> int | None:
    """Where the embedded post that a block ends begins; None when the block belongs to no post.

    ``blocks`` is the body so far, read from the blocks [first, index) of the reading.
    """
    text = reading.texts[index]
    if _AUTHOR.match(text):
        return _words_of_post(reading, roles, blocks, index, first)
    return index if ends_post(text) else None


def _words_of_post(
    reading: Reading, roles: Roles, blocks: Sequence[BodyBlock], author: int, first: int
) -> int:
    """Where the words of a post begin whose author's line this is; the line itself when it has none.

    They are the lines before it in its run or container; else the block right before it, for the network
    that posts are embedded from puts a post's words into a paragraph above its author.
    """
    start, end = reading.holder(author)
    if not (end == author + 1 and start < author):
        start = reading.group_around(author, max(first, author - _MOST_LINES + 1), author + 1)[0]
    few = first < start < author and author - start < _MOST_LINES
    if few and all(role in _WORDS_OR_POST for role in roles[start:author]):
        return start
    before = author - 1
    while before >= first and roles[before] in _PASSED_OVER:
        before -= 1
    if before < first or roles[before] not in _WORDS_OR_POST or reading.kinds[before] == "heading":
        return author
    text = blocks[-1].text or ""
    if roles[before] == "embed":
        return author if _AUTHOR.search(text) else before  # it is a post by its picture's address
    if text.endswith(":"):  # it announces the post
        return author
    apart = before == author - 1 and reading.apart[author]
    return _start_of_run(reading, roles, before, first) if apart else before


def _start_of_run(reading: Reading, roles: Roles, last: int, first: int) -> int:
    """Where the few lines begin that ``last`` ends; the line itself when they are many."""
    most = _MOST_LINES - 1
    start = last
    while first < start > last - most and not reading.apart[start] and roles[start - 1] in _WORDS:
        start -= 1
    return start if last - start < most else last
