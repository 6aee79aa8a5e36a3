"""Text captures to readings: one block a line; blank lines set blocks apart; ``•`` marks a list's entry."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.decoding import MAX_LINE_CHARS, Decoded, fold_spaces, line_too_long
from newsmarts.parse.reading import Kind, Reading

_BULLETS = "•◦▪‣●"
_INDENTED = frozenset(f" {_BULLETS}")
# What is over the ticker is the same on all pages of a site, and is read once. Where the text is cut
# makes no difference to its blocks, so this is about speed alone.
_FRAME_END = "\nBREAKING\n"
_FRAME_CHARS = 20_000
# A page of the sites has some 160 lines; reading takes about 3 µs and 100 bytes for each.
MAX_LINES = 100_000
_SHORT_CHARS = 40  # tags, sections and the footer's links come again and again


def read_text(decoded: Decoded) -> Reading:
    """Read a text capture.

    Text captures never wrap lines, so a line is a block. ``  • Iran`` is a bullet with text "Iran"; a bullet
    without text is kept as a bullet with text "".

    Raises:
        UnreadablePage: ``too_many_lines`` or ``line_too_long``.
    """
    text = fold_spaces(decoded)
    if len(text) > MAX_LINES:
        _check_size(text)
    frame, cut, rest = text.partition(_FRAME_END)
    if not cut or len(frame) > _FRAME_CHARS:
        texts, kinds, apart, indents = _read_lines(text)
    else:
        first, second = _read_frame(frame), _read_lines(cut[1:] + rest)
        second.apart[0] = frame.endswith("\n")
        texts, kinds = first.texts + second.texts, first.kinds + second.kinds
        apart, indents = first.apart + second.apart, first.indents + second.indents
    return Reading(texts, kinds, apart, indents, ended=text.endswith("\n"))


def _check_size(text: str) -> None:
    lines = text.count("\n") + 1
    if lines > MAX_LINES:
        raise UnreadablePage(
            "too_many_lines",
            f"The page has {lines} lines; no page of the sites has over {MAX_LINES}. Look at the page.",
        )
    if len(text) > MAX_LINE_CHARS:
        longest = max(map(len, text.split("\n")))
        if longest > MAX_LINE_CHARS:
            raise line_too_long(longest)


class _Lines(NamedTuple):
    """Blocks as a reading has them."""

    texts: list[str]
    kinds: list[Kind]
    apart: list[bool]
    indents: list[int]


def _read_lines(text: str) -> _Lines:
    """The blocks of a text; the first is set apart."""
    lines = text.split("\n")
    texts = [line for line in lines if line]
    apart = [not before for before, line in zip(["", *lines], lines, strict=False) if line]
    kinds: list[Kind] = ["text"] * len(texts)
    indents = [0] * len(texts)
    for index, line in enumerate(texts):
        if line[0] in _INDENTED:
            if line.isspace():  # a blank line after all: read once more with such lines empty
                return _read_lines("\n".join(line.rstrip(" ") for line in lines))
            read = _read_short(line) if len(line) <= _SHORT_CHARS else _read_indented(line)
            texts[index], kinds[index], indents[index] = read
        elif line[-1] == " " or "  " in line:
            texts[index] = " ".join(line.split())
    return _Lines(texts, kinds, apart, indents)


def _read_indented(line: str) -> tuple[str, Kind, int]:
    """A line that begins with spaces or a bullet: its text, kind and leading spaces."""
    content = line.lstrip(" ")
    indent = len(line) - len(content)
    kind: Kind = "text"
    if content[0] in _BULLETS:
        kind = "bullet"
        content = content[1:]
    return " ".join(content.split()), kind, indent


_read_short = lru_cache(maxsize=1024)(_read_indented)
_read_frame = lru_cache(maxsize=64)(_read_lines)
