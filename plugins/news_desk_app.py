"""Routes, login and permissions of the pages; what they show comes from ``include.desk``.

Airflow mounts a plugin's app *without* login. So the whole app asks for a user (401), and every page for
the right to read the runs of the DAG that it shows and of news_pages, whose results it shows (403).
Nothing is mounted below the app, since a mount would escape the app's dependencies.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from typing import Annotated
from urllib.parse import quote

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
from airflow.models.dagrun import DagRun
from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select
from starlette.exceptions import HTTPException

from include.desk import pages
from include.desk.views import Notice, capture_day_of_run, day_view, days_view
from include.errors import NewsError, UsageError
from include.partitions import parse_day
from include.settings import settings

logger = logging.getLogger(__name__)

PRODUCER = "news_pages"
FOLLOWER = "news_marts"

app = FastAPI(
    title="News desk",
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    dependencies=[Depends(get_user)],
)

_reads_results = Depends(requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=PRODUCER))
_reads_run = Depends(requires_access_dag("GET", DagAccessEntity.RUN))  # of the path's dag_id

DayText = Annotated[str | None, Query(max_length=10)]
ReasonCode = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]


@app.get("/contracts", dependencies=[_reads_results])
def contracts(
    request: Request, day: DayText = None, before: DayText = None, reason: ReasonCode = None
) -> HTMLResponse:
    """The list of capture days, or one of them."""
    home = settings().home
    if day:
        return _page(request, "day.html", view=day_view(home, parse_day(day), reason=reason))
    return _page(request, "days.html", view=days_view(home, parse_day(before) if before else None))


@app.get("/contracts/runs/{dag_id}/{run_id:path}", dependencies=[_reads_run, _reads_results])
def contracts_of_run(
    request: Request, session: SessionDep, dag_id: str, run_id: str, reason: ReasonCode = None
) -> HTMLResponse:
    """The results of the capture day that a DAG run works on."""
    run = session.execute(
        select(
            DagRun.conf, DagRun.partition_key, DagRun.data_interval_start, DagRun.run_after, DagRun.state
        ).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    ).one_or_none()
    if run is None:
        raise HTTPException(404)
    day: date | None = None
    no_day = Notice(
        "No capture day",
        f"The runs of {dag_id} work on no capture day. See the runs of {PRODUCER} and {FOLLOWER}.",
    )
    try:
        if dag_id == PRODUCER:
            day = capture_day_of_run(run.conf, run.partition_key, run.data_interval_start, run.run_after)
        elif dag_id == FOLLOWER:
            day = capture_day_of_run(None, run.partition_key, None)
            no_day = Notice(
                "No capture day of its own",
                "This run was triggered by hand: it took every day that had changed. Contracts has all days.",
            )
    except UsageError as error:
        no_day = Notice("No capture day", f"This run's day is {error}", "bad")
    view = None
    if day is not None:
        # The marts follow whichever run validated the day last, so only the producer's runs are compared.
        writer = run_id if dag_id == PRODUCER else None
        view = day_view(settings().home, day, reason=reason, run_id=writer, run_state=str(run.state))
    path = f"{_base_path(request)}/contracts/runs/{quote(dag_id, safe='')}/{quote(run_id, safe='')}"
    return _page(
        request, "run.html", view=view, no_day=no_day, run_id=run_id, run_state=run.state, run_path=path
    )


@app.get("/static/{name}")
def static(name: str) -> Response:
    """The pages' own style, script and icons."""
    try:
        asset = pages.asset(name)
    except KeyError:
        raise HTTPException(404) from None
    return Response(asset.content, media_type=asset.media_type, headers=dict(pages.ASSET_HEADERS))


_MESSAGES = {
    401: Notice("Not logged in", "Log in to Airflow, then open this page again."),
    403: Notice(
        "Not allowed", f"This page needs the right to read the runs of {PRODUCER}. Ask an administrator."
    ),
    404: Notice("Nothing here", "There is no such page, or no such run."),
    405: Notice("Not possible", "These pages can only be read."),
}
_FAULT = Notice("This page could not be made", "The API server's log says why.", "bad")


@app.exception_handler(HTTPException)
def _http_error(request: Request, error: HTTPException) -> HTMLResponse:
    item = _MESSAGES.get(error.status_code, _FAULT)
    return _page(request, "message.html", status=error.status_code, headers=error.headers, item=item)


@app.exception_handler(RequestValidationError)
def _bad_parameter(request: Request, _error: RequestValidationError) -> HTMLResponse:
    item = Notice("Not understood", "A part of the address can't be right. Start from the list of days.")
    return _page(request, "message.html", status=422, item=item)


@app.exception_handler(NewsError)
def _known_error(request: Request, error: NewsError) -> HTMLResponse:
    status = 422 if isinstance(error, UsageError) else 500
    return _page(request, "message.html", status=status, item=Notice("Not possible", str(error), "bad"))


@app.exception_handler(Exception)
def _unknown_error(request: Request, _error: Exception) -> HTMLResponse:
    # The server logs the exception after this answer; the page tells nothing of it.
    return _page(request, "message.html", status=500, item=_FAULT)


def _base_path(request: Request) -> str:
    """The path that this app is mounted under, the UI's own base path included."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def _page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    html = pages.render(template, base_path=_base_path(request), **values)
    return HTMLResponse(html, status_code=status, headers={**(headers or {}), **pages.PAGE_HEADERS})
