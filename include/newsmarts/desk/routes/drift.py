"""Drift: how the shares of reasons and of empty fields went, by publisher."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from newsmarts.core.settings import settings
from newsmarts.desk.frame import Group, NavigationEntry, page
from newsmarts.review.contract_history import PERIODS, nearest
from newsmarts.review.drift_history import drift_view

router = APIRouter()
GROUP = Group(router, needs=("read_results",), entry=NavigationEntry("Drift", "/drift"))


@router.get("/drift")
def drift(request: Request, period: Annotated[int, Query(ge=1, le=PERIODS[-1])] = PERIODS[0]) -> HTMLResponse:
    """The newest days with results."""
    view = drift_view(settings(), nearest(period))
    return page(request, "drift/drift.html", view=view, periods=PERIODS)
