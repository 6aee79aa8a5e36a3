"""The little of Airflow's REST API that is needed to run days and to watch them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from types import TracebackType
from typing import Any, Self

import httpx

from newsmarts.core.errors import NewsError

PAGE = 100  # Airflow gives no more rows at a time
CONFLICT = 409


class AirflowApiError(NewsError):
    """Airflow answered with an error, or not at all."""


class AirflowApi:
    """A session of one user. Runs are Airflow's own JSON objects."""

    def __init__(self, address: str, user: str, password: str) -> None:
        # no proxies from the environment: the server is on this machine
        self._client = httpx.Client(base_url=address, timeout=60, trust_env=False)
        self._credentials = {"username": user, "password": password}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def health(self) -> dict[str, str | None]:
        """Each component's status; empty while the API server doesn't answer yet."""
        try:
            response = self._client.get("/api/v2/monitor/health")
        except httpx.TransportError:
            return {}
        if not response.is_success:
            return {}
        return {name: part.get("status") for name, part in response.json().items()}

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
        backfills = self._get("/backfills", {"dag_id": dag_id, "order_by": "-id", "limit": PAGE})["backfills"]
        return any(backfill["completed_at"] is None for backfill in backfills)

    def backfill(self, dag_id: str, first: date, last: date, *, max_active_runs: int) -> None:
        """Run all days from first to last, those that ran before too."""
        self._request(
            "POST",
            "/api/v2/backfills",
            json={
                "dag_id": dag_id,
                "from_date": _midnight(first),
                "to_date": _midnight(last),
                "reprocess_behavior": "completed",
                "max_active_runs": max_active_runs,
            },
        )

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start one run by hand and return its id."""
        run = self._request(
            "POST", f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf}
        )
        return str(run["dag_run_id"])

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

    def returned(self, run: dict[str, Any], task_id: str) -> dict[str, Any]:
        """What a task of a run returned; empty when it returned nothing."""
        path = f"{_run_path(run)}/taskInstances/{task_id}/xcomEntries/return_value"
        try:
            value = self._get(path, {"deserialize": "false", "stringify": "false"})["value"]
        except AirflowApiError:
            return {}
        return value if isinstance(value, dict) else {}

    def _runs(self, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            page = self._get("/dags/~/dagRuns", {"limit": PAGE, "offset": offset, **wanted})
            yield from page["dag_runs"]
            offset += PAGE
            if offset >= page["total_entries"]:
                return

    def _get(self, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
        return self._request("GET", f"/api/v2{path}", params=wanted)

    def _request(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, **content)
        except httpx.TransportError as error:
            raise AirflowApiError(f"Airflow's API server doesn't answer {method} {path}: {error!r}") from None
        if not response.is_success:
            raise AirflowApiError(
                f"Airflow answered {method} {path} with {response.status_code}: {response.text[:500]}"
            )
        answer: dict[str, Any] = response.json()
        return answer


def _run_path(run: dict[str, Any]) -> str:
    # run ids hold "+" and ":", which httpx leaves alone in a path
    return f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}"


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), tzinfo=UTC).isoformat()
