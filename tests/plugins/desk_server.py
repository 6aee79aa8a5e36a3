"""A real Airflow API server with the project's plugin: own folder, own SQLite, loopback, free port."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.desk.day_files import HOSTILE, HOSTILE_ATTRIBUTE, LeftOut, expectation, write_day

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120
FULL_DAY = date(2025, 9, 1)
CLEAN_DAY = date(2025, 9, 2)

# The real DAGs are not needed to show a run; these have their names, so the tests need nothing else.
DAGS = """
from datetime import datetime, timezone
from airflow.sdk import DAG, CronDataIntervalTimetable, Param
from airflow.providers.standard.operators.empty import EmptyOperator

for name in ("news_pages", "news_marts", "other_work"):
    with DAG(
        name,
        schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC") if name == "news_pages" else None,
        start_date=datetime(2000, 1, 1, tzinfo=timezone.utc),
        catchup=False,
        params={"day": Param(None, type=["null", "string"])},
    ) as dag:
        EmptyOperator(task_id="nothing")
    globals()[name] = dag
"""


@dataclass(frozen=True)
class Desk:
    """A running API server and who may log in to it."""

    url: str
    home: Path
    log: Path
    passwords: dict[str, str]

    def page(self, path: str) -> str:
        """The full address of one of the plugin's pages."""
        return f"{self.url}/news-desk/{path}"

    def run_page(self, dag_id: str, run_id: str) -> str:
        """The full address of a run's page, quoted as the UI quotes it."""
        return self.page(f"contracts/runs/{quote(dag_id, safe='')}/{quote(run_id, safe='')}")

    def client(self, user: str | None = None) -> httpx.Client:
        """An HTTP client, logged in as a user or not at all."""
        headers = {}
        if user is not None:
            answer = httpx.post(
                f"{self.url}/auth/token",
                json={"username": user, "password": self.passwords[user]},
                timeout=30,
                trust_env=False,
            )
            answer.raise_for_status()
            headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return httpx.Client(timeout=30, trust_env=False, headers=headers)

    def start_run(self, dag_id: str, run_id: str, *, day: str | None = None, state: str = "success") -> str:
        """Make a DAG run as a person would through the API, and give it a state; returns its run_id."""
        with self.client("ada") as client:
            runs = f"{self.url}/api/v2/dags/{dag_id}/dagRuns"
            body = {"dag_run_id": run_id, "logical_date": None, "conf": {"day": day} if day else {}}
            client.post(runs, json=body).raise_for_status()
        if state != "queued":
            self.end_run(dag_id, run_id, state)
        return run_id

    def end_run(self, dag_id: str, run_id: str, state: str) -> None:
        """Give a run a state, as a person may."""
        run = f"{self.url}/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"
        with self.client("ada") as client:
            client.patch(run, json={"state": state}).raise_for_status()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def airflow_environment(airflow_home: Path, news_home: Path, port: int) -> dict[str, str]:
    """The environment of an Airflow of its own; nothing of the caller's Airflow or settings leaks in."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "NEWS_"))
    }
    return {
        **inherited,
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(airflow_home / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(16),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "PYTHONPATH": str(ROOT),
        "NEWS_HOME": str(news_home),
        "no_proxy": "*",
    }


def run_airflow(environment: dict[str, str], *arguments: str) -> None:
    """Run one airflow command to its end; its output is in the error when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, f"airflow {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}"


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/api/v2/monitor/health", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    pytest.fail(f"the API server isn't up after {READY_SECONDS} s:\n{log.read_text()[-4000:]}")


def serve(environment: dict[str, str], port: int, log: Path) -> Generator[None, None, None]:
    """An API server for as long as the caller's block lasts; its whole process group ends after it."""
    command = [sys.executable, "-m", "airflow", "api-server", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--workers", "1"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


def write_days(news_home: Path) -> None:
    """A day with everything on it, hostile text included, and a clean one."""
    write_day(
        news_home,
        FULL_DAY,
        captures=7,
        run_id="manual__full",
        left_out=[
            LeftOut("2025-09-01/al_mayadeen/a.txt", "missing_published_at", "no date", "date_present"),
            LeftOut("2025-09-01/al_mayadeen/a.txt", "foreign_byline", HOSTILE, "house_byline"),
            LeftOut(f"2025-09-01/{HOSTILE_ATTRIBUTE}.html", "ticker_in_body", HOSTILE_ATTRIBUTE),
        ],
        expectations=[
            expectation("al_mayadeen_articles", "date_present", passed=False, unexpected_rows=1),
            expectation("al_mayadeen_articles", "house_byline", passed=False, unexpected_rows=1),
            expectation("al_mayadeen_articles", "has_standfirst", severity="warning", notes=HOSTILE),
            expectation("nour_news_articles", "news_id_present", column_name="news_id"),
        ],
    )
    write_day(news_home, CLEAN_DAY, run_id="manual__clean")
