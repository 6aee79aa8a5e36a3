"""Page furniture and damage in an article's text, recognised from the text alone.

Each search returns the offending text, shortened and with its place, or None. What pages print (labels,
forms) is named by the contracts, not by how parse reads a page: so a fault there doesn't hide itself here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from newsmarts.core import mojibake

_AROUND_CHARS = 40
# an expression that names no capital: not by its code either, nor within a range of characters
_IN_SMALL_LETTERS = re.compile(
    r"(?:[ -,./0-@^_a-z{|}~]|\\[bdsw.*+?()|{}\[\]^$/&-]|\[\^?(?:[a-z0-9]-[a-z0-9]|[a-z0-9 ])+\])+"
)
# a last alternative that says no more than how a line ends
_LINE_ENDING = re.compile(r"(.*\|)?\.\*\\b([a-z ]+)")

_BULLET = re.compile(r"^[\s•·●▪■►*–—-]+")
_MARKUP = re.compile(
    r"</?(?:p|br|hr|div|span|a|b|i|u|em|strong|small|sup|sub|font|center|script|style|img|picture|iframe|ul|ol"
    r"|li|dl|dt|dd|table|thead|tbody|tr|th|td|h[1-6]|figure|figcaption|blockquote|section|article|header|footer"
    r"|nav|aside|main|svg|path|video|audio|source|object|embed|form|input|label|select|button|meta|link|noscript"
    r"|template|html|head|body)(?:\s[^<>]*)?/?>|<(?:script|style|iframe|img|svg)\b|<!--|<!doctype"
    r"|&(?:nbsp|amp|quot|lt|gt|apos|[lr][sd]quo|[mn]dash|hellip|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.I,
)
# Controls other than tab and line ends, private use (icon fonts) and noncharacters
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")
_ASCII_CONTROL = bytes(code for code in range(128) if _CONTROL.match(chr(code)))
Search = Callable[[str], re.Match[str] | None]
_DAMAGE: Mapping[str, tuple[Callable[[str], bool], Search]] = {
    # whether a text may have it, which takes a tenth of the time of the search
    "markup_in_text": (lambda text: "<" in text or "&" in text, _MARKUP.search),
    "control_characters_in_text": (
        lambda text: not text.isascii() or len(text.encode().translate(None, _ASCII_CONTROL)) < len(text),
        _CONTROL.search,
    ),
    # bytes that couldn't be decoded
    "replacement_characters_in_text": (lambda text: "\ufffd" in text, re.compile("\ufffd").search),
    "mojibake_in_text": (lambda text: not text.isascii(), mojibake.search),
}


class Furniture:
    """The furniture that one expectation names: see ``expectations/page_furniture.toml``.

    Args:
        lines, titles: what is furniture as a whole line, what as a whole headline.
        promotions: what promotes another article before a colon, wherever a sentence could begin.
        houses: house bylines with their spellings, furniture as a line as well.
    """

    def __init__(
        self,
        lines: Sequence[str] = (),
        titles: Sequence[str] = (),
        promotions: Sequence[str] = (),
        houses: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        names = [" ".join(name.split()) for listed in (houses or {}).values() for name in listed]
        self._line = _AnyOf([*map(_tried_once, lines), *(f"(?:by )?{re.escape(name)}" for name in names)])
        self._title = _AnyOf(titles)
        promoted = _joined(promotions)
        self._promotion = re.compile(rf"(?:^|[.!?…][\"'”’»)\]]*\s+)(?:{promoted}) ?:", re.IGNORECASE)

    @classmethod
    def of(cls, kwargs: Mapping[str, Any] | None) -> Furniture:
        """That of an expectation's kwargs; None: nothing is furniture."""
        found = kwargs or {}
        return cls(
            **{name: found[name] for name in ("lines", "titles", "promotions", "houses") if name in found}
        )

    def first_in(self, lines: Iterable[str]) -> str | None:
        """The first line that is page furniture, or promotes another article."""
        for line in lines:
            bare = _bare(line)
            promotion = self._promotion.search(bare) if ":" in bare else None
            if promotion:
                return around(bare, *promotion.span())
            if self._line.fullmatch(bare):
                return line
        return None

    def as_headline(self, headline: str | None) -> str | None:
        """The headline, when it is a label, a site's name or the title of an error or challenge page."""
        bare = _bare(headline or "")
        return headline if self._line.fullmatch(bare) or self._title.fullmatch(bare) else None


class FormText:
    """Text of comment and newsletter forms: anywhere in a line, or as a whole line."""

    def __init__(self, anywhere: Sequence[str] = (), lines: Sequence[str] = ()) -> None:
        self._anywhere, self._line = _AnyOf(anywhere), _AnyOf(lines)

    @classmethod
    def of(cls, kwargs: Mapping[str, Any] | None) -> FormText:
        """That of an expectation's kwargs; None: nothing is text of a form."""
        return cls() if kwargs is None else cls(kwargs["anywhere"], kwargs["lines"])

    def first_in(self, lines: Iterable[str]) -> str | None:
        """The first line that belongs to a form."""
        return next(
            (line for line in lines if self._anywhere.search(line) or self._line.fullmatch(_bare(line))), None
        )


def damage_in(fields: Mapping[str, Iterable[str | None]]) -> dict[str, str | None]:
    """The first sign of each kind of damage in the texts of some fields, by the feature that holds it."""
    everything = "\n".join(text for texts in fields.values() for text in texts if text)
    return {
        # a sign in one text is one in all of them together, which are searched at once
        name: _first(search, fields) if may_have(everything) and search(everything) else None
        for name, (may_have, search) in _DAMAGE.items()
    }


def around(text: str, start: int, end: int) -> str:
    """The text about a place in it, with … where it was cut."""
    first, last = max(0, start - _AROUND_CHARS), min(len(text), end + _AROUND_CHARS)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def _tried_once(pattern: str) -> str:
    """The pattern of a whole line, with its ending looked for at the line's end alone.

    ``re`` tries it at every place, which takes longer than all other furniture together.
    """
    found = _LINE_ENDING.fullmatch(pattern)
    return pattern if found is None else rf"{found[1] or ''}.*+(?<=\b{found[2]})"


def _first(search: Search, fields: Mapping[str, Iterable[str | None]]) -> str | None:
    for name, texts in fields.items():
        for text in texts:
            found = search(text) if text else None
            if text and found:
                return f"{name}: {around(text, *found.span())}"
    return None


@lru_cache(maxsize=256)  # a body's lines, which are compared with more than one thing
def _bare(line: str) -> str:
    """The line without bullets, outer colons and full stops, white space folded."""
    text = line if line[:1].isalnum() else _BULLET.sub("", line)
    if "  " in text or not text.isprintable():  # it has other white space than single spaces
        text = " ".join(text.split())
    return text.strip().rstrip(" .:…")


class _AnyOf:
    """Regular expressions, one of which must match, whatever the case; without any, nothing does.

    Where case is ignored, ``re`` tries each of them at every place. So small letters are looked for in texts
    in small letters where that is the same: with ASCII alone.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._any_case = re.compile(_joined(patterns), re.IGNORECASE)
        self._small = re.compile(
            _joined([each if _IN_SMALL_LETTERS.fullmatch(each) else f"(?i:{each})" for each in patterns])
        )

    def search(self, text: str) -> re.Match[str] | None:
        return self._small.search(text.lower()) if text.isascii() else self._any_case.search(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self._small.fullmatch(text.lower()) if text.isascii() else self._any_case.fullmatch(text)


def _joined(patterns: Sequence[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)"
