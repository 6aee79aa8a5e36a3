"""**One capture day from its feeds to the warehouse.** A run works on one UTC day, its *partition*.

| task | what it does | where to look |
|---|---|---|
| `land` | for each feed in `config/feeds.toml`: keeps the bytes of the day's captures, once, unchanged | `raw/` |
| `parse` | reads the pages; one that can't be read goes to quarantine | `staged/parsed/` |
| `validate` | holds every article to its publisher's contract | `staged/validated/`, `docs/` |
| `load` | replaces the day in the warehouse, then wakes `news_marts` | `warehouse/` |
| `feeds` | is red when a feed failed, and skipped when all answered | |

All paths are under `NEWS_HOME`; the log of each task ends with its counts, reasons and paths.

**Running it.** It runs daily for the day that has just ended. *Trigger* with a `day` runs that day;
*Trigger → Backfill* (reprocess: all runs), or
`airflow backfill create --dag-id news_pages --from-date 2025-09-01 --to-date 2025-09-05 --reprocess-behavior completed`,
runs a range, days in parallel. Running a day again replaces that day, so it is always safe.
Airflow names a run by the midnight that ends its day: `backfill__2025-09-02T00:00:00+00:00` ran
1 September.

**When a task is red,** open its log: the last lines name the file or setting and what to do. The task's
documentation (the book on the task's page) tells the rest. Then *Clear* the task; the tasks after it follow.
Locks and lost connections are tried again by themselves, broken contracts are not. A day that failed leaves
the warehouse and the marts as they were.

**When a feed is red** and the tasks after it are green, the other feeds' pages of the day went through. *Clear* the
red instance of `land` (with its downstream tasks) when the feed is back: it takes what is missing.

**When all tasks after the first are pink (skipped),** no feed had anything for that day.
"""  # noqa: E501 - a command has to stay on one line

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, TriggerRule, get_current_context

from dags._shared import (
    CAPTURES,
    DEFAULT_ARGS,
    PARSED,
    STAGED,
    WAREHOUSE,
    WRITER_POOL,
    credential_of,
    feed_assets,
    nothing_to_do,
    notifying_runs,
    notifying_tasks,
    plain,
    stage,
    tell,
)
from newsmarts.core.errors import FeedError, UsageError
from newsmarts.core.partitions import day_interval, parse_day
from newsmarts.core.settings import load_settings
from newsmarts.land.feeds.config import feed_names


def capture_day(params: dict[str, Any], dag_run: Any) -> date:
    """The run's day: the form's, else the schedule's or backfill's, else the last day that is over.

    Raises:
        UsageError: the day isn't over (UTC) and the form didn't ask for it all the same; or the form of a
            backfill, which has its own days, names one.
    """
    if params["day"] and dag_run.run_type == "backfill":
        raise UsageError(
            f"A backfill runs its own days, and would run {params['day']} for each: leave `day` empty."
        )
    if params["day"]:
        day = parse_day(params["day"])
    else:
        day = (dag_run.data_interval_start or dag_run.run_after - timedelta(days=1)).astimezone(UTC).date()
    if day_interval(day)[1] > datetime.now(UTC) and not params["allow_unfinished_day"]:
        raise UsageError(
            f"{day} isn't over yet (UTC), so its captures aren't complete. Run it tomorrow, or trigger it "
            "with allow_unfinished_day and run it once more when the day is over."
        )
    return day


feeds_to_land = feed_names(load_settings())

with DAG(
    dag_id="news_pages",
    description="Captured pages of one day: land, parse, validate, load",
    doc_md=__doc__,
    # At midnight: with any other time `backfill --to-date` drops its last day. An interval, not "@daily",
    # whose interval is empty in Airflow 3.
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
    start_date=datetime(2000, 1, 1, tzinfo=UTC),  # before any capture, so that every day can be backfilled
    catchup=False,
    max_active_runs=8,  # days are independent; a backfill sets its own
    default_args={**DEFAULT_ARGS, **notifying_tasks()},
    **notifying_runs(),
    tags=["news", "pages"],
    params={
        "day": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Capture day (UTC)",
            description="The day to run. Empty: the day of the schedule, or yesterday.",
        ),
        "allow_unfinished_day": Param(
            False,
            type="boolean",
            title="Run a day that isn't over",
            description="Takes what has been captured so far. Run the day again when it is over.",
        ),
    },
):

    @stage(
        "Land: keep the bytes",
        map_index_template="{{ told | default(task.op_kwargs['feed']) }}",  # the feed, and then what it gave
        # a feed that is down is asked again after half a minute, one, two, four and eight
        retries=5,
        retry_exponential_backoff=2,
        max_retry_delay=timedelta(minutes=15),
        execution_timeout=timedelta(hours=6),  # a live site is asked slowly; what has landed stays
        inlets=feed_assets(feeds_to_land),
        outlets=[CAPTURES],
    )
    def land(feed: str, params: Any = None, dag_run: Any = None, outlet_events: Any = None) -> dict[str, Any]:
        """Stores each capture that the feed has of the day under its SHA-256, and lists it in the manifest.

        **Red?**
        - *"A backfill runs its own days"*: its form named a `day`. Start it again without one.
        - *"isn't over yet"*: the day asked for hasn't ended in UTC. Run it tomorrow, or trigger it with
          `allow_unfinished_day`.
        - *the inbox is no folder, can't be read, or holds NEWS_HOME*: set `NEWS_INBOX` (or make the
          folder), then clear this task.
        - *FeedUnavailable* (after its retries): the feed doesn't answer. What it gave before is landed; clear
          this task when it is back.
        - *FeedRefused*: the site won't have robots. It isn't asked again in this run; use an archive feed for
          these days.
        - *a connection that isn't there*: make it under *Admin → Connections*, then clear this task.
        - *No space left on device*: make room under `NEWS_HOME`, then clear this task.

        Green with nothing landed: the feed has nothing of that day. If you expected captures, look for the
        day in the inbox's paths (or the archive's dates) and clear this task.

        Single captures can't make it red: too large, unreadable, of another type, damaged in their archive:
        each becomes a quarantine row. A file that is still being written waits: run the day again.
        """
        from newsmarts.core.settings import settings
        from newsmarts.land import run as stage_land

        result = stage_land.run(capture_day(params, dag_run), settings(), feed, credential_of)
        context: Any = get_current_context()
        context["told"] = (
            f"{feed}: {result.landed} captures ({result.new} new), {result.rejected} turned away"
        )
        told = {
            "feed": feed,
            "day": result.day.isoformat(),
            "landed": result.landed,
            "new": result.new,
            "rejected": result.rejected,
            "waiting": len(result.waiting),
            "passed_over": result.passed_over,
        }
        return tell(outlet_events, CAPTURES, told)

    # once every feed is done with, retries included, and one at least has answered
    @stage(
        "Parse: read the pages",
        trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
        inlets=[CAPTURES],
        outlets=[PARSED],
    )
    def parse(landed: Any, outlet_events: Any = None) -> dict[str, Any]:
        """Reads the day's captures, of all feeds, into articles, ticker lines and links to other pages.

        **Pink?** No feed had anything for the day.

        **Red?**
        - *MissingPartition*: the day's manifest is gone. Clear `land`.
        - *anything else* is a fault of the machine (disk, memory): mend it and clear this task.

        A page that can't be read doesn't make it red: it goes to quarantine with its reason (`parser_error`
        has the traceback in this log; that page is worth a report).
        """
        from newsmarts.core.settings import settings
        from newsmarts.parse import run as stage_parse

        feeds = list(landed)
        if not any(feed["landed"] + feed["rejected"] for feed in feeds):
            nothing_to_do("No feed has anything of the day.")
        result = plain(stage_parse.run(parse_day(feeds[0]["day"]), settings()))
        return tell(outlet_events, PARSED, result)

    @stage("Validate: ask the contracts", inlets=[PARSED], outlets=[STAGED])
    def validate(parsed: dict[str, Any], dag_run: Any = None, outlet_events: Any = None) -> dict[str, Any]:
        """Holds each article and ticker line to the contracts in `expectations/`; what breaks a critical
        one goes to quarantine with the offending text. The day's Data Docs are in `docs/` under
        `NEWS_HOME`.

        **Red?**
        - *TooManyQuarantined*: more than `NEWS_QUARANTINE_FAIL_SHARE` of the day was turned away. The
          message names the expectations and the pages; the run's **Contracts** tab shows them. Mostly the
          publisher has changed its layout: fix `include/newsmarts/parse/`, then clear `parse`. If the
          pages really are bad, raise the share for this run's day and clear this task.
        - *IncompleteResult*: Great Expectations counted more failures than it listed. Nothing was let
          through; this is a fault in a contract or in the library, to be mended in code.
        - *ConservationError*: a capture was lost or counted twice: a fault in code.

        What was loaded for this day before stays until a run of it succeeds.
        """
        from newsmarts.core.settings import settings
        from newsmarts.validate import run as stage_validate

        result = stage_validate.run(parse_day(parsed["day"]), settings(), run_id=dag_run.run_id)
        return tell(outlet_events, STAGED, plain(result))

    # before the marts' tasks, which wait for the same slot: one run of theirs then takes several days
    @stage(
        "Load: into the warehouse",
        pool=WRITER_POOL,
        priority_weight=10,
        inlets=[STAGED],
        outlets=[WAREHOUSE],
    )
    def load(validated: dict[str, Any], outlet_events: Any = None) -> dict[str, Any]:
        """Replaces the day in the private warehouse in one transaction, then wakes `news_marts` for it.

        **Red?**
        - *LockTimeout* (after its retries): another process holds the warehouse. The message names the
          lock; end that process, then clear this task.
        - *The warehouse … can't be used*: run `newsmarts rebuild`, then clear this task. It makes the
          warehouse anew from `staged/` and sets the damaged one aside.
        - *DamagedPartition*: a staged file is damaged. Clear `parse`.
        - *ContractError*: the validated day wasn't accepted. Clear `validate` and read its message.
        - *MissingPartition*: the validated files are gone. Clear `parse`.

        **Grey and waiting?** The pool `duckdb_writer` has one slot on purpose. If nothing runs and it still
        waits, see *Admin → Pools*; `airflow pools import config/pools.json` makes it.
        """
        from newsmarts.core.settings import settings
        from newsmarts.load import run as stage_load

        result = stage_load.run(parse_day(validated["day"]), settings())
        # always, not only when rows changed: a publish that failed earlier gets its chance
        outlet_events[WAREHOUSE].add_partitions(validated["day"])
        return tell(outlet_events, WAREHOUSE, plain(result))

    # the feed that failed has told whom it may concern
    @stage("Feeds: all answered?", trigger_rule=TriggerRule.ONE_FAILED, on_failure_callback=None)
    def feeds(landed: Any) -> None:  # noqa: ARG001 - tells Airflow what it watches
        """Makes the run red when a feed failed, though the other feeds' pages of the day went through.

        **Red?** Open the red instance of `land`, the last lines of its log say why. Clear it when the feed is
        back: the tasks after it follow.
        """
        raise FeedError("A feed failed: see the red instance of land. The other feeds' pages went through.")

    captures = land.expand(feed=feeds_to_land)
    load(validate(parse(captures)))
    feeds(captures)
