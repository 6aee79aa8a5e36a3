"""``make airflow``: Airflow's own command line, in the Airflow of ``make run``.

    python -m local.airflow_command dags list

It works whether that Airflow is up or not. Exit codes: the command's, or 2 when there is no such Airflow yet.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local.airflow_servers import FIRST_PORT, AirflowHome
from newsmarts.cli.main import print_error
from newsmarts.core.errors import NewsError, UsageError
from newsmarts.core.settings import load_settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="make airflow", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--home", help="folder of the data (default: data/)")
    parser.add_argument("--airflow-home", type=Path, help="as of make run")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="such as: dags list")
    arguments = parser.parse_args(argv)
    try:
        home = AirflowHome.of(load_settings(home=arguments.home), arguments.airflow_home)
        if not home.database.exists():
            raise UsageError(f"There is no Airflow in {home.folder} yet. Run this first: make run")
    except NewsError as error:
        return print_error(error)
    command = [sys.executable, "-m", "airflow", *arguments.command]
    return subprocess.run(command, env=home.environment(FIRST_PORT), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
