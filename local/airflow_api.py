"""The little of Airflow's REST API that is needed to run days and to watch them.

A request that gets no answer, or a server's error, is repeated for up to ``RETRY_SECONDS``: on a busy machine
the API server may be silent for a minute. Requests that start runs can be repeated, too: they start nothing
twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from typing import Any

import httpx
import tenacity

from newsmarts.core.errors import NewsError

PAGE = 100  # Airflow gives no more rows at a time
RETRY_SECONDS = 300.0


class AirflowApiError(NewsError):
    """Airflow answered with an error; ``status`` is HTTP's."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class AirflowUnavailable(AirflowApiError):
    """Airflow gave no answer, or failed (5xx): the same request may succeed later."""


class AirflowApi(AbstractContextManager["AirflowApi"]):
    """A session of one user. Runs are Airflow's own JSON objects.

    ``before_retry`` is called with a description of each failure that is followed by another try; it may
    raise, when there is nothing to wait for.
    """

    def __init__(
        self,
        address: str,
        user: str,
        password: str,
        before_retry: Callable[[str], None] = lambda _failure: None,
    ) -> None:
        # no proxies from the environment: the server is on this machine
        self._client = httpx.Client(base_url=address, timeout=60, trust_env=False)
        self._credentials = {"username": user, "password": password}
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(AirflowUnavailable),
            wait=tenacity.wait_exponential(multiplier=0.5, max=10),
            stop=tenacity.stop_after_delay(RETRY_SECONDS),
            before_sleep=lambda state: before_retry(str(state.outcome and state.outcome.exception())),
            reraise=True,
        )

    def __exit__(self, *_exception: object) -> None:
        self._client.close()

    def health(self) -> dict[str, str | None]:
        """Each component's status; empty while the API server doesn't answer yet."""
        try:
            components = self._request_once("GET", "/api/v2/monitor/health")
        except AirflowApiError:
            return {}
        return {name: component.get("status") for name, component in components.items()}

    def log_in(self) -> None:
        """Get a token; it is good for a day."""
        token = self._request("POST", "/auth/token", json=self._credentials)["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def dags_read_since(self, moment: datetime) -> set[str]:
        """The DAGs whose files Airflow has read at or after this moment."""
        dags = self._get("/dags", {"limit": PAGE})["dags"]
        return {
            dag["dag_id"]
            for dag in dags
            if dag["last_parsed_time"] and datetime.fromisoformat(dag["last_parsed_time"]) >= moment
        }

    def import_errors(self) -> list[str]:
        """Why DAG files can't be read, one text a file."""
        errors = self._get("/importErrors", {"limit": PAGE})["import_errors"]
        return [f"{error['filename']}: {error['stack_trace']}" for error in errors]

    def unpause(self, dag_id: str) -> None:
        """Let a DAG run."""
        self._request("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def active_backfill(self, dag_id: str) -> bool:
        """Whether a backfill of the DAG isn't complete yet; Airflow allows one at a time."""
        return any(backfill["completed_at"] is None for backfill in self._backfills(dag_id))

    def backfill(self, dag_id: str, first: date, last: date, *, max_active_runs: int) -> None:
        """Run all days from first to last, including those that ran before.

        A repeated request finds the backfill that an earlier try has created.
        """
        known = {backfill["id"] for backfill in self._backfills(dag_id)}
        span = [datetime.combine(day, time(), tzinfo=UTC) for day in (first, last)]
        body = {
            "dag_id": dag_id,
            "from_date": span[0].isoformat(),
            "to_date": span[1].isoformat(),
            "reprocess_behavior": "completed",
            "max_active_runs": max_active_runs,
        }

        def is_created() -> bool:
            return any(
                backfill["id"] not in known
                and span == [datetime.fromisoformat(backfill[name]) for name in ("from_date", "to_date")]
                for backfill in self._backfills(dag_id)
            )

        def create() -> None:
            if not is_created():
                self._request_once("POST", "/api/v2/backfills", json=body)

        try:
            self._retrying(create)
        except AirflowApiError as error:
            if error.status != httpx.codes.CONFLICT or not is_created():
                raise

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start one run by hand and return its id."""
        # ours rather than Airflow's: it has the day, and a repeated request is a conflict, not a second run
        run_id = f"manual__{conf['day']}__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        try:
            self._request("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)
        except AirflowApiError as error:
            if error.status != httpx.codes.CONFLICT:
                raise
        return run_id

    def has_queued_events(self, dag_id: str) -> bool:
        """Whether assets have changed for which the DAG has no run yet."""
        return bool(self._get(f"/dags/{dag_id}/assets/queuedEvents", {})["total_entries"])

    def active_runs(self) -> list[dict[str, Any]]:
        """All DAGs' runs that are queued or running."""
        return list(self._runs({"state": ["queued", "running"]}))

    def changed_runs(self, since: datetime) -> list[dict[str, Any]]:
        """All DAGs' runs that changed at or after a time, in the order of their last change."""
        return list(self._runs({"updated_at_gte": since.isoformat(), "order_by": "updated_at"}))

    def tasks(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """A run's task instances, in the order they started."""
        tasks = self._get(f"{_run_path(run)}/taskInstances", {"limit": PAGE})["task_instances"]
        return sorted(tasks, key=lambda task: task["start_date"] or "9999")

    def result_of(self, run: dict[str, Any], task_id: str) -> dict[str, Any]:
        """The result of a task of a run; empty when it has none."""
        path = f"{_run_path(run)}/taskInstances/{task_id}/xcomEntries/return_value"
        try:
            value = self._get(path, {"deserialize": "false", "stringify": "false"})["value"]
        except AirflowApiError as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise
            return {}
        return value if isinstance(value, dict) else {}

    def _backfills(self, dag_id: str) -> list[dict[str, Any]]:
        """The DAG's newest backfills."""
        newest = {"dag_id": dag_id, "order_by": "-id", "limit": PAGE}
        backfills: list[dict[str, Any]] = self._get("/backfills", newest)["backfills"]
        return backfills

    def _runs(self, filters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            page = self._get("/dags/~/dagRuns", {"limit": PAGE, "offset": offset, **filters})
            yield from page["dag_runs"]
            offset += PAGE
            if offset >= page["total_entries"]:
                return

    def _get(self, path: str, parameters: dict[str, Any]) -> dict[str, Any]:
        return self._request("GET", f"/api/v2{path}", params=parameters)

    def _request(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        return self._retrying(self._request_once, method, path, **content)

    def _request_once(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, **content)
        except httpx.TransportError as error:
            raise AirflowUnavailable(
                f"Airflow's API server doesn't answer {method} {path}: {error!r}"
            ) from None
        if not response.is_success:
            kind = AirflowUnavailable if response.is_server_error else AirflowApiError
            raise kind(
                f"Airflow answered {method} {path} with {response.status_code}: {response.text[:500]}",
                response.status_code,
            )
        answer: dict[str, Any] = response.json()
        return answer


def _run_path(run: dict[str, Any]) -> str:
    # run ids hold "+" and ":", which httpx leaves alone in a path
    return f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}"
