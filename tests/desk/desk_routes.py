"""Every route of the pages, from the app itself, so that no test of who gets in can forget one."""

from __future__ import annotations

import re

from fastapi.routing import APIRoute

from newsmarts.desk.frame import Group
from newsmarts.desk.routes import GROUPS, assets
from tests.desk.desk_client import guarded


def routes() -> list[tuple[str, str]]:
    """Method and path of every route of the app."""
    found = []
    for route in guarded().routes:
        assert isinstance(route, APIRoute), f"{route} is not a FastAPI route: it has no guard"
        found += [(method, route.path) for method in sorted(route.methods)]
    return found


def group_of(method: str, path: str) -> Group:
    """The group that a route is of."""
    (group,) = [
        group
        for group in GROUPS
        for route in group.router.routes
        if isinstance(route, APIRoute) and route.path == path and method in route.methods
    ]
    return group


def guarded_routes() -> list[tuple[str, str]]:
    """Those that need more than the login, each with a value for its parameters."""
    return [
        (method, filled_in(path)) for method, path in routes() if group_of(method, path) is not assets.GROUP
    ]


def filled_in(path: str) -> str:
    """A path with a value for each of its parameters; runs and tasks are those of news_pages."""
    return re.sub(r"\{[^}]*\}", "1", path.replace("{dag_id}", "news_pages"))
