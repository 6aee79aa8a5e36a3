"""The Contracts page in the Airflow UI: in its navigation, and as a tab on every DAG run.

Here are its places, its login and its permissions; ``include.desk`` has the pages. Airflow serves a plugin's
app *without* login, so the whole app asks for a user (401), and every page for the right to read the runs of
the DAG it shows and of news_pages, whose results it shows (403).

Every Airflow process loads this file, so it imports next to nothing; the app is built in the API server only.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI

    from include.desk.app import RunFacts

# Addresses are relative to the UI's base URL, which may have a path of its own.
PREFIX = "news-desk"
CONTRACTS = {
    "name": "Contracts",
    "icon": f"{PREFIX}/static/contracts.svg",
    "icon_dark_mode": f"{PREFIX}/static/contracts-dark.svg",
}


class NewsDeskPlugin(AirflowPlugin):
    """Registers the pages with Airflow."""

    name = "news_desk"
    # The UI fills in {DAG_ID} and {RUN_ID}. Of two views with one url_route it drops the second.
    external_views = [  # noqa: RUF012 (as in the base class)
        {
            **CONTRACTS,
            "href": f"{PREFIX}/contracts",
            "destination": "nav",
            "url_route": "contracts",
            "nav_top_level": True,
        },
        {
            **CONTRACTS,
            "href": f"{PREFIX}/contracts/runs/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "run-contracts",
        },
    ]

    @cached_property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """The app, built when the API server asks for it."""
        return [{"name": "News desk", "app": guarded_app(), "url_prefix": f"/{PREFIX}"}]


def guarded_app() -> FastAPI:
    """The pages behind Airflow's login and permissions."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import get_user, requires_access_dag

    from include.desk.app import PRODUCER, Guards, create_app

    guards = Guards(
        logged_in=get_user,
        may_read_results=requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=PRODUCER),
        may_read_run=requires_access_dag("GET", DagAccessEntity.RUN),
    )
    return create_app(guards, find_run)


def find_run(dag_id: str, run_id: str) -> RunFacts | None:
    """A DAG run out of Airflow's database; None when there is no such run."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    from include.desk.app import RunFacts

    wanted = select(
        DagRun.conf, DagRun.partition_key, DagRun.data_interval_start, DagRun.run_after, DagRun.state
    ).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    with create_session(scoped=False) as session:
        row = session.execute(wanted).one_or_none()
    return None if row is None else RunFacts(**{**row._mapping, "state": str(row.state)})
