"""Migrate Airflow's database to this version: tables, pools, connections, the first administrator.

docker-compose.yml runs it at each start, `make run` once. It replaces pools and connections of the same name,
and keeps everything else. Airflow's own commands run in one process: each would take seconds to start, and
other users can read a password on a command line.

Environment:
    ADMIN_USER, ADMIN_EMAIL, ADMIN_PASSWORD: the first administrator, unless users aren't in the database;
        one that exists is kept.
    CONNECTIONS: a JSON object such as ``{"name": {"conn_type": "http", "host": "…", "password": "…"}}``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path

POOLS = Path(__file__).with_name("pools.json")


def commands(environment: Mapping[str, str], connections: Path) -> list[list[str]]:
    """Airflow's commands, in order; ``connections`` is the file with those of the environment."""
    result = [["db", "migrate"], ["pools", "import", str(POOLS)]]
    if connections.exists():
        result.append(["connections", "import", "--overwrite", str(connections)])
    if not environment.get("ADMIN_USER"):
        return result
    who = {"username": "ADMIN_USER", "email": "ADMIN_EMAIL", "password": "ADMIN_PASSWORD"}
    user = [f"--{option}={environment[variable]}" for option, variable in who.items()]
    named = ["--role=Admin", "--firstname=News", "--lastname=Desk"]
    return [*result, ["users", "create", *named, *user]]


def main() -> None:
    """Run the commands; the first that fails ends it."""
    from airflow.cli.cli_parser import get_parser  # noqa: PLC0415 - takes seconds
    from airflow.settings import get_engine  # noqa: PLC0415
    from sqlalchemy import text  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        connections = Path(folder) / "connections.json"
        if os.environ.get("CONNECTIONS"):
            connections.write_text(os.environ["CONNECTIONS"], encoding="utf-8")
        for command in commands(os.environ, connections):
            arguments = get_parser().parse_args(command)
            arguments.func(arguments)
    engine = get_engine()
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            # then readers and the one writer don't wait for each other; the file keeps the mode
            connection.execute(text("PRAGMA journal_mode = WAL"))


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # noqa: BLE001 - its last line is shown to the user
        traceback.print_exc()
        sys.exit(str(error).partition("\n")[0])
