"""Forms: their fields, and the way back to their page for what can't be taken.

A page puts its own address into each of its forms, as the field ``from``. What is rejected is answered with
that page once more: the reason beside the form, and in its fields what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from urllib.parse import parse_qs, unquote

from fastapi import Depends, Query, Request, Response
from pydantic import BeforeValidator
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message

from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import parse_day

MAX_FORM_BYTES = 256 * 1024  # ten years of chosen days are 70 KB
_FORM_TYPE = "application/x-www-form-urlencoded"

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why something can't be taken, and the fields that were posted; no ``reason``: nothing was rejected."""

    reason: str = ""
    form: Fields = field(default_factory=dict)  # empty when it was a part of the address

    def values(self, name: str) -> Sequence[str]:
        """What a field had."""
        return self.form.get(name, ())

    def value(self, name: str) -> str:
        """The first value that a field had, or ""."""
        return first_value(self.form, name)


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
    request.state.form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return dict(request.state.form)


def _read_day(text: str) -> date | None:
    try:
        return parse_day(text) if text else None
    except UsageError as error:
        raise ValueError(str(error)) from None


Form = Annotated[dict[str, list[str]], Depends(read_form)]
DayField = Annotated[date | None, BeforeValidator(_read_day), Query()]


def first_value(form: Fields, name: str) -> str:
    """The first value of a field, or ""."""
    return (form.get(name) or [""])[0]


def sender_of(form: Fields) -> str:
    """The address, below the app, of the page that a form was sent from; "" when it can't be one."""
    address = first_value(form, "from")
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else ""


async def page_again(request: Request, address: str, rejected: Rejected, status: int) -> Response | None:
    """The page at an address below the app, with what was rejected; None when there is no such page.

    It is requested from the app itself, so it passes the same guards as any request of this user.
    """
    if not address or hasattr(request.state, "rejected"):
        return None
    path, _, query = address.partition("?")
    of_route = ("path_params", "route", "endpoint")
    scope = {name: value for name, value in request.scope.items() if name not in of_route}
    scope |= {
        "method": "GET",
        "path": str(scope.get("root_path", "")).rstrip("/") + unquote(path),
        "query_string": query.encode(),
        "state": {"rejected": rejected},
    }
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    await request.app(scope, request.receive, keep)
    headers = Headers(raw=sent[0]["headers"])
    if sent[0]["status"] != 200 or not headers["content-type"].startswith("text/html"):
        return None
    return Response(b"".join(message.get("body", b"") for message in sent[1:]), status, headers)
