"""Who may use the news desk: Airflow's login, and its rights on the runs of news_pages."""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
from airflow.models.dag import DagModel
from fastapi import Depends

from newsmarts.desk.airflow import PRODUCER
from newsmarts.desk.frame import Guards


def user_name(user: Any = Depends(get_user)) -> str:
    """The logged-in user's name, as in runs and the audit log; 401 without a login."""
    return str(user.get_name())


def can_start_runs(user: Any = Depends(get_user)) -> bool:
    """Whether the user has the right that the guard ``start_runs`` requires."""
    details = DagDetails(id=PRODUCER, team_name=DagModel.get_team_name(PRODUCER))
    return bool(
        get_auth_manager().is_authorized_dag(
            method="POST", access_entity=DagAccessEntity.RUN, details=details, user=user
        )
    )


def guards() -> Guards:
    """Airflow's login, and its own checks of rights on runs."""
    return Guards(
        logged_in=user_name,
        read_results=requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=PRODUCER),
        read_run=requires_access_dag("GET", DagAccessEntity.RUN),
        # as POST /api/v2/dags/…/dagRuns and POST /api/v2/backfills require
        start_runs=requires_access_dag("POST", DagAccessEntity.RUN, param_dag_id=PRODUCER),
        can_start_runs=can_start_runs,
    )
