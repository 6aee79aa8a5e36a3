"""The client of a feed, as its table in feeds.toml says."""

from __future__ import annotations

from collections.abc import Iterable

from newsmarts.core import partitions
from newsmarts.core.errors import BadAddress, UsageError
from newsmarts.core.settings import Settings
from newsmarts.land.capture import Credential
from newsmarts.land.feeds.config import WebConfig
from newsmarts.land.web.addresses import AllowedOrigins
from newsmarts.land.web.client import Bounds, Client, Manners
from newsmarts.land.web.pace import Pace

PRODUCT = "news-marts"
VERSION = "0.1.0"  # of pyproject.toml; a test compares


def user_agent(config: WebConfig) -> str:
    """Who asks, and whom to write to about it."""
    if config.user_agent:
        return config.user_agent
    return f"{PRODUCT}/{VERSION} (+{config.contact})" if config.contact else f"{PRODUCT}/{VERSION}"


def open_client(
    config: WebConfig,
    settings: Settings,
    credential: Credential | None,
    *,
    own_urls: Iterable[str],
    hosts: Iterable[str] = (),
) -> Client:
    """A client that may ask the feed's own addresses, and these hosts.

    Raises:
        UsageError: one of the addresses can't be asked.
    """
    limits = config.limits
    try:
        origins = AllowedOrigins(own_urls, hosts)
    except BadAddress as error:
        raise UsageError(
            f"{settings.feeds_file}: [feeds.{config.name}] has {error}. Mend it there."
        ) from None
    return Client(
        origins,
        Manners(
            user_agent=user_agent(config),
            pace=Pace(
                partitions.web_path(settings.home) / "pace", lock_seconds=settings.lock_timeout_seconds
            ),
            pause_seconds=config.crawl_delay_seconds,
        ),
        Bounds(
            connect_seconds=limits.connect_seconds,
            read_seconds=limits.read_seconds,
            total_seconds=limits.total_seconds,
            max_redirects=limits.max_redirects,
            max_tries=limits.max_tries,
            max_wait_seconds=limits.max_wait_seconds,
        ),
        private_hosts=config.allow_private_hosts,
        credential=credential,
    )


def max_page_bytes(config: WebConfig, settings: Settings) -> int:
    """The limit of one page."""
    return config.limits.max_page_bytes or settings.max_file_bytes
