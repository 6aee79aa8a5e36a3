"""What an element's attributes say: whether it is hidden, who it is for, where a picture is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_HIDDEN = re.compile(r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_STREAMED = re.compile(r"S:[0-9a-f]+")  # the ids under which a page rendered in pieces sends its content
_BOLD = re.compile(r"(?<![\w-])font-weight\s*:\s*(?:bold|[6-9]00\b)", re.IGNORECASE)
_SPOKEN = re.compile(r"sr-only|visually-?hidden|screen-reader")  # for screen readers alone
_ADDRESSES = ("data-src", "data-lazy-src", "data-original", "data-lazy", "src")
_ADDRESS_LISTS = ("data-srcset", "data-lazy-srcset", "srcset")


def is_hidden(attributes: Mapping[str, Any]) -> bool:
    """Whether an element's own attributes hide it; what a streaming page sends hidden is shown later."""
    if "hidden" in attributes:
        return _STREAMED.fullmatch(str(attributes.get("id", ""))) is None
    return "style" in attributes and _HIDDEN.search(str(attributes["style"])) is not None


def is_bold(attributes: Mapping[str, Any]) -> bool:
    """Whether an element's own style makes its text bold."""
    return _BOLD.search(str(attributes["style"])) is not None


def is_spoken(attributes: Mapping[str, Any]) -> bool:
    """Whether an element is for screen readers alone: "opens in a new tab"."""
    return _SPOKEN.search(str(attributes.get("class", ""))) is not None


def address_of(attributes: Mapping[str, Any]) -> str:
    """A picture's address: the one loaded later, its own, or the first of a list; never data."""
    for name in _ADDRESSES:
        address = str(attributes.get(name) or "").strip()
        if address and address[:5].lower() != "data:":
            return address
    for name in _ADDRESS_LISTS:
        address = str(attributes.get(name) or "").strip().partition(" ")[0].rstrip(",")
        if address and address[:5].lower() != "data:":
            return address
    return ""
