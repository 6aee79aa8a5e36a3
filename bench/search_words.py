"""The queries of an index, and how long they take: for any engine, so with the standard library only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

ROUNDS = 3
_EACH = 20  # queries of a kind
LIMIT = 20


@dataclass(frozen=True)
class Query:
    """A query: an answer has all ``words``. A phrase or an OR isn't plain: not every engine knows it."""

    kind: str
    text: str
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


def make_queries() -> Iterator[Query]:
    """Twenty queries of each kind."""
    for number in range(_EACH):
        common, known, rare = word(5 + number), word(400 + 37 * number), word(20_000 + 997 * number)
        other = word(300 + 29 * number)
        yield Query("a common word", common, (common,))
        yield Query("a word", known, (known,))
        yield Query("a rare word", rare, (rare,))
        yield Query("two words", f"{known} {other}", (known, other))
        yield Query(
            "two words, a publisher, a year",
            f"{common} {known}",
            (common, known),
            "al_mayadeen",
            2015 + number % 2,
        )
        yield Query("a phrase", f'"{common} {word(7 + number)}"', (common, word(7 + number)), is_plain=False)
        yield Query("either of two", f"{known} OR {other}", (known, other), is_plain=False)


def percentiles(answer: Callable[[Query], int], queries: Iterator[Query]) -> dict[str, Any]:
    """Run each several times; by kind and of those that every engine can answer: p50 and p95 in seconds."""
    seconds: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    for query in queries:
        for number in range(ROUNDS + 1):
            start = time.perf_counter()
            total = answer(query)
            took = time.perf_counter() - start
            if number:  # the first time reads from the disk
                names = [query.kind, "every kind", *(["every plain kind"] if query.is_plain else [])]
                for name in names:
                    seconds.setdefault(name, []).append(took)
        found[query.kind] = found.get(query.kind, 0) + total
    return {
        name: {
            "p50_seconds": sorted(times)[len(times) // 2],
            "p95_seconds": sorted(times)[int(len(times) * 0.95)],
            "mean_found": found[name] / _EACH if name in found else None,
        }
        for name, times in seconds.items()
    }
