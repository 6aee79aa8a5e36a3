"""The pages as a web app. The guards that the plugin brings from Airflow decide who may see what.

Nothing is mounted below the app: a mount would escape the guards, so even the style sheet is a route. The
pages themselves are in ``newsmarts.desk.routes``, a module a group.
"""

from __future__ import annotations

import contextlib
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from newsmarts.core.errors import NewsError, UsageError
from newsmarts.core.settings import settings
from newsmarts.desk.airflow import PRODUCER, Airflow, AirflowRefused
from newsmarts.desk.csrf import is_same_origin, reject_cross_site
from newsmarts.desk.forms import Rejected, page_again, read_form, sender_of
from newsmarts.desk.frame import Guards, can_start_runs, own_address, page
from newsmarts.desk.routes import GROUPS
from newsmarts.release.shared import fetch
from newsmarts.review.notice import Notice

_FETCH_SECONDS = 30


def create_app(guards: Guards, airflow: Airflow) -> FastAPI:
    """The app behind its guards."""

    async def remember_user(request: Request, user_name: Any = Depends(guards.logged_in)) -> None:
        request.state.user_name = str(user_name)

    app = FastAPI(
        title="News desk",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # of every route, in this order: who the user is, whether a change comes from a page of this site, and
        # the release that is current
        dependencies=[Depends(remember_user), Depends(reject_cross_site), Depends(_fetch_release)],
    )
    app.dependency_overrides[can_start_runs] = guards.can_start_runs
    app.state.airflow = airflow
    app.state.navigation = tuple(group.entry for group in GROUPS if group.entry is not None)
    for group in GROUPS:
        needs = [Depends(guards.of(right)) for right in group.needs]
        app.include_router(group.router, dependencies=needs)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_parameter)
    app.add_exception_handler(NewsError, _known_error)
    app.add_exception_handler(Exception, _unknown_error)
    return app


def _fetch_release() -> None:
    """With an object store, bring its release and acknowledgements here; at most twice a minute."""
    if settings().archive_url is not None:
        _fetch_in(int(time.monotonic() / _FETCH_SECONDS))


@lru_cache(maxsize=1)
def _fetch_in(_interval: int) -> None:
    fetch(settings())


_MESSAGES = {
    401: Notice("Not logged in", "Log in to Airflow, then open this page again."),
    403: Notice(
        "Not allowed",
        f"Reading these pages needs the right to read the runs of {PRODUCER}, starting runs for the right "
        f"to create them. A form must be sent from its own page: go back, reload it, and send it again.",
    ),
    404: Notice("Nothing here", "There is no such page, or no such run."),
    405: Notice("Not possible", "This page can only be read."),
    413: Notice("Too much at once", "The form is larger than any of these pages sends. Choose fewer days."),
}
_LOST_LOGIN = (401, 403)  # their messages repeat what was typed in the meantime
_FAULT = Notice("This page could not be made", "See the log of the API server.", "bad")


async def _http_error(request: Request, error: Exception) -> HTMLResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    item = _MESSAGES.get(status, _FAULT)
    if status in _LOST_LOGIN and request.method == "POST" and is_same_origin(request):
        with contextlib.suppress(HTTPException):
            request.state.rejected = Rejected(form=await read_form(request))
    return page(request, "message.html", status=status, headers=headers, item=item)


async def _bad_parameter(request: Request, error: Exception) -> Response:
    """Without the parts of the address that can't be right, the page is shown all the same."""
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    wrong = {str(fault["loc"][-1]): fault for fault in faults if fault["loc"][0] == "query"}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in wrong]
    address = f"{own_address(request).partition('?')[0]}?{urlencode(kept)}"
    reasons = (f"{name}: {_reason(fault)}" for name, fault in sorted(wrong.items()))
    rejected = Rejected("Left out of the address, because it can't be right:\n" + "\n".join(reasons))
    again = await page_again(request, address, rejected, 422) if wrong else None
    item = Notice("Not understood", "A part of the address can't be right. Start from the navigation above.")
    return again or page(request, "message.html", status=422, item=item)


def _reason(fault: dict[str, Any]) -> str:
    error = fault.get("ctx", {}).get("error")
    return str(error) if isinstance(error, ValueError) else str(fault["msg"])


async def _known_error(request: Request, error: Exception) -> Response:
    """The form's own page, with the reason and what was typed; a message where there is none."""
    status = 422 if isinstance(error, UsageError) else 409 if isinstance(error, AirflowRefused) else 500
    form = getattr(request.state, "form", {})
    again = await page_again(request, sender_of(form), Rejected(str(error), form), status)
    if again is not None:
        return again
    request.state.rejected = Rejected(form=form)
    return page(request, "message.html", status=status, item=Notice("Not possible", str(error), "bad"))


def _unknown_error(request: Request, _error: Exception) -> HTMLResponse:
    # The server logs the exception after this answer; the page shows nothing of it.
    return page(request, "message.html", status=500, item=_FAULT)
