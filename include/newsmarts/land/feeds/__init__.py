"""The kinds of feeds."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import cast

from newsmarts.core.settings import Settings
from newsmarts.land.capture import Credential, Feed
from newsmarts.land.config import AnyConfig

# by name: an inbox needs no HTTP client, and a web feed no archive readers
_CLASSES = {
    "inbox": "folders:InboxFeed",
    "warc": "folders:WarcFeed",
    "common_crawl": "common_crawl:CommonCrawlFeed",
    "wayback": "wayback:WaybackFeed",
    "live": "live:LiveFeed",
}


def make_feed(config: AnyConfig, settings: Settings, credential: Credential | None = None) -> Feed:
    """The feed of this declaration.

    Raises:
        UsageError: what it needs isn't there.
    """
    feed = resolve_name(f"newsmarts.land.feeds.{_CLASSES[config.kind]}")
    return cast(Feed, feed(config, settings, credential))
