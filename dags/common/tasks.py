"""How tasks are made: the pool of the single writer, retries, documentation, results."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from inspect import cleandoc
from typing import Any, NoReturn

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, task

from newsmarts.core.errors import (
    DatabaseUnavailable,
    FeedUnavailable,
    LockTimeout,
    NewsError,
    ProcessKilled,
    StoreUnavailable,
)

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
            RetryRule(DatabaseUnavailable, RetryAction.RETRY, reason="the database may answer later"),
            RetryRule(FeedUnavailable, RetryAction.RETRY, reason="the feed may answer later"),
            RetryRule(StoreUnavailable, RetryAction.RETRY, reason="the store may answer later"),
            RetryRule(ProcessKilled, RetryAction.RETRY, reason="memory may be free later"),
            RetryRule(NewsError, RetryAction.FAIL, reason="another try can't change this; see the message"),
        ]
    ),
}


def stage(display_name: str, *, may_end: bool = False, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A task with this display name, and its docstring as the task's documentation.

    A task that ``may_end`` the run does so by returning None: all tasks after it are skipped at once.
    """
    kind = task.short_circuit if may_end else task

    def decorate(function: Callable[..., Any]) -> Any:
        documentation = cleandoc(function.__doc__ or "")
        # one XCom a task: of a dict Airflow would store each key as another one, a request to its API each
        options.setdefault("multiple_outputs", False)
        return kind(task_display_name=display_name, doc_md=documentation, **options)(function)

    return decorate


def skip_rest(why: str) -> NoReturn:
    """End the run here: this task and all after it are skipped."""
    from airflow.sdk.exceptions import AirflowSkipException

    raise AirflowSkipException(why)
