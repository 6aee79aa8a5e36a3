"""Pictures among a body's text in text captures: a bullet with the alt text, and lines under it."""

from __future__ import annotations

import re

from newsmarts.parse.opening import CLOSE, CREDIT
from newsmarts.parse.prose import could_be_name, shared_words
from newsmarts.parse.reading import Reading, Roles

_MAX_CHARS = 300  # of a caption
_MAX_CREDIT_CHARS = 80
_ALIKE = 1 / 2
_CREDIT_LINE = re.compile(
    r"(?:photo|picture|image|illustration|video|photograph|courtesy|credit)s?(?: (?:by|of|credits?|source))?"
    r" ?: ?\S.{0,60}|\([^()]{2,60}\)|©.{2,60}"
    r"|(?:AP|AFP|Reuters|Getty(?: Images)?|EPA|Xinhua|SANA|Anadolu|Sputnik)(?: ?[/-] ?[\w. ]{2,40})?",
    re.IGNORECASE,
)


def printed_picture(reading: Reading, roles: Roles, start: int, end: int) -> int | None:
    """One past the picture that a text capture shows from a bullet on; None when the bullet is a list's.

    A picture is the viewer's cross and a bullet, or a bullet by itself with its caption indented under it; or
    with a caption on the line that follows, which names who took it and repeats the alt text's words.
    """
    if reading.head is not None:
        return None
    alt, crossed = start, False
    while (
        alt < end
        and reading.kinds[alt] == "bullet"
        and reading.texts[alt] != "X"
        and reading.texts[alt].lower() in CLOSE
    ):
        alt, crossed = alt + 1, True
    if alt >= end or reading.kinds[alt] != "bullet" or roles[alt] or (crossed and reading.apart[alt]):
        return None
    below = alt + 1
    if below < end and reading.kinds[below] == "bullet" and not reading.apart[below]:
        return None
    captioned = below
    while captioned < end and _is_indented(reading, roles, captioned, reading.indents[alt]):
        captioned += 1
    if captioned > below:
        return captioned
    if below < end and reading.kinds[below] == "text" and not roles[below]:
        text = reading.texts[below]
        if (
            len(text) <= _MAX_CHARS
            and CREDIT.search(text)
            and shared_words(reading.texts[alt], text) >= _ALIKE
        ):
            return below + 1
    return below if crossed else None


def may_be_picture(reading: Reading, roles: Roles, start: int, stop: int) -> bool:
    """Whether a text capture's list [start, stop) could as well be a picture without a caption."""
    return (
        reading.head is None
        and stop == start + 1
        and could_be_name(reading.texts[start])
        and roles[start - 1] != "list"
    )


def is_credit(text: str) -> bool:
    """Whether a line under a picture says no more than who took it."""
    return len(text) <= _MAX_CREDIT_CHARS and _CREDIT_LINE.fullmatch(text) is not None


def _is_indented(reading: Reading, roles: Roles, index: int, indent: int) -> bool:
    return (
        reading.kinds[index] == "text"
        and not reading.apart[index]
        and not roles[index]
        and reading.indents[index] > indent
    )
