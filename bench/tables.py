"""Tables of Markdown, and figures as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Section = Mapping[str, Any]
"""What one section of the bench measured."""


def table(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows by the titles of their columns, which all but the first hold figures."""
    rows = list(rows)
    lines = [list(rows[0]), ["---", *["---:"] * (len(rows[0]) - 1)], *(row.values() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def seconds(taken: float | None) -> str:
    """A duration, to the tenth of a second."""
    return "–" if taken is None else f"{taken:.1f} s"


def milliseconds(times: Section) -> str:
    """The median of times, and what 95 of a hundred don't exceed, in milliseconds."""
    return f"{times['p50_seconds'] * 1000:.1f} / {times['p95_seconds'] * 1000:.1f}"


def mebibytes(size_bytes: int) -> str:
    """A size in MiB."""
    return f"{size_bytes / 2**20:,.0f} MiB"


def speed(reader: Section) -> str:
    """How many pages a reader reads in a CPU second."""
    speed = reader["pages_per_cpu_second"]
    return f"{speed:,.0f}" if speed >= 100 else f"{speed:.1f}"


def times(ratio: float | None) -> str:
    """A ratio of two figures."""
    if ratio is None:
        return "–"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"
