"""Contracts: what each capture day's pages were held to; also as a tab on a DAG run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from newsmarts.core.data_docs import has_docs
from newsmarts.core.errors import UsageError
from newsmarts.core.settings import settings
from newsmarts.desk.airflow import FOLLOWER, PRODUCER, Airflow, FailedTask, RunFacts
from newsmarts.desk.day_runs import capture_day_of_run, has_failed, runs_by_day
from newsmarts.desk.expectations import contract_groups
from newsmarts.desk.forms import DayField
from newsmarts.desk.frame import Group, MayStart, NavigationEntry, airflow_of, base_path, page
from newsmarts.desk.views import day_view, days_view
from newsmarts.review.contract_history import PERIODS, expectation_view, history_view, nearest
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_state import recent_day_states
from newsmarts.review.notice import Notice

ReasonCode = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]

Period = Annotated[int, Query(ge=1, le=PERIODS[-1])]
Search = Annotated[str, Query(max_length=100)]
Shown = Literal["broken", "all"]
Name = Annotated[str, Query(min_length=1, max_length=300)]

router, runs = APIRouter(), APIRouter()
GROUP = Group(router, needs=("read_results",), entry=NavigationEntry("Contracts", "/contracts"))
RUNS = Group(runs, needs=("read_run", "read_results"))


@router.get("/contracts")
def contracts(
    request: Request,
    can_start: MayStart,
    *,
    day: DayField = None,
    reason: ReasonCode = None,
    period: Period = PERIODS[0],
    q: Search = "",
    show: Shown = "broken",
) -> HTMLResponse:
    """Every expectation over a period of days, or one day."""
    if day:
        airflow, states = airflow_of(request), recent_day_states(settings())
        runs = runs_by_day(airflow)
        run = runs.get(day)
        view = day_view(
            settings(),
            day,
            states,
            reason=reason,
            run_state=run.state if run else None,
            failed=_failed_tasks(airflow, run, states.days.get(day)),
            runs=runs,
        )
        return page(
            request,
            "contracts/day.html",
            view=view,
            can_start=can_start and day < datetime.now(UTC).date(),
            has_docs=has_docs(settings(), day),
        )
    return _expectations(request, f"{base_path(request)}/contracts", period, q, show)


def _expectations(request: Request, address: str, period: int, search: str, show: str) -> HTMLResponse:
    """The expectations over a period: those that were broken, or all; by words, if there are any."""
    history, show_all = history_view(settings(), nearest(period)), show == "all"
    histories = [each for group in history.contracts.values() for each in group]
    return page(
        request,
        "contracts/expectations.html",
        view=history,
        groups=contract_groups(history, search, show_all=show_all),
        search=search,
        show_all=show_all,
        total_count=len(histories),
        broken_count=sum(bool(each.broken) for each in histories),
        periods=PERIODS,
        address=address,
    )


@router.get("/contracts/days")
def contract_days(request: Request, before: DayField = None) -> HTMLResponse:
    """The list of capture days."""
    days = days_view(recent_day_states(settings()), before, runs_by_day(airflow_of(request)))
    return page(request, "contracts/days.html", view=days)


@router.get("/contracts/expectation")
def contract_expectation(
    request: Request, contract: Name, expectation: Name, period: Period = PERIODS[0]
) -> HTMLResponse:
    """One expectation over a period, and what broke it last."""
    view = expectation_view(settings(), contract, expectation, nearest(period))
    if view is None:
        raise HTTPException(404)
    return page(request, "contracts/expectation.html", view=view, periods=PERIODS)


@runs.get("/contracts/tasks/{dag_id}/{task_id}")
def contracts_of_task(
    request: Request,
    dag_id: str,
    task_id: str,
    *,
    period: Period = PERIODS[0],
    q: Search = "",
    show: Shown = "broken",
) -> HTMLResponse:
    """What the contracts said over the runs of a task of ours."""
    if dag_id not in (PRODUCER, FOLLOWER):
        item = Notice("No contracts", f"{dag_id} reads no pages. See the tasks of {PRODUCER}.")
        return page(request, "message.html", item=item)
    here = f"{base_path(request)}/contracts/tasks/{quote(dag_id, safe='')}/{quote(task_id, safe='')}"
    return _expectations(request, here, period, q, show)


@runs.get("/contracts/runs/{dag_id}/{run_id:path}")
def contracts_of_run(request: Request, dag_id: str, run_id: str, reason: ReasonCode = None) -> HTMLResponse:
    """The results of the capture day that a DAG run works on."""
    run = airflow_of(request).find_run(dag_id, run_id)
    if run is None:
        raise HTTPException(404)
    day, view = None, None
    no_day = Notice(
        "No capture day",
        f"The runs of {dag_id} work on no capture day. See the runs of {PRODUCER} and {FOLLOWER}.",
    )
    try:
        if dag_id == PRODUCER:
            day = capture_day_of_run(
                run.conf, run.partition_key, run.data_interval_start, run.run_after, run.logical_date
            )
        elif dag_id == FOLLOWER:
            no_day = Notice(
                "No capture day of its own",
                "This run took every day that had changed: its note names them. Contracts has all days.",
            )
    except UsageError as error:
        no_day = Notice("No capture day", f"This run's day is {error}", "bad")
    if day is not None:
        states = recent_day_states(settings())
        view = day_view(
            settings(),
            day,
            states,
            reason=reason,
            run_id=run_id,
            run_state=run.state,
            failed=_failed_tasks(airflow_of(request), run, states.days.get(day)),
        )
    path = f"{base_path(request)}/contracts/runs/{quote(dag_id, safe='')}/{quote(run_id, safe='')}"
    return page(
        request,
        "contracts/run.html",
        view=view,
        no_day=no_day,
        run_id=run_id,
        run_state=run.state,
        run_path=path,
    )


def _failed_tasks(
    airflow: Airflow, run: RunFacts | None, known: KnownDay | None
) -> Sequence[FailedTask] | None:
    """What failed in a day's run; None when the run didn't fail."""
    if run is None or not has_failed(run, known):
        return None
    return airflow.failed_tasks(PRODUCER, [run.run_id])
