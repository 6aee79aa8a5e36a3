"""Common Crawl: its index lists which captures of a host were made on a day, and where their records are.

API: https://index.commoncrawl.org/ (pywb's CDX server) with one index a crawl, and data.commoncrawl.org for
the records by range. Bodies are kept unpacked there, with their SHA-1.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date

from newsmarts.core import partitions
from newsmarts.core.errors import CaptureError
from newsmarts.core.settings import Settings
from newsmarts.land.capture import Credential, Found, Item, Known
from newsmarts.land.config import CommonCrawlConfig
from newsmarts.land.names import moment_of
from newsmarts.land.web import archived, cdx
from newsmarts.land.web.archived import Wanted
from newsmarts.land.web.cdx import Listed
from newsmarts.land.web.client import Client, max_page_bytes, open_client
from newsmarts.land.web.crawl_index import Crawl, CrawlIndex, crawls_named, crawls_of_day
from newsmarts.land.web.records import Record, Records

log = logging.getLogger(__name__)


class CommonCrawlFeed:
    """Queries the indexes of the crawls that have the day, then fetches each record that isn't landed yet."""

    def __init__(self, config: CommonCrawlConfig, settings: Settings, credential: Credential | None) -> None:
        self.name = config.name
        self._config = config
        self._settings = settings
        self._credential = credential

    def captures(self, day: date, known: Known) -> Iterator[Item]:
        """The day's captures, crawl by crawl in the index's order (by host and path, then time).

        Raises:
            FeedUnavailable: the index or the data don't answer now.
            FeedRefused: they refuse us.
        """
        config = self._config
        with open_client(
            config, self._settings, self._credential, own_urls=(config.index_url, config.data_url)
        ) as client:
            run = _Run(config, self._settings, client)
            yield from archived.outcomes(run.lines(day), day, config, known, run.fetch)


class _Run:
    """One run's queries."""

    def __init__(self, config: CommonCrawlConfig, settings: Settings, client: Client) -> None:
        self._config = config
        self._client = client
        self._folder = partitions.web_path(settings.home) / "common_crawl"
        self._max_bytes = max_page_bytes(config, settings)
        self._records = Records(client, config.data_url, self._max_bytes)
        self._index = CrawlIndex(
            client,
            self._folder,
            pause_seconds=config.crawl_delay_seconds,
            lock_seconds=settings.lock_timeout_seconds,
        )

    def lines(self, day: date) -> Iterator[Listed | None]:
        """What the indexes list of the day."""
        collections = self._collections(day)
        if not collections:
            log.info("%s: no crawl has %s", self._config.name, day)
        for crawl in collections:
            for host in cdx.host_parameters(self._config.hosts):
                yield from self._index.of_day(crawl, host, day)

    def fetch(self, wanted: Wanted) -> Item:
        """One capture's page."""
        listed = wanted.listed
        if listed.truncated:
            raise CaptureError(
                "truncated_record",
                "The crawler kept a part of the page only. Another archive may have all of it.",
            )
        record = self._records.fetch(listed)
        if listed.is_revisit:
            record = self._records.fetch(self._original(record, listed))
        content = record.page(self._max_bytes)
        return Found(
            *wanted.key, content.media_type, content.data, wanted.publisher, wanted.url, content.http_status
        )

    def _collections(self, day: date) -> list[Crawl]:
        config = self._config
        if config.collections:
            return crawls_named(config.index_url, config.collections)
        pause_seconds = config.crawl_delay_seconds
        return crawls_of_day(self._client, config.index_url, day, self._folder, pause_seconds)

    def _original(self, revisit: Record, listed: Listed) -> Listed:
        """The capture that a revisit stands for, by the address and date that it names."""
        fields = revisit.head.fields
        url = fields.get("warc-refers-to-target-uri", listed.url).strip("<>")
        try:
            moment = moment_of(fields["warc-refers-to-date"]).replace(microsecond=0)
        except (KeyError, ValueError):
            raise CaptureError(
                "unresolved_revisit", "It stands for an earlier capture and doesn't say which."
            ) from None
        for crawl in self._collections(moment.date()):
            original = self._index.exactly(crawl, url, moment)
            if original is not None:
                return original
        raise CaptureError(
            "unresolved_revisit",
            f"It stands for a capture of {moment:%Y-%m-%d %H:%M:%S} UTC, which the index doesn't have.",
        )
