"""Pictures in an article: which line under one is its caption."""

from __future__ import annotations

import re

from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.prose import ends_like_sentence
from newsmarts.parse.reading import Reading, Roles

# who took it: "(AP)", "(Iranian Presidency / AFP)"; see the golden pages
_CREDIT = re.compile(r"\([^()]{2,80}\)\.?$")
_NEXT_SENTENCE = re.compile(r"[.!?]['\"’”»)]* +['\"‘“«(]?[A-Z0-9]")
_MANY_BLOCKS = 3  # more than a caption and who took the picture
_LONG_CHARS = 300  # no caption


def caption_of(reading: Reading, roles: Roles, picture: int, end: int, *, lead: bool) -> int | None:
    """The block before ``end`` that is a picture's caption; None when it has none.

    A container that holds the picture and one line holds its caption. Without such a container the line right
    under it is one when it repeats the picture's alt text, or who took the picture. A line
    in one element with the picture, nothing between them, may be a paragraph that the picture is set into.

    Raises:
        UnreadablePage: a line could as well be the caption as text of the body (``unclear_caption``). Under
            the ``lead`` picture, where a body begins, that is any line that doesn't end like a sentence,
            unless a container holds it and more of the body, and not the picture.
    """
    line = picture + 1
    if line >= end or roles[line] or reading.head is None or reading.kinds[line] not in {"text", "caption"}:
        return None
    text = reading.texts[line]
    if reading.kinds[line] == "caption" or text == reading.texts[picture] or _CREDIT.search(text):
        return line
    held = any(
        stop <= end and sum(kind != "image" for kind in reading.kinds[line:stop]) == 1
        for stop in reading.ties(picture)
    )
    if held and (reading.holder(line) != reading.holder(picture) or not reading.apart[line]):
        return line
    if ends_like_sentence(text):
        if held and len(text) <= _LONG_CHARS and not _NEXT_SENTENCE.search(text):
            raise _unclear(text)
        return None
    if held:
        return line
    if lead and reading.group_around(line, line, end)[1] < line + _MANY_BLOCKS:
        raise _unclear(text)
    return None


def _unclear(text: str) -> UnreadablePage:
    return UnreadablePage(
        "unclear_caption",
        f"The line under a picture may be its caption or text of the article: {text[:80]!r}. "
        "Look at the page.",
    )
