"""What ``make bi`` does: Superset in an environment of its own, on the published marts, dashboards in place.

Superset keeps running until Ctrl-C (or SIGTERM, SIGHUP), and then no process of it is left. Exit codes: 0 it
was stopped while it ran, or an export was made, 1 something failed, 2 a wrong path or option, 130 stopped
before it was up.
"""

from __future__ import annotations

import argparse
import errno
import os
import select
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from local.airflow_home import base_url
from local.sessions import STOP_SIGNALS, is_free
from local.superset_home import ADMIN, LocalSupersetError, SupersetHome
from local.superset_server import SupersetServer
from newsmarts.cli.terminal import tell_error
from newsmarts.core.errors import NewsError, UsageError
from newsmarts.core.partitions import published_path
from newsmarts.core.settings import PROJECT_ROOT, load_settings

START_SECONDS = 300.0
FIRST_PORT = 8088  # Superset's own, and out of the way of Airflow's


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
        return _run(arguments)
    except Stopped:
        print("\nStopped. `make bi` goes on where this left off.", flush=True)
        return 130
    except NewsError as error:
        return tell_error(error)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            print(f"error: The disk is full ({error.filename}). Make room and run it again.", file=sys.stderr)
            return 1
        if error.errno not in (errno.EPIPE, errno.EIO):
            raise
        # the terminal, or who read our words, is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bi", description="Start Superset on the published marts.")
    parser.add_argument("--home", help="folder whose marts are shown (default: NEWS_HOME, or data/)")
    parser.add_argument("--port", type=int, help=f"port (default: the first free one from {FIRST_PORT} on)")
    parser.add_argument(
        "--folder", type=Path, default=PROJECT_ROOT / ".bi", help="Superset's own folder (default: .bi/)"
    )
    parser.add_argument(
        "--environment", type=Path, help="its virtual environment (default: env/ in its folder)"
    )
    parser.add_argument(
        "--export",
        type=Path,
        nargs="?",
        const=PROJECT_ROOT / "bi" / "assets",
        help="write what Superset holds to files (default: bi/assets), and start nothing",
    )
    return parser


def _stop(_number: int = 0, _frame: FrameType | None = None) -> NoReturn:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def _run(arguments: argparse.Namespace) -> int:
    marts = published_path(load_settings(home=arguments.home).home)
    if not marts.exists():
        raise LocalSupersetError(
            f"Nothing is published at {marts} yet. Run `make run` first, or name another home: "
            "make bi NEWS_HOME=…"
        )
    folder = arguments.folder.absolute()
    environment = (arguments.environment or folder / "env").absolute()
    home = SupersetHome(PROJECT_ROOT, folder, environment, marts)
    is_new = home.make()
    with SupersetServer(home) as server:
        if home.install():
            _say(f"Superset is installed in {environment}")
        if arguments.export:
            server.export(arguments.export.absolute())
            _say(f"Exported to {arguments.export.absolute()}")
            return 0
        port = _choose_port(arguments.port)
        if server.provision():
            _say("Superset's database holds the dashboards of bi/assets")
        server.start(port)
        _wait_until_up(port, server)
        kept = f"password kept in {home.secrets_file}"
        told = f"password {home.password()}  (told this once; {kept})" if is_new else kept
        print(f"Superset: {base_url(port)}  user {ADMIN}  {told}", flush=True)
        for slug in home.dashboards():
            print(f"  {base_url(port)}/superset/dashboard/{slug}/", flush=True)
        _stay_up(server)
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _choose_port(wanted: int | None) -> int:
    if wanted is not None:
        if not 0 < wanted < 65536:
            raise UsageError(f"There is no port {wanted}: name one from 1 to 65535.")
        if not is_free(wanted):
            raise LocalSupersetError(
                f"Port {wanted} is taken. Name another one (make bi PORT=…), or none to get a free one."
            )
        return wanted
    port = next((port for port in range(FIRST_PORT, FIRST_PORT + 200) if is_free(port)), None)
    if port is None:
        raise LocalSupersetError(f"No port from {FIRST_PORT} on is free. Name one: make bi PORT=…")
    return port


def _wait_until_up(port: int, server: SupersetServer) -> None:
    # nothing of the caller's proxies: this is our own server on this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        _look_around(server)
        try:
            with opener.open(f"{base_url(port)}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.3)
    raise LocalSupersetError(
        f"Superset isn't up after {START_SECONDS:.0f} s; see {server.log}. Run it again."
    )


def _stay_up(server: SupersetServer) -> None:
    try:
        print("Ctrl-C ends it.", flush=True)
        while True:
            _look_around(server)
            time.sleep(1)
    except Stopped:
        print("\nSuperset is being stopped …", flush=True)


def _look_around(server: SupersetServer) -> None:
    """Raises Stopped when the terminal has hung up: SIGHUP goes to its session's leader, maybe make."""
    server.check()
    standard_output = select.poll()
    standard_output.register(sys.stdout.fileno(), 0)
    if any(event & (select.POLLHUP | select.POLLERR) for _, event in standard_output.poll(0)):
        _stop()


if __name__ == "__main__":
    sys.exit(main())
