"""What every group of pages shares: its guards, its place in the navigation, and how pages are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from newsmarts.desk import pages
from newsmarts.desk.airflow import Airflow
from newsmarts.desk.forms import Rejected

Right = Literal["read_results", "read_run", "start_runs"]


@dataclass(frozen=True, slots=True)
class Guards:
    """FastAPI dependencies that let a request pass or raise 401 or 403; ``plugins/`` has Airflow's."""

    logged_in: Callable[..., Any]  # for every route; gives the user's name
    read_results: Callable[..., Any]  # may read the runs of PRODUCER: every page about what they made
    read_run: Callable[..., Any]  # may read the runs of the path's dag_id
    start_runs: Callable[..., Any]  # may create runs of PRODUCER
    can_start_runs: Callable[..., bool]  # lets everyone pass, and returns whether they may

    def of(self, right: Right) -> Callable[..., Any]:
        """The guard of a right."""
        guard: Callable[..., Any] = getattr(self, right)
        return guard


def can_start_runs() -> bool:
    """Placeholder in a route's parameters; the app puts ``Guards.can_start_runs`` in its place."""
    raise NotImplementedError


MayStart = Annotated[bool, Depends(can_start_runs)]


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A page's place in the navigation."""

    name: str
    path: str  # below the app, such as "/contracts"


@dataclass(frozen=True, slots=True)
class Group:
    """Routes that need the same rights. ``newsmarts.desk.routes`` lists the groups."""

    router: APIRouter
    needs: tuple[Right, ...]
    entry: NavigationEntry | None = None


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """Answer with a rendered page, in the frame of the navigation and with the headers of a page."""
    html = pages.render(
        template,
        base_path=base_path(request),
        navigation=request.app.state.navigation if hasattr(request.state, "user_name") else (),
        own_address=own_address(request),
        rejected=getattr(request.state, "rejected", Rejected()),
        **values,
    )
    return HTMLResponse(html, status_code=status, headers={**(headers or {}), **pages.PAGE_HEADERS})


def base_path(request: Request) -> str:
    """The path that this app is mounted under, the UI's own base path included."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def own_address(request: Request) -> str:
    """The path and query of the request below the app."""
    path, query = quote(request.url.path.removeprefix(base_path(request))), request.url.query
    return f"{path}?{query}" if query else path


def airflow_of(request: Request) -> Airflow:
    """Airflow, as the app was given it."""
    airflow: Airflow = request.app.state.airflow
    return airflow


def user_of(request: Request) -> str:
    """The name of the user whose request it is."""
    name: str = request.state.user_name
    return name
