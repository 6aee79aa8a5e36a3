"""Sources: what each feed gives, when it was last looked at, and what failed."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from newsmarts.core.settings import settings
from newsmarts.desk.frame import Group, NavigationEntry, airflow_of, page
from newsmarts.desk.sources import SHOWN_DAYS, sources_view

router = APIRouter()
GROUP = Group(router, needs=("read_results",), entry=NavigationEntry("Sources", "/sources"))


@router.get("/sources")
def sources(request: Request) -> HTMLResponse:
    """Every feed."""
    now = datetime.now(UTC)
    view = sources_view(settings(), airflow_of(request), now.date())
    return page(request, "sources/sources.html", view=view, now=now, shown_days=SHOWN_DAYS)
