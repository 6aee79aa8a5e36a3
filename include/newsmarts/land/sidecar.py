"""A sidecar: ``page.json`` beside ``page.html``, with where and when the page was captured."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, PlainValidator, TypeAdapter, ValidationError

from newsmarts.core.errors import CaptureError
from newsmarts.land import names
from newsmarts.land.names import CaptureTime

MAX_BYTES = 1 << 18
ENDING = ".json"
_MEDIA_TYPES = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "text/plain": "text/plain",
}


def _declared(key: str, convert: Callable[[str], Any], fault: str) -> PlainValidator:
    """A JSON value that may be missing; the fault names its key."""

    def check(value: object) -> Any:
        if value is None:
            return None
        converted = convert(value) if isinstance(value, str) else None
        if converted is None:
            shown = repr(names.text_of(str(value)[:80]))
            raise ValueError(f"{key} {shown} {fault if isinstance(value, str) else 'is no text.'}")
        return converted

    return PlainValidator(check)


def _media_type(text: str) -> str | None:
    return _MEDIA_TYPES.get(text.partition(";")[0].strip().lower())


@dataclass(frozen=True, slots=True)
class Facts:
    """What a capture declares about itself; None: nothing."""

    url: Annotated[str | None, _declared("url", names.clean_url, "is no http or https address.")] = None
    captured_at: Annotated[
        CaptureTime | None,
        _declared("captured_at", names.capture_time_of, "is no moment; write it as 2025-09-01T10:30:00Z."),
    ] = None
    media_type: Annotated[
        str | None,
        Field(alias="content_type"),
        _declared("content_type", _media_type, f"is none of {', '.join(_MEDIA_TYPES)}."),
    ] = None
    charset: Annotated[
        str | None,
        Field(alias="content_type"),
        PlainValidator(lambda value: names.charset_of(value) if isinstance(value, str) else None),
    ] = None


_FACTS = TypeAdapter(Facts)


def parse(data: bytes) -> Facts:
    """Read a sidecar. Keys other than url, captured_at and content_type may be there.

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
    try:
        return _FACTS.validate_python(record)
    except ValidationError as error:
        raise ValueError(str(error.errors()[0]["ctx"]["error"])) from None
