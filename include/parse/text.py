"""Text captures to readings: one block a line; blank lines set blocks apart; ``•`` marks a list's entry."""

from __future__ import annotations

from include.parse.decoding import fold_spaces
from include.parse.reading import Kind, Reading

_BULLETS = "•◦▪‣●"


def read_text(text: str) -> Reading:
    """Read a text capture.

    Text captures never wrap lines, so a line is a block. ``  • Iran`` is a bullet with text "Iran"; a bullet
    without text is kept as a bullet with text "".
    """
    text = fold_spaces(text)
    texts: list[str] = []
    kinds: list[Kind] = []
    apart: list[bool] = []
    indents: list[int] = []
    gap = True
    for line in text.split("\n"):
        if not line:
            gap = True
            continue
        indent = 0
        kind: Kind = "text"
        if line[0] in " •◦▪‣●":
            content = line.lstrip(" ")
            if not content:
                gap = True
                continue
            indent = len(line) - len(content)
            if content[0] in _BULLETS:
                kind = "bullet"
                content = content[1:].lstrip(" ")
            line = content  # noqa: PLW2901 - the loop's next step works on either
        if line[-1:] == " " or "  " in line:
            line = " ".join(line.split())  # noqa: PLW2901
        texts.append(line)
        kinds.append(kind)
        apart.append(gap)
        indents.append(indent)
        gap = False
    return Reading(texts, kinds, apart, indents, ended=text.endswith("\n"))
