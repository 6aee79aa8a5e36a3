"""Captures for archives to hold: invented pages, under addresses of the real sites."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from samples import html
from samples.generator import Generator

ENGLISH = "https://english.almayadeen.net"
NOUR = "https://nournews.ir"


@lru_cache(maxsize=256)
def page(number: int) -> bytes:
    """An invented page as HTML; the same for the same number."""
    return html.render(Generator(seed=4).page(number).page).encode()


@dataclass(frozen=True)
class Captured:
    """One capture of an archive. ``sent`` is the body as it went over the wire, where that differs."""

    timestamp: str
    url: str
    body: bytes = b""
    status: int = 200
    media_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    sent: bytes | None = None

    @property
    def digest(self) -> str:
        raw = self.body if self.sent is None else self.sent
        return base64.b32encode(hashlib.sha1(raw).digest()).decode()

    @property
    def urlkey(self) -> str:
        return surt(self.url)


def surt(url: str) -> str:
    """The key that indexes sort by: the host's labels backwards, without ``www``."""
    parts = urlsplit(url)
    labels = (parts.hostname or "").removeprefix("www.").split(".")
    query = f"?{parts.query}" if parts.query else ""
    return f"{','.join(reversed(labels))}){parts.path or '/'}{query}".lower()


def matches(key: str, url: str, match_type: str) -> bool:
    """Whether a query's url and matchType ask for this key."""
    wanted = surt(f"http://{url}").partition(")")[0]
    host = key.partition(")")[0]
    return host == wanted or (match_type == "domain" and host.startswith(f"{wanted},"))
