"""Today: the last run of each day as a heat map, what needs a hand, and the release."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from include.desk.calendar import KINDS
from include.desk.frame import Entry, Group, airflow_of, page
from include.desk.today import today_view
from include.settings import settings

router = APIRouter()
GROUP = Group(router, needs=("read_results",), entry=Entry("Today", "/today"))


@router.get("/today")
def today(request: Request, year: Annotated[int | None, Query(ge=2000, le=9998)] = None) -> HTMLResponse:
    """The last twelve months, or a calendar year."""
    view = today_view(settings(), airflow_of(request), datetime.now(UTC), year)
    return page(request, "today/today.html", view=view, kinds=KINDS)
