"""The queries of ``bench search``, and how long they take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

ROUNDS = 3
EVERY_KIND = "every kind"
_EACH = 20  # queries of a kind


@dataclass(frozen=True)
class Query:
    """A query of an index; publisher and year narrow its answer."""

    kind: str
    text: str
    publisher: str | None = None
    year: int | None = None


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
        common, known, other = word(5 + number), word(400 + 37 * number), word(300 + 29 * number)
        yield Query("a common word", common)
        yield Query("a word", known)
        yield Query("a rare word", word(20_000 + 997 * number))
        yield Query("two words", f"{known} {other}")
        yield Query("two words, a publisher, a year", f"{common} {known}", "al_mayadeen", 2015 + number % 2)
        yield Query("a phrase", f'"{common} {word(7 + number)}"')
        yield Query("either of two", f"{known} OR {other}")


def percentiles(answer: Callable[[Query], int]) -> dict[str, Any]:
    """Run each query several times; p50 and p95 in seconds, by kind and of all."""
    seconds: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    for query in make_queries():
        for number in range(ROUNDS + 1):
            start = time.perf_counter()
            total = answer(query)
            took = time.perf_counter() - start
            if number:  # the first time reads from the disk
                for name in (query.kind, EVERY_KIND):
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
