"""Today: the last run of each day as a heat map, what is to be done, and the release."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from newsmarts.core.settings import settings
from newsmarts.desk.calendar import KINDS
from newsmarts.desk.frame import Group, NavigationEntry, airflow_of, page
from newsmarts.desk.to_do import WARNING_DAYS
from newsmarts.desk.today import today_view

router = APIRouter()
GROUP = Group(router, needs=("read_results",), entry=NavigationEntry("Today", "/today"))


@router.get("/today")
def today(request: Request, year: Annotated[int | None, Query(ge=2000, le=9998)] = None) -> HTMLResponse:
    """The last twelve months, or a calendar year."""
    view = today_view(settings(), airflow_of(request), datetime.now(UTC), year)
    return page(request, "today/today.html", view=view, kinds=KINDS, warning_days=WARNING_DAYS)
