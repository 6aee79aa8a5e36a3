"""Markup that browsers read otherwise than libxml2 does, written so that both read it alike."""

from __future__ import annotations

import re
from html import escape

_TEMPLATE = re.compile(r"<(/?)template\b([^<>]*)>", re.IGNORECASE)
_SHADOW = re.compile(r"\bshadowroot(?:mode)?\s*=", re.IGNORECASE)
_HOST = "shadow-root"  # no element of HTML's, so it is read as what is around it
# In an svg these end it, except inside the elements that hold HTML.
_DRAWING = re.compile(
    r"<(/?)(svg|foreignobject|desc|title)\b[^<>]*?(/?)>"
    r"|<(?=(?:div|p|h[1-6]|ul|ol|li|table|span|blockquote|body|br|center|dd|dl|dt|em|b|i|img|strong|section"
    r"|article|main|footer)[\s/>])",
    re.IGNORECASE,
)

# What Cloudflare puts in place of a mail address, and a script back: the first byte is the key of the others.
_HIDDEN_MAIL = re.compile(
    r"<(a|span)\b[^<>]*?\bdata-cfemail\s*=\s*[\"']?([0-9a-f]{6,400})\b[^<>]*>[^<>]*</\1\s*>", re.IGNORECASE
)


def as_browsers_read(markup: str) -> str:
    """The markup with shadow roots as content, drawings that have an end, and hidden mail addresses shown."""
    if "data-cfemail" in markup:
        markup = _HIDDEN_MAIL.sub(_mail_address, markup)
    if "shadowroot" in markup:
        markup = _with_shadow_roots(markup)
    if markup.count("<svg") > markup.count("</svg"):
        markup = _with_drawings_closed(markup)
    return markup


def _with_shadow_roots(markup: str) -> str:
    """Templates that declare a shadow root are shown; others hold what a script may use later."""
    shown: list[bool] = []

    def replaced(match: re.Match[str]) -> str:
        closing, attributes = match.groups()
        if not closing:
            shown.append(_SHADOW.search(attributes) is not None)
        elif not shown:
            return match[0]
        is_root = shown[-1] if not closing else shown.pop()
        return f"<{closing}{_HOST}>" if is_root else match[0]

    return _TEMPLATE.sub(replaced, markup)


def _with_drawings_closed(markup: str) -> str:
    """An ``svg`` that the page's text follows ends where that text begins."""
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


def _mail_address(match: re.Match[str]) -> str:
    """The address that an element hides; the element as it is when it hides none."""
    try:
        key, *hidden = bytes.fromhex(match[2])
        address = bytes(byte ^ key for byte in hidden).decode()
    except ValueError:
        return match[0]
    return escape(address) if address.isprintable() else match[0]
