"""Runs, tasks and backfills in Airflow's database, as the news desk's pages read and start them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from airflow.exceptions import AirflowException  # type: ignore[attr-defined]
from airflow.models.backfill import AlreadyRunningBackfill, Backfill
from airflow.models.dag import DagModel
from airflow.models.dagbag import DBDagBag
from airflow.models.dagrun import DagRun
from airflow.models.log import Log
from airflow.models.taskinstance import TaskInstance
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from newsmarts.desk.airflow import (
    LIVE,
    PRODUCER,
    AirflowRefused,
    BackfillActive,
    DagFacts,
    FailedTask,
    FeedAnswer,
    RunFacts,
)
from plugins.adapter.private import create_backfill

logger = logging.getLogger(__name__)

_RUN_COLUMNS = (
    DagRun.run_id,
    DagRun.conf,
    DagRun.partition_key,
    DagRun.data_interval_start,
    DagRun.run_after,
    DagRun.logical_date,
    DagRun.state,
    DagRun.queued_at,
    DagRun.end_date.label("ended_at"),
)
_LANDINGS = ("land", "visit")  # tasks of PRODUCER and LIVE, one for each feed
_ANSWERS = 300  # landings that the Sources page looks at
_MAP_LABEL: Any = TaskInstance.rendered_map_index


class AirflowDatabase:
    """Airflow's database, in the API server's own process."""

    def find_run(self, dag_id: str, run_id: str) -> RunFacts | None:
        """A DAG run; None when there is no such run."""
        query = select(*_RUN_COLUMNS).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        with create_session(scoped=False) as session:
            row = session.execute(query).one_or_none()
        return None if row is None else _run_facts(row)

    def find_dag(self, dag_id: str) -> DagFacts | None:
        """A DAG; None when Airflow has none with this id any more."""
        query = select(DagModel.is_paused).where(DagModel.dag_id == dag_id, ~DagModel.is_stale)
        active = select(func.count()).where(Backfill.dag_id == dag_id, Backfill.completed_at.is_(None))
        with create_session(scoped=False) as session:
            is_paused = session.scalar(query)
            if is_paused is None:
                return None
            return DagFacts(bool(is_paused), backfill_active=bool(session.scalar(active)))

    def newest_runs(self, dag_id: str, limit: int) -> Sequence[RunFacts]:
        """The runs that were queued last, newest first."""
        moment = func.coalesce(DagRun.queued_at, DagRun.start_date, DagRun.run_after)
        query = (
            select(*_RUN_COLUMNS)
            .where(DagRun.dag_id == dag_id)
            .order_by(moment.desc(), DagRun.id.desc())
            .limit(limit)
        )
        with create_session(scoped=False) as session:
            return [_run_facts(row) for row in session.execute(query)]

    def failed_tasks(self, dag_id: str, run_ids: Sequence[str]) -> Sequence[FailedTask]:
        """The tasks that failed in these runs; not those that failed because of another one."""
        query = (
            select(
                TaskInstance.run_id, TaskInstance.task_id, TaskInstance.map_index, _MAP_LABEL.label("label")
            )
            .where(
                TaskInstance.dag_id == dag_id,
                TaskInstance.run_id.in_(run_ids),
                TaskInstance.state == TaskInstanceState.FAILED,
            )
            .order_by(TaskInstance.start_date)
        )
        with create_session(scoped=False) as session:
            rows = session.execute(query).all()
        return [
            FailedTask(row.run_id, row.task_id, *_feed_and_text(row.label), dag_id, row.map_index)
            for row in rows
        ]

    def feed_answers(self) -> Sequence[FeedAnswer]:
        """The newest tasks that landed a feed and have ended: the label of each begins with its feed."""
        query = (
            select(
                TaskInstance.dag_id,
                TaskInstance.run_id,
                TaskInstance.task_id,
                TaskInstance.map_index,
                TaskInstance.state,
                TaskInstance.end_date,
                _MAP_LABEL.label("label"),
            )
            .where(
                TaskInstance.dag_id.in_((PRODUCER, LIVE)),
                TaskInstance.task_id.in_(_LANDINGS),
                TaskInstance.state.in_((TaskInstanceState.SUCCESS, TaskInstanceState.FAILED)),
                TaskInstance.end_date.is_not(None),
            )
            .order_by(TaskInstance.end_date.desc())
            .limit(_ANSWERS)
        )
        with create_session(scoped=False) as session:
            rows = session.execute(query).all()
        return [
            FeedAnswer(
                *_feed_and_text(row.label),
                state=str(row.state),
                ended_at=row.end_date,
                dag_id=row.dag_id,
                run_id=row.run_id,
                task_id=row.task_id,
                map_index=row.map_index,
            )
            for row in rows
            if row.label
        ]

    def next_run(self, dag_id: str) -> datetime | None:
        """The moment that the scheduler has written down for the DAG."""
        query = select(DagModel.next_dagrun_create_after).where(
            DagModel.dag_id == dag_id, ~DagModel.is_stale, ~DagModel.is_paused
        )
        with create_session(scoped=False) as session:
            return session.scalar(query)

    def start_backfill(self, dag_id: str, first: date, last: date, user_name: str) -> int:
        """As POST /api/v2/backfills does, with the DAG's own number of runs at once."""
        _log_action(user_name, "create_backfill", dag_id, {"from": str(first), "to": str(last)})
        with create_session(scoped=False) as session:
            at_once = session.scalar(select(DagModel.max_active_runs).where(DagModel.dag_id == dag_id))
        with _rejections(f"a backfill of {first} to {last}"):
            return create_backfill(
                dag_id,
                _midnight(first),
                _midnight(last),
                max_active_runs=at_once or 8,
                user_name=user_name,
            )

    def start_runs(self, dag_id: str, days: Sequence[date], user_name: str) -> Iterator[date]:
        """As POST /api/v2/dags/…/dagRuns does, with the day in the form; each day by itself."""
        dag_bag = DBDagBag()
        for day in days:
            run_id = f"manual__{day}__{uuid4().hex[:12]}"
            _log_action(user_name, "trigger_dag_run", dag_id, {"day": str(day)}, run_id=run_id)
            with _rejections(f"a run of {day}"), create_session(scoped=False) as session:
                dag = dag_bag.get_latest_version_of_dag(dag_id, session=session)
                if dag is None:
                    raise AirflowRefused(f"Airflow has no code of {dag_id}. See its import errors.")
                dag.create_dagrun(
                    run_id=run_id,
                    run_after=datetime.now(UTC),
                    conf={"day": day.isoformat()},
                    run_type=DagRunType.MANUAL,
                    triggered_by=DagRunTriggeredByType.UI,
                    triggering_user_name=user_name,
                    state=DagRunState.QUEUED,
                    session=session,
                )
            yield day


def _feed_and_text(label: str | None) -> tuple[str, str]:
    """The feed that the label of a mapped task begins with, and its counts or error."""
    feed, _, text = ("" if label in (None, "-1") else str(label)).partition(": ")
    return feed, text


def _run_facts(row: Any) -> RunFacts:
    return RunFacts(**{**row._mapping, "state": str(row.state)})


@contextmanager
def _rejections(what: str) -> Iterator[None]:
    try:
        yield
    except AlreadyRunningBackfill as error:
        raise BackfillActive(f"Airflow doesn't start {what}: another backfill isn't complete yet.") from error
    except SQLAlchemyError as error:
        logger.exception("Airflow's database rejects %s", what)
        raise AirflowRefused(
            f"Airflow doesn't start {what}: its database rejects it. See the API server's log."
        ) from error
    except (AirflowException, ValueError) as error:
        raise AirflowRefused(f"Airflow doesn't start {what}: {error}") from error


def _log_action(
    user_name: str, event: str, dag_id: str, details: dict[str, str], run_id: str | None = None
) -> None:
    """Write a line to Airflow's audit log, as its own API does."""
    extra = json.dumps({**details, "by": "news desk"})
    with create_session(scoped=False) as session:
        session.add(
            Log(
                event=event,
                owner=user_name,
                owner_display_name=user_name,
                extra=extra,
                dag_id=dag_id,
                run_id=run_id,
            )
        )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
