"""Pages whose text only a script would make: the capture has the frame of a page, and no word of its text."""

from __future__ import annotations

import re
from itertools import islice

from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.reading import Reading
from newsmarts.parse.shape import is_prose

_SIGNS = (
    (
        "an empty element for a script to fill",
        re.compile(
            r"<(?P<tag>div|main|section|app-root)(?:\s[^<>]{0,300})?\bid\s*=\s*[\"']?"
            r"(?:root|app|__next|__nuxt|___gatsby|svelte|app-?root|main-app)\b[^<>]{0,300}>\s*</(?P=tag)>"
            r"|<app-root[^<>]{0,300}>\s*</app-root>",
            re.IGNORECASE,
        ),
    ),
    (
        "a script's data",
        re.compile(
            r"<script\b[^<>]{0,300}\bid\s*=\s*[\"']?__(?:NEXT|NUXT)_DATA__"
            r"|\b__(?:INITIAL|PRELOADED|APOLLO|NUXT|REDUX)(?:_STATE)?__\s*="
        ),
    ),
)
_NOSCRIPT = re.compile(r"<noscript\b", re.IGNORECASE)
_WANTS = r"\b(?:enabled?|turn(?:ed)? on|activate|allow|needs?|requires?)\b"
_WANTS_JAVASCRIPT = re.compile(
    rf"{_WANTS}.{{0,100}}javascript|javascript.{{0,100}}{_WANTS}", re.IGNORECASE | re.DOTALL
)
_FEW = 10
_MAX_NOSCRIPT_CHARS = 1000


def text_only_by_script(reading: Reading) -> UnreadablePage | None:
    """The error for a page without a paragraph whose source shows that a script makes its text; else None."""
    if reading.markup is None or any(is_prose(reading, at) for at in range(len(reading))):
        return None
    found = [what for what, sign in _SIGNS if sign.search(reading.markup)]
    if _wants_javascript(reading.markup):
        found.append("a request to turn on JavaScript")
    if not found:
        return None
    return UnreadablePage(
        "text_only_by_script",
        f"Its text is only made by a script: no paragraph is in its source, but {' and '.join(found)}. "
        "Capture the page with a browser that runs scripts.",
    )


def _wants_javascript(markup: str) -> bool:
    """Whether one of the first texts for readers without scripts says that the page needs them."""
    for match in islice(_NOSCRIPT.finditer(markup), _FEW):
        said = markup[match.end() : match.end() + _MAX_NOSCRIPT_CHARS].partition("</noscript")[0]
        if _WANTS_JAVASCRIPT.search(said):
            return True
    return False
