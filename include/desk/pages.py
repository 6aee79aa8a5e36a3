"""Render the pages: Jinja2 templates in files, every value escaped, and the headers that go with them.

Captured text is hostile. It is escaped by the templates (autoescape can't be switched off by a value:
nothing here makes Markup), and the headers allow no script, style or picture but the page's own files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent
_MAX_TEXT_CHARS = 20_000
_VISIBLE_SPACES = {"\u00a0", "\u200c", "\u200d"}  # no-break space and joiners: part of writing, harmless

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",  # "no-referrer" also empties the Origin that forgery.py looks at
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE_HEADERS: Mapping[str, str] = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
ASSET_HEADERS: Mapping[str, str] = {**SECURITY_HEADERS, "Cache-Control": "private, max-age=86400"}

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages link to."""

    content: bytes
    media_type: str
    version: str  # of its content, so that browsers may keep it


@cache
def assets() -> Mapping[str, Asset]:
    """All files of the folder ``static``, by name: what isn't in it can't be asked for."""
    found = {}
    for path in sorted((_HERE / "static").iterdir()):
        if path.is_file() and path.suffix in _MEDIA_TYPES:
            content = path.read_bytes()
            version = hashlib.sha256(content).hexdigest()[:12]
            found[path.name] = Asset(content, _MEDIA_TYPES[path.suffix], version)
    return found


def asset(name: str) -> Asset:
    """One of the pages' own files. Raises KeyError for any other name."""
    return assets()[name]


def render(
    template: str, *, base_path: str, navigation: Sequence[Any] = (), here: str = "", **values: Any
) -> str:
    """Render one template.

    ``base_path`` is the path that the pages are mounted under, without a slash; ``navigation`` has the
    entries above the page, and ``here`` is the page's own path, which marks one of them.
    """
    return (
        _environment()
        .get_template(template)
        .render(base=base_path, navigation=navigation, here_path=here, **values)
    )


def visible(text: object) -> str:
    """The text with control, bidirectional and other invisible characters spelled out (as ``\\u202e``)."""
    return "".join(
        char if char.isprintable() or char in _VISIBLE_SPACES else char.encode("unicode_escape").decode()
        for char in str(text)
    )


def visible_lines(text: object) -> str:
    """As ``visible``, but line ends stay what they are."""
    return "\n".join(visible(line) for line in str(text).split("\n"))


def shortened(text: str) -> str:
    """A text as much of which is shown as a person may want to read."""
    if len(text) <= _MAX_TEXT_CHARS:
        return text
    return f"{text[:_MAX_TEXT_CHARS]}… ({len(text):,} characters in all)"


def utc_time(moment: datetime) -> str:
    """A moment in UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def ago(age: timedelta) -> str:
    """How long ago something was, in its largest whole unit."""
    minutes = int(age.total_seconds() // 60)
    for unit, length in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= length:
            count = minutes // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def share(value: float) -> str:
    """A share of 0 to 1 in per cent; never rounded to 100 % or to 0 % when it isn't that."""
    if value in (0, 1):
        return f"{value:.0%}"
    return f"{min(max(value, 0.0001), 0.9999):.2%}" if not 0.01 < value < 0.99 else f"{value:.1%}"


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
    filters = (visible, visible_lines, shortened, utc_time, long_day, ago, share)
    environment.filters.update({each.__name__: each for each in filters})
    environment.globals.update(asset_url=_asset_url)
    return environment
