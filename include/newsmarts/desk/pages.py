"""Render the pages: Jinja2 templates in files, every value escaped, and the headers that go with them.

Captured text is hostile. It is escaped by the templates (autoescape can't be switched off by a value:
nothing here makes Markup), and the headers allow no script, style or picture but the page's own files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment

from newsmarts.core.publishers import language_of
from newsmarts.core.templates import html_environment, palette
from newsmarts.core.text import (
    ago,
    capture_time,
    counted,
    long_day,
    share,
    shortened,
    utc_time,
    visible,
    visible_lines,
)
from newsmarts.desk.airflow import log_path
from newsmarts.desk.forms import Rejected
from newsmarts.show.render import blocks_style

_HERE = Path(__file__).parent

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",  # "no-referrer" also empties the Origin that csrf.py reads
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
    """All files of the folder ``static`` and the styles shared with other pages: nothing else is served."""
    files = [path for path in sorted((_HERE / "static").iterdir()) if path.is_file()]
    found = {path.name: path.read_bytes() for path in files if path.suffix in _MEDIA_TYPES}
    found |= {"palette.css": palette().encode(), "blocks.css": blocks_style().encode()}
    return {
        name: Asset(content, _MEDIA_TYPES[Path(name).suffix], hashlib.sha256(content).hexdigest()[:12])
        for name, content in found.items()
    }


def asset(name: str) -> Asset:
    """One of the pages' own files. Raises KeyError for any other name."""
    return assets()[name]


def query_of(values: Mapping[str, object]) -> str:
    """Values as the query of an address, ``?`` included; without those that are empty, "" when all are."""
    kept = {name: str(value) for name, value in values.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def render(template: str, *, base_path: str, own_address: str = "", **values: Any) -> str:
    """Render one template.

    ``base_path`` is the path that the pages are mounted under, without a slash; ``own_address`` is the page's
    own below it, with its query. ``navigation`` has the entries above the page, ``rejected`` what was sent.
    """
    ui = base_path.rpartition("/")[0]  # Airflow's, whose part the pages are
    frame = {
        "navigation": (),
        "rejected": Rejected(),
        "base": base_path,
        "ui": ui,
        "own_address": own_address,
    }
    return _environment().get_template(template).render(frame | values)


def _asset_url(base: str, name: str) -> str:
    return f"{base}/static/{name}?v={asset(name).version}"


@cache
def _environment() -> Environment:
    environment = html_environment(_HERE / "templates")
    filters = (
        visible,
        visible_lines,
        shortened,
        utc_time,
        capture_time,
        long_day,
        ago,
        share,
        language_of,
        log_path,
        counted,
    )
    environment.filters.update({each.__name__: each for each in filters})
    environment.filters["as_query"] = urlencode
    environment.globals.update(asset_url=_asset_url)
    return environment
