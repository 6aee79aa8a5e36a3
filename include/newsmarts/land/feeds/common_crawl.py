"""Common Crawl: its index lists which captures of a host were made on a day, and where their records are.

API: https://index.commoncrawl.org/ (pywb's CDX server) with one index a crawl, and data.commoncrawl.org for
the records by range. Bodies are kept unpacked there, with their SHA-1.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from urllib.parse import quote

from newsmarts.core import partitions
from newsmarts.core.errors import BadAddress, CaptureError, FeedRefused
from newsmarts.land import encodings
from newsmarts.land.archives.warc_record import (
    END_OF_HEAD,
    MAX_HEAD_BYTES,
    Head,
    content_of,
    parse_head,
    parse_http,
)
from newsmarts.land.capture import Found, Item
from newsmarts.land.config import CommonCrawlConfig
from newsmarts.land.manifest import Known
from newsmarts.land.names import moment_of
from newsmarts.land.web import cdx
from newsmarts.land.web.addresses import parse
from newsmarts.land.web.cdx import Listed, Wanted
from newsmarts.land.web.client import Client, WebFeed
from newsmarts.land.web.crawl_index import CrawlIndex

log = logging.getLogger(__name__)

_PARTIAL = 206
_FORBIDDEN = 403
# A bucket answers 403 for a file that isn't there; three times in a row it is us.
_REFUSALS = 3
_HEADS_BYTES = 2 * MAX_HEAD_BYTES  # of the record and of the HTTP answer in it


class CommonCrawlFeed(WebFeed[CommonCrawlConfig]):
    """Queries the indexes of the crawls that have the day, then fetches each record that isn't landed yet."""

    def captures(self, day: date, known: Known) -> Iterator[Item]:
        """The day's captures, crawl by crawl in the index's order (by host and path, then time).

        Raises:
            FeedUnavailable: the index or the data don't answer now.
            FeedRefused: they refuse us.
        """
        config = self._config
        with self._client(config.index_url, config.data_url) as client:
            folder = partitions.web_path(self._settings.home) / "common_crawl"
            index = CrawlIndex(client, config, folder, self._settings.lock_timeout_seconds)
            run = _Run(config, client, index, self._max_bytes)
            yield from cdx.outcomes(run.lines(day), day, config, known, run.fetch)


class _Run:
    """One run's queries."""

    def __init__(self, config: CommonCrawlConfig, client: Client, index: CrawlIndex, max_bytes: int) -> None:
        self._config = config
        self._client = client
        self._index = index
        self._max_bytes = max_bytes
        self._refused = 0

    def lines(self, day: date) -> Iterator[Listed | None]:
        """What the indexes list of the day."""
        crawls = self._index.crawls_of(day)
        if not crawls:
            log.info("%s: no crawl has %s", self._config.name, day)
        for crawl in crawls:
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
        head, block = self._record(listed)
        if listed.is_revisit:
            head, block = self._record(self._original(head, listed))
        http = None if head.kind == "resource" else parse_http(block)
        at = http.size_bytes if http else 0
        content = content_of(head, http, block[:at], block[at:], self._max_bytes)
        return Found(
            *wanted.key,
            content.media_type,
            content.data,
            wanted.publisher,
            wanted.url,
            content.http_status,
            charset=content.charset,
        )

    def _original(self, revisit: Head, listed: Listed) -> Listed:
        """The capture that a revisit stands for, by the address and date that it names."""
        fields = revisit.fields
        url = fields.get("warc-refers-to-target-uri", listed.url).strip("<>")
        moment = moment_of(fields.get("warc-refers-to-date", ""))
        if moment is None:
            raise CaptureError(
                "unresolved_revisit", "It stands for an earlier capture and doesn't say which."
            )
        moment = moment.replace(microsecond=0)
        for crawl in self._index.crawls_of(moment.date()):
            original = self._index.exactly(crawl, url, moment)
            if original is not None:
                return original
        raise CaptureError(
            "unresolved_revisit",
            f"It stands for a capture of {moment:%Y-%m-%d %H:%M:%S} UTC, which the index doesn't have.",
        )

    def _record(self, listed: Listed) -> tuple[Head, bytes]:
        """The header and block of the record that a line of the index points to.

        Raises:
            CaptureError: it can't be fetched, or is another.
            FeedRefused: the host refuses one record after the other.
            FeedUnavailable: the host doesn't answer now.
        """
        if not 0 < listed.length <= self._max_bytes + _HEADS_BYTES:
            raise CaptureError(
                "record_too_large",
                f"Its record has {listed.length:,} bytes. If it really is a page, raise "
                "NEWS_MAX_FILE_BYTES or the feed's limits.max_page_bytes.",
            )
        unpacked = encodings.decode(self._bytes(listed), "gzip", max_bytes=self._max_bytes + _HEADS_BYTES)
        end = END_OF_HEAD.search(unpacked, 0, MAX_HEAD_BYTES)
        if end is None:
            raise CaptureError("bad_record", "The bytes that the index points to are no WARC record.")
        head = parse_head(unpacked[: end.end()])
        block = unpacked[end.end() : end.end() + head.length]
        if len(block) < head.length:
            raise CaptureError("truncated_record", "Its record breaks off.")
        fields = dict(head.fields)
        written = re.sub(r"[-:T]", "", fields.get("warc-date", "")[:19])
        url = _normalised(fields.get("warc-target-uri", "").strip("<>"))
        if url != _normalised(listed.url) or written != listed.timestamp:
            raise CaptureError("bad_record", "The index points to the record of another capture.")
        if listed.digest:
            # the index's is that of the full page: a record without one is compared with it
            digest = fields.setdefault("warc-payload-digest", f"sha1:{listed.digest}").rpartition(":")[2]
            if digest.upper() != listed.digest.upper():
                raise CaptureError("bad_digest", "The record's digest isn't the index's.")
        return replace(head, fields=fields), block

    def _bytes(self, listed: Listed) -> bytes:
        # put together rather than joined: whatever the index names, this host is requested
        url = f"{self._config.data_url.rstrip('/')}/{quote(listed.filename)}"
        last = listed.offset + listed.length - 1
        reply = self._client.get(url, max_bytes=listed.length, byte_range=(listed.offset, last))
        if reply.status == _FORBIDDEN:
            self._refused += 1
            if self._refused >= _REFUSALS:
                raise FeedRefused(
                    f"{reply.address.host} refuses one record after the other (HTTP status 403). It may have "
                    "had too many requests from this network: raise crawl_delay_seconds, and run the day "
                    "again tomorrow."
                )
        else:
            self._refused = 0
        if reply.status != _PARTIAL or len(reply.body) != listed.length:
            raise CaptureError(
                "capture_not_served",
                f"The archive lists the capture and doesn't give its record (HTTP status {reply.status}, "
                f"{len(reply.body):,} of {listed.length:,} bytes).",
            )
        return reply.body


def _normalised(url: str) -> str:
    """The address, written one way."""
    try:
        return str(parse(url))
    except BadAddress:
        return url
