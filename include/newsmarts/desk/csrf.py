"""Changes are made from the desk's own pages only (protection against cross-site request forgery).

The browser sends Airflow's cookie along with whatever another site makes it send, so a cookie alone proves
nothing. What no other site can set are the headers in which the browser itself names the sender:
Sec-Fetch-Site, and Origin where a browser doesn't know that one.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def reject_cross_site(request: Request) -> None:
    """Dependency of every route. Raises 403 for a change that was not sent from a page of this site."""
    if request.method not in _SAFE_METHODS and not is_same_origin(request):
        raise HTTPException(403)


def is_same_origin(request: Request) -> bool:
    """Whether the browser names a page of this site as the sender."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")
