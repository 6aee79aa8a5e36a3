"""The Today page: a year of days, what is to be done, and how fresh the release is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from newsmarts.core.settings import Settings
from newsmarts.desk.airflow import Airflow
from newsmarts.desk.calendar import HeatMap, heat_map
from newsmarts.desk.day_runs import runs_by_day
from newsmarts.desk.to_do import WARNING_DAYS, DeskState, ToDo, list_to_do
from newsmarts.review.contract_history import BrokenWarning, broken_warnings
from newsmarts.review.current_release import ReleaseView, release_view
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_state import recent_day_states
from newsmarts.review.quarantine import open_pages

_SHOWN_YEAR = timedelta(days=364)


@dataclass(frozen=True, slots=True)
class TodayView:
    """The Today page."""

    today: date
    map: HeatMap
    years: tuple[int, ...]  # that have days, newest first
    year: int | None  # None: the twelve months to the newest day
    ends_today: bool  # whether those are the last twelve months
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
    newest = max((day for day, known in days.items() if _has_captures(known)), default=today)
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
        to_do=tuple(
            list_to_do(DeskState(settings, airflow, states, runs, release, today, open_pages(settings)))
        ),
        release=release,
        release_age=now - release.published_at if release else None,
        last_day=with_results[-1] if with_results else None,
        warnings=broken_warnings(settings.archive, days, WARNING_DAYS),
    )


def _has_captures(known: KnownDay) -> bool:
    # a run of a day that no feed has anything of leaves an empty manifest
    return bool(known.outcome.captures if known.outcome else known.landed)
