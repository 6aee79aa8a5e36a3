"""``make run`` as a person has it: real servers, samples and real captures, and what is left after it.

One start serves all tests but the last: Airflow takes its time to come up. Its end by Ctrl-C is looked at
where the fixture makes it, in conftest.py. The runs of ``make run`` are a
backfill over the REST API; another one is created on the command line.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import httpx
import psutil
import pytest

from local.airflow_api import AirflowApi
from local.airflow_servers import ADMIN
from newsmarts.core.partitions import published_path
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.reader import connect
from tests.dags.make_run import (
    DAYS,
    PATIENCE_SECONDS,
    REAL_DAY,
    REAL_PAGES,
    SAMPLES,
    MakeRun,
    alive,
    everything,
)

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket, pytest.mark.timeout(900)]


def test_the_samples_end_as_they_should(first: MakeRun) -> None:
    expected = json.loads((SAMPLES / "expected.json").read_bytes())
    with connect(first.news) as marts:
        found = marts.execute(
            "SELECT source_path, CASE WHEN is_revision THEN 'revision' ELSE outcome END FROM marts.captures "
            "WHERE capture_day >= $first",
            {"first": DAYS[0]},
        ).fetchall()
        days = marts.sql(
            "SELECT captures, articles_loaded + repeats + not_article + quarantined "
            "FROM marts.partition_outcomes"
        ).fetchall()
    assert dict(found) == {path: row["outcome"] for path, row in expected.items()}
    assert len(days) >= len(DAYS)
    assert all(captures == accounted for captures, accounted in days)


@pytest.mark.skipif(
    not REAL_PAGES.is_dir(), reason="the real captures (../shared/pages) are not on this machine"
)
def test_the_real_captures_are_articles(first: MakeRun) -> None:
    with connect(first.news) as marts:
        found = marts.execute(
            "SELECT publisher, count(DISTINCT article_id) FROM marts.captures WHERE capture_day = $day "
            "AND outcome = 'loaded' AND article_id IN (SELECT article_id FROM marts.articles) GROUP BY ALL",
            {"day": REAL_DAY},
        ).fetchall()
    assert dict(found) == {"al_mayadeen": 4, "nour_news": 1}


def test_the_terminal_shows_what_happened_and_where_it_is(first: MakeRun) -> None:
    output = first.output
    for day in DAYS:
        assert re.search(rf"{day} loaded: \d+ captures", output), output
    assert re.search(r"news_pages: \d+ succeeded\n", output)
    assert re.search(r"news_marts: \d+ succeeded\n", output)
    assert "quarantine" in output
    assert "unexpected_byline" in output
    assert "marts.articles" in output
    assert str(published_path(first.news)) in output
    assert str(first.news / "docs") in output
    assert f"user {ADMIN}  password {first.home.password()}" in output


def test_days_ran_at_the_same_time_and_marts_one_after_another(first: MakeRun) -> None:
    spans: dict[str, dict[str, tuple[str, str]]] = {"news_pages": {}, "news_marts": {}}
    for task in first.task_instances():
        if task["state"] != "success" or task["operator"] is None:
            continue
        start, end = spans[task["dag_id"]].get(task["run_id"], ("9", ""))
        spans[task["dag_id"]][task["run_id"]] = (min(start, task["start_date"]), max(end, task["end_date"]))
    pages = sorted(spans["news_pages"].values())
    assert len(pages) >= len(DAYS)
    assert any(later[0] < earlier[1] for earlier, later in pairwise(pages))
    marts = sorted(spans["news_marts"].values())
    assert len(marts) >= 1
    assert all(later[0] >= earlier[1] for earlier, later in pairwise(marts))


def test_task_logs_have_the_results_and_no_noise_of_libraries(first: MakeRun) -> None:
    logs: dict[str, str] = defaultdict(str)
    for path in first.home.logs.glob("dag_id=news_marts/*/*/*.log"):
        logs[path.parent.name.removeprefix("task_id=")] += path.read_text(encoding="utf-8")
    assert "expectations" in logs["audit"]
    assert f"{published_path(first.news).resolve().parent.name}" in logs["publish"]
    for task, log in logs.items():
        loggers = [json.loads(line).get("logger") for line in log.splitlines() if line.startswith("{")]
        assert loggers, task
        assert not [each for each in loggers if str(each).startswith("great_expectations")], task


def test_only_the_admin_gets_in(first: MakeRun) -> None:
    assert httpx.get(f"{first.address}/api/v2/dags", trust_env=False).status_code == 401
    for secret in ("secrets.json", "simple_auth_manager_passwords.json.generated"):
        assert stat.S_IMODE((first.airflow / secret).stat().st_mode) == 0o600
    listening = {
        connection.laddr.ip
        for process in psutil.Process(first.process.pid).children(recursive=True)
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_a_backfill_from_the_command_line_changes_nothing(first: MakeRun, api: AirflowApi) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while api.active_backfill("news_pages"):  # Airflow sees within 30 s that one is complete
        assert time.monotonic() < deadline
        time.sleep(1)
    before, release = everything(first.news), published_path(first.news).resolve()
    since = datetime.now(UTC)
    folders = ["--home", str(first.news), "--airflow-home", str(first.airflow)]
    create = ["backfill", "create", "--dag-id", "news_pages"]
    span = ["--from-date", DAYS[0], "--to-date", DAYS[1]]
    again = ["--reprocess-behavior", "completed", "--max-active-runs", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "local.airflow_command", *folders, *create, *span, *again],
        cwd=PROJECT_ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ended: dict[str, str] = {}
    while len(ended) < 2:
        assert time.monotonic() < deadline, api.changed_runs(since)
        time.sleep(1)
        runs = [run for run in api.changed_runs(since) if run["dag_id"] == "news_pages"]
        ended = {run["data_interval_start"][:10]: run["state"] for run in runs if run["end_date"]}
    assert ended == dict.fromkeys(DAYS[:2], "success")
    while api.active_runs():
        assert time.monotonic() < deadline
        time.sleep(1)
    assert everything(first.news) == before
    assert published_path(first.news).resolve() == release


def test_a_second_run_goes_on_where_the_first_left_off(
    first: MakeRun, tmp_path: Path, start: Callable[..., MakeRun]
) -> None:
    """With nothing new it runs nothing; stopped half way it leaves no process, and the next one goes on."""
    shutil.copytree(first.news, tmp_path / "news home", symlinks=True)
    shutil.copytree(
        first.airflow, tmp_path / "airflow", ignore=shutil.ignore_patterns("*.db*", "servers.*", "logs")
    )
    with (
        sqlite3.connect(first.home.database) as database,
        sqlite3.connect(tmp_path / "airflow" / "airflow.db") as copy,
    ):
        database.backup(copy)
    before, release = everything(first.news), published_path(tmp_path / "news home").resolve()

    second = start(tmp_path, ["--exit"])
    assert second.end() == 0
    assert re.search(r"0 days to run, \d+ already in the marts", second.output)
    assert "none, as nothing was new" in second.output
    assert everything(second.news) == before
    assert published_path(second.news).resolve() == release

    new = second.news / "inbox" / "2025-09-07" / "al_mayadeen"
    new.mkdir(parents=True)
    shutil.copy2(SAMPLES / "inbox" / DAYS[0] / "al_mayadeen" / "halden-census.txt", new)
    stopped = start(tmp_path)
    stopped.read_until("started 2025-09-07")
    sessions = stopped.sessions()
    assert len(sessions) == 3
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(alive(sessions)) == len(sessions) and time.monotonic() < deadline:
        time.sleep(0.5)  # until a server has a child, so that ending it has something to miss
    assert len(alive(sessions)) > len(sessions)
    assert stopped.end(signal.SIGTERM) == 130
    assert alive(sessions) == []

    third = start(tmp_path, ["--exit"])
    third.read_until("2025-09-07 loaded")
    third.read_until("news_pages: 1 succeeded")
    assert third.end() == 0
    after = everything(third.news)
    assert len(after["partition_outcomes"]) == len(before["partition_outcomes"]) + 1
