"""Changes are made from the desk's own pages only (protection against cross-site request forgery).

The browser sends Airflow's cookie along with whatever another site makes it send, so a cookie alone proves
nothing. What no other site can set are the headers in which the browser itself names the sender:
Sec-Fetch-Site, and Origin where a browser doesn't know that one.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

MAX_FORM_BYTES = 256 * 1024  # ten years of chosen days are 70 KB
_FORM_TYPE = "application/x-www-form-urlencoded"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def reject_cross_site(request: Request) -> None:
    """Dependency of every route. Raises 403 for a change that was not sent from a page of this site."""
    if request.method not in _SAFE_METHODS and not _is_same_origin(request):
        raise HTTPException(403)


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form, as a dependency of routes. FastAPI's ``Form`` would read it without bound.

    Raises 413 when it is larger than any form of the desk, 403 when its type is not that of a form.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM_TYPE:
        raise HTTPException(403)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413)
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)


Form = Annotated[dict[str, list[str]], Depends(read_form)]


def _is_same_origin(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")
