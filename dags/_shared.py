"""What both DAGs share: the asset between them, the pool of the single writer, and when to try again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from inspect import cleandoc
from typing import Any, NoReturn

from airflow.sdk import (
    Asset,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    task,
)

from newsmarts.core.errors import DatabaseUnavailable, FeedUnavailable, LockTimeout, NewsError, UsageError
from newsmarts.core.settings import load_settings

# What the tasks read and write, from the feeds to the release. Events have row counts in their extra; only
# those of the warehouse start runs.
CAPTURES = Asset("news_captures", group="news")
PARSED = Asset("news_parsed", group="news")
STAGED = Asset("news_staged", group="news")
WAREHOUSE = Asset("news_warehouse", group="news")
"""The private warehouse; its partitions are capture days (YYYY-MM-DD)."""
RELEASE = Asset("news_release", group="news")
POSTGRES = Asset("news_postgres", group="news")


def feed_assets(names: Sequence[str]) -> list[Asset]:
    """Where captures come from: an asset a feed."""
    return [Asset(f"news_feed_{name}", group="news") for name in names]


def tell(outlet_events: Any, asset: Asset, result: Mapping[str, Any]) -> dict[str, Any]:
    """Put a task's result, its row counts above all, into the asset's event; return it for XCom."""
    if outlet_events is not None:  # not there when a task's function is called by itself
        outlet_events[asset].extra = dict(result)
    return dict(result)


WRITER_POOL = "duckdb_writer"
"""One slot, see config/pools.json: a DuckDB file has one writer, or many readers, never both."""


def notifying_tasks() -> dict[str, Any]:
    """What tasks get when NEWS_NOTIFY_CONN_ID says where failures are told."""
    if load_settings().notify_conn_id is None:
        return {}
    from dags import _notify

    return {"on_failure_callback": _notify.task_failed}


def notifying_runs() -> dict[str, Any]:
    """The same for a DAG: a run that fails without a task's failure, and one that isn't done in time."""
    settings = load_settings()
    if settings.notify_conn_id is None:
        return {}
    from airflow.sdk.definitions.callback import AsyncCallback
    from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

    from dags import _notify

    hours = settings.notify_deadline_hours
    return {
        "on_failure_callback": _notify.run_failed,
        "deadline": DeadlineAlert(
            name=f"done in {hours:g} hours",
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=timedelta(hours=hours),
            callback=AsyncCallback(_notify.deadline_missed, kwargs={"hours": hours}),
        ),
    }


DEFAULT_ARGS = {
    "owner": "news desk",
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "execution_timeout": timedelta(hours=2),
    # A broken contract or a bad setting is the same on the next try, and its message is for a person:
    # fail at once. A held lock, a full disk or a lost connection may be gone in a minute.
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(LockTimeout, RetryAction.RETRY, reason="another writer holds the lock"),
            RetryRule(DatabaseUnavailable, RetryAction.RETRY, reason="the database may answer in a while"),
            RetryRule(FeedUnavailable, RetryAction.RETRY, reason="the feed may answer in a while"),
            RetryRule(NewsError, RetryAction.FAIL, reason="trying again can't change this; see the message"),
        ]
    ),
}


def stage(display_name: str, *, may_end: bool = False, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A task under this display name, with its docstring, unindented, as the task's documentation.

    One that ``may_end`` the run does so by returning None: all tasks after it are skipped at once.
    """
    kind = task.short_circuit if may_end else task

    def decorate(function: Callable[..., Any]) -> Any:
        documentation = cleandoc(function.__doc__ or "")
        return kind(task_display_name=display_name, doc_md=documentation, **options)(function)

    return decorate


def connection_of(connection_id: str) -> Any:
    """An Airflow connection. Raises UsageError when there is none of that id."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(connection_id)
    except AirflowNotFoundException:
        raise UsageError(
            f"There is no Airflow connection {connection_id!r}. Make it under Admin → Connections."
        ) from None


def credential_of(connection_id: str) -> Any:
    """The user and password in an Airflow connection. Raises UsageError when there is none of that id."""
    from newsmarts.land.capture import Credential

    connection = connection_of(connection_id)
    return Credential(connection.login, connection.password)


def postgres_address_of(connection_id: str) -> str:
    """The database of an Airflow connection, for libpq. Raises UsageError when there is none of that id."""
    from psycopg import conninfo

    connection = connection_of(connection_id)
    # extras may also be there for other users of the connection, such as Airflow's own hook
    known = {
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "connect_timeout",
        "target_session_attrs",
        "options",
    }
    extra = {name: value for name, value in connection.extra_dejson.items() if name in known}
    return conninfo.make_conninfo(
        host=connection.host,
        port=connection.port,
        user=connection.login,
        password=connection.password,
        dbname=connection.schema,
        **extra,
    )


def database_url_of(connection_id: str | None) -> str:
    """Airflow's own database, as SQLAlchemy has it, from an Airflow connection.

    Raises UsageError when none is named, there is none of that id, or it isn't to such a database.
    """
    from sqlalchemy import URL

    if connection_id is None:
        raise UsageError(
            "NEWS_AIRFLOW_HISTORY_KEPT_DAYS is set, but Airflow gives tasks no access to its database: "
            "name a connection to it in NEWS_AIRFLOW_DB_CONN_ID."
        )
    connection = connection_of(connection_id)
    # without its provider Airflow keeps a connection of type sqlite as a generic one
    if connection.conn_type in {"sqlite", "generic"} and (connection.host or "").startswith("/"):
        # as make run has it: a writer waits for another one for a minute
        return f"sqlite:///{connection.host}?timeout=60"
    if connection.conn_type == "postgres" and connection.host and connection.schema:
        url = URL.create(
            "postgresql+psycopg2",
            username=connection.login,
            password=connection.password,
            host=connection.host,
            port=connection.port,
            database=connection.schema,
        )
        return url.render_as_string(hide_password=False)
    raise UsageError(
        f"The Airflow connection {connection_id!r} isn't to Airflow's database: make it of type Postgres "
        "with host and database, or of type Generic with the path of the SQLite file as host."
    )


def nothing_to_do(why: str) -> NoReturn:
    """End the run here: this task and all after it are skipped."""
    from airflow.sdk.exceptions import AirflowSkipException

    raise AirflowSkipException(why)


def plain(result: Any) -> dict[str, Any]:
    """A stage's result as JSON-ready values, for XCom."""
    from pydantic_core import to_jsonable_python

    values: dict[str, Any] = to_jsonable_python(result)
    return values
