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


def nothing_to_do(why: str) -> NoReturn:
    """End the run here: this task and all after it are skipped."""
    from airflow.sdk.exceptions import AirflowSkipException

    raise AirflowSkipException(why)


def plain(result: Any) -> dict[str, Any]:
    """A stage's result as JSON-ready values, for XCom."""
    from pydantic_core import to_jsonable_python

    values: dict[str, Any] = to_jsonable_python(result)
    return values
