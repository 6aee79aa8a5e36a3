"""How tasks are made: the pool of the single writer, retries, documentation, results."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from inspect import cleandoc
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, get_current_context, task

from dags.common.assets import record_result
from newsmarts.core.errors import (
    DatabaseUnavailable,
    FeedUnavailable,
    LockTimeout,
    NewsError,
    ProcessKilled,
    StoreUnavailable,
)
from newsmarts.core.text import one_line

log = logging.getLogger(__name__)
_NOTHING = "nothing"
_LABEL_CHARS = 250  # the column of Airflow's database has no more

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


def stage(display_name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A task with this display name, and its docstring as the task's documentation.

    When its first argument is ``nothing(…)``, there is nothing to do: the task passes that on, and is green.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            if args and isinstance(args[0], dict) and _NOTHING in args[0]:
                log.info("Nothing to do. %s", args[0]["summary"])
                for asset in options.get("outlets", ()):
                    record_result(kwargs.get("outlet_events"), asset, args[0])
                return args[0]
            return function(*args, **kwargs)

        documentation = cleandoc(function.__doc__ or "")
        # one XCom a task: of a dict Airflow would store each key as another one, a request to its API each
        options.setdefault("multiple_outputs", False)
        return task(task_display_name=display_name, doc_md=documentation, **options)(run)

    return decorate


@contextmanager
def error_in_label(feed: str) -> Iterator[None]:
    """Give the task of a feed that fails a label with the error, which the news desk shows."""
    try:
        yield
    except Exception as error:
        words = str(error).removeprefix(f"Feed {feed}: ") or type(error).__name__
        context: Any = get_current_context()
        context["label"] = one_line(f"{feed}: {words}", _LABEL_CHARS)
        raise


def nothing(summary: str, **facts: Any) -> dict[str, Any]:
    """The result of a stage that leaves nothing to do for those after it."""
    return {"summary": summary, **facts, _NOTHING: True}
