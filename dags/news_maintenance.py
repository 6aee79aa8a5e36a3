"""**Cleaning up, weekly**: Mondays at 04:30 UTC.

| task | what it does | when it removes something |
|---|---|---|
| `releases` | releases beyond the last `NEWS_RELEASES_KEPT` | always: that setting says so |
| `logs` | old logs of tasks | `NEWS_LOGS_KEPT_DAYS` is set |
| `orphaned_raw` | counts raw objects that no manifest names | `NEWS_DELETE_ORPHANED_RAW=1` |
| `leftovers` | `.tmp-` files of killed writes, older than a day | always |
| `compaction` | copies the warehouse and the release candidate into fresh files, every four weeks | |
| `verification` | reads a quarter of raw objects and staged days, and all databases: is anything damaged? | |
| `airflow_history` | Airflow's own records of old runs | `NEWS_AIRFLOW_HISTORY_KEPT_DAYS` is set |

Each task returns what it found and removed, and its log has the details. *Trigger* with `dry_run` removes
nothing.
Without Airflow, `newsmarts maintain` does all but the last.

**When a task is red,** its log says why; no other task waits for it. *Clear* it when that is fixed, or wait
for next week's run.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, Param

from dags.common.connections import database_url_of
from dags.common.notifications import notify_of_runs, notify_of_tasks
from dags.common.tasks import DEFAULT_ARGS, WRITER_POOL, nothing, stage

log = logging.getLogger(__name__)


def log_result(result: Any) -> dict[str, Any]:
    """Log a step's result; return it for XCom."""
    log.info("%s", result.summary)
    return asdict(result)


with DAG(
    dag_id="news_maintenance",
    description="Weekly: old releases and logs, orphans, leftovers, compaction, damage, Airflow's history",
    doc_md=__doc__,
    # no start date, and no look back: a new installation waits for its first Monday
    schedule=CronTriggerTimetable("30 4 * * 1", timezone="UTC", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={**DEFAULT_ARGS, **notify_of_tasks()},
    **notify_of_runs(),
    tags=["news", "maintenance"],
    params={
        "dry_run": Param(
            False,
            type="boolean",
            title="Dry run",
            description="Each task logs what it would remove, and removes nothing.",
        ),
    },
):

    @stage("Releases: those beyond the kept ones", pool=WRITER_POOL)
    def releases(params: Any = None) -> dict[str, Any]:
        """Removes all but the last `NEWS_RELEASES_KEPT` releases (never the current one), as publishing does:
        this task is for a setting that was lowered.

        **Red?** *LockTimeout* (after its retries): another process holds the warehouse; the message names the
        lock. *Permission denied*: another user owns a release's files; give them back to Airflow's user.
        """
        from newsmarts.core.settings import settings
        from newsmarts.ops.maintenance.steps import old_releases

        return log_result(old_releases(settings(), dry_run=params["dry_run"]))

    @stage("Logs: old ones of tasks")
    def logs(params: Any = None) -> dict[str, Any]:
        """Removes logs of tasks and of the DAG processor that haven't changed for `NEWS_LOGS_KEPT_DAYS`
        days. Without that setting it counts them. A run whose logs are gone keeps its states and times.

        **Red?** *Permission denied*: another user owns a log; give it back to Airflow's user.
        """
        from airflow.sdk.configuration import conf

        from newsmarts.core.settings import settings
        from newsmarts.ops.maintenance.steps import old_logs

        folder = Path(conf.get("logging", "base_log_folder"))
        return log_result(old_logs(settings(), folder, now=datetime.now(UTC), dry_run=params["dry_run"]))

    @stage("Raw: objects that no manifest names")
    def orphaned_raw(params: Any = None) -> dict[str, Any]:
        """Counts captured bytes that no day's manifest names and that no landing has used for a week:
        killed landings leave them, and landing the same pages again uses them. They are removed with
        `NEWS_DELETE_ORPHANED_RAW=1` only, and in an object store not even then.

        **Red?** *DamagedPartition*: a day's manifest can't be read, so what it names isn't known. Land that
        day again, then clear this task.
        """
        from newsmarts.core.settings import settings
        from newsmarts.ops.maintenance.orphans import orphaned_raw

        return log_result(orphaned_raw(settings(), now=datetime.now(UTC), dry_run=params["dry_run"]))

    @stage("Leftovers: of killed writes")
    def leftovers(params: Any = None) -> dict[str, Any]:
        """Removes files and folders named `.tmp-…` under `NEWS_HOME` that haven't changed for a day. Of a
        write that was killed between two renames both halves stay, and the log names them.

        **Red?** *Permission denied*: another user owns a leftover; the message names it. Remove it by hand.
        """
        from newsmarts.core.settings import settings
        from newsmarts.ops.maintenance.steps import leftovers

        return log_result(leftovers(settings(), now=datetime.now(UTC), dry_run=params["dry_run"]))

    @stage("Compaction: fresh database files", pool=WRITER_POOL)
    def compaction(params: Any = None) -> dict[str, Any]:
        """Copies the warehouse and the release candidate into fresh files every four weeks: DuckDB reuses
        deleted space, but never gives it back to the disk. A copy replaces its file only when it has the same
        tables, comments and rows. Loads wait meanwhile.

        **Red?**
        - *the copy needs …*: make room under `NEWS_HOME`, or leave it: it is only about size.
        - *LockTimeout* (after its retries): another process holds the warehouse; the message names the lock.
        - *other rows* or *other columns*: a fault of the copy; the old file is untouched. Report it.
        """
        from newsmarts.core.settings import settings
        from newsmarts.ops.maintenance.compaction import compact

        return log_result(compact(settings(), now=datetime.now(UTC), dry_run=params["dry_run"]))

    @stage("Verification: is anything damaged?")
    def verification() -> dict[str, Any]:
        """Reads captured bytes, staged files and databases, and compares them with their checksums: of raw
        objects and staged days a quarter, another one each week. `newsmarts verify` reads all at once.

        **Red?**
        - *DamagedHome*: the message names each damaged file and what to do. Check the disk first.
        - *LockTimeout* (after its retries): another process holds the warehouse; the message names the lock.
        """
        from newsmarts.core.settings import settings
        from newsmarts.ops.maintenance.steps import verification as verify_part

        return log_result(verify_part(settings(), now=datetime.now(UTC)))

    @stage("History: Airflow's old runs")
    def airflow_history(params: Any = None) -> dict[str, Any]:
        """Removes Airflow's records of runs older than `NEWS_AIRFLOW_HISTORY_KEPT_DAYS` days, as
        `airflow db clean` does: runs, task instances, XComs, events, old jobs. Nothing that is queued or
        running is removed, nor anything newer than its start, nor the last run of a DAG. The marts have
        their own history, and lose nothing.

        Airflow gives tasks no access to its database, so `NEWS_AIRFLOW_DB_CONN_ID` has to name an Airflow
        connection to it (type Postgres, or for SQLite type Generic with the file's path as host).

        **Red?**
        - *UsageError*: create the connection that the message names under *Admin → Connections*.
        - *can't be cleaned*: the message has the last line of Airflow's output, and the log all of it.
        """
        from dags.common import airflow_history
        from newsmarts.core.settings import settings

        kept_days, conn_id = settings().airflow_history_kept_days, settings().airflow_db_conn_id
        if kept_days is None:
            summary = "Airflow's history is kept for ever: set NEWS_AIRFLOW_HISTORY_KEPT_DAYS to change it."
            log.info(summary)
            return nothing(summary)
        before = datetime.now(UTC) - timedelta(days=kept_days)
        return airflow_history.run(database_url_of(conn_id), before, dry_run=params["dry_run"])

    for step in (releases, logs, orphaned_raw, leftovers, compaction, verification, airflow_history):
        step()
