"""Notifications of failures and of missed deadlines, through the Airflow connection NEWS_NOTIFY_CONN_ID.

The providers' hooks are called, not their notifiers: those render their texts as Jinja templates, and an
error may quote a page. Callbacks never raise: a channel that is down is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from dags.common.connections import connection_of
from newsmarts.core.errors import NewsError, UsageError
from newsmarts.core.settings import Settings, load_settings
from newsmarts.notify.allowance import Allowance, request
from newsmarts.notify.message import Message, day_of, failure, late

log = logging.getLogger(__name__)
_SECONDS = 30
_DAY_NAMES = ("conf", "partition_key", "data_interval_start", "logical_date", "run_after")


def notify_of_tasks() -> dict[str, Any]:
    """The default arguments by which failed tasks are reported, when NEWS_NOTIFY_CONN_ID is set."""
    if load_settings().notify_conn_id is None:
        return {}
    return {"on_failure_callback": task_failed}


def notify_of_runs() -> dict[str, Any]:
    """The same for a DAG: a run that fails without a failed task, and one that misses its deadline."""
    settings = load_settings()
    if settings.notify_conn_id is None:
        return {}
    hours = settings.notify_deadline_hours
    return {
        "on_failure_callback": run_failed,
        "deadline": DeadlineAlert(
            name=f"done in {hours:g} hours",
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=timedelta(hours=hours),
            callback=AsyncCallback(deadline_missed, kwargs={"hours": hours}),
        ),
    }


def task_failed(context: Mapping[str, Any]) -> None:
    """Report a task that failed, retries included: ``on_failure_callback`` of tasks."""
    ti, dag_run = context["ti"], context.get("dag_run")
    name = ti.task_id if ti.map_index is None or ti.map_index < 0 else f"{ti.task_id} [{ti.map_index}]"
    _send(
        lambda: failure(
            dag_id=ti.dag_id,
            run_id=ti.run_id,
            day=_day_of_run(dag_run),
            task=name,
            error=context.get("exception"),
            link=ti.log_url,
        )
    )


def run_failed(context: Mapping[str, Any]) -> None:
    """Report a run that failed for another reason than a failed task: ``on_failure_callback`` of DAGs."""
    reason = context.get("reason")
    if reason == "task_failure":
        return  # the task's callback has reported it
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    _send(
        lambda: failure(
            dag_id=dag_id,
            run_id=run_id,
            day=_day_of_run(context.get("dag_run")),
            task=None,
            error=reason,
            link=_run_url(dag_id, run_id),
        )
    )


async def deadline_missed(context: Mapping[str, Any], hours: float) -> None:
    """Report a run that isn't done in time: the callback of a DeadlineAlert, run by the triggerer.

    Runs of a backfill wait for one another, so theirs aren't reported. (An executor's callback would need no
    triggerer, but the API of Airflow 3.3.2 gives those no connection.)
    """
    from asgiref.sync import sync_to_async

    await sync_to_async(_report_late)(context["dag_run"], hours)


def _report_late(dag_run: Mapping[str, Any], hours: float) -> None:
    if dag_run.get("run_type") == "backfill":
        log.info("%s of a backfill isn't done after %g hours", dag_run.get("dag_run_id"), hours)
        return
    dag_id, run_id = dag_run["dag_id"], dag_run["dag_run_id"]
    _send(
        lambda: late(
            dag_id=dag_id,
            run_id=run_id,
            day=day_of(*(dag_run.get(name) for name in _DAY_NAMES)),
            hours=hours,
            state=dag_run.get("state"),
            link=_run_url(dag_id, run_id),
        )
    )


def _day_of_run(dag_run: Any) -> str | None:
    return day_of(*(getattr(dag_run, name, None) for name in _DAY_NAMES))


def _run_url(dag_id: str, run_id: str) -> str:
    from airflow.sdk.configuration import conf

    base_url = conf.get("api", "base_url", fallback="http://localhost:8080").rstrip("/")
    return f"{base_url}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"


def _send(make: Callable[[], Message]) -> None:
    try:
        settings = load_settings()
        conn_id = settings.notify_conn_id
        if conn_id is None:
            return
        allowance = _allowance(settings)
        if allowance is None:
            log.warning("Not notified: %d messages were sent in the last hour.", settings.notify_per_hour)
            return
        message = make().with_note(allowance.note())
        _sender(conn_id)(conn_id, message)
        log.info("Notified through the Airflow connection %s: %s", conn_id, message.title)
    except Exception as error:  # noqa: BLE001 - a failed message must not fail what it is about
        # an error of a channel may quote its address, which is a secret for webhooks
        reason = error if isinstance(error, UsageError) else type(error).__name__
        log.error("The notification can't be sent (%s)", reason)  # noqa: TRY400


def _allowance(settings: Settings) -> Allowance | None:
    now = datetime.now(UTC)
    try:
        return request(settings.home / "notifications", now=now, per_hour=settings.notify_per_hour)
    except (OSError, NewsError) as error:
        log.warning("Notifications can't be counted, so this one is sent: %s", error)
        return Allowance(held_back=0, is_last=False, free_again=now)


def _sender(conn_id: str) -> Callable[[str, Message], None]:
    kind = connection_of(conn_id).conn_type
    senders = {"smtp": _mail, "slackwebhook": _slack, "apprise": _apprise}
    if kind not in senders:
        raise UsageError(
            f"The Airflow connection {conn_id!r} is of type {kind}. Make it one of {', '.join(senders)}."
        )
    return senders[kind]


def _mail(conn_id: str, message: Message) -> None:
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    to = [address.strip() for address in (load_settings().notify_mail_to or "").split(",") if address.strip()]
    if not to:
        raise UsageError("NEWS_NOTIFY_MAIL_TO names no address.")
    with SmtpHook(smtp_conn_id=conn_id) as hook:
        hook.send_email_smtp(to=to, subject=message.title, html_content=message.html())


def _slack(conn_id: str, message: Message) -> None:
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

    hook = SlackWebhookHook(slack_webhook_conn_id=conn_id, timeout=_SECONDS)
    hook.send(text=message.slack(), unfurl_links=False, unfurl_media=False)


def _apprise(conn_id: str, message: Message) -> None:
    import apprise
    from airflow.providers.apprise.hooks.apprise import AppriseHook

    hook, channels = AppriseHook(conn_id), apprise.Apprise()
    hook.set_config_from_conn(conn=hook.get_connection(conn_id), apprise_obj=channels)
    # the hook's own notify doesn't return whether it worked
    if not channels.notify(body=message.text(), title=message.title, body_format=apprise.NotifyFormat.TEXT):
        raise UsageError(f"Apprise can't reach every channel of the Airflow connection {conn_id!r}.")
