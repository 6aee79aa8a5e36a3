"""Failures, reported through an Airflow connection, by Airflow's callbacks, to real servers on loopback."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as KeepMessages

from newsmarts.core.errors import TooManyQuarantined
from tests.dags.make_run import free_port

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.usefixtures("airflow_database", "fresh_settings"),
]
DAY = "2025-09-01"
HOSTILE = "1 page: '<script>' <!channel> {{ 7 * 7 }} \x1b[2J"


class Webhook:
    """An HTTP server that keeps what it is sent."""

    def __init__(self, status: int = 200) -> None:
        self.received: list[tuple[str, dict[str, Any]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.append((self.path, json.loads(body)))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Notifications are counted in it."""
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """A webhook that speaks as Slack's, and the settings that name it."""
    server = Webhook()
    connection = {
        "conn_type": "slackwebhook",
        "host": f"http://127.0.0.1:{server.port}/services",
        "password": "T0/B0/secret-token",
    }
    notify_through(monkeypatch, connection)
    try:
        yield server
    finally:
        server.close()


def notify_through(monkeypatch: pytest.MonkeyPatch, connection: dict[str, Any]) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ALARM", json.dumps(connection))
    monkeypatch.setenv("NEWS_NOTIFY_CONN_ID", "alarm")


def read_dags(known_pools: set[str]) -> DagBag:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(known_pools=known_pools)
    assert bag.import_errors == {}
    return bag


def context_of(error: BaseException | None) -> dict[str, Any]:
    """A failed task's context, as much of it as counts."""
    ti = SimpleNamespace(
        dag_id="news_pages",
        task_id="validate",
        run_id="manual__1",
        map_index=-1,
        log_url="http://127.0.0.1:8080/dags/news_pages/runs/manual__1/tasks/validate?try_number=1",
    )
    dag_run = SimpleNamespace(conf={"day": DAY}, partition_key=None, data_interval_start=None)
    return {"ti": ti, "dag_run": dag_run, "exception": error}


def test_a_failed_task_is_reported_once_and_the_run_goes_on_failing(
    webhook: Webhook, known_pools: set[str]
) -> None:
    dag = read_dags(known_pools).dags["news_pages"]
    for task in dag.tasks:
        task.retries = 0
    run = dag.test(run_conf={"day": "2999-01-01"})
    assert run.state == "failed"
    assert {task.task_id for task in run.get_task_instances() if task.state == "failed"} == {"land"}
    [(path, body)] = webhook.received
    assert path == "/services/T0/B0/secret-token"
    lines = body["text"].splitlines()
    assert lines[0] == "*news_pages: land [0] failed for 2999-01-01*"
    assert f"Run: {run.run_id}" in lines
    assert any(line.startswith("```UsageError: 2999-01-01 isn't over yet") for line in lines)
    assert lines[-1].startswith("<http")
    assert lines[-1].endswith("|The log>")
    assert f"/dags/news_pages/runs/{quote(run.run_id)}/tasks/land/mapped/0" in lines[-1]


def test_a_channel_that_is_down_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = Webhook(status=500)
    address = f"http://127.0.0.1:{server.port}/services"
    notify_through(monkeypatch, {"conn_type": "slackwebhook", "host": address, "password": "secret-token"})
    from dags.common import notifications

    try:
        with caplog.at_level(logging.INFO):
            notifications.task_failed(context_of(TooManyQuarantined("many")))
        assert len(server.received) == 1
    finally:
        server.close()
    with caplog.at_level(logging.INFO):
        notifications.task_failed(context_of(TooManyQuarantined("many")))  # the server has gone
    logged = [record.message for record in caplog.records if "can't be sent" in record.message]
    assert len(logged) == 2
    assert "secret-token" not in " ".join(record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("connection", "why"),
    [(None, "no Airflow connection 'alarm'"), ({"conn_type": "http"}, "is of type http")],
)
def test_a_connection_of_another_type_is_logged(
    connection: dict[str, Any] | None,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from dags.common import notifications

    monkeypatch.setenv("NEWS_NOTIFY_CONN_ID", "alarm")
    if connection is not None:
        monkeypatch.setenv("AIRFLOW_CONN_ALARM", json.dumps(connection))
    notifications.task_failed(context_of(None))
    assert why in caplog.text


def test_by_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    from dags.common import notifications

    kept: list[Any] = []

    class Kept(KeepMessages):
        def handle_message(self, message: Any) -> None:
            kept.append(email.message_from_bytes(message.as_bytes(), policy=email.policy.default))

    port = free_port()
    controller = Controller(Kept(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "news@example.org", "timeout": 10}
        connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        notify_through(monkeypatch, connection)
        monkeypatch.setenv("NEWS_NOTIFY_MAIL_TO", "desk@example.org, editor@example.org")
        notifications.task_failed(context_of(TooManyQuarantined(HOSTILE)))
    finally:
        controller.stop()
    [mail] = kept
    assert mail["subject"] == f"news_pages: validate failed for {DAY}"
    assert mail["to"] == "desk@example.org, editor@example.org"
    body = mail.get_body(("html",)).get_content()
    assert "&lt;script&gt;" in body
    assert "<script>" not in body
    assert "{{ 7 * 7 }}" in body  # no template engine has seen it
    assert "\x1b" not in body


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise 2.2
def test_by_apprise(monkeypatch: pytest.MonkeyPatch) -> None:
    from dags.common import notifications

    server = Webhook()
    try:
        path = f"json://127.0.0.1:{server.port}/alarm"
        notify_through(monkeypatch, {"conn_type": "apprise", "extra": {"config": {"path": path}}})
        notifications.task_failed(context_of(TooManyQuarantined(HOSTILE)))
    finally:
        server.close()
    [(_, body)] = server.received
    assert body["title"] == f"news_pages: validate failed for {DAY}"
    assert "TooManyQuarantined: 1 page" in body["message"]
    assert "{{ 7 * 7 }}" in body["message"]


def test_a_missed_deadline_is_reported_and_a_backfills_is_not(webhook: Webhook) -> None:
    from dags.common import notifications

    run: dict[str, Any] = {
        "dag_id": "news_pages",
        "dag_run_id": "scheduled__2025-09-02T00:00:00+00:00",
        "run_type": "scheduled",
        "conf": {},
        "partition_key": None,
        "data_interval_start": "2025-09-01T00:00:00Z",
        "state": "running",
    }
    asyncio.run(
        notifications.deadline_missed(context={"dag_run": {**run, "run_type": "backfill"}}, hours=6.0)
    )
    assert webhook.received == []
    asyncio.run(notifications.deadline_missed(context={"dag_run": run}, hours=6.0))
    [(_, body)] = webhook.received
    assert body["text"].splitlines()[0] == f"*news_pages: {DAY} isn't done after 6 hours*"
    assert "runs/scheduled__2025-09-02T00%3A00%3A00%2B00%3A00|The log>" in body["text"]


def test_many_failures_send_few_messages(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from dags.common.notifications import task_failed

    monkeypatch.setenv("NEWS_NOTIFY_PER_HOUR", "2")
    with time_machine.travel("2026-01-05T10:30:00Z", tick=False) as clock:
        for _ in range(5):
            task_failed(context_of(ValueError("bad")))
        texts = [body["text"] for _, body in webhook.received]
        assert len(texts) == 2
        assert "Note" not in texts[0]
        assert "Further ones are held back until 11:30 UTC" in texts[1]
        assert caplog.text.count("Not notified: 2 messages were sent in the last hour") == 3

        clock.shift(3601)
        task_failed(context_of(ValueError("bad")))
    assert "Note: 3 held back before this one." in webhook.received[2][1]["text"]


def test_a_count_that_cannot_be_kept_silences_nothing(
    webhook: Webhook, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from dags.common.notifications import task_failed

    (home / "notifications").write_text("a file where the folder should be")
    task_failed(context_of(ValueError("bad")))
    assert len(webhook.received) == 1
    assert "Notifications can't be counted" in caplog.text


def test_a_run_that_fails_without_a_task_is_reported(webhook: Webhook) -> None:
    from dags.common import notifications

    context = {"dag": SimpleNamespace(dag_id="news_marts"), "run_id": "manual__1", "reason": "timed_out"}
    notifications.run_failed({**context, "reason": "task_failure"})
    assert webhook.received == []
    notifications.run_failed(context)
    assert "news_marts: a run failed" in webhook.received[0][1]["text"]


def test_nothing_is_attached_without_the_setting(dagbag: DagBag) -> None:
    for dag in dagbag.dags.values():
        assert not dag.deadline
        assert not dag.on_failure_callback
        assert not any(task.on_failure_callback for task in dag.tasks)


def test_every_dag_and_task_reports_with_it(known_pools: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk._shared.module_loading import import_string
    from airflow.sdk.definitions.callback import AsyncCallback

    monkeypatch.setenv("NEWS_NOTIFY_CONN_ID", "alarm")
    monkeypatch.setenv("NEWS_NOTIFY_DEADLINE_HOURS", "3")
    for dag in read_dags(known_pools).dags.values():
        [deadline] = dag.deadline if isinstance(dag.deadline, list) else [dag.deadline]
        assert deadline is not None
        assert deadline.interval == timedelta(hours=3)
        assert isinstance(deadline.callback, AsyncCallback)  # others get no connection from Airflow 3.3.2
        assert deadline.callback.kwargs == {"hours": 3.0}
        assert import_string(deadline.callback.path).__name__ == "deadline_missed"
        assert dag.on_failure_callback
        assert all(task.on_failure_callback for task in dag.tasks)
