"""Search results for a terminal, and as JSON."""

from __future__ import annotations

import dataclasses
import unicodedata
from typing import Any

from newsmarts.search.excerpts import Marks
from newsmarts.search.reader import Answer, Hit

_BOLD = ("\x1b[1m", "\x1b[22m")
_PLAIN = ("**", "**")
# They turn the direction of the rest of the line.
_DIRECTIONS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def render_answer(answer: Answer, *, is_terminal: bool, unfiltered: int = 0) -> str:
    """The answer as text without a last newline; matches are bold at a terminal, else in ``**``.

    ``unfiltered``: how many there would be without filters, when there are none with them.
    """
    lines = [_headline(answer)]
    if not answer.total and unfiltered:
        lines.append(f"Whatever the tag, publisher and day: {_count(unfiltered)}.")
    elif not answer.total:
        lines.append("Every word must be in the article: use fewer words, or OR between them.")
    for hit in answer.hits:
        lines += ["", *_hit_lines(hit, _BOLD if is_terminal else _PLAIN)]
    return "\n".join(lines)


def as_dict(answer: Answer) -> dict[str, Any]:
    """The answer in JSON's types."""
    hits = [
        dataclasses.asdict(hit)
        | {"published_at": hit.published_at and hit.published_at.isoformat().replace("+00:00", "Z")}
        for hit in answer.hits
    ]
    return {
        "release_id": answer.release_id,
        "query": answer.query,
        "total": answer.total,
        "hits": hits,
    }


def _headline(answer: Answer) -> str:
    shown = f", the first {len(answer.hits):,} shown" if len(answer.hits) < answer.total else ""
    return f"Release {answer.release_id}: {_count(answer.total)}{shown}"


def _count(articles: int) -> str:
    return "1 article" if articles == 1 else f"{articles:,} articles"


def _hit_lines(hit: Hit, signs: tuple[str, str]) -> list[str]:
    day = "no date   " if hit.published_at is None else f"{hit.published_at:%Y-%m-%d}"
    lines = [
        f"{hit.rank:>3}  {day}  {harmless(hit.publisher)}  {marked(hit.headline, hit.headline_marks, signs)}",
        f"     {harmless(hit.url)}" if hit.url else "",
        f"     {marked(hit.excerpt, hit.excerpt_marks, signs)}" if hit.excerpt else "",
    ]
    return [line for line in lines if line]


def marked(text: str, marks: Marks, signs: tuple[str, str]) -> str:
    """A captured text with signs around its marks, made safe for a terminal."""
    parts, at = [], 0
    for start, end in marks:
        parts += [harmless(text[at:start]), signs[0], harmless(text[start:end]), signs[1]]
        at = end
    return "".join([*parts, harmless(text[at:])])


def harmless(text: str) -> str:
    """A captured text in which control characters, line ends and changes of direction are replaced."""
    return "".join("\ufffd" if _is_harmful(character) else character for character in text)


def _is_harmful(character: str) -> bool:
    return character in _DIRECTIONS or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
