"""The Contracts page: every expectation, how it did over the days, and which pages broke it last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.core.errors import DamagedPartition, MissingPartition
from newsmarts.core.partitions import docs_path
from newsmarts.core.settings import Settings
from newsmarts.review.contract_results import DayResult, results_of
from newsmarts.review.day_outcomes import day_outcomes_of
from newsmarts.review.day_results import ExpectationResult, QuarantinedPage, read_day

if TYPE_CHECKING:
    from upath import UPath

PERIODS = (30, 90, 365)  # days with results
BROKEN_DAYS_SHOWN = 60
OFFENDERS_SHOWN = 25
OFFENDER_DAYS = 8  # that are opened to find them
_SEVERITY_ORDER = {"critical": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days beside each other with one kind of result, in a strip of one unit a day."""

    start: int
    length: int
    kind: str  # met, broken, or none: the expectation was not evaluated


@dataclass(frozen=True, slots=True)
class ExpectationHistory:
    """One expectation over a period. ``results`` has a place for each day; None: it was not evaluated."""

    latest: ExpectationResult
    results: tuple[DayResult | None, ...]
    is_current: bool  # evaluated on the newest day

    @property
    def evaluated(self) -> list[DayResult]:
        """The days on which it was evaluated, in order."""
        return [result for result in self.results if result is not None]

    @property
    def broken(self) -> list[DayResult]:
        """The days on which it wasn't met, newest first."""
        return [result for result in reversed(self.evaluated) if not result.passed]

    @property
    def evaluated_rows(self) -> int:
        """Rows that it looked at, of all days."""
        return sum(result.evaluated_rows for result in self.evaluated)

    @property
    def unexpected_rows(self) -> int:
        """Rows that broke it, of all days."""
        return sum(result.unexpected_rows for result in self.evaluated)

    @property
    def pass_rate(self) -> float:
        """Share of rows that kept it, 0 to 1; 1 when there were none."""
        return 1 - self.unexpected_rows / self.evaluated_rows if self.evaluated_rows else 1.0

    @property
    def stretches(self) -> Iterator[Stretch]:
        """The days as a strip."""
        start = 0
        for kind, group in groupby(self.results, key=_kind):
            length = sum(1 for _ in group)
            yield Stretch(start, length, kind)
            start += length


@dataclass(frozen=True, slots=True)
class ContractHistory:
    """A contract's expectations, those that were broken most first."""

    name: str
    expectations: tuple[ExpectationHistory, ...]

    @property
    def broken(self) -> int:
        """How many of them weren't met on some day."""
        return sum(bool(each.broken) for each in self.expectations)


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The Contracts page over a period; the period's days are those that have results."""

    period: int
    days: tuple[date, ...]
    total_days: int
    contracts: tuple[ContractHistory, ...]


@dataclass(frozen=True, slots=True)
class Offender:
    """A page that broke the expectation."""

    day: date
    page: QuarantinedPage
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpectationView:
    """One expectation's own page."""

    period: int
    days: tuple[date, ...]
    history: ExpectationHistory
    broken: tuple[DayResult, ...]  # the newest of them
    offenders: tuple[Offender, ...]
    with_docs: frozenset[date]  # of broken: days whose Data Docs are there


def history_view(settings: Settings, period: int) -> HistoryView:
    """Every expectation over the newest days with results."""
    days = day_outcomes_of(settings.archive).days()
    results = results_of(settings.archive, days, period)
    histories = sorted(_histories(results).values(), key=_urgency)
    contracts = tuple(
        ContractHistory(name, tuple(group))
        for name, group in groupby(histories, key=lambda history: history.latest.contract)
    )
    return HistoryView(
        period, tuple(results), sum(known.outcome is not None for known in days.values()), contracts
    )


def expectation_view(
    settings: Settings, contract: str, expectation: str, period: int
) -> ExpectationView | None:
    """One expectation over the newest days with results; None when it was evaluated on none of them."""
    archive = settings.archive
    results = results_of(archive, day_outcomes_of(archive).days(), period)
    history = _histories(results).get((contract, expectation))
    if history is None:
        return None
    broken = tuple(history.broken[:BROKEN_DAYS_SHOWN])
    docs = docs_path(settings.home)
    return ExpectationView(
        period,
        tuple(results),
        history,
        broken,
        tuple(_offenders(archive, history, broken))[:OFFENDERS_SHOWN],
        frozenset(result.day for result in broken if (docs / str(result.day) / "index.html").is_file()),
    )


def _histories(
    results: Mapping[date, Sequence[ExpectationResult]],
) -> dict[tuple[str, str], ExpectationHistory]:
    latest: dict[tuple[str, str], ExpectationResult] = {}
    by_day: dict[tuple[str, str], dict[date, DayResult]] = {}
    for day, expectations in results.items():
        for each in expectations:
            key = (each.contract, each.expectation)
            latest[key] = each
            result = DayResult(day, each.passed, each.evaluated_rows, each.unexpected_rows)
            by_day.setdefault(key, {})[day] = result
    newest = max(results, default=None)
    return {
        key: ExpectationHistory(
            latest[key], tuple(found.get(day) for day in results), is_current=newest in found
        )
        for key, found in by_day.items()
    }


def _urgency(history: ExpectationHistory) -> tuple[str, bool, int, int, str]:
    latest = history.latest
    severity = _SEVERITY_ORDER.get(latest.severity, 9)
    return latest.contract, not history.broken, severity, -len(history.broken), latest.expectation


def _kind(result: DayResult | None) -> str:
    return "none" if result is None else "met" if result.passed else "broken"


def _offenders(
    archive: Path | UPath, history: ExpectationHistory, broken: Sequence[DayResult]
) -> Iterator[Offender]:
    """The pages that were turned away for it, of the newest days; a warning turns none away."""
    for result in broken[:OFFENDER_DAYS]:
        try:
            turned_away = read_day(archive, result.day).turned_away
        except (MissingPartition, DamagedPartition):
            continue
        for page in turned_away:
            details = tuple(
                reason.detail for reason in page.reasons if reason.expectation == history.latest.expectation
            )
            if details and _is_of(history.latest.contract, page):
                yield Offender(result.day, page, details)


def _is_of(contract: str, page: QuarantinedPage) -> bool:
    """Whether a contract speaks of such a page: publishers' contracts may call expectations alike."""
    if page.subject == "ticker_item" or contract == "ticker_items":
        return page.subject == "ticker_item" and contract == "ticker_items"
    return contract == "articles" or page.publisher is None or contract.startswith(page.publisher)
