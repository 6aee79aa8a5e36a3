"""What both DAGs share: the asset between them, the pool of the single writer, and when to try again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from inspect import cleandoc
from typing import Any, NoReturn

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule, task

from include.errors import DatabaseUnavailable, FeedUnavailable, LockTimeout, NewsError, UsageError

WAREHOUSE = Asset("news_warehouse")
"""The private warehouse; its partitions are capture days (YYYY-MM-DD)."""

WRITER_POOL = "duckdb_writer"
"""One slot, see config/pools.json: a DuckDB file has one writer, or many readers, never both."""

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


def credential_of(connection_id: str) -> Any:
    """The user and password in an Airflow connection. Raises UsageError when there is none of that id."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    from include.land.capture import Credential

    try:
        connection = Connection.get(connection_id)
    except AirflowNotFoundException:
        raise UsageError(
            f"There is no Airflow connection {connection_id!r}. Make it under Admin → Connections."
        ) from None
    return Credential(connection.login, connection.password)


def postgres_address_of(connection_id: str) -> str:
    """The database of an Airflow connection, for libpq. Raises UsageError when there is none of that id."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException
    from psycopg import conninfo

    try:
        connection = Connection.get(connection_id)
    except AirflowNotFoundException:
        raise UsageError(
            f"There is no Airflow connection {connection_id!r}. Make it under Admin → Connections."
        ) from None
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
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException
    from sqlalchemy import URL

    if connection_id is None:
        raise UsageError(
            "NEWS_AIRFLOW_HISTORY_KEPT_DAYS is set, but Airflow gives tasks no access to its database: "
            "name a connection to it in NEWS_AIRFLOW_DB_CONN_ID."
        )
    try:
        connection = Connection.get(connection_id)
    except AirflowNotFoundException:
        raise UsageError(
            f"There is no Airflow connection {connection_id!r}. Make it under Admin → Connections."
        ) from None
    if connection.conn_type == "sqlite" and connection.host:
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
        "with host and database, or of type Sqlite with the file's path as host."
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
