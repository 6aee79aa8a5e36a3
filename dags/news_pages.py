"""**One capture day from its feeds to the warehouse.** A run works on one UTC day, its *partition*.

| task | what it does | where to look |
|---|---|---|
| `land` | for each feed in `config/feeds.toml`: keeps the bytes of the day's captures, once, unchanged | `raw/` |
| `parse` | parses the pages; one that can't be parsed goes to quarantine | `staged/parsed/` |
| `validate` | checks every article against its publisher's contract | `staged/validated/`, `docs/` |
| `load` | replaces the day in the warehouse, then triggers `news_marts` | `warehouse/` |
| `accept` | is red when the day was refused as a whole: too many of its article pages can't be read | `docs/` |

All paths are under `NEWS_HOME`; the log of each task ends with its counts, reasons and paths.

**Running it.** It runs daily for the day that has just ended. *Trigger* with a `day` runs that day; with a past
logical date instead, the day of that date, as the schedule's run of that logical date does;
*Trigger → Backfill* (reprocess: all runs), or
`airflow backfill create --dag-id news_pages --from-date 2025-09-01 --to-date 2025-09-05 --reprocess-behavior completed`,
runs a range, days in parallel. Running a day again replaces that day, so it is always safe.
A run's name has its day: `scheduled__2025-09-01`, and `backfill__2025-09-01T23:59:59+00:00`, which is due in the
day's last second. A run from the form has the moment of its start, and its day in a note.

**When a task is red,** open its log: the last lines name the file or setting and what to do. The task's
documentation (the book on the task's page) has more. Then *Clear* the task; the tasks after it follow.
Locks and lost connections are retried automatically, broken contracts are not. A day that failed before `load`
leaves the warehouse and the marts as they were.

**When only `accept` is red,** the day was refused: its captures are in the marts with their reasons, and none of its
articles, unless an earlier run of the day was accepted: then those stay.

**When an instance of `land` is red,** its feed failed; the other feeds' pages of the day are loaded, and `accept` is
orange: it waits for all feeds. *Clear* the red instance (with its downstream tasks) when the feed is back: it lands what
is missing.

**When no feed had captures of the day,** all tasks are green, and their logs say so.
"""  # noqa: E501 - a command has to stay on one line

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param, TriggerRule, get_current_context

from dags.common.assets import CAPTURES, PARSED, STAGED, WAREHOUSE, feed_assets, record_result
from dags.common.connections import credential_of
from dags.common.notifications import notify_of_runs, notify_of_tasks
from dags.common.tasks import DEFAULT_ARGS, WRITER_POOL, error_in_label, nothing, stage
from dags.common.timetable import CaptureDays
from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import day_interval, day_of_run, parse_day
from newsmarts.core.settings import load_settings
from newsmarts.land.config import feed_names


def capture_day(params: dict[str, Any], dag_run: Any) -> date:
    """The run's day: the form's, else that of its logical date, else the last day that was over.

    Raises:
        UsageError: the day isn't over (UTC) and the form doesn't allow that; or the form of a backfill,
            which has its own days, has one.
    """
    if params["day"] and dag_run.run_type == "backfill":
        raise UsageError(
            f"A backfill runs its own days, and would run {params['day']} for each: leave `day` empty."
        )
    if params["day"]:
        day = parse_day(params["day"])
    else:
        found = day_of_run(dag_run.logical_date, dag_run.data_interval_start, dag_run.run_after)
        assert found is not None  # noqa: S101 - every run has a moment it was due at
        day = found
    if day_interval(day)[1] > datetime.now(UTC) and not params["allow_unfinished_day"]:
        raise UsageError(
            f"{day} isn't over yet (UTC), so its captures aren't complete. Run it tomorrow, or trigger it "
            "with allow_unfinished_day and run it once more when the day is over."
        )
    return day


def _summary(result: Any, valid: int) -> str:
    """A day's outcome in words, for the events of its assets."""
    from newsmarts.core.text import counted

    return (
        f"{result.day}: {counted(result.captures, 'capture')}, {valid} valid, "
        f"{result.not_article} not articles, {result.quarantined} quarantined"
        + (", refused" if result.refusal else "")
    )


feeds_to_land = feed_names(load_settings())

with DAG(
    dag_id="news_pages",
    description="Captured pages of one day: land, parse, validate, load",
    doc_md=__doc__,
    schedule=CaptureDays(),
    start_date=datetime(2000, 1, 1, tzinfo=UTC),  # before any capture, so that every day can be backfilled
    catchup=False,
    max_active_runs=8,  # days are independent; a backfill sets its own
    default_args={**DEFAULT_ARGS, **notify_of_tasks()},
    **notify_of_runs(),
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
            description="Lands what has been captured so far. Run the day again when it is over.",
        ),
    },
):

    @stage(
        "Land: store the bytes",
        map_index_template="{{ label | default(task.op_kwargs['feed']) }}",  # the feed, and later its counts
        # a feed that is down is tried again after half a minute, one, two, four and eight
        retries=5,
        retry_exponential_backoff=2,
        max_retry_delay=timedelta(minutes=15),
        execution_timeout=timedelta(hours=6),  # requests to a live site are slow; what has landed stays
        inlets=feed_assets(feeds_to_land),
        outlets=[CAPTURES],
    )
    def land(feed: str, params: Any = None, dag_run: Any = None, outlet_events: Any = None) -> dict[str, Any]:
        """Stores each of the feed's captures of the day under its SHA-256, and lists it in the manifest.

        **Red?**
        - *"A backfill runs its own days"*: its form has a `day`. Start it again without one.
        - *"isn't over yet"*: the day hasn't ended in UTC. Run it tomorrow, or trigger it with
          `allow_unfinished_day`.
        - *the inbox isn't a folder, can't be read, or contains NEWS_HOME*: set `NEWS_INBOX` (or make the
          folder), then clear this task.
        - *FeedUnavailable* (after its retries): the feed doesn't answer. What it gave before is landed; clear
          this task when it is back.
        - *FeedRefused*: the site blocks robots. This run makes no further request to it; use an archive feed
          for these days.
        - *There is no Airflow connection …*: create it under *Admin → Connections*, then clear this task.
        - *DiskFull* (after its retries): make as much room as the message names, then clear this task.

        Green with nothing landed: the feed has nothing of that day. If you expected captures, look for the
        day in the inbox's paths (or the archive's dates) and clear this task.

        A single capture can't make it red: if it is too large, unreadable, of another type or damaged in its
        archive, it becomes a quarantine row. A file that is still being written waits: run the day again.
        """
        from newsmarts.core.settings import settings
        from newsmarts.core.text import counted
        from newsmarts.land import run as stage_land

        with error_in_label(feed):
            result = stage_land.run(capture_day(params, dag_run), settings(), feed, credential_of)
        context: Any = get_current_context()
        captures = counted(result.landed, "capture")
        label = f"{feed}: {captures} ({result.new} new), {result.rejected} rejected"
        if result.never_held:
            label += "; its folder has never held anything"
        context["label"] = label
        counts = {
            "feed": feed,
            "day": result.day.isoformat(),
            "landed": result.landed,
            "new": result.new,
            "rejected": result.rejected,
            "waiting": len(result.waiting),
            "passed_over": dict(sorted(result.passed_over.items())),
        }
        return record_result(outlet_events, CAPTURES, counts, f"{result.day}, {label}")

    # once every feed is done, retries included, and at least one has succeeded
    @stage(
        "Parse: pages into articles",
        trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
        inlets=[CAPTURES],
        outlets=[PARSED],
    )
    def parse(landed: Any, outlet_events: Any = None) -> dict[str, Any]:
        """Parses the day's captures, of all feeds, into articles, ticker lines and links to other pages.

        **Red?**
        - *MissingPartition*: the day's manifest is gone. Clear `land`.
        - *StoreUnavailable*: captured bytes can't be read now, and retries didn't help; the message names the
          object. When the store answers, or the object is back, clear this task.
        - *ProcessKilled* (after its retries): memory ran out. Lower `NEWS_PARSE_JOBS`, or make room.
        - *anything else* is a fault of the machine (disk, memory): fix it and clear this task.

        A page that can't be parsed doesn't make it red: it goes to quarantine with its reason (for
        `parser_error` the traceback is in this log; please report that page).
        """
        from newsmarts.core.settings import settings
        from newsmarts.core.text import counted
        from newsmarts.parse import run as stage_parse

        feeds = list(landed)
        day = feeds[0]["day"]
        if not any(feed["landed"] + feed["rejected"] for feed in feeds):
            result: Any = nothing(f"{day}: no feed has captures of the day", day=day)
            return record_result(outlet_events, PARSED, result)
        result = stage_parse.run(parse_day(day), settings(), settings().parse_jobs)
        captures = counted(result.captures, "capture")
        summary = f"{day}: {captures}, {result.parsed} parsed, {result.quarantined} not"
        return record_result(outlet_events, PARSED, result, summary)

    @stage("Validate: check the contracts", inlets=[PARSED], outlets=[STAGED])
    def validate(parsed: dict[str, Any], dag_run: Any = None, outlet_events: Any = None) -> dict[str, Any]:
        """Checks each article and ticker line against the contracts in `expectations/`; what breaks a
        critical one goes to quarantine with the offending text. The front page of the day's Data Docs is in
        `docs/` under `NEWS_HOME`; the UI writes the pages behind it when one is opened.

        **Green, and `accept` is red?** Too much of the day can't be read, so it is refused as a whole.

        **Red?**
        - *IncompleteResult*: Great Expectations counted more failures than it listed. Nothing was
          loaded; this is a fault in a contract or in the library, to be fixed in code.
        - *ConservationError*: a capture was lost or counted twice: a fault in code.

        The day as it was loaded before stays until a run of it succeeds.
        """
        from newsmarts.core.settings import settings
        from newsmarts.validate import run as stage_validate

        result = stage_validate.run(parse_day(parsed["day"]), settings(), run_id=dag_run.run_id)
        return record_result(outlet_events, STAGED, result, _summary(result, result.valid))

    # Before the marts' tasks, which wait for the same slot. Its event starts a run of theirs, also when no
    # row has changed: a publish that failed earlier is tried again.
    @stage(
        "Load: into the warehouse",
        pool=WRITER_POOL,
        priority_weight=10,
        inlets=[STAGED],
        outlets=[WAREHOUSE],
    )
    def load(validated: dict[str, Any], outlet_events: Any = None) -> dict[str, Any]:
        """Replaces the day in the private warehouse in one transaction, then triggers `news_marts` for it.

        A refused day is loaded with its captures and their reasons, and without articles; one that is loaded
        as accepted stays as it is.

        **Red?**
        - *LockTimeout* (after its retries): another process holds the warehouse. The message names the
          lock; end that process, then clear this task.
        - *The warehouse … can't be used*: run `newsmarts rebuild`, then clear this task. It rebuilds the
          warehouse from `staged/` and sets the damaged one aside.
        - *DamagedPartition*: a staged file is damaged. Clear `parse`.
        - *MissingPartition*: the validated files are gone. Clear `parse`.

        **Grey and waiting?** The pool `duckdb_writer` has one slot on purpose. If nothing runs and it still
        waits, see *Admin → Pools*; `airflow pools import config/pools.json` creates it.
        """
        from newsmarts.core.settings import settings
        from newsmarts.load import run as stage_load

        result = stage_load.run(parse_day(validated["day"]), settings())
        return record_result(outlet_events, WAREHOUSE, result, _summary(result, result.articles))

    @stage("Accept: the day as a whole", inlets=[WAREHOUSE])
    def accept(loaded: dict[str, Any]) -> None:
        """Makes the run red when the day was refused. It comes after `load`, so that the marts list the
        day's captures with their reasons.

        **Orange?** A feed failed, or a stage before: see the red task. The other feeds' pages are loaded.

        **Red?** *TooManyQuarantined*: more than `NEWS_QUARANTINE_FAIL_SHARE` of the article pages have a
        reason with an alarm (`expectations/reasons.toml`). The message names the expectations and the pages;
        the run's **Contracts** tab shows them. Usually the publisher has changed its layout: fix
        `include/newsmarts/parse/`, then clear `parse`. If the pages really are bad, acknowledge them on the
        desk's page *Quarantine* and clear `validate`: acknowledged pages stay out and don't count.
        """
        from newsmarts.core.settings import settings
        from newsmarts.validate import run as stage_validate

        stage_validate.accept(parse_day(loaded["day"]), settings())

    captures = land.expand(feed=feeds_to_land)
    accepted = accept(load(validate(parse(captures))))
    captures.set_downstream(accepted)  # the run is red when a feed failed, too
