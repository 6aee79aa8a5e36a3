"""A sidecar: ``page.json`` beside ``page.html`` says where and when the page was captured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsmarts.core.errors import CaptureError
from newsmarts.land import names

MAX_BYTES = 1 << 18
ENDING = ".json"
_MEDIA_TYPES = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "text/plain": "text/plain",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a capture says of itself; None: it doesn't."""

    url: str | None = None
    captured_at: datetime | None = None
    media_type: str | None = None


def parse(data: bytes) -> Facts:
    """What a sidecar says. Keys other than url, captured_at and content_type may be there.

    Raises:
        CaptureError: ``bad_sidecar``, naming the key at fault.
    """
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        raise CaptureError("bad_sidecar", "its sidecar is no JSON. Mend it or take it away.") from None
    if not isinstance(record, dict):
        raise CaptureError("bad_sidecar", "its sidecar is no JSON object ({…}). Mend it or take it away.")
    try:
        return facts_of(record)
    except ValueError as error:
        raise CaptureError("bad_sidecar", f"its sidecar's {error} Mend it or take it away.") from None


def facts_of(record: dict[str, Any]) -> Facts:
    """The facts in a JSON object. Raises ValueError, as "key …"."""
    url, captured_at, content_type = (_text(record, key) for key in ("url", "captured_at", "content_type"))
    cleaned = names.clean_url(url)
    if url is not None and cleaned is None:
        raise ValueError(f"url {_shown(url)} is no http or https address.")
    moment = None
    if captured_at is not None:
        try:
            moment = names.moment_of(captured_at)
        except (ValueError, OverflowError):
            raise ValueError(
                f"captured_at {_shown(captured_at)} is no moment; write it as 2025-09-01T10:30:00Z."
            ) from None
    media_type = None
    if content_type is not None:
        media_type = _MEDIA_TYPES.get(content_type.partition(";")[0].strip().lower())
        if media_type is None:
            raise ValueError(f"content_type {_shown(content_type)} is none of {', '.join(_MEDIA_TYPES)}.")
    return Facts(cleaned, moment, media_type)


def _text(record: dict[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} {_shown(str(value))} is no text.")
    return value


def _shown(text: str) -> str:
    return repr(names.text_of(text[:80]))
