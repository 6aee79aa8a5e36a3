"""Remove Airflow's records of old runs, in a process of its own: a task has no access to Airflow's database.

Where Airflow itself is configured:
``python -m dags.common.airflow_history --before 2026-01-01T00:00:00+00:00``
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsmarts.core.errors import NewsError
from newsmarts.core.settings import PROJECT_ROOT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)
# History. What depends on these (task instances, XComs, deadlines) is removed with them; DAGs and their
# versions, triggers and whatever waits to become a run are kept.
TABLES = ("asset_event", "callback", "dag_run", "import_error", "job", "log", "task_instance", "xcom")
_MARGIN = timedelta(days=1)
_SECONDS = 3600.0


def run(database_url: str, before: datetime, *, dry_run: bool) -> dict[str, Any]:
    """Run this module on that database and return its result.

    Raises:
        NewsError: it failed; its last line of output is in the message.
    """
    options = ["--before", before.isoformat(), *(["--dry-run"] if dry_run else [])]
    environment = {**os.environ, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database_url}
    environment.pop("AIRFLOW__CORE__SQL_ALCHEMY_CONN", None)
    environment.pop("_AIRFLOW_PROCESS_CONTEXT", None)
    done = subprocess.run(  # noqa: S603 - this interpreter, this module
        [sys.executable, "-m", "dags.common.airflow_history", *options],
        cwd=PROJECT_ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    *lines, answer = done.stdout.strip().splitlines() or [""]
    for line in filter(None, lines):
        log.info("%s", line)
    if done.returncode or not answer:
        errors = done.stderr.strip().splitlines() or ["no output"]
        for line in filter(None, errors):
            log.error("%s", line)
        raise NewsError(
            f"Airflow's history can't be cleaned: {errors[-1]}. See the log above; no other task waits for "
            "this."
        )
    result: dict[str, Any] = json.loads(answer)
    log.info("Removed records before %s: %s", result["before"], result["removed"] or "none")
    return result


def clean(session: Session, before: datetime, *, dry_run: bool) -> dict[str, Any]:
    """Remove records older than ``before``, and than everything that isn't finished.

    Returns:
        ``before`` as it was used, and by table how many records were removed (by a dry run: none).
    """
    from airflow.utils.db_cleanup import run_cleanup

    unfinished = oldest_unfinished(session)
    if unfinished is not None:
        before = min(before, unfinished - _MARGIN)
    rows = count_rows(session)
    run_cleanup(
        clean_before_timestamp=before,  # type: ignore[arg-type]
        table_names=list(TABLES),
        dry_run=dry_run,
        confirm=False,
        skip_archive=True,
        error_on_cleanup_failure=True,
        session=session,
    )
    left = count_rows(session)
    removed = {name: rows[name] - left[name] for name in TABLES if rows[name] > left[name]}
    return {"before": before.isoformat(), "removed": removed, "dry_run": dry_run}


def oldest_unfinished(session: Session) -> datetime | None:
    """The earliest moment of anything that still runs or waits: runs, their tasks, backfills, asset keys."""
    from airflow.models import DagRun, TaskInstance
    from airflow.models.asset import AssetPartitionDagRun
    from airflow.models.backfill import Backfill
    from airflow.utils.state import State
    from sqlalchemy import func, select

    runs = DagRun.state.in_(State.unfinished_dr_states)
    waiting = AssetPartitionDagRun.created_dag_run_id.is_(None)
    queries = (
        select(func.min(DagRun.created_at)).where(runs),
        select(func.min(DagRun.queued_at)).where(runs),
        select(func.min(DagRun.start_date)).where(runs),
        select(func.min(TaskInstance.start_date)).join(TaskInstance.dag_run).where(runs),
        select(func.min(Backfill.created_at)).where(Backfill.completed_at.is_(None)),
        select(func.min(AssetPartitionDagRun.created_at)).where(waiting),
    )
    return min(filter(None, map(session.scalar, queries)), default=None)


def count_rows(session: Session) -> dict[str, int]:
    """How many records each table of history has."""
    from sqlalchemy import func, select, table

    return {name: session.scalar(select(func.count()).select_from(table(name))) or 0 for name in TABLES}


def main(argv: Sequence[str] | None = None) -> int:
    """The command: prints Airflow's own lines, and the counts as JSON on its last line."""
    parser = argparse.ArgumentParser(prog="python -m dags.common.airflow_history", description=__doc__)
    parser.add_argument("--before", type=datetime.fromisoformat, required=True, metavar="MOMENT")
    parser.add_argument("--dry-run", action="store_true")
    arguments = parser.parse_args(argv)

    from airflow.utils.session import create_session

    with create_session() as session:
        result = clean(session, arguments.before, dry_run=arguments.dry_run)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
