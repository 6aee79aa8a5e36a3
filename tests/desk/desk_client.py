"""The pages' app with made-up guards and a made-up Airflow, and a way to ask it; for tests of the pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException

from include.desk import forgery
from include.desk.app import create_app
from include.desk.frame import RIGHTS, Guards, RunFacts

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
USER = "ada"


class MadeUpAirflow:
    """An Airflow with one run, ``r`` of 1 September 2025; remembers which runs it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def find_run(self, dag_id: str, run_id: str) -> RunFacts | None:
        self.asked.append((dag_id, run_id))
        if run_id != "r":
            return None
        return RunFacts({"day": "2025-09-01"}, None, None, datetime(2025, 9, 2, tzinfo=UTC), "success")


def guarded(airflow: MadeUpAirflow | None = None, **refuse: int) -> FastAPI:
    """The app with guards that refuse with a status, or let everyone pass as USER."""

    def guard(name: str) -> Callable[[], str]:
        def check() -> str:
            if name in refuse:
                raise HTTPException(refuse[name], "a detail that nobody has to see")
            return USER

        return check

    guards = Guards(**{name: guard(name) for name in RIGHTS})
    return create_app(guards, airflow or MadeUpAirflow(), secret_key="of the tests")


def ask(app: FastAPI, method: str, path: str, **options: Any) -> httpx.Response:
    """One request; a fault in the app is an answer of 500, as with a server."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as browser:
            return await browser.request(method, path, **options)

    return asyncio.run(request())


def get(app: FastAPI, path: str) -> httpx.Response:
    """A page, as a browser asks for it."""
    return ask(app, "GET", path)


def post(app: FastAPI, path: str, form: dict[str, Any]) -> httpx.Response:
    """A form, as a page of the app sends it for USER."""
    token = app.state.signer.token(USER)
    return ask(app, "POST", path, data={**form, forgery.FIELD: token}, headers=SAME_ORIGIN)
