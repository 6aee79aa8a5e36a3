"""The routes with made-up guards: which guard each route asks, and that none asks nobody."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, HTTPException
from fastapi.routing import APIRoute

from include.desk import app as desk_app
from include.desk.app import Guards, RunFacts, create_app
from include.settings import Settings
from tests.desk.day_files import write_day

DAY = date(2025, 9, 1)
PAGES = ("/contracts", "/contracts/runs/news_pages/r", "/static/desk.css")


def guarded(**refuse: int) -> FastAPI:
    """The app with guards that refuse with a status, or let everyone pass."""

    def guard(name: str) -> object:
        def check() -> None:
            if name in refuse:
                raise HTTPException(refuse[name], "a detail that nobody has to see")

        return check

    guards = Guards(guard("logged_in"), guard("may_read_results"), guard("may_read_run"))  # type: ignore[arg-type]
    facts = RunFacts({"day": str(DAY)}, None, None, datetime(2025, 9, 2, tzinfo=UTC), "success")
    return create_app(guards, lambda dag_id, run_id: facts if run_id == "r" else None)


def get(app: FastAPI, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as browser:
            return await browser.get(path)

    return asyncio.run(ask())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_day(tmp_path, DAY)
    monkeypatch.setattr(desk_app, "settings", lambda: Settings(home=tmp_path))
    return tmp_path


def statuses(**refuse: int) -> list[int]:
    app = guarded(**refuse)
    return [get(app, page).status_code for page in PAGES]


def test_each_page_asks_its_guards() -> None:
    assert statuses() == [200, 200, 200]
    assert statuses(logged_in=401) == [401, 401, 401]
    assert statuses(may_read_results=403) == [403, 403, 200]
    assert statuses(may_read_run=403) == [200, 403, 200]


def test_no_route_escapes_the_login() -> None:
    """A mount, or a route that FastAPI adds by itself, would not ask the app's dependencies."""
    routes = guarded().routes
    assert [route for route in routes if not isinstance(route, APIRoute)] == []
    paths = sorted(route.path for route in routes if isinstance(route, APIRoute))
    assert paths == ["/contracts", "/contracts/runs/{dag_id}/{run_id:path}", "/static/{name}"]


def test_what_a_guard_says_is_not_shown() -> None:
    assert "nobody has to see" not in get(guarded(logged_in=401), "/contracts").text


def test_a_run_id_may_hold_slashes() -> None:
    asked = []
    app = guarded()
    app.state.find_run = lambda dag_id, run_id: asked.append((dag_id, run_id))
    assert get(app, "/contracts/runs/news_pages/a%2Fb/c").status_code == 404
    assert asked == [("news_pages", "a/b/c")]
