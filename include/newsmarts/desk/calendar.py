"""A year of capture days as a heat map: what each day's last run came to, and its place in the picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from newsmarts.core.text import counted
from newsmarts.desk.airflow import RunFacts
from newsmarts.desk.day_runs import status_with_run
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_results import Outcome
from newsmarts.review.day_state import DayStates
from newsmarts.review.day_status import DayStatus

PITCH = 14  # from one cell to the next, in the picture's units
LEFT, TOP = 32, 18  # room for the names of weekdays and months
WEEK = 7
LETTER = 6  # of a month's name

# Kinds of days, as the legend names them, the most worrying first. The style sheet has a colour for each.
KINDS: Mapping[str, str] = {
    "failed": "run failed, or doesn't add up",
    "refused": "refused as a whole",
    "waiting": "captures without results",
    "many": "over 20 % quarantined",
    "some": "up to 20 % quarantined",
    "few": "up to 5 % quarantined",
    "clean": "nothing quarantined",
    "running": "running",
    "missing": "missing",
    "nothing": "nothing captured",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the heat map. ``text`` has all of it in words."""

    day: date
    kind: str
    text: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Month:
    """A row of the table beside the heat map: days by kind."""

    first: date
    counts: Mapping[str, int]
    captures: int
    not_article: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Days from first to last, in columns of weeks from Monday on."""

    first: date
    last: date
    cells: tuple[Cell, ...]
    month_names: tuple[tuple[int, str], ...]  # x, name
    months: tuple[Month, ...]
    counts: Mapping[str, int]
    width: int
    height: int


def kind_of(states: DayStates, day: date, run: RunFacts | None, *, is_over: bool = True) -> str | None:
    """What a day's last run came to; None for a day that isn't over and has nothing yet."""
    known, status = states.days.get(day), status_with_run(states, day, run)
    if status is DayStatus.EMPTY and run is None and known is None and not is_over:
        return None
    return _KINDS.get(status) or _by_share(known.outcome if known is not None else None)


_KINDS: Mapping[DayStatus, str] = {
    DayStatus.DAMAGED: "waiting",
    DayStatus.FAILED: "failed",
    DayStatus.RUNNING: "running",
    DayStatus.LANDED: "waiting",
    DayStatus.WAITING: "waiting",
    DayStatus.UNACCOUNTED: "failed",
    DayStatus.REFUSED: "refused",
    DayStatus.MISSING: "missing",
    DayStatus.EMPTY: "nothing",
}


def _by_share(outcome: Outcome | None) -> str:
    if outcome is None or not outcome.quarantined:
        return "clean"
    share = outcome.quarantined / (outcome.captures - outcome.not_article)
    return "few" if share <= 0.05 else "some" if share <= 0.20 else "many"


def heat_map(
    states: DayStates, runs: Mapping[date, RunFacts], first: date, last: date, today: date
) -> HeatMap:
    """The heat map of first to last: a cell for each day but those to come."""
    monday = first - timedelta(days=first.weekday())
    cells = []
    for day in _days(first, min(last, today)):
        kind = kind_of(states, day, runs.get(day), is_over=day < today)
        if kind is not None:
            week, weekday = divmod((day - monday).days, WEEK)
            x, y = LEFT + week * PITCH, TOP + weekday * PITCH
            cells.append(Cell(day, kind, _describe(day, kind, states), x, y))
    counted = Counter(cell.kind for cell in cells)
    weeks = (last - monday).days // WEEK + 1
    month_names = tuple(_month_names(first, last, monday))
    names_end = max((x + len(name) * LETTER for x, name in month_names), default=0)
    return HeatMap(
        first=first,
        last=last,
        cells=tuple(cells),
        month_names=month_names,
        months=tuple(_months(cells, states.days)),
        counts={kind: counted[kind] for kind in KINDS if counted[kind]},
        width=max(LEFT + weeks * PITCH, names_end),
        height=TOP + WEEK * PITCH,
    )


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _describe(day: date, kind: str, states: DayStates) -> str:
    text, known, waiting = f"{day:%a} {day}: {KINDS[kind]}", states.days.get(day), states.local.new[day]
    outcome = known.outcome if known is not None else None
    if outcome is not None:
        text += f"; {counted(outcome.captures, 'capture')}, {outcome.valid} valid"
        text += f", {outcome.not_article} not articles" if outcome.not_article else ""
        text += f", {outcome.quarantined} quarantined"
        if not outcome.adds_up:
            text += "; captures are missing"
        elif not outcome.accepted and kind != "refused":
            text += "; refused as a whole"
        if outcome.warnings:
            text += f"; {counted(len(outcome.warnings), 'warning')}"
    elif known is not None and known.is_damaged:
        text += "; its files can't be read"
    elif known is not None and known.landed:
        text += f"; {counted(known.landed, 'capture')} landed"
    if waiting:
        text += f"; {counted(waiting, 'capture')} in the inbox"
    if day in states.missing:
        text += f"; none from {', '.join(states.missing[day])}"
    return text


def _month_names(first: date, last: date, monday: date) -> Iterator[tuple[int, str]]:
    for day in _days(first, last):
        # at the first week that begins in the month, so that names keep their distance
        if day.weekday() == 0 and day.day <= WEEK:
            yield LEFT + (day - monday).days // WEEK * PITCH, f"{day:%B}"


def _months(cells: list[Cell], days: Mapping[date, KnownDay]) -> Iterator[Month]:
    by_month: dict[date, list[Cell]] = {}
    for cell in cells:
        by_month.setdefault(cell.day.replace(day=1), []).append(cell)
    for month in sorted(by_month, reverse=True):
        outcomes = [
            known.outcome for cell in by_month[month] if (known := days.get(cell.day)) and known.outcome
        ]
        yield Month(
            month,
            Counter(cell.kind for cell in by_month[month]),
            captures=sum(outcome.captures for outcome in outcomes),
            not_article=sum(outcome.not_article for outcome in outcomes),
            quarantined=sum(outcome.quarantined for outcome in outcomes),
        )
