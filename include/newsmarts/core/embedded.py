"""Pictures and fonts that a saved page carries inside itself, as data: addresses."""

from __future__ import annotations

import re

TIMES_PAGE = 8
"""A page with all that it carries may be so many times as large as one without: it is held in memory."""

# Short ones are icons in a style; the address stays, so that a picture is still one.
_DATA = re.compile(
    rb"(data:[a-z]{2,20}/[a-z0-9.+-]{1,60}(?:;[a-z0-9=-]{1,40}){0,3},)[A-Za-z0-9+/=%_.~-]{200,}",
    re.IGNORECASE,
)


def without_embedded(data: bytes) -> bytes:
    """A page's bytes without the content of its data: addresses."""
    return _DATA.sub(rb"\1", data) if b"data:" in data else data
