"""One capture: its blocks beside the record read from them, why it is in quarantine, and its bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from newsmarts.core import acknowledgements
from newsmarts.core.partitions import parse_day
from newsmarts.core.records import Capture
from newsmarts.core.settings import settings
from newsmarts.desk.frame import Group, MayStart, page
from newsmarts.desk.pages import SECURITY_HEADERS
from newsmarts.review.captures import find_capture, read_bytes
from newsmarts.review.day_results import group_by_page
from newsmarts.review.offending_page import look_view
from newsmarts.review.quarantine import Filters, open_quarantine

router = APIRouter()
GROUP = Group(router, needs=("read_results",))

DayText = Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
CaptureId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]

MAX_LINES = 300  # shown of one field
# Captured bytes are somebody else's: a browser may keep them as a file, and nothing else.
_BYTES_HEADERS = {
    **SECURITY_HEADERS,
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


@router.get("/captures/{day}/{capture_id}")
def capture(request: Request, day: DayText, capture_id: CaptureId, can_start: MayStart) -> HTMLResponse:
    """A capture's blocks beside its record, with what became of it and why."""
    archive, home = settings().archive, settings().home
    of_day = Filters(day=parse_day(day), state="not_article")
    with open_quarantine(settings()) as opened:
        found_reasons = opened.of_captures([capture_id])
        not_article, _ = opened.chosen(of_day, capture_ids=[capture_id])
        outcome, article_id = opened.outcome_of(capture_id, parse_day(day))
    reasons = [reason for reason in found_reasons if reason.capture_day == parse_day(day)]
    found = find_capture(archive, parse_day(day), capture_id)
    if found is None and not reasons and not not_article:
        raise HTTPException(404)
    decided = [
        (record, entry)
        for record in acknowledgements.read_decisions(home)
        for entry in record.entries
        if entry.capture_id == capture_id
    ]
    return page(
        request,
        "captures/capture.html",
        day=parse_day(day),
        capture_id=capture_id,
        lines=list(group_by_page(reasons)),
        decided=decided,
        outcome=outcome,
        article_id=article_id,
        view=look_view(archive, settings().contracts_dir, (found, reasons or not_article)),
        can_start=can_start,
        max_lines=MAX_LINES,
    )


@router.get("/captures/{day}/{capture_id}/bytes")
def raw_bytes(day: DayText, capture_id: CaptureId) -> Response:
    """The captured bytes, as a file to keep; never shown by the browser."""
    found: Capture | None = find_capture(settings().archive, parse_day(day), capture_id)
    if found is None:
        raise HTTPException(404)
    data = read_bytes(settings().archive, found.sha256)
    # the name is a hash: what the page was called is somebody else's word
    headers = {**_BYTES_HEADERS, "Content-Disposition": f'attachment; filename="{found.sha256}.bin"'}
    return Response(data, media_type="application/octet-stream", headers=headers)
