"""Clients for tests: quick, without patience, and with a sleep that only counts."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from newsmarts.land.capture import Credential
from newsmarts.land.config import Limits, WebConfig
from newsmarts.land.web.addresses import AllowedOrigins
from newsmarts.land.web.client import Client
from newsmarts.land.web.pace import Pace

QUICK = Limits(
    connect_seconds=2, read_seconds=2, total_seconds=5, max_redirects=3, max_tries=2, max_wait_seconds=100
)
AGENT = "news-marts/0 (+tests@example.org)"


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 1_000_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def client(
    folder: Path,
    *urls: str,
    hosts: Sequence[str] = (),
    private_hosts: tuple[str, ...] = ("127.0.0.1",),
    clock: Clock | None = None,
    pause_seconds: float = 0,
    credential: Credential | None = None,
    ssl_context: ssl.SSLContext | None = None,
    resolve_host: Callable[[str, int], Sequence[str]] | None = None,
    **limits: float,
) -> Client:
    """A client for these addresses; ``limits`` replace some of QUICK."""
    clock = clock or Clock()
    more = {} if resolve_host is None else {"resolve_host": resolve_host}
    config = WebConfig(
        name="tests",
        hosts=("news.example",),
        user_agent=AGENT,
        crawl_delay_seconds=pause_seconds,
        allow_private_hosts=private_hosts,
        limits=QUICK.model_copy(update=limits),
    )
    return Client(
        config,
        AllowedOrigins(urls, hosts),
        Pace(folder / "pace", clock=clock, sleep=clock.sleep),
        credential,
        sleep=clock.sleep,
        jitter=lambda: 1.0,
        ssl_context=ssl_context,
        **more,
    )
