"""Text that was decoded by the wrong charset, recognised from the text alone."""

from __future__ import annotations

import re
from collections.abc import Collection

# UTF-8 read as Windows-1252 or Latin-1: "Iranâ€™s", "MacrÃ©"
_UTF_8 = (
    "â\x80|â€[™œ˜\x9c\x9d“”–—¦\x93\x94\x98\x99\xa6\ufffd]|Ã[\x80-\xbf©¨¡³¢¶¼±]|Â[\xa0-\xbf]|ï»¿"
    "|[ØÙ][\x80-\xbf§„…‡ˆ±]"
)
WRONG_LETTERS = re.compile("[\xc0-\xff]{3,}|[\xa1-\xff]{4,}")
"""Another alphabet read as Windows-1252: "ÇáãÑÝÃ" for Arabic. No word has three such letters in a row."""

SIGNS = re.compile(f"{_UTF_8}|[\xc0-\xff]{{4,}}")
"""What a page may show that its publisher or the tool that saved it decoded wrongly."""

_LETTERS = frozenset(map(chr, range(0xA1, 0x100)))  # what every sign begins with
_ACCENTED = b"\xc3"  # the first byte in UTF-8 of what every sign begins with: most pages have none
_LEAST_SIGNS = 3


def search(text: str) -> re.Match[str] | None:
    """The first of :data:`SIGNS` in the text."""
    return SIGNS.search(text) if _may_have_signs(text) else None


def _may_have_signs(text: str) -> bool:
    # looked for in bytes: a pattern takes ten times as long, and longer than anything else about a page's end
    return not text.isascii() and _ACCENTED in text.encode("utf-8", "replace")


def may_be_in(characters: Collection[str]) -> bool:
    """Whether a text of these characters, those of plain ASCII left out, can have a sign."""
    return not _LETTERS.isdisjoint(characters)


def first_sign(text: str, *, is_certain: bool) -> re.Match[str] | None:
    """A place that shows the text to be decoded wrongly; None when nothing does.

    Args:
        is_certain: its charset is beyond doubt. One odd sequence is then the publisher's own, and only a
            text that has few other characters beyond ASCII was spoilt as a whole before it was saved.
    """
    if text.isascii() or (is_certain and not _may_have_signs(text)):
        return None
    if not is_certain:
        return SIGNS.search(text) or WRONG_LETTERS.search(text)
    signs = list(SIGNS.finditer(text))
    if len(signs) < _LEAST_SIGNS:
        return None
    within = sum(len(sign[0]) for sign in signs)
    others = sum(not char.isascii() for char in text) - within
    return signs[0] if others < len(signs) else None
