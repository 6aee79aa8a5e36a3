"""What ``make run`` does once the virtual environment is there: Airflow up, days run, marts told about.

Airflow keeps running until Ctrl-C (or SIGTERM, SIGHUP), and then no process of it is left. Exit codes: 0 all
days are in the marts, 1 something failed, 2 a wrong path or option, 130 stopped before the end.
"""

from __future__ import annotations

import argparse
import errno
import os
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from local import inbox
from local.airflow_api import AirflowApi
from local.airflow_home import ADMIN, PARALLELISM, AirflowHome, LocalAirflowError, base_url
from local.airflow_servers import AirflowServers, choose_port
from local.inbox import longest_range
from local.sessions import STOP_SIGNALS
from local.watch import MARTS, PAGES, Run, Story, Watch
from newsmarts.cli.terminal import render_summary, tell_error
from newsmarts.core.errors import MissingPartition, NewsError
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.land.feeds.config import load_feeds
from newsmarts.release.summary import read_summary

START_SECONDS = 180.0


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or SIGHUP."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run it and return the exit code."""
    arguments = _parser().parse_args(argv)
    for number in STOP_SIGNALS:
        # whoever has SIGHUP ignored (nohup) wants it to go on; a shell's `&` ignores SIGINT unasked
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)
    try:
        return _run_and_tell(arguments)
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EIO):
            raise
        # the terminal, or who read our words, is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 130


def _run_and_tell(arguments: argparse.Namespace) -> int:
    try:
        return _run(arguments)
    except Stopped:
        print("\nStopped. `make run` goes on where this left off.", flush=True)
        return 130
    except NewsError as error:
        return tell_error(error)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"error: The disk is full ({error.filename}). Make room and run it again.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make run", description="Start Airflow, run the inbox's days, show the marts."
    )
    parser.add_argument("--inbox", type=Path, help="folder of your own captures, read in place")
    parser.add_argument(
        "--home", help="folder (or object store's URL) of everything made from them (default: data/)"
    )
    parser.add_argument(
        "--airflow-home", type=Path, default=PROJECT_ROOT / ".airflow", help="Airflow's own folder"
    )
    parser.add_argument("--port", type=int, help="port of the UI (default: the first free one from 8080 on)")
    parser.add_argument(
        "--exit", action="store_true", help="stop after the summary instead of keeping the UI up"
    )
    return parser


def _stop(_number: int = 0, _frame: FrameType | None = None) -> NoReturn:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def _stop_without_listener() -> None:
    """Raises Stopped when the terminal has hung up, or the pipe's reader has gone.

    The system sends SIGHUP to the session's leader only, and that may be make, which just waits then.
    """
    standard_output = select.poll()
    standard_output.register(sys.stdout.fileno(), 0)
    if any(event & (select.POLLHUP | select.POLLERR) for _, event in standard_output.poll(0)):
        _stop()


def _run(arguments: argparse.Namespace) -> int:
    settings = load_settings(home=arguments.home, inbox=arguments.inbox)
    inbox.check_places(settings)
    story = Story()
    home = AirflowHome(
        PROJECT_ROOT,
        arguments.airflow_home.absolute(),
        settings.home,
        settings.inbox,
        settings.archive_url,
    )
    home.make()
    with AirflowServers(home) as servers:
        todo = _look_into_inbox(settings, story) if arguments.exit else None
        if todo == set():
            print(_summary(settings, []), flush=True)
            return 0
        port = servers.port = choose_port(arguments.port)
        if servers.prepare():
            story.say(f"Airflow's database is ready: {home.database}")
        servers.start("scheduler", "api-server", "dag-processor")
        story.say("Airflow is starting: scheduler, API server, DAG processor")
        if todo is None:
            todo = _look_into_inbox(settings, story)
        with AirflowApi(base_url(port), ADMIN, home.password()) as api:
            _wait_until_up(api, servers)
            story.say(f"Airflow is up: {base_url(port)}  (user {ADMIN}, password {home.password()})")
            watch = Watch(api, story, lambda: _check(servers), home.logs)
            api.unpause(MARTS)
            api.unpause(PAGES)
            if watch.active:
                story.say("runs of an earlier time aren't finished: waiting for them")
                watch.until_idle(set())
                todo = inbox.days_to_run(settings)[0]
            _run_days(todo, api, watch, story)
        print(_summary(settings, watch.ended), flush=True)
        if not arguments.exit:
            servers.start("triggerer")  # no task waits for it, and its start takes seconds of a core
            print(f"Airflow: {base_url(port)}  user {ADMIN}  password {home.password()}", flush=True)
            _stay_up(servers)
    return 1 if watch.failed else 0


def _check(servers: AirflowServers) -> None:
    servers.check()
    _stop_without_listener()


def _look_into_inbox(settings: Settings, story: Story) -> set[date]:
    if settings.inbox is None and any(feed.kind == "inbox" for feed in load_feeds(settings)):
        copied = inbox.copy_samples(PROJECT_ROOT, settings.inbox_dir)
        if copied:
            story.say(f"{copied} sample captures copied into {settings.inbox_dir}")
    todo, done = inbox.days_to_run(settings)
    story.say(f"inbox {settings.inbox_dir}: {len(todo)} days to run, {done} already in the marts")
    return todo


def _wait_until_up(api: AirflowApi, servers: AirflowServers) -> None:
    """Wait for all servers to be healthy and both DAGs to be read as they are now."""
    started_at = datetime.now(UTC)
    deadline = time.monotonic() + START_SECONDS
    health: dict[str, str | None] = {}
    logged_in = False
    while time.monotonic() < deadline:
        _check(servers)
        health = api.health()
        if all(health.get(name) == "healthy" for name in ("metadatabase", "scheduler", "dag_processor")):
            if not logged_in:
                api.log_in()
                logged_in = True
            if {PAGES, MARTS} <= api.dags_read_since(started_at):
                return
            if errors := api.import_errors():
                raise LocalAirflowError(
                    "Airflow can't read the DAGs. Mend them and run again:\n" + "\n".join(errors)
                )
        time.sleep(0.3)
    raise LocalAirflowError(
        f"Airflow isn't up after {START_SECONDS:.0f} s; its health: {health}. Run it again."
    )


def _run_days(days: set[date], api: AirflowApi, watch: Watch, story: Story) -> None:
    """Run the days and wait until both DAGs are done with them.

    The longest range becomes a backfill and the other days single runs: Airflow allows one backfill at a
    time, and takes up to 30 s to see that one is complete.
    """
    today = datetime.now(UTC).date()
    span = longest_range({day for day in days if day < today})
    if span and not api.active_backfill(PAGES):
        first, last = span
        api.backfill(PAGES, first, last, max_active_runs=PARALLELISM)
        story.say(f"backfill of {first} to {last} started: {(last - first).days + 1} days")
    else:
        span = None
    for day in sorted(days):
        if span and span[0] <= day <= span[1]:
            continue
        unfinished = day >= today
        api.trigger(PAGES, {"day": day.isoformat(), "allow_unfinished_day": unfinished})
        story.say(f"{day} started" + (": it isn't over yet (UTC), so with what there is so far" * unfinished))
    watch.until_idle(days)


def _summary(settings: Settings, ended: list[Run]) -> str:
    lines = ["", "Runs"]
    for dag_id in (PAGES, MARTS):
        states = Counter(run["state"] for run in ended if run["dag_id"] == dag_id)
        told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        lines.append(f"  {dag_id}: {told or 'none, as nothing was new'}")
    try:
        marts = render_summary(read_summary(settings.home), settings.home)
    except MissingPartition:
        marts = "Nothing is published: no day has been loaded yet."
    return "\n".join([*lines, "", marts, ""])


def _stay_up(servers: AirflowServers) -> None:
    try:
        print("Ctrl-C ends it.", flush=True)
        while True:
            _check(servers)
            time.sleep(1)
    except Stopped:
        print("\nAirflow is being stopped …", flush=True)


if __name__ == "__main__":
    sys.exit(main())
