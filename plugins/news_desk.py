"""The Contracts page in the Airflow UI: in its navigation, and as a tab on every DAG run.

Every Airflow process loads this file, so it imports next to nothing; the app behind the pages is built in
the API server only.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin

URL_PREFIX = "/news-desk"

# Links are relative to the UI's base URL, which may have a path of its own. The UI fills in {DAG_ID} and
# {RUN_ID}; of two views with one url_route it drops the second, so each has its own.
_ASSETS = f"{URL_PREFIX.lstrip('/')}/static"
_CONTRACTS = {
    "name": "Contracts",
    "icon": f"{_ASSETS}/contracts.svg",
    "icon_dark_mode": f"{_ASSETS}/contracts-dark.svg",
}


class NewsDeskPlugin(AirflowPlugin):
    """Registers the pages with Airflow."""

    name = "news_desk"
    external_views = [  # noqa: RUF012 (the base class has it so)
        {
            **_CONTRACTS,
            "href": f"{URL_PREFIX.lstrip('/')}/contracts",
            "destination": "nav",
            "url_route": "contracts",
            "nav_top_level": True,
        },
        {
            **_CONTRACTS,
            "href": f"{URL_PREFIX.lstrip('/')}/contracts/runs/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "run-contracts",
        },
    ]

    @cached_property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """The app, built when the API server asks for it."""
        from plugins.news_desk_app import app

        return [{"name": "News desk", "app": app, "url_prefix": URL_PREFIX}]
