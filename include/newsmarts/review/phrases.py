"""The offending text: what a reason quotes of a page, and where it is in the page's blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_PLACE = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile(r"'(?P<single>[^']{3,})'|\"(?P<double>[^\"]{3,})\"|“(?P<curly>[^”]{3,})”")
_FIELD = re.compile(r"^[a-z_]+(?: [0-9]+)?: ")  # "body: …text…" names the field that has the text
_TOO_COMMON = re.compile(r"[0-9.,:%+ -]+|nothing")  # numbers and times are everywhere
_LEAST_CHARS = 3
_MOST_CHARS = 2_000

Span = tuple[int, int]


def phrases_of(detail: str, template: str | None) -> list[str]:
    """What a detail quotes: the values of its contract's template, else what is in quotation marks."""
    values = _values(detail, template) if template else ()
    found = [_FIELD.sub("", value).strip(" …") for value in values or _quoted(detail)]
    return [
        text
        for text in dict.fromkeys(found)
        if _LEAST_CHARS <= len(text) <= _MOST_CHARS and not _TOO_COMMON.fullmatch(text)
    ]


def columns_of(template: str | None) -> list[str]:
    """The columns that a contract's template names."""
    return _PLACE.findall(template or "")


def spans_in(text: str, phrases: Sequence[str]) -> list[Span]:
    """Where any of the phrases is in a text, as start and end, in order and apart from each other."""
    spans: list[Span] = []
    for start, end in sorted(_found(text, phrases)):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def segments(text: str, spans: Iterable[Span]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is marked."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return [(piece, marked) for piece, marked in pieces if piece]


def _values(detail: str, template: str) -> Sequence[str]:
    parts = _PLACE.split(template)
    pattern = "".join("(.+)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
    match = re.fullmatch(pattern, detail)
    return match.groups() if match else ()


def _quoted(detail: str) -> Sequence[str]:
    return [next(filter(None, match.groups())) for match in _QUOTED.finditer(detail)]


def _found(text: str, phrases: Sequence[str]) -> Iterator[Span]:
    for phrase in phrases:
        # a detail folds white space, a block has its own
        pattern = r"\s+".join(re.escape(word) for word in phrase.split())
        if pattern:
            yield from (match.span() for match in re.finditer(pattern, text, re.IGNORECASE))
