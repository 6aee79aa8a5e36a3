"""The pages' app with made-up guards and a made-up Airflow, and requests to it; for tests of the pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException

from newsmarts.core.settings import Settings
from newsmarts.desk.airflow import PRODUCER, AirflowRefused, DagFacts, FailedTask, FeedAnswer, RunFacts
from newsmarts.desk.app import create_app
from newsmarts.desk.frame import Guards
from newsmarts.desk.views import DayView, day_view
from newsmarts.review.day_state import DayStates, recent_day_states

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
USER = "ada"
RUNNING_DAG = DagFacts(is_paused=False, backfill_active=False)


class MadeUpAirflow:
    """An Airflow with one run to be found, ``r`` of 1 September 2025; remembers its calls."""

    def __init__(self, runs: Sequence[RunFacts] = (), dag: DagFacts | None = RUNNING_DAG) -> None:
        self.looked_up: list[tuple[str, str]] = []
        self.runs = runs
        self.dag = dag
        self.marts_runs: Sequence[RunFacts] = ()
        self.failures: list[FailedTask] = []
        self.backfills: list[tuple[date, date, str]] = []
        self.started: list[tuple[date, str]] = []
        self.refuse_backfill: AirflowRefused | None = None
        self.refuse_run_of: date | None = None
        self.answers: Sequence[FeedAnswer] = ()
        self.due: datetime | None = None
        self.state = "success"  # of the run ``r``

    def find_run(self, dag_id: str, run_id: str) -> RunFacts | None:
        self.looked_up.append((dag_id, run_id))
        if run_id != "r":
            return None
        moment = datetime(2025, 9, 2, tzinfo=UTC)
        return RunFacts({"day": "2025-09-01"}, None, None, moment, self.state, run_id)

    def find_dag(self, dag_id: str) -> DagFacts | None:
        return self.dag

    def newest_runs(self, dag_id: str, limit: int) -> Sequence[RunFacts]:
        return (self.runs if dag_id == PRODUCER else self.marts_runs)[:limit]

    def failed_tasks(self, dag_id: str, run_ids: Sequence[str]) -> Sequence[FailedTask]:
        return [task for task in self.failures if task.run_id in run_ids]

    def feed_answers(self) -> Sequence[FeedAnswer]:
        return self.answers

    def next_run(self, dag_id: str) -> datetime | None:
        return self.due if dag_id == PRODUCER else None

    def start_backfill(self, dag_id: str, first: date, last: date, user_name: str) -> int:
        if self.refuse_backfill is not None:
            raise self.refuse_backfill
        self.backfills.append((first, last, user_name))
        return 1

    def start_runs(self, dag_id: str, days: Sequence[date], user_name: str) -> Iterator[date]:
        for day in days:
            if day == self.refuse_run_of:
                raise AirflowRefused(f"Airflow doesn't start a run of {day}: so it was made up.")
            self.started.append((day, user_name))
            yield day


def run_of(day: date, state: str = "success", *, minute: int = 0) -> RunFacts:
    """A run that was triggered by hand for a day, queued at a minute of 1 November 2025."""
    moment = datetime(2025, 11, 1, 0, minute, tzinfo=UTC)
    return RunFacts({"day": str(day)}, None, None, moment, state, f"manual__{day}__{minute}", moment, None)


def guarded(airflow: MadeUpAirflow | None = None, **refuse: int) -> FastAPI:
    """The app with guards that refuse with a status, or let everyone pass as USER."""

    def can_start_runs() -> bool:
        return "start_runs" not in refuse

    def guard(name: str) -> Callable[[], str]:
        def check() -> str:
            if name in refuse:
                raise HTTPException(refuse[name], "a detail that stays hidden")
            return USER

        return check

    rights = ("logged_in", "read_results", "read_run", "start_runs")
    guards = Guards(**{name: guard(name) for name in rights}, can_start_runs=can_start_runs)
    return create_app(guards, airflow or MadeUpAirflow())


def ask(app: FastAPI, method: str, path: str, **options: Any) -> httpx.Response:
    """One request; a fault in the app is an answer of 500, as with a server."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as browser:
            return await browser.request(method, path, **options)

    return asyncio.run(request())


def get(app: FastAPI, path: str) -> httpx.Response:
    """A page, as a browser requests it."""
    return ask(app, "GET", path)


def post(app: FastAPI, path: str, form: dict[str, Any]) -> httpx.Response:
    """A form, as a page of the app sends it for USER."""
    headers = {**SAME_ORIGIN, "Content-Type": "application/x-www-form-urlencoded"}
    return ask(app, "POST", path, data=form, headers=headers)


def states_of(home: Path) -> DayStates:
    """The days of a home, as the pages see them."""
    return recent_day_states(Settings(home=home))


def view_of(home: Path, day: date, **options: Any) -> DayView:
    """A day's page, as plain values."""
    return day_view(Settings(home=home), day, states_of(home), **options)
