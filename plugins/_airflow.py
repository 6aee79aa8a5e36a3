"""What the news desk's pages ask of Airflow, in Airflow's own functions. Loaded in the API server only."""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from fastapi import Depends
from sqlalchemy import select

from include.desk.frame import PRODUCER, Guards, RunFacts


def user_name(user: Any = Depends(get_user)) -> str:
    """The name of who is logged in, as runs and the audit log have it. 401 for nobody."""
    return str(user.get_name())


def guards() -> Guards:
    """Airflow's login, and its own checks of rights on runs."""
    return Guards(
        logged_in=user_name,
        read_results=requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=PRODUCER),
        read_run=requires_access_dag("GET", DagAccessEntity.RUN),
        # what POST /api/v2/dags/…/dagRuns and POST /api/v2/backfills ask for
        start_runs=requires_access_dag("POST", DagAccessEntity.RUN, param_dag_id=PRODUCER),
    )


class AirflowDatabase:
    """Airflow as the pages see it: its database, in the API server's own process."""

    def find_run(self, dag_id: str, run_id: str) -> RunFacts | None:
        """A DAG run; None when there is no such run."""
        wanted = select(
            DagRun.conf, DagRun.partition_key, DagRun.data_interval_start, DagRun.run_after, DagRun.state
        ).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        with create_session(scoped=False) as session:
            row = session.execute(wanted).one_or_none()
        return None if row is None else RunFacts(**{**row._mapping, "state": str(row.state)})
