"""What the pages show, worked out from results: plain values for the templates, no HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsmarts.core.errors import DamagedPartition, MissingPartition
from newsmarts.core.partitions import parse_day
from newsmarts.review.day_results import (
    DayResults,
    ExpectationResult,
    Outcome,
    QuarantinedPage,
    known_days,
    landed_captures,
    read_day,
    read_outcome,
)
from newsmarts.review.notice import Notice, Tone
from newsmarts.review.withheld import read_withheld

if TYPE_CHECKING:
    from upath import UPath

DAYS_PER_PAGE = 31
PAGES_SHOWN = 200
_SEVERITY_ORDER = {"critical": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Status:
    """A day in one word, and how worried to be."""

    label: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day in the list of days; ``outcome`` is None when there is none that can be read."""

    day: date
    status: Status
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class DaysView:
    """A page of the list of days, newest first."""

    lines: tuple[DayLine, ...]
    total_days: int
    first_day: date | None
    last_day: date | None
    newer_before: date | None  # ``before`` of the page of newer days; None: there are none
    newest: bool
    older_before: date | None


@dataclass(frozen=True, slots=True)
class ContractView:
    """One contract's expectations."""

    name: str
    broken: tuple[ExpectationResult, ...]  # worst first
    met: tuple[ExpectationResult, ...]


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many pages (and ticker-line captures) one reason turned away."""

    reason_code: str
    count: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest known days on each side of a day."""

    previous_day: date | None
    next_day: date | None


@dataclass(frozen=True, slots=True)
class DayView:
    """Everything about one day. ``notices`` come first; ``outcome`` is None when there are no results."""

    day: date
    around: Neighbours
    status: Status
    notices: tuple[Notice, ...]
    outcome: Outcome | None = None
    contracts: tuple[ContractView, ...] = ()
    reasons: tuple[ReasonCount, ...] = ()
    reason: str | None = None  # only pages with this reason are shown
    turned_away: tuple[QuarantinedPage, ...] = ()
    matching: int = 0  # turned_away may be cut short; this many there are
    withheld: tuple[QuarantinedPage, ...] = ()  # valid by themselves, but kept out of the published marts


def capture_day_of_run(
    conf: Mapping[str, Any] | None,
    partition_key: str | None,
    data_interval_start: datetime | None,
    run_after: datetime | None = None,
) -> date | None:
    """The capture day that a DAG run works on; None when it has none.

    The form's day, else the partition's, else the schedule's or backfill's, else the last day that was
    over at ``run_after`` (leave it out for a DAG without such a default).

    Raises:
        UsageError: the run names a day that is no day.
    """
    chosen = (conf or {}).get("day") or partition_key
    if chosen:
        return parse_day(str(chosen))
    if data_interval_start is None and run_after is not None:
        data_interval_start = run_after - timedelta(days=1)
    return data_interval_start.astimezone(UTC).date() if data_interval_start else None


def days_view(home: Path | UPath, before: date | None = None) -> DaysView:
    """The newest days, or those before a day; one page of them."""
    days = known_days(home)
    older = [day for day in days if before is None or day < before]
    shown, rest = older[-DAYS_PER_PAGE:], older[:-DAYS_PER_PAGE]
    newer = days[len(older) :]
    lines = tuple(_day_line(home, day) for day in reversed(shown))
    return DaysView(
        lines=lines,
        total_days=len(days),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        newest=not newer,
        newer_before=newer[DAYS_PER_PAGE] if len(newer) > DAYS_PER_PAGE else None,
        older_before=shown[0] if rest else None,
    )


def day_view(
    home: Path | UPath,
    day: date,
    *,
    marts_home: Path | None = None,
    waiting: int = 0,
    reason: str | None = None,
    run_id: str | None = None,
    run_state: str | None = None,
) -> DayView:
    """One day's results, or a notice that says why there are none and what to do.

    With a ``run_id``, a notice says so when the results come from another run. ``marts_home`` is where the
    marts are when ``home`` is an object store. ``waiting`` is how many captures of the day are in local feeds
    and have not landed.
    """
    days = known_days(home)
    around = Neighbours(
        previous_day=max((other for other in days if other < day), default=None),
        next_day=min((other for other in days if other > day), default=None),
    )
    try:
        results = read_day(home, day)
    except MissingPartition:
        status, notice = _missing(home, day, run_state, waiting)
        return DayView(day, around, status, (notice,))
    except DamagedPartition as damaged:
        return DayView(day, around, *_unreadable(damaged))
    matching = [page for page in results.turned_away if reason is None or _has_reason(page, reason)]
    return DayView(
        day=day,
        around=around,
        status=status_of(results.outcome),
        notices=tuple(_notices(results.outcome, run_id)),
        outcome=results.outcome,
        contracts=tuple(_contracts(results)),
        reasons=tuple(_reason_counts(results)),
        reason=reason,
        turned_away=tuple(matching[:PAGES_SHOWN]),
        matching=len(matching),
        withheld=read_withheld(marts_home or Path(str(home)), day),
    )


def status_of(outcome: Outcome) -> Status:
    """A day's outcome in one word."""
    if not outcome.adds_up:
        return Status("doesn't add up", "bad")
    if not outcome.accepted:
        return Status("refused", "bad")
    if outcome.quarantined or outcome.ticker_items_quarantined:
        return Status("some turned away", "warn")
    return Status("all valid", "good")


def _day_line(home: Path | UPath, day: date) -> DayLine:
    try:
        outcome = read_outcome(home, day)
    except MissingPartition:
        return DayLine(day, _missing(home, day, None)[0], None)
    except DamagedPartition:
        return DayLine(day, Status("unreadable", "bad"), None)
    return DayLine(day, status_of(outcome), outcome)


def _unreadable(damaged: DamagedPartition) -> tuple[Status, tuple[Notice]]:
    return Status("unreadable", "bad"), (Notice("These results can't be read", str(damaged), "bad"),)


def _missing(home: Path | UPath, day: date, run_state: str | None, waiting: int = 0) -> tuple[Status, Notice]:
    """Why a day has no results, and what to do."""
    if run_state in {"queued", "running"}:
        text = f"This run is {run_state}. Its results appear here when its validate task has finished."
        return Status("running", "idle"), Notice(f"No results for {day} yet", text)
    try:
        landed = landed_captures(home, day)
    except DamagedPartition as damaged:
        status, (notice,) = _unreadable(damaged)
        return status, notice
    if landed:
        text = (
            "Captures of this day have landed, but they haven't been validated. If its run failed, open the "
            "red task's log, mend what it names, and clear the task; or trigger news_pages for this day."
        )
        return Status("not validated yet", "idle"), Notice(f"No results for {day} yet", text)
    if waiting:
        text = f"{_captures(waiting)} in the inbox for this day, and not landed yet. Start a run: Backfill."
        return Status("not run yet", "idle"), Notice(f"No results for {day} yet", text)
    text = (
        "The inbox had nothing for this day. If it should have, put the captures in the inbox (in a folder "
        f"named {day}) and run news_pages for it: Trigger, with the day as its parameter, or Backfill for a "
        "range."
    )
    return Status("nothing captured", "idle"), Notice(f"Nothing was captured on {day}", text)


def _captures(count: int) -> str:
    return "1 capture is" if count == 1 else f"{count:,} captures are"


def _notices(outcome: Outcome, run_id: str | None) -> list[Notice]:
    notices = []
    if not outcome.adds_up:
        text = (
            f"{outcome.captures} captures went in; {outcome.valid} valid and {outcome.quarantined} turned "
            "away came out. Trust nothing of this day until that is explained: see the log of validate."
        )
        notices.append(Notice("Captures are missing", text, "bad"))
    if not outcome.accepted:
        text = f"{outcome.refusal or 'Too much of it was turned away.'} The marts keep what they had before."
        notices.append(Notice("This day was refused as a whole", text, "bad"))
    if run_id is not None and outcome.run_id != run_id:
        source = f"the run {outcome.run_id}" if outcome.run_id else "a run outside Airflow"
        text = f"The day was validated again, or not yet by this run. What you see was written by {source}."
        notices.append(Notice("Results of another run", text, "warn"))
    return notices


def _contracts(results: DayResults) -> list[ContractView]:
    def urgency(result: ExpectationResult) -> tuple[str, int, str]:
        return result.contract, _SEVERITY_ORDER.get(result.severity, 9), result.expectation

    ordered = sorted(results.expectations, key=urgency)
    views = []
    for name, group in groupby(ordered, key=lambda result: result.contract):
        members = tuple(group)
        broken = tuple(member for member in members if not member.passed)
        met = tuple(member for member in members if member.passed)
        views.append(ContractView(name, broken, met))
    return views


def _reason_counts(results: DayResults) -> list[ReasonCount]:
    """Each page counts once for each of its reasons; most frequent first."""
    counts = Counter(
        code for page in results.turned_away for code in {reason.reason_code for reason in page.reasons}
    )
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [ReasonCount(code, count) for code, count in ranked]


def _has_reason(page: QuarantinedPage, reason_code: str) -> bool:
    return any(reason.reason_code == reason_code for reason in page.reasons)
