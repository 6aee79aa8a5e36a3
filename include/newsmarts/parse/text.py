"""Text captures to readings: one block a line; blank lines set blocks apart; ``•`` marks a list's entry."""

from __future__ import annotations

from functools import lru_cache

from newsmarts.core import mojibake
from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.decoding import MAX_LINE_CHARS, Decoded, fold_spaces, line_too_long
from newsmarts.parse.reading import Kind, Reading

_BULLETS = "•◦▪‣●"
_INDENTED = frozenset(f" {_BULLETS}")
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
    texts, kinds, apart, indents = _read_lines(text)
    return Reading(
        texts,
        kinds,
        apart,
        indents,
        ended=text.endswith("\n"),
        may_be_mojibake=mojibake.may_be_in(decoded.rare),
    )


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


def _read_lines(text: str) -> tuple[list[str], list[Kind], list[bool], list[int]]:
    """The blocks of a text as a reading has them; the first is set apart."""
    lines = text.split("\n")
    texts = [line for line in lines if line]
    apart = [not before for before, line in zip(["", *lines], lines, strict=False) if line]
    kinds: list[Kind] = ["text"] * len(texts)
    indents = [0] * len(texts)
    for index, line in enumerate(texts):
        if line[0] in _INDENTED:
            read = _read_short(line) if len(line) <= _SHORT_CHARS else _read_indented(line)
            if read is None:  # a blank line after all: read once more with such lines empty
                return _read_lines("\n".join(line.rstrip(" ") for line in lines))
            texts[index], kinds[index], indents[index] = read
        elif line[-1] == " " or "  " in line:
            texts[index] = " ".join(line.split())
    return texts, kinds, apart, indents


def _read_indented(line: str) -> tuple[str, Kind, int] | None:
    """A line that begins with spaces or a bullet: its text, kind and leading spaces; None: it is blank."""
    content = line.lstrip(" ")
    if not content:
        return None
    indent = len(line) - len(content)
    kind: Kind = "text"
    if content[0] in _BULLETS:
        kind = "bullet"
        content = content[1:]
    return " ".join(content.split()), kind, indent


_read_short = lru_cache(maxsize=1024)(_read_indented)
