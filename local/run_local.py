"""``make run``, once the virtual environment is there: start Airflow, run the inbox's days, show the marts.

Airflow runs until Ctrl-C (or SIGTERM, SIGHUP), and then none of its processes is left. Exit codes: 0 all
days are in the marts, 1 something failed, 2 a wrong path or option, 130 stopped before the end.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from local import inbox
from local.airflow_api import AirflowApi
from local.airflow_servers import ADMIN, FIRST_PORT, PARALLELISM, AirflowHome, AirflowServers
from local.servers import LocalServerError, base_url, choose_port
from local.terminal import Terminal, run_command, stay_up, stop_without_terminal
from local.watch import MARTS, PAGES, Run, Watch
from newsmarts.cli.render.marts import render_summary
from newsmarts.core.errors import MissingPartition
from newsmarts.core.partitions import longest_range
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.core.text import counted
from newsmarts.desk.backfill import MISSING, REASONS
from newsmarts.land.config import load_feeds
from newsmarts.release.summary import read_summary
from newsmarts.review.day_state import RunReason, day_states

START_SECONDS = 600.0  # a server that has ended is noticed at once; a slow machine only needs time
WAITED_FOR = {
    "metadatabase": "the API server's first answer",
    "scheduler": "the scheduler's first heartbeat",
    "dag_processor": "the DAG processor's first heartbeat",
}
_STATES = {"success": "succeeded"}
_DAYS_NAMED = 12


def main(argv: Sequence[str] | None = None) -> int:
    """Run it and return the exit code."""
    arguments = _parser().parse_args(argv)
    return run_command("make run", lambda: _run(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make run", description="Start Airflow, run the inbox's days, show the marts."
    )
    parser.add_argument("--inbox", type=Path, help="folder of your own captures, read in place")
    parser.add_argument(
        "--home", help="folder (or object store's URL) of everything made from them (default: data/)"
    )
    parser.add_argument(
        "--airflow-home", type=Path, help="Airflow's own folder (default: in .airflow/, one for each home)"
    )
    parser.add_argument(
        "--port", type=int, help=f"port of the UI (default: the first free one from {FIRST_PORT} on)"
    )
    parser.add_argument(
        "--exit", action="store_true", help="stop after the summary instead of keeping the UI up"
    )
    return parser


def _run(arguments: argparse.Namespace) -> int:
    settings = load_settings(home=arguments.home, inbox=arguments.inbox)
    inbox.check_places(settings)
    terminal = Terminal()
    home = AirflowHome.of(settings, arguments.airflow_home)
    home.make()
    with AirflowServers(home) as servers:
        to_run = _find_days(settings, terminal) if arguments.exit else None
        if to_run == {}:
            print(_summary(settings, []), flush=True)
            return 0
        port = servers.port = choose_port(arguments.port, FIRST_PORT, "make run")
        servers.prepare(terminal.print)
        servers.start("scheduler", "api-server", "dag-processor")
        terminal.print("starting Airflow: scheduler, API server, DAG processor")
        if to_run is None:
            to_run = _find_days(settings, terminal)

        def check() -> None:
            servers.check()
            stop_without_terminal()

        def before_retry(failure: str) -> None:
            check()
            terminal.print_once(f"{failure}; trying again")

        with AirflowApi(base_url(port), ADMIN, home.password(), before_retry) as api:
            _wait_until_up(api, check, terminal)
            terminal.print(f"Airflow is up: {base_url(port)}  (user {ADMIN}, password {home.password()})")
            watch = Watch(api, terminal, check, home.logs)
            api.unpause(MARTS)
            api.unpause(PAGES)
            if watch.active:
                terminal.print("waiting for unfinished runs of an earlier `make run` …")
                watch.until_idle(set())
                to_run = inbox.days_to_run(settings)[0]
            _run_days(to_run, api, watch, terminal)
        print(_summary(settings, watch.ended), flush=True)
        if not arguments.exit:
            servers.start("triggerer")  # no task waits for it, and its start takes seconds of a core
            print(f"Airflow: {base_url(port)}  user {ADMIN}  password {home.password()}", flush=True)
            stay_up("Airflow", servers.check)
    return 1 if watch.failed else 0


def _find_days(settings: Settings, terminal: Terminal) -> dict[date, RunReason]:
    """The days to run, and why; the samples are copied into the default inbox first."""
    if settings.inbox is None and any(feed.kind == "inbox" for feed in load_feeds(settings)):
        copied = inbox.copy_samples(PROJECT_ROOT, settings.inbox_dir)
        if copied:
            terminal.print(f"copied {counted(copied, 'sample capture')} into {settings.inbox_dir}")
    to_run, done = inbox.days_to_run(settings)
    if not to_run and not done and any(feed.kind == "inbox" for feed in load_feeds(settings)):
        terminal.print(inbox.about_empty(settings.inbox_dir))
    terminal.print(
        f"inbox {settings.inbox_dir}: {counted(len(to_run), 'day')} to run, {done} already in the marts"
    )
    return to_run


def _wait_until_up(api: AirflowApi, check: Callable[[], None], terminal: Terminal) -> None:
    """Wait until all servers are healthy and both DAGs have been parsed as they are now."""
    started_at = datetime.now(UTC)
    deadline = time.monotonic() + START_SECONDS
    health: dict[str, str | None] = {}
    logged_in = False
    while time.monotonic() < deadline:
        check()
        health = api.health()
        unhealthy = [what for name, what in WAITED_FOR.items() if health.get(name) != "healthy"]
        if unhealthy:
            terminal.print_once(f"waiting for {unhealthy[0]} …")
        else:
            if not logged_in:
                api.log_in()
                logged_in = True
            if {PAGES, MARTS} <= api.dags_read_since(started_at):
                return
            if errors := api.import_errors():
                raise LocalServerError(
                    "Airflow can't import the DAGs. Fix them and run it again:\n" + "\n".join(errors)
                )
            terminal.print_once("waiting for the DAG files to be parsed …")
        time.sleep(0.3)
    raise LocalServerError(
        f"Airflow isn't up after {START_SECONDS:.0f} s; its health: {health}. Run it again."
    )


def _run_days(days: Collection[date], api: AirflowApi, watch: Watch, terminal: Terminal) -> None:
    """Run the days and wait until both DAGs are done with them.

    The longest range becomes a backfill and the other days single runs: Airflow allows one backfill at a
    time, and takes up to 30 s to see that one is complete.
    """
    today = datetime.now(UTC).date()
    span = longest_range({day for day in days if day < today})
    if span and not api.active_backfill(PAGES):
        first, last = span
        api.backfill(PAGES, first, last, max_active_runs=PARALLELISM)
        terminal.print(f"started a backfill of {counted((last - first).days + 1, 'day')}, {first} to {last}")
    else:
        span = None
    for day in sorted(days):
        if span and span[0] <= day <= span[1]:
            continue
        unfinished = day >= today
        api.trigger(PAGES, {"day": day.isoformat(), "allow_unfinished_day": unfinished})
        note = ", with its captures so far: the day isn't over yet (UTC)" if unfinished else ""
        terminal.print(f"started {day}{note}")
    watch.until_idle(set(days))


def _summary(settings: Settings, ended: list[Run]) -> str:
    lines = ["", "Runs"]
    for dag_id in (PAGES, MARTS):
        states = Counter(run["state"] for run in ended if run["dag_id"] == dag_id)
        counts = ", ".join(f"{count} {_STATES.get(state, state)}" for state, count in sorted(states.items()))
        lines.append(f"  {dag_id}: {counts or 'none, as nothing was new'}")
    try:
        marts = render_summary(read_summary(settings.home), settings.home)
    except MissingPartition:
        marts = "Nothing is published: no day has been loaded yet."
    return "\n".join([*lines, *_open_days(settings), "", marts, ""])


def _open_days(settings: Settings) -> list[str]:
    """Days that still need a run, by reason, as the desk has them."""
    states = day_states(settings)
    found: dict[str, list[date]] = {}
    for day, reason in [*states.reasons.items(), *((day, MISSING) for day in states.missing)]:
        found.setdefault(REASONS[reason][0], []).append(day)
    return [f"  {title}: {_named(days)}" for title, days in found.items()]


def _named(days: list[date]) -> str:
    newest = ", ".join(day.isoformat() for day in sorted(days, reverse=True)[:_DAYS_NAMED])
    return newest if len(days) <= _DAYS_NAMED else f"{newest} and {len(days) - _DAYS_NAMED:,} more"


if __name__ == "__main__":
    sys.exit(main())
