"""What ``make upgrade-check`` does: migrate a copy of Airflow's database, and look at the pipeline's days.

Nothing that is in use is changed. Exit codes: 0 the copy was migrated, 1 it can't be, 2 a wrong option.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, inspect, text

from local.airflow_database import database_url, scratch_copy
from newsmarts.cli.terminal import tell_error
from newsmarts.cli.upgrade import render
from newsmarts.core.errors import NewsError
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.ops.upgrade import look

_LOCAL = PROJECT_ROOT / ".airflow" / "airflow.db"
_REVISIONS = {
    "alembic_version": "SELECT version_num FROM alembic_version",
    "alembic_version_fab": "SELECT version_num FROM alembic_version_fab",
}
_COUNTED = {  # what nobody wants to lose
    "dag_run": "SELECT count(*) FROM dag_run",
    "task_instance": "SELECT count(*) FROM task_instance",
    "connection": "SELECT count(*) FROM connection",
    "ab_user": "SELECT count(*) FROM ab_user",
}
_FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


def main(argv: Sequence[str] | None = None) -> int:
    """Run it and return the exit code."""
    parser = argparse.ArgumentParser(prog="make upgrade-check", description=__doc__)
    parser.add_argument(
        "--database", help="Airflow's sql_alchemy_conn (default: the environment's, or that of make run)"
    )
    parser.add_argument("--home", help="the pipeline's folder (default: NEWS_HOME, or data/)")
    arguments = parser.parse_args(argv)
    try:
        print(render(look(load_settings(home=arguments.home))))
        url = _chosen(arguments.database)
        if url is None:
            print("Airflow's database: there is none yet")
            return 0
        return 0 if _migrates(url) else 1
    except NewsError as error:
        return tell_error(error)


def _chosen(named: str | None) -> URL | None:
    given = named or os.environ.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN")
    if given:
        return database_url(given)
    return database_url(f"sqlite:///{_LOCAL}") if _LOCAL.exists() else None


def _migrates(url: URL) -> bool:
    """Migrate a copy and tell what became of it; whether it went well."""
    to = version("apache-airflow")
    print(f"Airflow's database: a copy of {url.render_as_string()} is migrated to {to} …", flush=True)
    with scratch_copy(url) as copy, tempfile.TemporaryDirectory(prefix="news-airflow-home-") as home:
        revisions, rows = _asked(copy, _REVISIONS), _asked(copy, _COUNTED)
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=_environment(copy, home, has_fab="alembic_version_fab" in revisions),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        if done.returncode:
            print("\n".join(done.stdout.splitlines()[-15:]))
            print("error: the copy can't be migrated, see above. Don't upgrade.", file=sys.stderr)
            return False
        revisions_after, rows_after = _asked(copy, _REVISIONS), _asked(copy, _COUNTED)
    for name, after in revisions_after.items():
        before = revisions.get(name, "none")
        print(f"  {name}: " + (f"{after}, nothing to do" if before == after else f"{before} → {after}"))
    print("  rows: " + ", ".join(f"{name} {count}" for name, count in rows_after.items()))
    print(f"  it took {seconds:.0f} s")
    lost = [name for name, count in rows.items() if rows_after.get(name, 0) < count]
    for name in lost:
        told = f"{name} had {rows[name]} rows and has {rows_after.get(name, 0)} after the migration"
        print(f"error: {told}. Don't upgrade.", file=sys.stderr)
    return not lost


def _environment(url: URL, home: str, *, has_fab: bool) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
    fab = {"AIRFLOW__CORE__AUTH_MANAGER": _FAB} if has_fab else {}
    return {
        **inherited,
        **fab,
        "PYTHONPATH": str(PROJECT_ROOT),
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(Path(home) / "dags"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url.render_as_string(hide_password=False),
    }


def _asked(url: URL, questions: Mapping[str, str]) -> dict[str, Any]:
    """The answer to each question whose table is there."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            there = inspect(connection).get_table_names()
            return {
                table: connection.execute(text(question)).scalar_one()
                for table, question in questions.items()
                if table in there
            }
    finally:
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
