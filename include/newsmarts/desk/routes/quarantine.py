"""Quarantine: what is in it, filtered; and what is decided about many pages at once.

Nothing is edited here and no contract is overridden: a person acknowledges that pages stay out, or has their
days run again.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Annotated, Literal, get_args
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from newsmarts.core import acknowledgements
from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import parse_day
from newsmarts.core.settings import settings
from newsmarts.desk.forms import DayField, Form, first_value, sender_of
from newsmarts.desk.frame import Group, MayStart, NavigationEntry, airflow_of, base_path, page, user_of
from newsmarts.desk.pages import PAGE_HEADERS
from newsmarts.desk.quarantine import quarantine_view, query_of
from newsmarts.desk.routes.backfill import progress_address
from newsmarts.desk.starting import start_days
from newsmarts.review.day_outcomes import day_outcomes_of
from newsmarts.review.day_results import Reason, group_by_page
from newsmarts.review.notice import Notice
from newsmarts.review.quarantine import Filters, State, entry_of, open_quarantine

router, changes = APIRouter(), APIRouter()
GROUP = Group(router, needs=("read_results",), entry=NavigationEntry("Quarantine", "/quarantine"))
CHANGES = Group(changes, needs=("read_results", "start_runs"))

Code = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,80}$")]
_KEY = re.compile(r"(?P<capture_id>[0-9a-f]{32}):(?P<subject>page|ticker_item)")
_NONE_LEFT = {
    "acknowledged": "All of that is acknowledged already, or out of quarantine.",
    "undone": "None of that is acknowledged.",
}
MOST_AT_ONCE = 2_000  # pages; each has a reason or two, and acknowledgements.MAX_REASONS is kept


@router.get("/quarantine")
def quarantine(
    request: Request,
    can_start: MayStart,
    *,
    reason: Code = "",
    publisher: Code = "",
    day: DayField = None,
    stage: Code = "",
    state: State = "open",
    page_number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    done: Annotated[str, Query(pattern=r"^(acknowledged|undone|)$")] = "",
    count: Annotated[int, Query(ge=0, le=100_000)] = 0,
    refused: DayField = None,
) -> HTMLResponse:
    """One screen of the pages in quarantine."""
    filters = Filters(reason or None, publisher or None, day, stage or None, state)
    notice = _done_notice(done, count, refused) if done and count else None
    with open_quarantine(settings()) as opened:
        view = quarantine_view(opened, filters, page_number)
    return page(request, "quarantine/list.html", view=view, item=notice, can_start=can_start)


@changes.post("/quarantine/acknowledge")
def acknowledge(request: Request, form: Form) -> RedirectResponse:
    """Acknowledge every open reason of the chosen pages."""
    return _decide(request, form, "acknowledged")


@changes.post("/quarantine/undo")
def undo(request: Request, form: Form) -> RedirectResponse:
    """Take back what is acknowledged of the chosen pages."""
    return _decide(request, form, "undone")


@changes.post("/quarantine/rerun")
def rerun(request: Request, form: Form) -> RedirectResponse:
    """Run the days of the chosen pages again, in the user's own name, then show how they get on."""
    days = {reason.capture_day for reason in _chosen(form)}
    started = start_days(airflow_of(request), days, user_of(request))
    # 303: the browser requests the page, and reloading it sends nothing
    return RedirectResponse(progress_address(request, started), status_code=303, headers=dict(PAGE_HEADERS))


def _chosen(form: Form) -> list[Reason]:
    """All reasons of the pages that a form names, as quarantine has them now."""
    if first_value(form, "everything"):
        return _all_that_pass(form)
    keys = set()
    for text in form.get("chosen", []):
        match = _KEY.fullmatch(text)
        if match is None:
            raise UsageError("A chosen page isn't named as this page names them. Choose again.")
        keys.add((match["capture_id"], match["subject"]))
    if not keys:
        raise UsageError("No page is chosen. Choose at least one.")
    with open_quarantine(settings()) as opened:
        found = opened.of_captures(sorted({capture_id for capture_id, _ in keys}))
    return [reason for reason in found if (reason.capture_id, reason.subject) in keys]


def _all_that_pass(form: Form) -> list[Reason]:
    """All reasons of the pages that pass the form's filters, if they still are as many as on its page."""
    with open_quarantine(settings()) as opened:
        found, total = opened.chosen(_filters(form), page_size=MOST_AT_ONCE)
    if total > MOST_AT_ONCE:
        raise UsageError(f"{total:,} pages are too many at once. Filter them to at most {MOST_AT_ONCE:,}.")
    if first_value(form, "everything") != str(total):
        raise UsageError(f"By now {total:,} pages pass the filters. Look again.")
    return found


def _decide(request: Request, form: Form, decision: Literal["acknowledged", "undone"]) -> RedirectResponse:
    """Write a decision down on those that it changes, then show the form's page with a notice of it."""
    is_open = decision == "acknowledged"
    chosen = [reason for reason in _chosen(form) if (reason.acknowledged_at is None) == is_open]
    if not chosen:
        raise UsageError(_NONE_LEFT[decision])
    entries, why = [entry_of(reason) for reason in chosen], first_value(form, "why")
    acknowledgements.record_decision(
        decision, settings(), entries, by=user_of(request), at=datetime.now(UTC), reason=why
    )
    sender, pages = sender_of(form), len(list(group_by_page(chosen)))
    if not sender.startswith("/captures/"):
        refused = _refused_day({reason.capture_day for reason in chosen}) if is_open else None
        sender = f"/quarantine{query_of(_filters(form), done=decision, count=pages, refused=refused)}"
    address = f"{base_path(request)}{sender}"
    return RedirectResponse(address, status_code=303, headers=dict(PAGE_HEADERS))


def _filters(form: Form) -> Filters:
    """The filters of the list that a form was sent from; what can't be one counts as none."""
    query = parse_qs(sender_of(form).partition("?")[2])
    reason, publisher, stage = (
        value if re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", value := first_value(query, name)) else None
        for name in ("reason", "publisher", "stage")
    )
    day = None
    with contextlib.suppress(UsageError):
        day = parse_day(first_value(query, "day"))
    state: State = next((each for each in get_args(State) if each == first_value(query, "state")), "open")
    return Filters(reason, publisher, day, stage, state)


def _refused_day(days: Collection[date]) -> str | None:
    """The newest of these days that was refused as a whole."""
    known = day_outcomes_of(settings().archive).days()
    outcomes = {day: known[day].outcome for day in days if day in known}
    refused = [day for day, outcome in outcomes.items() if outcome is not None and not outcome.accepted]
    return max(refused).isoformat() if refused else None


def _done_notice(done: str, count: int, refused: date | None) -> Notice:
    pages = "1 page" if count == 1 else f"{count} pages"
    if done == "acknowledged":
        text = f"{pages}. The marts show it once they are built again; Acknowledged has them, to be undone."
        if refused is None:
            return Notice("Acknowledged", text, "good")
        text += f" {refused} was refused as a whole: run it again, and these pages don't count."
        return Notice(
            "Acknowledged", text, "good", (f"contracts?day={refused}", f"{refused}, to run it again")
        )
    return Notice("Open again", f"{pages}, not acknowledged any more.", "good")
