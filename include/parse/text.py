"""Text captures to readings: one block a line; blank lines set blocks apart; ``•`` marks a list's entry."""

from __future__ import annotations

from functools import lru_cache

from include.parse.decoding import Decoded, fold_spaces
from include.parse.reading import Kind, Reading

_BULLETS = "•◦▪‣●"
_INDENTED = frozenset(f" {_BULLETS}")
_FURNITURE_CHARS = 40  # the navigation's lines are the same on every page


def read_text(decoded: Decoded) -> Reading:
    """Read a text capture.

    Text captures never wrap lines, so a line is a block. ``  • Iran`` is a bullet with text "Iran"; a bullet
    without text is kept as a bullet with text "".
    """
    text = fold_spaces(decoded)
    lines = text.split("\n")
    if " \n" in text or text[-1:] == " ":
        lines = [line.rstrip(" ") if line[-1:] == " " else line for line in lines]
    texts = [line for line in lines if line]
    apart = [not before for before, line in zip(["", *lines], lines, strict=False) if line]
    kinds: list[Kind] = ["text"] * len(texts)
    indents = [0] * len(texts)
    for index, line in enumerate(texts):
        if line[0] in _INDENTED:
            read = _read_furniture(line) if len(line) <= _FURNITURE_CHARS else _read_indented(line)
            texts[index], kinds[index], indents[index] = read
        elif "  " in line:
            texts[index] = " ".join(line.split())
    return Reading(texts, kinds, apart, indents, ended=text.endswith("\n"))


def _read_indented(line: str) -> tuple[str, Kind, int]:
    """A line that begins with spaces or a bullet: its text, kind and leading spaces."""
    content = line.lstrip(" ")
    indent = len(line) - len(content)
    kind: Kind = "text"
    if content[0] in _BULLETS:
        kind = "bullet"
        content = content[1:]
    return " ".join(content.split()), kind, indent


_read_furniture = lru_cache(maxsize=1024)(_read_indented)
