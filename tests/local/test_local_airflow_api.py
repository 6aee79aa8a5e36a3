"""Requests to Airflow's API on a busy machine: repeated, and nothing is started twice."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from local import airflow_api
from local.airflow_api import AirflowApi, AirflowApiError, AirflowUnavailable

pytestmark = pytest.mark.enable_socket
FIRST, LAST = date(2025, 9, 1), date(2025, 9, 5)


class Airflow:
    """A server that starts runs and backfills as Airflow does, and fails as ``failures`` lists.

    A failure is what happens after the server has done its work: a status, or "" for a connection that
    breaks without an answer; None is a right answer.
    """

    def __init__(self) -> None:
        self.failures: list[int | str | None] = []
        self.requests: list[str] = []
        self.runs: list[str] = []
        self.backfills: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
                outer.requests.append(f"{self.command} {self.path.partition('?')[0]}")
                status, content = outer.answer(self.command, self.path, body)
                failure = outer.failures.pop(0) if outer.failures else None
                if failure == "":
                    return
                self.send_response(status if failure is None else int(failure))
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            do_GET = do_POST = do_PATCH = answer

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if method == "POST" and path.endswith("/dagRuns"):
            if body["dag_run_id"] in self.runs:
                return 409, {"detail": "exists"}
            self.runs.append(body["dag_run_id"])
        if method == "POST" and path.endswith("/backfills"):
            if any(backfill["completed_at"] is None for backfill in self.backfills):
                return 409, {"detail": "another one is running"}
            self.add_backfill(body["from_date"], body["to_date"])
        if method == "GET" and "/backfills" in path:
            return 200, {"backfills": self.backfills}
        if "missing" in path:
            return 404, {"detail": "no such DAG"}
        return 200, {}

    def add_backfill(self, first: str, last: str, completed_at: str | None = None) -> None:
        number = len(self.backfills) + 1
        dates = {"from_date": first, "to_date": last, "completed_at": completed_at}
        self.backfills.append({"id": number, **dates})

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def airflow() -> Iterator[Airflow]:
    server = Airflow()
    yield server
    server.close()


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was reported before each retry; nothing waits in between."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    return []


@pytest.fixture
def api(airflow: Airflow, reported: list[str]) -> Iterator[AirflowApi]:
    with AirflowApi(airflow.address, "admin", "password", reported.append) as api:
        yield api


def test_a_request_is_repeated_after_no_answer_and_after_a_servers_error(
    api: AirflowApi, airflow: Airflow, reported: list[str]
) -> None:
    airflow.failures = ["", 500, 503, None]
    api.unpause("news_pages")
    assert airflow.requests == ["PATCH /api/v2/dags/news_pages"] * 4
    assert len(reported) == 3
    assert "doesn't answer PATCH /api/v2/dags/news_pages" in reported[0]
    assert "answered PATCH /api/v2/dags/news_pages with 500" in reported[1]


def test_an_error_of_ours_is_not_repeated(api: AirflowApi, airflow: Airflow, reported: list[str]) -> None:
    with pytest.raises(AirflowApiError, match="404"):
        api.unpause("missing")
    assert len(airflow.requests) == 1
    assert not reported


def test_repeating_ends(api: AirflowApi, airflow: Airflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_api, "RETRY_SECONDS", 0.0)
    airflow.failures = [500] * 10
    with (
        AirflowApi(airflow.address, "admin", "password") as impatient,
        pytest.raises(AirflowUnavailable, match="500"),
    ):
        impatient.unpause("news_pages")
    assert len(airflow.requests) == 1


def test_a_run_that_was_started_without_an_answer_is_not_started_twice(
    api: AirflowApi, airflow: Airflow
) -> None:
    airflow.failures = ["", 500]
    run_id = api.trigger("news_pages", {"day": "2025-09-01"})
    assert airflow.runs == [run_id]
    assert api.trigger("news_pages", {"day": "2025-09-01"}) != run_id
    assert len(airflow.runs) == 2


@pytest.mark.parametrize("completed_at", [None, "2025-09-06T00:00:00Z"])
def test_a_backfill_that_was_created_without_an_answer_is_not_created_twice(
    api: AirflowApi, airflow: Airflow, completed_at: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    airflow.add_backfill("2025-09-01T00:00:00Z", "2025-09-05T00:00:00Z", "2025-09-06T00:00:00Z")
    real = airflow.add_backfill
    monkeypatch.setattr(
        airflow, "add_backfill", lambda first, last, _completed=None: real(first, last, completed_at)
    )
    airflow.failures = [None, None, ""]
    api.backfill("news_pages", FIRST, LAST, max_active_runs=2)
    assert len(airflow.backfills) == 2
    assert airflow.requests.count("POST /api/v2/backfills") == 1


def test_a_backfill_that_failed_before_it_was_created_is_created(
    api: AirflowApi, airflow: Airflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = airflow.answer
    answers: Iterator[tuple[int, Any]] = iter([(500, {})])

    def answer(method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        return (
            next(answers, None) or real(method, path, body) if method == "POST" else real(method, path, body)
        )

    monkeypatch.setattr(airflow, "answer", answer)
    api.backfill("news_pages", FIRST, LAST, max_active_runs=2)
    assert len(airflow.backfills) == 1
    assert airflow.requests.count("POST /api/v2/backfills") == 2


def test_a_backfill_of_other_days_is_a_conflict(api: AirflowApi, airflow: Airflow) -> None:
    airflow.add_backfill("2025-01-01T00:00:00Z", "2025-01-05T00:00:00Z")
    with pytest.raises(AirflowApiError, match="409"):
        api.backfill("news_pages", FIRST, LAST, max_active_runs=2)
