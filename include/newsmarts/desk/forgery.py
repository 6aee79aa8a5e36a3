"""Forms that change something: only from a page of ours, in the hands of the user it was made for.

The browser sends Airflow's cookie along with whatever another site makes it send, so a cookie alone proves
nothing. A request that isn't a mere read must say that it comes from this site (Sec-Fetch-Site, or Origin in
a browser that doesn't know it), and carry the token that the form's page was given: signed, of this user, and
of today.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.exceptions import HTTPException

FIELD = "token"
MAX_FORM_BYTES = 256 * 1024  # ten years of chosen days are 70 KB
_FORM_TYPE = "application/x-www-form-urlencoded"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_MAX_AGE_SECONDS = 24 * 3600  # as long as a login lasts by Airflow's default


class Signer:
    """Makes and knows the tokens of forms."""

    def __init__(self, secret_key: str) -> None:
        if not secret_key:
            raise ValueError("the secret key is empty, so anyone could sign a form's token")
        self._serializer = URLSafeTimedSerializer(secret_key, salt="news-desk form")

    def token(self, user_name: str) -> str:
        """The token of a form that is made for this user now."""
        return self._serializer.dumps(user_name)

    def knows(self, token: str, user_name: str) -> bool:
        """Whether the token was made for this user, within a day."""
        try:
            return bool(self._serializer.loads(token, max_age=_MAX_AGE_SECONDS) == user_name)
        except BadData:
            return False


async def refuse_forgery(request: Request) -> None:
    """Dependency of every route.

    Raises 403 for a change that no page of ours asked for, 413 for a huge form.
    """
    if request.method in _SAFE_METHODS:
        return
    if not _same_site(request):
        raise HTTPException(403)
    tokens = (await form_of(request)).get(FIELD, [])
    if len(tokens) != 1 or not request.app.state.signer.knows(tokens[0], request.state.user_name):
        raise HTTPException(403)


def form_token(request: Request) -> str:
    """The token for the forms of the page that answers this request."""
    token: str = request.app.state.signer.token(request.state.user_name)
    return token


async def form_of(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form, as a dependency of routes. FastAPI's ``Form`` would read it without bound.

    Raises 413 when it is larger than a form of ours can be, 403 when no form of ours has its type.
    """
    known: dict[str, list[str]] | None = getattr(request.state, "form", None)
    if known is not None:
        return known
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM_TYPE:
        raise HTTPException(403)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413)
    form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    request.state.form = form
    return form


def _same_site(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")
