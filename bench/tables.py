"""Pieces of Markdown: tables, seconds and sizes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose columns, but for the first, are figures."""
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def seconds(taken: float | None) -> str:
    """A time with one decimal; a dash when there is none."""
    return "–" if taken is None else f"{taken:.1f} s"


def mebibytes(size_bytes: int) -> str:
    """A size in whole mebibytes."""
    return f"{size_bytes / 2**20:,.0f} MiB"
