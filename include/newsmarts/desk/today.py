"""The Today page: a year of days, what is to be done, and how fresh the release is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from newsmarts.core.settings import Settings
from newsmarts.desk.airflow import Airflow, RunFacts
from newsmarts.desk.calendar import HeatMap, heat_map, kind_of
from newsmarts.desk.day_runs import runs_by_day, shown_days
from newsmarts.desk.to_do import WARNING_DAYS, DeskState, ToDo, list_to_do
from newsmarts.review.contract_history import BrokenWarning, broken_warnings
from newsmarts.review.current_release import ReleaseView, release_view
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_state import DayStates, recent_day_states
from newsmarts.review.missing_days import LOOKED_BACK
from newsmarts.review.quarantine import open_pages

_SHOWN_YEAR = LOOKED_BACK  # so that each missing day has its cell


@dataclass(frozen=True, slots=True)
class OtherYear:
    """Days of a year that the heat map doesn't show."""

    year: int
    days: int  # with captures, or whose run failed
    alarming: int  # of these, failed or refused


@dataclass(frozen=True, slots=True)
class TodayView:
    """The Today page."""

    today: date
    map: HeatMap
    years: tuple[int, ...]  # that have days, newest first
    year: int | None  # None: the twelve months to the newest day
    ends_today: bool  # whether those are the last twelve months
    other_years: Sequence[OtherYear]  # with captures or failures before or after these months, newest first
    to_do: tuple[ToDo, ...]
    release: ReleaseView | None
    release_age: timedelta | None
    last_day: KnownDay | None  # the newest day with results
    warnings: Sequence[BrokenWarning]  # of the last WARNING_DAYS days with results


def today_view(settings: Settings, airflow: Airflow, now: datetime, year: int | None = None) -> TodayView:
    """All of the page; ``year`` shows a calendar year instead of the last twelve months.

    An archive that has no day in the last twelve months is shown by those to its newest day.
    """
    today = now.astimezone(UTC).date()
    states, runs = recent_day_states(settings, today), runs_by_day(airflow)
    days = states.days
    release = release_view(settings.home, days)
    newest = max((day for day, known in days.items() if not known.is_empty), default=today)
    ends_today = newest >= today - _SHOWN_YEAR
    end = today if ends_today else newest
    first, last = (end - _SHOWN_YEAR, end) if year is None else (date(year, 1, 1), date(year, 12, 31))
    with_results = [known for known in days.values() if known.outcome is not None]
    return TodayView(
        today=today,
        map=heat_map(states, runs, first, min(last, max(today, first)), today),
        years=tuple(sorted({day.year for day in (*days, *runs)}, reverse=True)),
        year=year,
        ends_today=ends_today,
        other_years=() if year else tuple(_other_years(states, runs, first, last)),
        to_do=tuple(
            list_to_do(DeskState(settings, airflow, states, runs, release, today, open_pages(settings)))
        ),
        release=release,
        release_age=now - release.published_at if release else None,
        last_day=with_results[-1] if with_results else None,
        warnings=broken_warnings(settings.archive, days, WARNING_DAYS),
    )


def _other_years(
    states: DayStates, runs: Mapping[date, RunFacts], first: date, last: date
) -> Iterator[OtherYear]:
    """The years that have days before or after some months."""
    kinds: dict[int, list[str | None]] = {}
    for day in shown_days(states, runs):
        kind = kind_of(states, day, runs.get(day))
        if not first <= day <= last and kind not in ("nothing", "missing"):
            kinds.setdefault(day.year, []).append(kind)
    for year in sorted(kinds, reverse=True):
        yield OtherYear(year, len(kinds[year]), sum(kind in ("failed", "refused") for kind in kinds[year]))
