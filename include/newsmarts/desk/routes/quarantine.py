"""Quarantine: what is in it, filtered; and what is decided about many pages at once.

Nothing is edited here and no contract is overridden: a person acknowledges that pages stay out, or has their
days run again.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from newsmarts.core import acknowledgements
from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import parse_day
from newsmarts.core.settings import settings
from newsmarts.desk.csrf import Form
from newsmarts.desk.frame import Group, MayStart, NavigationEntry, airflow_of, base_path, page, user_of
from newsmarts.desk.pages import PAGE_HEADERS
from newsmarts.desk.quarantine import quarantine_view, query_of
from newsmarts.desk.routes.backfill import progress_address
from newsmarts.desk.starting import start_days
from newsmarts.review.day_results import Reason, group_by_page
from newsmarts.review.notice import Notice
from newsmarts.review.quarantine import Filters, State, entry_of, open_quarantine

router, changes = APIRouter(), APIRouter()
GROUP = Group(router, needs=("read_results",), entry=NavigationEntry("Quarantine", "/quarantine"))
CHANGES = Group(changes, needs=("read_results", "start_runs"))

Code = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,80}$")]
_KEY = re.compile(r"(?P<capture_id>[0-9a-f]{32}):(?P<subject>page|ticker_item)")
_NOTHING_CHOSEN: dict[str, Any] = {"chosen": (), "why": "", "everything": False}  # of the form
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
    day: Annotated[str, Query(max_length=10)] = "",
    stage: Code = "",
    state: State = "open",
    page_number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    done: Annotated[str, Query(pattern=r"^(acknowledged|undone|)$")] = "",
    count: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> HTMLResponse:
    """One screen of the pages in quarantine."""
    chosen_day = parse_day(day) if day else None
    filters = Filters(reason or None, publisher or None, chosen_day, stage or None, state)
    notice = _done_notice(done, count) if done and count else None
    with open_quarantine(settings()) as opened:
        view = quarantine_view(opened, filters, page_number)
    return page(
        request, "quarantine/list.html", view=view, item=notice, can_start=can_start, **_NOTHING_CHOSEN
    )


def _back_to_list(request: Request, form: Form, error: UsageError) -> HTMLResponse:
    """The list that a form came from, with what was chosen and why the form can't be taken."""
    number = int(text) if re.fullmatch(r"[0-9]{1,6}", text := _one(form, "page")) else 1
    with open_quarantine(settings()) as opened:
        view = quarantine_view(opened, _filters(form), max(number, 1))
    return page(
        request,
        "quarantine/list.html",
        status=422,
        view=view,
        item=Notice("Not possible", str(error), "bad"),
        can_start=True,
        chosen=form.get("chosen", []),
        why=_one(form, "why"),
        everything=bool(_one(form, "everything")),
    )


def _taken(
    request: Request, form: Form, change: Callable[[list[Reason]], RedirectResponse]
) -> RedirectResponse | HTMLResponse:
    """The answer to a form: what a change of the chosen reasons gives, or the list with what is wrong."""
    try:
        return change(_chosen(form))
    except UsageError as error:
        if _one(form, "from") == "capture":
            raise
        return _back_to_list(request, form, error)


@changes.post("/quarantine/acknowledge", response_model=None)
def acknowledge(request: Request, form: Form) -> RedirectResponse | HTMLResponse:
    """Acknowledge every open reason of the chosen pages."""
    return _taken(request, form, partial(_decide, request, form, "acknowledged"))


@changes.post("/quarantine/undo", response_model=None)
def undo(request: Request, form: Form) -> RedirectResponse | HTMLResponse:
    """Take back what is acknowledged of the chosen pages."""
    return _taken(request, form, partial(_decide, request, form, "undone"))


@changes.post("/quarantine/rerun", response_model=None)
def rerun(request: Request, form: Form) -> RedirectResponse | HTMLResponse:
    """Run the days of the chosen pages again, in the user's own name, then show how they get on."""

    def change(chosen: list[Reason]) -> RedirectResponse:
        days = {reason.capture_day for reason in chosen}
        started = start_days(airflow_of(request), days, user_of(request))
        address = progress_address(request, started)
        return RedirectResponse(address, status_code=303, headers=dict(PAGE_HEADERS))

    return _taken(request, form, change)


def _chosen(form: Form) -> list[Reason]:
    """All reasons of the pages that a form names, as quarantine has them now."""
    if _one(form, "everything"):
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
    if _one(form, "everything") != str(total):
        raise UsageError(f"By now {total:,} pages pass the filters. Look again.")
    return found


def _decide(
    request: Request, form: Form, decision: Literal["acknowledged", "undone"], chosen: list[Reason]
) -> RedirectResponse:
    """Write a decision down on those that it changes, then show the form's page with a notice of it."""
    is_open = decision == "acknowledged"
    chosen = [reason for reason in chosen if (reason.acknowledged_at is None) == is_open]
    if not chosen:
        raise UsageError(_NONE_LEFT[decision])
    entries, why = [entry_of(reason) for reason in chosen], _one(form, "why")
    acknowledgements.record_decision(
        decision, settings(), entries, by=user_of(request), at=datetime.now(UTC), reason=why
    )
    base, pages = base_path(request), len(list(group_by_page(chosen)))
    if _one(form, "from") == "capture":
        first = chosen[0]
        path = f"{base}/captures/{first.capture_day}/{first.capture_id}"
    else:
        path = f"{base}/quarantine{query_of(_filters(form), done=decision, count=pages)}"
    # 303: the browser requests the page, and reloading it sends nothing
    return RedirectResponse(path, status_code=303, headers=dict(PAGE_HEADERS))


def _filters(form: Form) -> Filters:
    """The filters that were chosen when the form was sent; what can't be one counts as none."""
    reason, publisher, stage = (
        value if re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", value := _one(form, name)) else None
        for name in ("reason", "publisher", "stage")
    )
    day = None
    with contextlib.suppress(UsageError):
        day = parse_day(_one(form, "day"))
    state: State = next((each for each in get_args(State) if each == _one(form, "state")), "open")
    return Filters(reason, publisher, day, stage, state)


def _one(form: Form, name: str) -> str:
    return (form.get(name) or [""])[0]


def _done_notice(done: str, count: int) -> Notice:
    pages = "1 page" if count == 1 else f"{count} pages"
    if done == "acknowledged":
        text = f"{pages}. The marts show it once they are built again; Acknowledged has them, to be undone."
        return Notice("Acknowledged", text, "good")
    return Notice("Open again", f"{pages}, not acknowledged any more.", "good")
