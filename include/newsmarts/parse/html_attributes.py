"""What an element's attributes say: whether it is hidden, who it is for, where a picture is."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HIDDEN = re.compile(r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_STREAMED = re.compile(r"S:[0-9a-f]+")  # the ids under which a page rendered in pieces sends its content
_BOLD = re.compile(r"(?<![\w-])font-weight\s*:\s*(?:bold|[6-9]00\b)", re.IGNORECASE)
_SPOKEN = re.compile(r"sr-only|visually-?hidden|screen-reader")  # for screen readers alone
_ADDRESSES = ("data-src", "data-lazy-src", "data-original", "data-lazy", "src")
_ADDRESS_LISTS = ("data-srcset", "data-lazy-srcset", "srcset")


def is_hidden(attributes: Mapping[str, str]) -> bool:
    """Whether an element's own attributes hide it; what a streaming page sends hidden is shown later."""
    if "hidden" in attributes:
        return _STREAMED.fullmatch(attributes.get("id", "")) is None
    return "style" in attributes and _HIDDEN.search(attributes["style"]) is not None


def is_bold(attributes: Mapping[str, str]) -> bool:
    """Whether an element's own style makes its text bold."""
    return _BOLD.search(attributes["style"]) is not None


def is_spoken(classes: str) -> bool:
    """Whether an element with these classes is for screen readers alone: "opens in a new tab"."""
    return _SPOKEN.search(classes) is not None


def is_shadow_root(attributes: Mapping[str, str]) -> bool:
    """Whether a template declares a shadow root, which is shown; others hold what a script may use later."""
    return "shadowrootmode" in attributes or "shadowroot" in attributes


def mail_address_of(data: str) -> str:
    """The mail address that Cloudflare hides in ``data-cfemail`` for a script; empty for other data."""
    try:  # the first byte is the key of the others
        key, *hidden = bytes.fromhex(data)
        address = bytes(byte ^ key for byte in hidden).decode()
    except ValueError:
        return ""
    return address if address.isprintable() else ""


def address_of(attributes: Mapping[str, str]) -> str:
    """A picture's address: the one loaded later, its own, or the first of a list; never data."""
    for name in _ADDRESSES:
        address = attributes.get(name, "").strip()
        if address and address[:5].lower() != "data:":
            return address
    for name in _ADDRESS_LISTS:
        address = attributes.get(name, "").strip().partition(" ")[0].rstrip(",")
        if address and address[:5].lower() != "data:":
            return address
    return ""
