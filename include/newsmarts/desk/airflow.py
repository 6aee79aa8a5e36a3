"""What the pages need of Airflow, as plain values; ``plugins/adapter/`` implements it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from urllib.parse import quote

from newsmarts.core.errors import NewsError

PRODUCER = "news_pages"
FOLLOWER = "news_marts"
LIVE = "news_live"


class AirflowRefused(NewsError):
    """Airflow won't start a run or backfill; the message has the reason."""


class BackfillActive(AirflowRefused):
    """A backfill of the DAG isn't complete yet, and Airflow runs one at a time."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the pages need to know of a DAG run. Times are UTC."""

    conf: Mapping[str, Any] | None
    partition_key: str | None
    data_interval_start: datetime | None
    run_after: datetime
    state: str  # queued, running, success, failed
    run_id: str = ""
    queued_at: datetime | None = None  # again, when a run or a task of it is cleared
    ended_at: datetime | None = None
    logical_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class DagFacts:
    """The state of a DAG."""

    is_paused: bool
    backfill_active: bool


@dataclass(frozen=True, slots=True)
class FailedTask:
    """A task instance that failed, in a run that did."""

    run_id: str
    task_id: str
    feed: str  # of a mapped task: which one; else empty
    error: str = ""  # its message, where it is known
    dag_id: str = PRODUCER
    map_index: int = -1  # -1: it isn't mapped


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What became of one try to land a feed's captures."""

    feed: str
    text: str  # its counts, or its error; may be empty after a failure
    state: str  # success or failed
    ended_at: datetime
    dag_id: str
    run_id: str
    task_id: str = "land"
    map_index: int = -1


def log_path(task: FailedTask | FeedAnswer) -> str:
    """The page of a task instance with its log, below the address of Airflow's UI."""
    mapped = f"/mapped/{task.map_index}" if task.map_index >= 0 else ""
    return f"/dags/{task.dag_id}/runs/{quote(task.run_id, safe='')}/tasks/{task.task_id}{mapped}"


class Airflow(Protocol):
    """Airflow's side of the desk. Callers of ``start_…`` have checked the user's right before."""

    def find_run(self, dag_id: str, run_id: str) -> RunFacts | None:
        """A DAG run; None when there is no such run."""

    def find_dag(self, dag_id: str) -> DagFacts | None:
        """A DAG; None when Airflow knows none of that name (any more)."""

    def newest_runs(self, dag_id: str, limit: int) -> Sequence[RunFacts]:
        """The runs that were queued last, newest first."""

    def failed_tasks(self, dag_id: str, run_ids: Sequence[str]) -> Sequence[FailedTask]:
        """The tasks that failed in these runs."""

    def feed_answers(self) -> Sequence[FeedAnswer]:
        """The newest landings of feeds that have ended, newest first."""

    def next_run(self, dag_id: str) -> datetime | None:
        """When the schedule starts the DAG next; None when it is paused, or there is no such DAG."""

    def start_backfill(self, dag_id: str, first: date, last: date, user_name: str) -> int:
        """Run all days from first to last, those that ran before too; returns the backfill's number.

        Raises:
            BackfillActive: another one isn't complete yet.
            AirflowRefused: for another reason.
        """

    def start_runs(self, dag_id: str, days: Sequence[date], user_name: str) -> Iterator[date]:
        """Run each of these days by itself; gives each day that is started. Raises AirflowRefused."""
