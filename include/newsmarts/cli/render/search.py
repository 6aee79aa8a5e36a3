"""Search results as lines; captured text can do nothing to the terminal."""

from __future__ import annotations

from newsmarts.core.text import counted, visible
from newsmarts.search.excerpts import Marks
from newsmarts.search.reader import Answer, Hit

_BOLD = ("\x1b[1m", "\x1b[22m")
_PLAIN = ("**", "**")


def render_answer(answer: Answer, *, is_terminal: bool, unfiltered: int = 0) -> str:
    """The answer as text without a last newline; matches are bold at a terminal, else in ``**``.

    ``unfiltered``: how many there would be without filters, when there are none with them.
    """
    shown = f", the first {len(answer.hits):,} shown" if len(answer.hits) < answer.total else ""
    lines = [f"Release {answer.release_id}: {counted(answer.total, 'article')}{shown}"]
    if not answer.total and unfiltered:
        lines.append(f"Whatever the tag, publisher and day: {counted(unfiltered, 'article')}.")
    elif not answer.total:
        lines.append("Every word must be in the article: use fewer words, or OR between them.")
    for hit in answer.hits:
        lines += ["", *_hit_lines(hit, _BOLD if is_terminal else _PLAIN)]
    return "\n".join(lines)


def _hit_lines(hit: Hit, signs: tuple[str, str]) -> list[str]:
    day = "no date   " if hit.published_at is None else f"{hit.published_at:%Y-%m-%d}"
    lines = [
        f"{hit.rank:>3}  {day}  {visible(hit.publisher)}  {marked(hit.headline, hit.headline_marks, signs)}",
        f"     {visible(hit.url)}" if hit.url else "",
        f"     {marked(hit.excerpt, hit.excerpt_marks, signs)}" if hit.excerpt else "",
    ]
    return [line for line in lines if line]


def marked(text: str, marks: Marks, signs: tuple[str, str]) -> str:
    """A captured text with signs around its marks, and nothing else that a terminal would obey."""
    parts, at = [], 0
    for start, end in marks:
        parts += [visible(text[at:start]), signs[0], visible(text[start:end]), signs[1]]
        at = end
    return "".join([*parts, visible(text[at:])])
