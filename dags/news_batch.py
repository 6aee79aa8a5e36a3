"""**Archives of millions of pages, staged by Spark.** This DAG exists only when `NEWS_LAKE_CATALOG` is set; see
[docs/scale.md](../docs/scale.md).

| task | what it does | where to look |
|---|---|---|
| `stage_archives` | reads, parses and validates the archives of the feeds with `batch = true` | the lake: Iceberg tables |
| `load` | replaces these days in the warehouse, then triggers `news_marts` | `warehouse/` |
| `accept` | is red when a day was refused as a whole | the log |

*Trigger* runs all days of the archives, or those from `first_day` to `last_day`. Each day is replaced whole, from all
archives, so running it again is always safe. Bytes stay in the archives: keep them.

**When a task is red,** open its log: the last lines name the file or setting and what to do. Then *Clear* the task;
the tasks after it follow. Days that were not staged stay as they were.
"""  # noqa: E501 - a row of a table is one line

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param

from dags.common.assets import CAPTURES, STAGED, WAREHOUSE, record_result
from dags.common.notifications import notify_of_runs, notify_of_tasks
from dags.common.tasks import DEFAULT_ARGS, WRITER_POOL, stage
from newsmarts.core.errors import TooManyQuarantined
from newsmarts.core.partitions import parse_day
from newsmarts.core.settings import load_settings
from newsmarts.core.text import counted


def wanted_days(first: str | None, last: str | None) -> list[date] | None:
    """The days from the first to the last, or the one that is given; None: all of the archives."""
    if not first and not last:
        return None
    start, end = parse_day(first or last or ""), parse_day(last or first or "")
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


if load_settings().lake_catalog is not None:
    with DAG(
        dag_id="news_batch",
        description="Archives of many pages: staged by Spark, then loaded",
        doc_md=__doc__,
        schedule=None,
        start_date=datetime(2000, 1, 1, tzinfo=UTC),
        max_active_runs=1,
        default_args={**DEFAULT_ARGS, **notify_of_tasks()},
        **notify_of_runs(),
        tags=["news", "batch"],
        params={
            "first_day": Param(None, type=["null", "string"], format="date", title="First capture day (UTC)"),
            "last_day": Param(None, type=["null", "string"], format="date", title="Last capture day (UTC)"),
        },
    ):

        @stage(
            "Stage: archives into the lake",
            execution_timeout=timedelta(days=2),
            inlets=[CAPTURES],
            outlets=[STAGED],
        )
        def stage_archives(
            params: Any = None, dag_run: Any = None, outlet_events: Any = None
        ) -> dict[str, Any]:
            """Reads every archive of the batch feeds on Spark (`NEWS_SPARK_MASTER`), and replaces the wanted
            days in the lake.

            **Red?**
            - *FeedUnavailable* (after its retries): an archive is still being written, or isn't at the same
              path on every worker.
            - *MissingPartition*: an archive with captures that were staged before is gone. Put it back.
            - *SettingsError*: a worker has another newsmarts, or other contracts. Install the same on all.
            - *DatabaseUnavailable* (after its retries): the catalog's database doesn't answer.
            """
            from dags.common.spark import stage as stage_on_spark
            from newsmarts.core.settings import settings

            days = wanted_days(params["first_day"], params["last_day"])
            staged = stage_on_spark(settings(), days, dag_run.run_id)
            captures = counted(sum(day.captures for day in staged), "capture")
            summary = f"{captures} of {counted(len(staged), 'day')}"
            refused = {day.day.isoformat(): day.refusal for day in staged if day.refusal}
            found = {"days": [day.day.isoformat() for day in staged], "refused": refused}
            return record_result(outlet_events, STAGED, found, summary)

        @stage("Load: into the warehouse", pool=WRITER_POOL, inlets=[STAGED], outlets=[WAREHOUSE])
        def load(staged: dict[str, Any], outlet_events: Any = None) -> dict[str, Any]:
            """Replaces each staged day in the private warehouse, then triggers `news_marts`.

            **Red?**
            - *LockTimeout* (after its retries): another process holds the warehouse.
            - *ConservationError*: a day is also in `staged/validated`; the message says what to do.
            """
            from newsmarts.core.settings import settings
            from newsmarts.load import run as stage_load

            loaded = [stage_load.run(parse_day(day), settings()) for day in staged["days"]]
            articles = counted(sum(day.articles for day in loaded), "article")
            return record_result(
                outlet_events, WAREHOUSE, staged, f"{articles} of {counted(len(loaded), 'day')}"
            )

        @stage("Accept: the days as a whole", inlets=[WAREHOUSE])
        def accept(loaded: dict[str, Any]) -> None:
            """Makes the run red when days were refused: their captures are in the marts with their reasons,
            and none of their articles, unless an earlier run of them was accepted.

            **Red?** *TooManyQuarantined*: the message names days, expectations and pages. Usually a publisher
            has changed its layout: fix its rules, then run these days again. If the pages really are bad,
            acknowledge them on the desk's page *Quarantine* first: they stay out and don't count.
            """
            if loaded["refused"]:
                raise TooManyQuarantined("\n".join(loaded["refused"].values()))

        accept(load(stage_archives()))
