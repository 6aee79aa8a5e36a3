"""Watching runs until they end, with a line on the terminal for each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from local.airflow_api import AirflowApi
from local.terminal import Terminal
from newsmarts.core.errors import NewsError
from newsmarts.core.partitions import parse_day
from newsmarts.core.text import counted

PAGES = "news_pages"
MARTS = "news_marts"
POLL_SECONDS = 1.0
MARTS_WAIT_SECONDS = 300.0

Run = dict[str, Any]


class Watch:
    """Both DAGs' runs since a moment. ``check`` raises when a server has died.

    One request a poll: the runs that have changed since a little before the last one.
    """

    def __init__(self, api: AirflowApi, terminal: Terminal, check: Callable[[], None], logs: Path) -> None:
        self._api = api
        self._terminal = terminal
        self._check = check
        self._logs = logs
        self._since = self._changed_since = datetime.now(UTC)
        self._runs: dict[tuple[str, str], Run] = {}
        self._ended: dict[tuple[str, str, str], Run] = {}  # a backfill runs the same run again: by end too
        for run in api.active_runs():
            self._runs[_key(run)] = run

    @property
    def ended(self) -> list[Run]:
        """The runs that have ended since then, oldest first."""
        return list(self._ended.values())

    @property
    def failed(self) -> list[Run]:
        """The runs whose last try failed."""
        last = {_key(run): run for run in self.ended}
        return [run for run in last.values() if run["state"] == "failed"]

    @property
    def active(self) -> list[Run]:
        """The runs that are queued or running."""
        return [run for run in self._runs.values() if run["state"] in ("queued", "running")]

    def until_idle(self, days: set[date]) -> None:
        """Wait until these days' runs, and all others of both DAGs, have ended.

        Raises:
            NewsError: a day was loaded, and no run of the marts followed.
        """
        deadline = time.monotonic() + MARTS_WAIT_SECONDS
        while True:
            self._check()
            self._poll()
            done = {day_of(run) for run in self.ended if run["dag_id"] == PAGES}
            if self.active or days - done:
                deadline = time.monotonic() + MARTS_WAIT_SECONDS
            elif not self._api.has_queued_events(MARTS):
                self._poll()  # the event may just have become a run
                if not self.active:
                    return
            elif time.monotonic() > deadline:
                raise NewsError(f"The DAG {MARTS} doesn't start, and days wait for it. Trigger it in the UI.")
            running = [str(day_of(run) or "marts") for run in self.active if run["state"] == "running"]
            now = f"running: {', '.join(running)}" if running else "waiting for Airflow to start the next run"
            self._terminal.show_status(f"{len(days & done)} of {counted(len(days), 'day')} done, {now}")
            time.sleep(POLL_SECONDS)

    def _poll(self) -> None:
        polled_at = datetime.now(UTC)
        for run in self._api.changed_runs(self._changed_since):
            self._runs[_key(run)] = run
            if run["end_date"] and datetime.fromisoformat(run["end_date"]) >= self._since:
                end = (*_key(run), run["end_date"])
                if end not in self._ended:
                    self._ended[end] = run
                    (self._report_day if run["dag_id"] == PAGES else self._report_marts)(run)
        # a change is stamped before it is committed, and a writer waits up to a minute for SQLite
        self._changed_since = max(self._since, polled_at - timedelta(seconds=120))

    def _report_day(self, run: Run) -> None:
        day = day_of(run)
        if run["state"] == "failed":
            tasks = self._api.tasks(run)
            states = {task["task_id"]: task["state"] for task in tasks}
            what = "failed"
            if states.get("load") == "success":
                what = "loaded, but not from every feed"
                if self._api.result_of(run, "load").get("refusal"):
                    what = "refused: none of its articles is loaded"
            self._report_failure(f"{day} {what}", run, tasks)
            return
        counts = self._api.result_of(run, "load")
        if "captures" not in counts:
            why = "Airflow's daily run: " if run.get("run_type") == "scheduled" else ""
            self._terminal.print(f"{day}: {why}no feed has captures of it")
            return
        self._terminal.print(
            f"{day} loaded: {counted(counts['captures'], 'capture')}, "
            f"{counts['articles']} valid, {counts['not_article']} not articles, "
            f"{counts['quarantined']} quarantined, "
            f"{counted(counts['ticker_items'], 'ticker line')}  ({_seconds(run)})"
        )

    def _report_marts(self, run: Run) -> None:
        if run["state"] == "failed":
            self._report_failure("marts failed", run, self._api.tasks(run))
            return
        release = self._api.result_of(run, "publish")
        if release.get("published"):
            self._terminal.print(f"marts published: release {release['release_id']}  ({_seconds(run)})")

    def _report_failure(self, what: str, run: Run, tasks: list[dict[str, Any]]) -> None:
        self._terminal.print(what)
        for task in tasks:
            if task["state"] == "failed":
                log = task_log(self._logs, run, task)
                name = task.get("rendered_map_index")
                task_name = f"{task['task_id']} of {name}" if name else task["task_id"]
                self._terminal.print(f"  task {task_name}: {failure_in(log)}")
                self._terminal.print(f"  its log: {log}")


def day_of(run: Run) -> date | None:
    """The capture day of a news_pages run; None when only its log has it."""
    day = (run["conf"] or {}).get("day")
    if day:
        return parse_day(day)
    start = run["data_interval_start"]
    return datetime.fromisoformat(start).astimezone(UTC).date() if start else None


def task_log(logs: Path, run: Run, task: dict[str, Any]) -> Path:
    """Where Airflow keeps the log of a task's last try."""
    map_index = task.get("map_index", -1)
    return logs.joinpath(
        f"dag_id={run['dag_id']}",
        f"run_id={run['dag_run_id']}",
        f"task_id={task['task_id']}",
        *([f"map_index={map_index}"] if map_index >= 0 else []),
        f"attempt={task['try_number']}.log",
    )


def failure_in(log: Path) -> str:
    """The last error in a task's log (JSON lines)."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return "it left no log; see the scheduler's log"
    for line in reversed(lines):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        details = event.get("error_detail") if isinstance(event, dict) else None
        if details:
            return f"{details[0]['exc_type']}: {details[0]['exc_value']}"
    return "its log has no error; it may have been killed (out of memory?)"


def _seconds(run: Run) -> str:
    return f"{run['duration']:.0f} s" if run["duration"] is not None else "?"


def _key(run: Run) -> tuple[str, str]:
    return run["dag_id"], run["dag_run_id"]
