"""Backfill: which days need a run, a button that runs them with the user's own right, and progress."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import AwareDatetime

from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import parse_day
from newsmarts.core.settings import settings
from newsmarts.desk.backfill import REASONS, backfill_view, progress_view
from newsmarts.desk.forms import Form, first_value
from newsmarts.desk.frame import Group, MayStart, NavigationEntry, airflow_of, base_path, page, user_of
from newsmarts.desk.starting import MAX_DAYS, Started, start_days

router, starting = APIRouter(), APIRouter()
GROUP = Group(router, needs=("read_results",), entry=NavigationEntry("Backfill", "/backfill"))
STARTING = Group(starting, needs=("read_results", "start_runs"))

DAYS_NAMED = 12
_FIRST_MOMENT, _LAST_MOMENT = (datetime(year, 1, 1, tzinfo=UTC) for year in (2000, 3000))


@router.get("/backfill")
def backfill(request: Request, can_start: MayStart) -> HTMLResponse:
    """The days that need a run, by reason."""
    today = datetime.now(UTC).date()
    view = backfill_view(settings(), airflow_of(request), can_start=can_start, today=today)
    return page(request, "backfill/days.html", view=view, max_days=MAX_DAYS)


@router.get("/backfill/progress")
def progress(
    request: Request,
    since: Annotated[AwareDatetime, Query(ge=_FIRST_MOMENT, lt=_LAST_MOMENT)],
    running: Annotated[int, Query(ge=0, le=MAX_DAYS)] = 0,
    left_out: Annotated[list[date], Query(max_length=DAYS_NAMED)] = [],  # noqa: B006 - FastAPI copies it
    *,
    stopped: bool = False,
) -> HTMLResponse:
    """The state of the runs that were queued since a moment.

    ``running`` days weren't started with them, because they ran already; ``left_out`` names some of these.
    """
    view = progress_view(airflow_of(request), since)
    return page(
        request, "backfill/progress.html", view=view, running=running, left_out=left_out, stopped=stopped
    )


@starting.post("/backfill")
def start(request: Request, form: Form) -> RedirectResponse:
    """Start the days of the form, then show how they get on."""
    started = start_days(airflow_of(request), days_of(request, form), user_of(request))
    return RedirectResponse(progress_address(request, started), status_code=303)


def progress_address(request: Request, started: Started) -> str:
    """The page that shows how the days get on that were started."""
    query = {
        "since": started.since.isoformat(),
        "running": len(started.active),
        "left_out": started.active[:DAYS_NAMED],
        "stopped": int(started.fault is not None),
    }
    return f"{base_path(request)}/backfill/progress?{urlencode(query, doseq=True)}"


def days_of(request: Request, form: Form) -> list[date]:
    """The days that a form names: those ticked, a range, or all that go at once of one reason.

    Raises:
        UsageError: a day that is none, or a range that ends before it begins or is too long.
    """
    start = first_value(form, "start") or "chosen"
    if start == "chosen":
        return [parse_day(text) for text in form.get("day", [])]
    if start == "range":
        first, last = (parse_day(first_value(form, name)) for name in ("first", "last"))
        if last < first:
            raise UsageError(f"The range ends ({last}) before it begins ({first}). Exchange the two days.")
        # one more than may be started is enough to be rejected
        length = min((last - first).days, MAX_DAYS) + 1
        return [first + timedelta(days=number) for number in range(length)]
    if start not in REASONS:
        raise UsageError(f"There is no such reason to run days: {start[:40]!r}. Reload the page.")
    today = datetime.now(UTC).date()
    view = backfill_view(settings(), airflow_of(request), can_start=True, today=today)
    return [choice.day for group in view.groups if group.key == start for choice in group.days]
