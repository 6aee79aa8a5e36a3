"""``make bi``: Superset, in an environment of its own, with dashboards on the published marts.

Superset runs until Ctrl-C (or SIGTERM, SIGHUP), and then none of its processes is left. Exit codes: 0 it
was stopped while it ran, or an export was made, 1 something failed, 2 a wrong path or option, 130 stopped
before it was up.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from local.servers import LocalServerError, base_url, choose_port
from local.superset_server import ADMIN, SupersetHome, SupersetServer
from local.terminal import run_command, stay_up, stop_without_terminal
from newsmarts.core.partitions import published_path
from newsmarts.core.settings import PROJECT_ROOT, load_settings

START_SECONDS = 600.0
FIRST_PORT = 8088  # Superset's own, and out of the way of Airflow's


def main(argv: Sequence[str] | None = None) -> int:
    """Run it and return the exit code."""
    arguments = _parser().parse_args(argv)
    return run_command("make bi", lambda: _run(arguments))


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
        help="write Superset's dashboards to files (default: bi/assets), and start nothing",
    )
    return parser


def _run(arguments: argparse.Namespace) -> int:
    marts = published_path(load_settings(home=arguments.home).home)
    if not marts.exists():
        raise LocalServerError(
            f"Nothing is published at {marts} yet. Run `make run` first, or choose another home: "
            "make bi NEWS_HOME=…"
        )
    folder = arguments.folder.absolute()
    environment = (arguments.environment or folder / "env").absolute()
    home = SupersetHome(PROJECT_ROOT, folder, environment, marts)
    is_new = home.make()
    with SupersetServer(home) as server:
        if home.install():
            print(f"Superset is installed in {environment}", flush=True)
        if arguments.export:
            server.export(arguments.export.absolute())
            print(f"Exported to {arguments.export.absolute()}", flush=True)
            return 0
        port = choose_port(arguments.port, FIRST_PORT, "make bi")
        if server.provision():
            print("Superset's database holds the dashboards of bi/assets", flush=True)
        server.start(port)
        _wait_until_up(port, server)
        kept = f"password is in {home.secrets_file}"
        shown = f"password {home.password()}  (shown this once; the {kept})" if is_new else kept
        print(f"Superset: {base_url(port)}  user {ADMIN}  {shown}", flush=True)
        for slug in home.dashboards():
            print(f"  {base_url(port)}/superset/dashboard/{slug}/", flush=True)
        stay_up("Superset", server.check)
    return 0


def _wait_until_up(port: int, server: SupersetServer) -> None:
    print("Waiting for Superset to answer …", flush=True)
    deadline = time.monotonic() + START_SECONDS
    # no proxies from the environment: the server is on this machine
    with httpx.Client(base_url=base_url(port), timeout=5, trust_env=False) as client:
        while time.monotonic() < deadline:
            server.check()
            stop_without_terminal()
            try:
                if client.get("/health").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.3)
    raise LocalServerError(
        f"Superset isn't up after {START_SECONDS:.0f} s; see {server.log_of('server')}. Run it again."
    )


if __name__ == "__main__":
    sys.exit(main())
