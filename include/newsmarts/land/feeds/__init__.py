"""The kinds of feeds, one module each."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from newsmarts.core.settings import Settings
from newsmarts.land.capture import Credential, Feed
from newsmarts.land.feeds.config import AnyConfig

_CLASSES = {
    "inbox": "InboxFeed",
    "warc": "WarcFeed",
    "common_crawl": "CommonCrawlFeed",
    "wayback": "WaybackFeed",
    "live": "LiveFeed",
}


def make_feed(config: AnyConfig, settings: Settings, credential: Credential | None = None) -> Feed:
    """The feed of this declaration.

    Raises:
        UsageError: what it needs isn't there.
    """
    # by name: an inbox needs no HTTP client, and a web feed no archive readers
    module = import_module(f"newsmarts.land.feeds.{config.kind}")
    return cast(Feed, getattr(module, _CLASSES[config.kind])(config, settings, credential))
