"""One block's pieces of text: one part, or several when links or spans make a list of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import TypeVar

from newsmarts.parse.decoding import fold_line

_SEPARATORS = " ,|·•/–—-\n\t\r\xa0،"
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_RUNNING_TEXT = frozenset({"p", "blockquote", "figcaption"})  # one text, even when all of it is spans
_SHORT_CHARS = 60
_LEAST_CHARS = 3

_Key = TypeVar("_Key")


Piece = tuple[str, tuple[int, str] | None, int]
"""Some text of the block being read, the link that it is in (which link, where to), and the outermost
inline element in its container (0: none)."""

GAP = "\x1c"
"""The text of a piece that stands for a picture amid a text. White space, and no page has it."""


def parts_of(pieces: list[Piece], tag: str) -> list[tuple[str, str | None]]:
    """The text and link of a block in an element ``tag``, or of the list's entries that it is.

    It is a list when all its words are in several links, or in several spans that are short, or that have
    nothing or a line break between them; each span has to begin like a line does.
    """
    whole = "".join([text for text, _, _ in pieces]) if len(pieces) > 1 else pieces[0][0]
    if GAP in whole:
        pieces, whole = _without_gaps(pieces)
    folded = fold_line(whole)
    if not folded:
        return []
    said = [piece for piece in pieces if piece[0].strip(_SEPARATORS)]
    if len(said) == 1:
        link = said[0][1]
        return [(folded, link[1] if link else None)]
    links = {link for _, link, _ in said}
    if said and None not in links:
        if len(links) == 1:
            return [(folded, next(link[1] for link in links if link))]
        if tag not in _HEADINGS:
            runs = _joined((link, text) for text, link, _ in pieces)
            return [(text, link[1]) for link, text in runs if link]
    inlines = {inline for _, _, inline in said}
    if len(inlines) > 1 and 0 not in inlines and tag not in _HEADINGS and tag not in _RUNNING_TEXT:
        spans = _with_labels(text for _, text in _joined((inline, text) for text, _, inline in pieces))
        listed = all(len(text) <= _SHORT_CHARS for text in spans) or _is_stacked(pieces)
        if listed and all(len(text) >= _LEAST_CHARS and not text[0].islower() for text in spans):
            return [(text, None) for text in spans]
    return [(folded, None)]


def _without_gaps(pieces: list[Piece]) -> tuple[list[Piece], str]:
    """The pieces without pictures, and their text, with a space for each picture that has words around it."""
    kept: list[Piece] = []
    whole: list[str] = []
    for piece, following in pairwise([*pieces, ("", None, 0)]):
        if piece[0] != GAP:
            kept.append(piece)
            whole.append(piece[0])
        elif kept and kept[-1][0][-1:].isalnum() and following[0][:1].isalnum():
            whole.append(" ")
            if kept[-1][1:] == following[1:]:
                kept.append((" ", *following[1:]))
    return kept or pieces, "".join(whole)


def _is_stacked(pieces: list[Piece]) -> bool:
    """Whether spans follow each other without a space, or each on a line of the source: words never do."""
    runs = [
        (key, "".join(text for text, _, _ in run)) for key, run in groupby(pieces, lambda piece: piece[2])
    ]
    between = [text for key, text in runs[1:-1] if not key]
    touching = [(one[-1:], other[:1]) for (first, one), (second, other) in pairwise(runs) if first and second]
    return all("\n" in text for text in between) and not any(
        one.isspace() or other.isspace() for one, other in touching
    )


def _joined(pieces: Iterable[tuple[_Key, str]]) -> list[tuple[_Key, str]]:
    """The texts of pieces that follow each other under one key, folded; those of no words are left out."""
    runs = [
        (key, fold_line("".join(text for _, text in run)))
        for key, run in groupby(pieces, key=lambda piece: piece[0])
    ]
    return [(key, text) for key, text in runs if text.strip(_SEPARATORS)]


def _with_labels(spans: Iterable[str]) -> list[str]:
    """Spans, a label joined with its value ("News ID :" and "179165"), a dateline with text."""
    joined: list[str] = []
    for span in spans:
        if joined and (joined[-1].endswith((":", "—", "–", " -")) or joined[-1].lower() == "by"):
            joined[-1] += f" {span}"
        else:
            joined.append(span)
    return joined
