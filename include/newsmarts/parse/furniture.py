"""Lines that pages set among an article's text: advertisements, apps, newsletters, consent, paywalls.

The patterns are data: ``furniture.toml`` beside this file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from newsmarts.core.publishers import site_names
from newsmarts.parse.prose import first_word

_AROUND = " .:…!>»→►▶▼▾↓+-–—[]()*"
_MAX_CHARS = 220
_MAX_CONTROL_CHARS = 40
_POST_LINK = re.compile(r"(?:https?://)?t\.me/\S+", re.IGNORECASE)
_STAMP = re.compile(r"\d{1,2}:\d{2}(?: ?[ap]m)?|edited", re.IGNORECASE)  # of a post


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


def _filled(pattern: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        pattern = pattern.replace(f"{{{name}}}", part)
    return pattern


_DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_SITES = "|".join(re.escape(name.lower()).replace(r"\ ", " ?") for name in site_names())
_PARTS = _DATA["parts"] | {"site": f"(?:{_SITES})"}
_FURNITURE = _compiled(_filled(line, _PARTS) for line in _DATA["lines"].values())
_SOURCES = re.compile(_DATA["sources"], re.IGNORECASE)
_PAYWALL = _compiled(_DATA["paywall"])
_CONTROL = _compiled(_DATA["control"])
_BUTTONS = frozenset(_DATA["buttons"])
_STRAY = frozenset(_DATA["stray"])
_REMOVED = _compiled(_filled(line, _PARTS) for line in _DATA["removed"])
FURNITURE_WORDS = frozenset(_DATA["first_words"]).union(map(first_word, _STRAY))


def is_furniture(text: str) -> bool:
    """Whether a line, all of it, is something a page sets among the text of an article."""
    return _may_match(text) and (
        _FURNITURE.fullmatch(_words(text)) is not None or _SOURCES.fullmatch(text.strip(_AROUND)) is not None
    )


def is_paywall(text: str) -> bool:
    """Whether a line wants a subscription or a login before the rest can be read."""
    return _may_match(text) and _PAYWALL.fullmatch(_words(text)) is not None


def is_control(text: str) -> bool:
    """Whether a line is the button or link that unfolds the rest of a text."""
    return len(text) <= _MAX_CONTROL_CHARS and _CONTROL.fullmatch(_words(text)) is not None


def is_post_link(text: str) -> bool:
    """Whether a line is the address of a channel's post, which furniture has under the post's words."""
    return _POST_LINK.fullmatch(text) is not None


def is_button(text: str) -> bool:
    """Whether a line is a button's word, which is furniture beside other furniture alone."""
    return text.casefold() in _BUTTONS or _STAMP.fullmatch(text) is not None


def is_stray(text: str) -> bool:
    """Whether a line is a word that a page has beside a video or a post, and no author as a paragraph."""
    return len(text) <= _MAX_CONTROL_CHARS and text.strip(_AROUND).casefold() in _STRAY


def is_removal(text: str) -> bool:
    """Whether a line says that a text was removed, as pages do in place of it."""
    return len(text) <= _MAX_CHARS and _REMOVED.fullmatch(_words(text)) is not None


def _words(text: str) -> str:
    """A line as the patterns are written: without the marks around it, in small letters.

    A pattern that ignores case takes twice as long.
    """
    return text.strip(_AROUND).lower()


def _may_match(text: str) -> bool:
    """Whether a line is short, and begins with a word that some pattern begins with, or a digit or dash."""
    if len(text) > _MAX_CHARS:
        return False
    first = first_word(text)
    return first in FURNITURE_WORDS or not first or first[0].isdigit()
