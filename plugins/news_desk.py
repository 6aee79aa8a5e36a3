"""The news desk in the Airflow UI: its pages in the navigation, and tabs on DAG runs and tasks.

This file registers them, and how runs are named; ``adapter`` has login, permissions and Airflow's database,
``newsmarts.desk`` the pages. Airflow serves a plugin's app *without* login, so the app requires a user (401),
every page the right to read the runs of news_pages, whose results it shows, and what starts runs the right
to create them (403).

Every Airflow process loads this file, so it imports very little; only the API server builds the app.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

from dags.common.timetable import CaptureDays
from plugins.adapter import run_notes

if TYPE_CHECKING:
    from fastapi import FastAPI

# Addresses are relative to the UI's base URL, which may have a path of its own.
PREFIX = "news-desk"


def view(name: str, page: str, **place: Any) -> dict[str, Any]:
    """A place of a page in the UI; its icons are named like its navigation entry."""
    icon = f"{PREFIX}/static/{name.lower()}"
    return {
        "name": name,
        "href": f"{PREFIX}/{page}",
        "icon": f"{icon}.svg",
        "icon_dark_mode": f"{icon}-dark.svg",
        **place,
    }


def entry(name: str, *, top: bool = False) -> dict[str, Any]:
    """A page's place in the navigation: in the bar, or in the bar's menu of plugins."""
    route = name.lower()
    place = {"nav_top_level": True} if top else {"category": "News desk"}
    return view(name, route, destination="nav", url_route=route, **place)


def tab(place: str, page: str, route: str) -> dict[str, Any]:
    """A tab with contracts on the pages of runs or tasks."""
    return view("Contracts", page, destination=place, url_route=route)


class NewsDeskPlugin(AirflowPlugin):
    """Registers the pages with Airflow."""

    name = "news_desk"
    timetables = [CaptureDays]  # noqa: RUF012 (as in the base class)
    listeners = [run_notes]  # noqa: RUF012
    # The UI fills in {DAG_ID}, {RUN_ID} and {TASK_ID}. Of two views with one url_route it drops the second.
    external_views = [  # noqa: RUF012 (as in the base class)
        entry("Today", top=True),
        entry("Contracts", top=True),
        entry("Quarantine"),
        entry("Articles"),
        entry("Backfill"),
        entry("Sources"),
        entry("Drift"),
        tab("dag_run", "contracts/runs/{DAG_ID}/{RUN_ID}", "run-contracts"),
        tab("task_instance", "contracts/runs/{DAG_ID}/{RUN_ID}", "task-run-contracts"),
        tab("task", "contracts/tasks/{DAG_ID}/{TASK_ID}", "task-contracts"),
    ]

    @cached_property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """The app, built when the API server reads this."""
        return [{"name": "News desk", "app": guarded_app(), "url_prefix": f"/{PREFIX}"}]


def guarded_app() -> FastAPI:
    """The pages behind Airflow's login and permissions."""
    from newsmarts.desk.app import create_app
    from newsmarts.review.day_state import warm_up
    from plugins.adapter.access import guards
    from plugins.adapter.database import AirflowDatabase

    warm_up()
    return create_app(guards(), AirflowDatabase())
