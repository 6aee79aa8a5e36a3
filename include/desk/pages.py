"""Render the pages: Jinja2 templates in files, every value escaped, and the headers that go with them.

Captured text is hostile. It is escaped by the templates (autoescape can't be switched off by a value:
nothing here makes Markup), and the headers allow no script, style or picture but the page's own files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent
_VISIBLE_SPACES = {"\u00a0", "\u200c", "\u200d"}  # no-break space and joiners: part of writing, harmless

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE_HEADERS: Mapping[str, str] = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
ASSET_HEADERS: Mapping[str, str] = {**SECURITY_HEADERS, "Cache-Control": "private, max-age=86400"}

_MEDIA_TYPES = {
    "desk.css": "text/css; charset=utf-8",
    "theme.js": "text/javascript; charset=utf-8",
    "contracts.svg": "image/svg+xml",
    "contracts-dark.svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages link to."""

    content: bytes
    media_type: str
    version: str  # of its content, so that browsers may keep it


@cache
def asset(name: str) -> Asset:
    """One of the pages' own files. Raises KeyError for any other name."""
    media_type = _MEDIA_TYPES[name]
    content = (_HERE / "static" / name).read_bytes()
    return Asset(content, media_type, hashlib.sha256(content).hexdigest()[:12])


def render(template: str, *, base_path: str, **values: Any) -> str:
    """Render one template. ``base_path`` is the path that the pages are mounted under, without a slash."""
    return _environment().get_template(template).render(base=base_path, **values)


def visible(text: object) -> str:
    """The text with control, bidirectional and other invisible characters spelled out (as ``\\u202e``)."""
    return "".join(
        char if char.isprintable() or char in _VISIBLE_SPACES else char.encode("unicode_escape").decode()
        for char in str(text)
    )


def utc_time(moment: datetime) -> str:
    """A moment in UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def long_day(day: date) -> str:
    """A day with its weekday, for headings."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _asset_url(base: str, name: str) -> str:
    return f"{base}/static/{name}?v={asset(name).version}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(visible=visible, utc_time=utc_time, long_day=long_day)
    environment.globals.update(asset_url=_asset_url)
    return environment
