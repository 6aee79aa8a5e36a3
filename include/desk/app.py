"""The pages as a web app. Who may see what is asked of the guards that the plugin brings from Airflow.

Nothing is mounted below the app: a mount would escape the guards, so even the style sheet is a route.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from include.desk import pages
from include.desk.views import Notice, capture_day_of_run, day_view, days_view
from include.errors import NewsError, UsageError
from include.partitions import parse_day
from include.settings import settings

PRODUCER = "news_pages"
FOLLOWER = "news_marts"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the pages need to know of a DAG run."""

    conf: Mapping[str, Any] | None
    partition_key: str | None
    data_interval_start: datetime | None
    run_after: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Guards:
    """FastAPI dependencies that let a request pass or raise 401 or 403."""

    logged_in: Callable[..., Any]
    may_read_results: Callable[..., Any]  # of PRODUCER, whatever run is shown
    may_read_run: Callable[..., Any]  # of the path's dag_id


FindRun = Callable[[str, str], RunFacts | None]
DayText = Annotated[str | None, Query(max_length=10)]
ReasonCode = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]

_days, _runs, _assets = APIRouter(), APIRouter(), APIRouter()


def create_app(guards: Guards, find_run: FindRun) -> FastAPI:
    """The app behind its guards; ``find_run`` looks a run up by dag_id and run_id."""
    app = FastAPI(
        title="News desk",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(guards.logged_in)],
    )
    app.state.find_run = find_run
    reads_results = Depends(guards.may_read_results)
    app.include_router(_days, dependencies=[reads_results])
    app.include_router(_runs, dependencies=[Depends(guards.may_read_run), reads_results])
    app.include_router(_assets)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_parameter)
    app.add_exception_handler(NewsError, _known_error)
    app.add_exception_handler(Exception, _unknown_error)
    return app


@_days.get("/contracts")
def contracts(
    request: Request, day: DayText = None, before: DayText = None, reason: ReasonCode = None
) -> HTMLResponse:
    """The list of capture days, or one of them."""
    archive, home = settings().archive, settings().home
    if day:
        return _page(
            request, "day.html", view=day_view(archive, parse_day(day), marts_home=home, reason=reason)
        )
    return _page(request, "days.html", view=days_view(archive, parse_day(before) if before else None))


@_runs.get("/contracts/runs/{dag_id}/{run_id:path}")
def contracts_of_run(request: Request, dag_id: str, run_id: str, reason: ReasonCode = None) -> HTMLResponse:
    """The results of the capture day that a DAG run works on."""
    run: RunFacts | None = request.app.state.find_run(dag_id, run_id)
    if run is None:
        raise HTTPException(404)
    day, view = None, None
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
    if day is not None:
        # The marts follow whichever run validated the day last, so only the producer's runs are compared.
        writer = run_id if dag_id == PRODUCER else None
        view = day_view(
            settings().archive,
            day,
            marts_home=settings().home,
            reason=reason,
            run_id=writer,
            run_state=run.state,
        )
    path = f"{_base_path(request)}/contracts/runs/{quote(dag_id, safe='')}/{quote(run_id, safe='')}"
    return _page(
        request, "run.html", view=view, no_day=no_day, run_id=run_id, run_state=run.state, run_path=path
    )


@_assets.get("/static/{name}")
def static(name: str) -> Response:
    """The pages' own style, script and icons."""
    try:
        asset = pages.asset(name)
    except KeyError:
        raise HTTPException(404) from None
    return Response(asset.content, media_type=asset.media_type, headers=dict(pages.ASSET_HEADERS))


_MESSAGES = {
    401: Notice("Not logged in", "Log in to Airflow, then open this page again."),
    403: Notice("Not allowed", f"This page asks for the right to read the runs of {PRODUCER}."),
    404: Notice("Nothing here", "There is no such page, or no such run."),
    405: Notice("Not possible", "These pages can only be read."),
}
_FAULT = Notice("This page could not be made", "The API server's log says why.", "bad")


def _http_error(request: Request, error: Exception) -> HTMLResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    item = _MESSAGES.get(status, _FAULT)
    return _page(request, "message.html", status=status, headers=headers, item=item)


def _bad_parameter(request: Request, _error: Exception) -> HTMLResponse:
    item = Notice("Not understood", "A part of the address can't be right. Start from the list of days.")
    return _page(request, "message.html", status=422, item=item)


def _known_error(request: Request, error: Exception) -> HTMLResponse:
    status = 422 if isinstance(error, UsageError) else 500
    return _page(request, "message.html", status=status, item=Notice("Not possible", str(error), "bad"))


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
