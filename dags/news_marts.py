"""**The published marts, built from the warehouse when days have been loaded.**

| task | what it does |
|---|---|
| `wait` | waits for days that are being run, at most NEWS_PUBLISH_WAIT_SECONDS (10 minutes): one release takes all |
| `build` | updates the release candidate (private) and its search index from the warehouse |
| `audit` | checks the candidate against the contracts `expectations/marts_*.json` |
| `publish` | makes it a read-only release, and moves `marts/current` to it |
| `to_postgres` | only with NEWS_POSTGRES_CONN_ID or NEWS_POSTGRES_URL: copies the release into PostgreSQL |

It runs by itself after `news_pages` has loaded days, one run at a time; what is loaded during a run starts one more. A
run takes every day that has changed, and names them in its note. *Trigger* runs it by
hand; `full_rebuild` builds every mart from the start. When nothing has changed since the last release, there
is no new one, and all tasks are green. Readers of `marts/current/news.duckdb` never notice a publish, and the last
releases are kept beside it.

**When a task is red,** the published release stays as it was. Open the log: the last lines say what is
wrong and what to do. *Clear* the task when it is fixed, or wait for the next loaded day: each run takes
all days that have changed.
"""  # noqa: E501 - a row of a table is one line

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param

from dags.common.assets import POSTGRES, RELEASE, WAREHOUSE, record_result, to_json
from dags.common.connections import postgres_address_of
from dags.common.notifications import notify_of_runs, notify_of_tasks
from dags.common.tasks import DEFAULT_ARGS, WRITER_POOL, nothing, stage

log = logging.getLogger(__name__)
LOOK_AGAIN = timedelta(seconds=5)
# of `load`: it may still come; "null" is Airflow's name of no state
TO_COME = ["null", "scheduled", "queued", "running", "restarting", "up_for_retry", "deferred"]

with DAG(
    dag_id="news_marts",
    description="Release of the marts: build, audit, publish",
    doc_md=__doc__,
    # Events of days that are loaded before a run is made, or during one, are folded into one run. That run is
    # made after the last of them, and takes what the warehouse holds.
    schedule=WAREHOUSE,
    start_date=datetime(2000, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,  # one candidate file
    default_args={**DEFAULT_ARGS, **notify_of_tasks(), "pool": WRITER_POOL},
    **notify_of_runs(),
    tags=["news", "marts"],
    params={
        "full_rebuild": Param(
            False,
            type="boolean",
            title="Build every mart from the start",
            description="Slower, with the same tables. For a candidate that may be damaged.",
        ),
    },
):

    @stage("Wait: for days under way", pool="default_pool")
    def wait(dag_run: Any = None, ti: Any = None) -> None:
        """Waits while `news_pages` has days to load, so that one release takes them all. After
        `NEWS_PUBLISH_WAIT_SECONDS` it waits no longer, and the days that are loaded by then are published.
        A run by hand doesn't wait.

        **Red?** Airflow's database doesn't answer. Clear this task when it does.
        """
        from airflow.sdk.exceptions import AirflowRescheduleException

        from newsmarts.core.settings import settings
        from newsmarts.core.text import counted

        until = dag_run.start_date + timedelta(seconds=settings().publish_wait_seconds)
        if dag_run.run_type == "manual" or datetime.now(UTC) >= until:
            return
        days = ti.get_ti_count(dag_id="news_pages", task_ids=["load"], states=TO_COME)
        if days:
            log.info("%s still to be loaded", counted(days, "day"))
            # it leaves its slot: where one task runs at a time, no day could be loaded
            raise AirflowRescheduleException(datetime.now(UTC) + LOOK_AGAIN)  # type: ignore[no-untyped-call]

    @stage("Build: the release candidate")
    def build(params: Any = None, dag_run: Any = None) -> dict[str, Any]:
        """Updates the candidate: only days whose content has changed, and their neighbours, are built
        again. An article that shows a ticker line of a neighbouring day is withheld and listed in
        `marts.quarantine`.

        **Red?**
        - *LockTimeout* (after its retries): another process holds the warehouse; the message names the
          lock. End that process, then clear this task.
        - *a DuckDB error about the candidate file*: trigger this DAG with `full_rebuild`; the candidate is
          then built from the warehouse alone.
        """
        from newsmarts.core.partitions import days_in_words, warehouse_path
        from newsmarts.core.settings import settings
        from newsmarts.marts import run as stage_publish

        if not warehouse_path(settings().home).exists():
            return nothing("No day has been loaded yet")
        result = stage_publish.build(settings(), full=params["full_rebuild"])
        if result.released_as and dag_run.run_type != "manual":
            return nothing(f"Nothing has changed since release {result.released_as}")
        return {
            "summary": days_in_words(result.days) if result.days else "No day has changed",
            "articles": result.articles,
            "withheld": result.withheld,
        }

    @stage("Audit: check the candidate")
    def audit(built: dict[str, Any]) -> dict[str, Any]:
        """Checks the candidate against the marts' contracts: keys are unique, nothing is lost, types and
        texts are right.

        **Red?** *AuditFailed*: the message names the mart, the expectation and the rows. The published
        release is untouched. If the rows are wrong, fix the SQL in `include/newsmarts/marts/` (or the day's
        pages) and trigger this DAG with `full_rebuild`. If the expectation is wrong, fix it in
        `expectations/` and clear this task.
        """
        from newsmarts.core.settings import settings
        from newsmarts.marts import run as stage_publish

        return {**to_json(stage_publish.audit(settings())), "days": built["summary"]}

    @stage("Publish: the new release", inlets=[WAREHOUSE], outlets=[RELEASE])
    def publish(
        audited: dict[str, Any],
        outlet_events: Any = None,
    ) -> dict[str, Any]:
        """Copies the audited candidate to `marts/releases/<id>/`, read-only, and moves `marts/current` to
        it.

        **Red?**
        - *DiskFull* (after its retries): make as much room as the message names, then clear this task.
        - *the candidate isn't the one that was audited*: it was built again in between. Clear `audit`.
        """
        from newsmarts.core.settings import settings
        from newsmarts.marts import run as stage_publish

        result = to_json(stage_publish.publish(settings()))
        counts = {name: value for name, value in result.items() if name != "path"}
        words = f"Release {result['release_id']}: {result['rows']['articles']:,} articles"
        record_result(outlet_events, RELEASE, counts, f"{words}; {audited['days']}")
        return result

    built = build()
    wait().set_downstream(built)
    published = publish(audit(built))

    if os.environ.get("NEWS_POSTGRES_CONN_ID") or os.environ.get("NEWS_POSTGRES_URL"):

        @stage(
            "Copy: PostgreSQL for BI servers",
            pool="default_pool",  # it only reads the release
            # a server that is down is tried again after half a minute, one, two, four and eight
            retries=5,
            retry_exponential_backoff=2,
            max_retry_delay=timedelta(minutes=15),
            inlets=[RELEASE],
            outlets=[POSTGRES],
        )
        def to_postgres(
            published: dict[str, Any],  # noqa: ARG001 - sets the tasks' order
            outlet_events: Any = None,
        ) -> dict[str, Any]:
            """Copies the current release into the schema `marts` (NEWS_POSTGRES_SCHEMA) of a PostgreSQL
            database, in one transaction: its readers see the old release or the new one. A release that is
            there already is kept.

            **Red?** The old copy is untouched, and so is the release in `marts/current`.
            - *DatabaseUnavailable* (after its retries): the server doesn't answer, or sessions lock the old
              copy; the message names them. End them, then clear this task.
            - *needs CREATE on the database*, *something depends on it*: fix that in the database as the
              message says, then clear this task.
            - *There is no Airflow connection …*: create it under Admin → Connections (type Postgres).
            """
            from newsmarts.core.settings import settings
            from newsmarts.export import postgres

            conn_id = settings().postgres_conn_id
            url = postgres_address_of(conn_id) if conn_id else None
            return record_result(outlet_events, POSTGRES, postgres.copy_to_postgres(settings(), url=url))

        to_postgres(published)
