"""**Visits to the live sites, several times a day.** There is such a DAG only when `config/feeds.toml` has an
enabled feed of kind `live`.

A live page is captured when it is fetched, so nothing can fetch yesterday's. Each visit lands what is new or
has changed on the sites as captures of today; when the day is over, `news_pages` parses, validates and loads
them with all other captures of the day. A visit asks only for what it hasn't seen, so one more does no harm.

The last visit of a day starts at 23:07 UTC and has to end before midnight, when `news_pages` runs the day:
give a live feed's `limits.max_captures` times its `crawl_delay_seconds` less than 50 minutes. What a later
visit lands all the same waits until `news_pages` runs that day again.

**When a task is red,** its log says which site refused or didn't answer. The next visit tries again; the
archive feeds have the pages of a site that refuses for good.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, get_current_context

from dags._shared import (
    CAPTURES,
    DEFAULT_ARGS,
    credential_of,
    feed_assets,
    notifying_runs,
    notifying_tasks,
    stage,
    tell,
)
from newsmarts.core.settings import load_settings
from newsmarts.land.feeds.config import feed_names

if live_feeds := feed_names(load_settings(), kind="live"):
    with DAG(
        dag_id="news_live",
        description="Visits to the live sites: what is new becomes captures of today",
        doc_md=__doc__,
        schedule=CronDataIntervalTimetable("7 2-23/3 * * *", timezone="UTC"),
        start_date=datetime(2000, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,  # a second visit would only wait for the first one's pauses
        default_args={**DEFAULT_ARGS, **notifying_tasks()},
        **notifying_runs(),
        tags=["news", "live"],
    ):

        @stage(
            "Visit: what is new on the sites",
            map_index_template="{{ told | default(task.op_kwargs['feed']) }}",
            execution_timeout=timedelta(hours=2, minutes=45),  # the next visit starts then
            inlets=feed_assets(live_feeds),
            outlets=[CAPTURES],
        )
        def visit(feed: str, outlet_events: Any = None) -> dict[str, Any]:
            """Lands what is new on the feed's sites now, as captures of today (UTC).

            **Red?**
            - *FeedUnavailable* (after its retries): a site doesn't answer. What it gave before is landed.
            - *FeedRefused*: a site refuses us; it isn't asked again in this run. Use an archive feed.
            - *a connection that isn't there*: make it under *Admin → Connections*, then clear this task.
            """
            from newsmarts.core.settings import settings
            from newsmarts.land import run as stage_land

            result = stage_land.run(datetime.now(UTC).date(), settings(), feed, credential_of)
            context: Any = get_current_context()
            context["told"] = f"{feed}: {result.new} new of {result.landed} captures today"
            told = {
                "feed": feed,
                "day": result.day.isoformat(),
                "landed": result.landed,
                "new": result.new,
            }
            return tell(outlet_events, CAPTURES, told)

        visit.expand(feed=live_feeds)
