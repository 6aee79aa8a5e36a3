"""What the contracts said of many days: each expectation's results over time, and what broke it last."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.core.errors import DamagedPartition, MissingPartition
from newsmarts.review.day_outcomes import KnownDay, Stamp
from newsmarts.review.day_results import ExpectationResult, read_expectations

if TYPE_CHECKING:
    from upath import UPath

DAYS_KEPT = 800  # in memory: twice the longest period that is shown


@dataclass(frozen=True, slots=True)
class DayResult:
    """What an expectation said of one day."""

    day: date
    passed: bool
    evaluated_rows: int
    unexpected_rows: int


class History:
    """Contract results of an archive's days, each read once as long as its day doesn't change."""

    def __init__(self, archive: Path | UPath) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._days: dict[date, tuple[Stamp, tuple[ExpectationResult, ...]]] = {}

    def of(self, known: KnownDay) -> tuple[ExpectationResult, ...]:
        """The results of a day; none when they can't be read."""
        stamp = known.validated
        if stamp is None:
            return ()
        kept = self._days.get(known.day)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        try:
            results = read_expectations(self._archive, known.day)
        except (MissingPartition, DamagedPartition):
            return ()
        with self._lock:
            self._days.pop(known.day, None)
            self._days[known.day] = (stamp, results)
            while len(self._days) > DAYS_KEPT:
                del self._days[next(iter(self._days))]
        return results


@lru_cache(maxsize=4)
def _history_of(archive: Path | UPath) -> History:
    return History(archive)


def results_of(
    archive: Path | UPath, days: Mapping[date, KnownDay], newest: int
) -> dict[date, tuple[ExpectationResult, ...]]:
    """The contract results of the newest days that have any, in order of days."""
    history = _history_of(archive)
    chosen = [known for known in days.values() if known.outcome is not None][-newest:]
    return {known.day: history.of(known) for known in chosen}


def broken_warnings(
    archive: Path | UPath, days: Mapping[date, KnownDay], newest: int
) -> Sequence[tuple[str, int]]:
    """Expectations that turn nothing away and weren't met, with the number of days; most days first."""
    counts: Counter[str] = Counter()
    for results in results_of(archive, days, newest).values():
        counts.update(
            f"{result.contract}: {result.expectation}"
            for result in results
            if not result.passed and result.severity != "critical"
        )
    return counts.most_common()
