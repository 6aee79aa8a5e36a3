"""Drawings that browsers end where libxml2 doesn't."""

from __future__ import annotations

import re

# In an svg these end it, except inside the elements that hold HTML.
_DRAWING = re.compile(
    r"<(/?)(svg|foreignobject|desc|title)\b[^<>]*?(/?)>"
    r"|<(?=(?:div|p|h[1-6]|ul|ol|li|table|span|blockquote|body|br|center|dd|dl|dt|em|b|i|img|strong|section"
    r"|article|main|footer)[\s/>])",
    re.IGNORECASE,
)


def with_drawings_closed(markup: str) -> str:
    """The markup in which an ``svg`` without an end has one where the page's text goes on, as in browsers."""
    pieces: list[str] = []
    rest = open_drawings = holding = 0
    for match in _DRAWING.finditer(markup):
        closing, tag, single = match[1], (match[2] or "").lower(), match[3]
        if tag == "svg":
            open_drawings = max(0, open_drawings + (-1 if closing else not single))
        elif tag:
            if open_drawings:
                holding = max(0, holding + (-1 if closing else not single))
        elif open_drawings and not holding:
            pieces += [markup[rest : match.start()], "</svg>" * open_drawings]
            rest, open_drawings = match.start(), 0
    return "".join([*pieces, markup[rest:]])
