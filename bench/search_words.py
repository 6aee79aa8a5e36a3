"""What is asked of an index, and how long answers take: for any engine, so with the standard library only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

ROUNDS = 3
_EACH = 20  # queries of a kind
LIMIT = 20


@dataclass(frozen=True)
class Ask:
    """A query: ``words`` must all be found. A phrase or an OR isn't plain: not every engine can be asked."""

    kind: str
    query: str
    words: tuple[str, ...]
    publisher: str | None = None
    year: int | None = None
    is_plain: bool = True


def word(rank: int) -> str:
    """The made-up word of a rank, as search_queries/vocabulary.sql spells it."""
    rest, spelled = rank, ""
    while rest > 0 or not spelled:
        spelled += "bcdfghklmnprstvz"[rest % 16] + "aeiou"[rest // 16 % 5]
        rest //= 80
    return spelled + ("s" if rank % 7 == 6 else "ing" if rank % 11 == 10 else "")


def asks() -> Iterator[Ask]:
    """Twenty queries of each kind."""
    for number in range(_EACH):
        common, known, rare = word(5 + number), word(400 + 37 * number), word(20_000 + 997 * number)
        other = word(300 + 29 * number)
        yield Ask("a common word", common, (common,))
        yield Ask("a word", known, (known,))
        yield Ask("a rare word", rare, (rare,))
        yield Ask("two words", f"{known} {other}", (known, other))
        yield Ask(
            "two words, a publisher, a year",
            f"{common} {known}",
            (common, known),
            "al_mayadeen",
            2015 + number % 2,
        )
        yield Ask("a phrase", f'"{common} {word(7 + number)}"', (common, word(7 + number)), is_plain=False)
        yield Ask("either of two", f"{known} OR {other}", (known, other), is_plain=False)


def percentiles(answer: Callable[[Ask], int], queries: Iterator[Ask]) -> dict[str, Any]:
    """Ask each some times; by kind and of those that every engine can answer: p50 and p95 in seconds."""
    seconds: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    for ask in queries:
        for number in range(ROUNDS + 1):
            start = time.perf_counter()
            total = answer(ask)
            took = time.perf_counter() - start
            if number:  # the first time reads from the disk
                names = [ask.kind, "every kind", *(["every plain kind"] if ask.is_plain else [])]
                for name in names:
                    seconds.setdefault(name, []).append(took)
        found[ask.kind] = found.get(ask.kind, 0) + total
    return {
        name: {
            "p50_seconds": sorted(times)[len(times) // 2],
            "p95_seconds": sorted(times)[int(len(times) * 0.95)],
            "mean_found": found[name] / _EACH if name in found else None,
        }
        for name, times in seconds.items()
    }
