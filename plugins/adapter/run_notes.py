"""A note on runs whose name can't have their days: those of the marts, and those started by hand.

Airflow 3.3.2 names them by a moment. The scheduler calls these functions as a run begins and ends, with the
run of its own session, and logs what they raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.listeners import hookimpl
from airflow.utils.types import DagRunType

if TYPE_CHECKING:
    from airflow.models import DagRun


@hookimpl
def on_dag_run_running(dag_run: DagRun, msg: str) -> None:  # noqa: ARG001 - as Airflow passes it
    """Note the capture day of a run by hand."""
    from newsmarts.desk.airflow import PRODUCER

    if dag_run.dag_id != PRODUCER or dag_run.run_type != DagRunType.MANUAL or dag_run.note:
        return
    from newsmarts.desk.day_runs import capture_day_of_run

    day = capture_day_of_run(
        dag_run.conf, None, dag_run.data_interval_start, dag_run.run_after, dag_run.logical_date
    )
    dag_run.note = f"Capture day {day}"


@hookimpl
def on_dag_run_success(dag_run: DagRun, msg: str) -> None:  # noqa: ARG001 - as Airflow passes it
    """Note the days that a run of the marts took."""
    _note_days(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: DagRun, msg: str) -> None:  # noqa: ARG001 - as Airflow passes it
    """Note the days that a run of the marts would have published."""
    _note_days(dag_run)


def _note_days(dag_run: DagRun) -> None:
    from newsmarts.desk.airflow import FOLLOWER

    if dag_run.dag_id != FOLLOWER or dag_run.note:
        return
    from airflow.models.xcom import XComModel
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    built = XComModel.get_many(
        run_id=dag_run.run_id, dag_ids=FOLLOWER, task_ids="build", key="return_value", limit=1
    )
    row = session.scalars(built).first() if session else None
    if row is not None:
        dag_run.note = XComModel.deserialize_value(row)["summary"]
