"""The Contracts page: every expectation, how it did over the days, and which pages broke it last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.core.data_docs import has_docs
from newsmarts.core.errors import DamagedPartition, MissingPartition
from newsmarts.core.settings import Settings
from newsmarts.review.day_outcomes import KnownDay, Stamp, day_outcomes_of
from newsmarts.review.day_results import ExpectationResult, LeftOutPage, read_day, read_expectations

if TYPE_CHECKING:
    from upath import UPath

PERIODS = (30, 90, 365)  # days with results
BROKEN_DAYS_SHOWN = 60
OFFENDERS_SHOWN = 25
OFFENDER_DAYS = 8  # that are opened to find them
SEVERITY_ORDER = {"critical": 0, "warning": 1, "info": 2}


def nearest(period: int) -> int:
    """The shortest of the periods that has as many days, or the longest."""
    return next((each for each in PERIODS if each >= period), PERIODS[-1])


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days beside each other with one kind of result, in a strip of one unit a day."""

    start: int
    length: int
    kind: str  # met, broken, or none: the expectation was not evaluated, or on no row


@dataclass(frozen=True, slots=True)
class ExpectationHistory:
    """One expectation over a period. ``results`` has a place for each day; None: no contract had it."""

    results: tuple[ExpectationResult | None, ...]
    is_current: bool  # a contract of the newest day has it

    @property
    def latest(self) -> ExpectationResult:
        """The result of the newest day of which a contract had it."""
        return next(result for result in reversed(self.results) if result is not None)

    @property
    def evaluated(self) -> list[ExpectationResult]:
        """The days on which it was evaluated on at least one row, in order."""
        return [result for result in self.results if result is not None and result.is_evaluated]

    @property
    def broken(self) -> list[ExpectationResult]:
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
    def pass_rate(self) -> float | None:
        """Share of rows that kept it, 0 to 1; None when there were none."""
        return 1 - self.unexpected_rows / self.evaluated_rows if self.evaluated_rows else None

    @property
    def stretches(self) -> Iterator[Stretch]:
        """The days as a strip."""
        start = 0
        for kind, group in groupby(self.results, key=_kind):
            length = sum(1 for _ in group)
            yield Stretch(start, length, kind)
            start += length


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The Contracts page over a period; the period's days are those that have results."""

    period: int
    days: tuple[date, ...]
    total_days: int
    contracts: Mapping[str, Sequence[ExpectationHistory]]  # by name; the one that is broken most first


@dataclass(frozen=True, slots=True)
class ExpectationView:
    """One expectation's own page."""

    period: int
    days: tuple[date, ...]
    history: ExpectationHistory
    broken: Sequence[ExpectationResult]  # the newest of them
    offenders: tuple[LeftOutPage, ...]  # with the reasons of this expectation
    with_docs: frozenset[date]  # of broken: days whose Data Docs are there


def history_view(settings: Settings, period: int) -> HistoryView:
    """Every expectation over the newest days with results."""
    days = day_outcomes_of(settings.archive).days()
    results = results_of(settings.archive, days, period)
    histories = sorted(_histories(results).values(), key=_urgency)
    by_contract = groupby(histories, key=lambda history: history.latest.contract)
    contracts = {name: tuple(group) for name, group in by_contract}
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
    broken = history.broken[:BROKEN_DAYS_SHOWN]
    return ExpectationView(
        period,
        tuple(results),
        history,
        broken,
        tuple(_offenders(archive, history, broken))[:OFFENDERS_SHOWN],
        frozenset(each.capture_day for each in broken if has_docs(settings, each.capture_day)),
    )


def _histories(
    results: Mapping[date, Sequence[ExpectationResult]],
) -> dict[tuple[str, str], ExpectationHistory]:
    by_day: dict[tuple[str, str], dict[date, ExpectationResult]] = {}
    for day, expectations in results.items():
        for each in expectations:
            by_day.setdefault((each.contract, each.expectation), {})[day] = each
    newest = max(results, default=None)
    return {
        key: ExpectationHistory(tuple(found.get(day) for day in results), is_current=newest in found)
        for key, found in by_day.items()
    }


def _urgency(history: ExpectationHistory) -> tuple[str, bool, int, int, str]:
    latest = history.latest
    severity = SEVERITY_ORDER.get(latest.severity, 9)
    return latest.contract, not history.broken, severity, -len(history.broken), latest.expectation


def _kind(result: ExpectationResult | None) -> str:
    if result is None or not result.is_evaluated:
        return "none"
    return "met" if result.passed else "broken"


def _offenders(
    archive: Path | UPath, history: ExpectationHistory, broken: Sequence[ExpectationResult]
) -> Iterator[LeftOutPage]:
    """The pages that were quarantined for it, of the newest days; a warning quarantines none."""
    for result in broken[:OFFENDER_DAYS]:
        try:
            pages = read_day(archive, result.capture_day).quarantined
        except (MissingPartition, DamagedPartition):
            continue
        for page in pages:
            reasons = [each for each in page.reasons if each.expectation == history.latest.expectation]
            if reasons and _is_of(history.latest.contract, page):
                yield replace(page, reasons=reasons)


def _is_of(contract: str, page: LeftOutPage) -> bool:
    """Whether a contract is about such a page: expectations of two publishers may have one id."""
    if page.subject == "ticker_item" or contract == "ticker_items":
        return page.subject == "ticker_item" and contract == "ticker_items"
    return contract == "articles" or page.publisher is None or contract.startswith(page.publisher)


def results_of(
    archive: Path | UPath, days: Mapping[date, KnownDay], newest: int
) -> dict[date, tuple[ExpectationResult, ...]]:
    """The contract results of the newest days that have any, in order of days."""
    chosen = [known for known in days.values() if known.outcome is not None][-newest:]
    return {known.day: _results(archive, known) for known in chosen}


@dataclass(frozen=True, slots=True)
class BrokenWarning:
    """An expectation that quarantines nothing and wasn't met, over some days."""

    contract: str
    expectation: str
    severity: str
    days: int
    rows: int  # that broke it
    last_day: date


def broken_warnings(
    archive: Path | UPath, days: Mapping[date, KnownDay], newest: int
) -> Sequence[BrokenWarning]:
    """Expectations that quarantine nothing and weren't met on the newest days; most days first."""
    found: dict[tuple[str, str], list[ExpectationResult]] = {}
    for results in results_of(archive, days, newest).values():
        for result in results:
            if not result.passed and result.severity != "critical":
                found.setdefault((result.contract, result.expectation), []).append(result)
    warnings = [
        BrokenWarning(
            *key,
            severity=broken[-1].severity,
            days=len(broken),
            rows=sum(each.unexpected_rows for each in broken),
            last_day=broken[-1].capture_day,
        )
        for key, broken in found.items()
    ]
    return sorted(warnings, key=lambda each: (-each.days, -each.rows, each.contract, each.expectation))


def _results(archive: Path | UPath, known: KnownDay) -> tuple[ExpectationResult, ...]:
    try:
        return _read_results(archive, known.day, known.validated)
    except (MissingPartition, DamagedPartition):
        return ()


@lru_cache(maxsize=800)  # twice the longest period that is shown
def _read_results(archive: Path | UPath, day: date, _stamp: Stamp | None) -> tuple[ExpectationResult, ...]:
    """A day's contract results, read once for each state of its folder."""
    return read_expectations(archive, day)
