"""**Visits to the live sites, several times a day.** This DAG exists only when `config/feeds.toml` has an
enabled feed of kind `live`.

A live page is captured when it is fetched, so yesterday's can't be fetched. Each visit lands what is new or
has changed on the sites as captures of today; when the day is over, `news_pages` parses, validates and loads
them with all other captures of the day. A visit requests only pages that are new to it, so another one does
no harm.

The last visit of a day starts at 23:07 UTC and has to end before midnight, when `news_pages` runs the day:
keep a live feed's `limits.max_captures` times its `crawl_delay_seconds` below 50 minutes. What a visit lands
after midnight waits until `news_pages` runs that day again.

**When a task is red,** its log names the site that blocked us or didn't answer. The next visit tries again;
for a site that always blocks us, use the archive feeds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, get_current_context

from dags.common.assets import CAPTURES, feed_assets, record_result
from dags.common.connections import credential_of
from dags.common.notifications import notify_of_runs, notify_of_tasks
from dags.common.tasks import DEFAULT_ARGS, error_in_label, stage
from newsmarts.core.settings import load_settings
from newsmarts.land.config import feed_names

if live_feeds := feed_names(load_settings(), kind="live"):
    with DAG(
        dag_id="news_live",
        description="Visits to the live sites: what is new becomes captures of today",
        doc_md=__doc__,
        schedule=CronDataIntervalTimetable("7 2-23/3 * * *", timezone="UTC"),
        start_date=datetime(2000, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,  # a second visit would only wait for the pauses of the first
        default_args={**DEFAULT_ARGS, **notify_of_tasks()},
        **notify_of_runs(),
        tags=["news", "live"],
    ):

        @stage(
            "Visit: what is new on the sites",
            map_index_template="{{ label | default(task.op_kwargs['feed']) }}",
            execution_timeout=timedelta(hours=2, minutes=45),  # the next visit starts then
            inlets=feed_assets(live_feeds),
            outlets=[CAPTURES],
        )
        def visit(feed: str, outlet_events: Any = None) -> dict[str, Any]:
            """Lands what is new on the feed's sites now, as captures of today (UTC).

            **Red?**
            - *FeedUnavailable* (after its retries): a site doesn't answer. What it gave before is landed.
            - *FeedRefused*: a site blocks us; this run makes no further request to it. Use an archive feed.
            - *There is no Airflow connection …*: create it under *Admin → Connections*, then clear this task.
            """
            from newsmarts.core.settings import settings
            from newsmarts.core.text import counted
            from newsmarts.land import run as stage_land

            with error_in_label(feed):
                result = stage_land.run(datetime.now(UTC).date(), settings(), feed, credential_of)
            context: Any = get_current_context()
            label = f"{feed}: {result.new} new of {counted(result.landed, 'capture')} today"
            context["label"] = label
            counts = {
                "feed": feed,
                "day": result.day.isoformat(),
                "landed": result.landed,
                "new": result.new,
            }
            return record_result(outlet_events, CAPTURES, counts, label)

        visit.expand(feed=live_feeds)
