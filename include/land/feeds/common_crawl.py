"""Common Crawl: its index tells which captures of a host were made on a day, and where their records are.

API: https://index.commoncrawl.org/ (pywb's CDX server) with one index a crawl, and data.commoncrawl.org for
the records by range. Bodies are kept unpacked there, with the SHA-1 that they are held to.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from include import partitions
from include.errors import FetchFailed
from include.land.capture import Credential, Found, Item, Known
from include.land.feeds.config import CommonCrawlConfig
from include.land.names import moment_of
from include.land.web import archived, cdx, crawls
from include.land.web.archived import Wanted
from include.land.web.cdx import Listed
from include.land.web.client import Client
from include.land.web.crawls import Collection
from include.land.web.exchange import Reply
from include.land.web.opening import max_page_bytes, open_client
from include.land.web.records import Record, Records
from include.settings import Settings

log = logging.getLogger(__name__)

_OK, _NO_SUCH_PAGE, _NO_CAPTURES = 200, 400, 404
_MAX_PAGES = 10_000
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)


def make(
    config: CommonCrawlConfig, settings: Settings, credential: Credential | None = None
) -> CommonCrawlFeed:
    """The feed of this archive."""
    return CommonCrawlFeed(config, settings, credential)


class CommonCrawlFeed:
    """Asks the indexes of the crawls that have the day, then for each record that isn't landed yet."""

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
            asked = run.collections(day)
            if not asked:
                log.info("%s: no crawl has %s", self.name, day)
            yield from archived.outcomes(run.lines(asked, day), day, config, known, run.fetch)


class _Run:
    """One run's questions."""

    def __init__(self, config: CommonCrawlConfig, settings: Settings, client: Client) -> None:
        self._config = config
        self._client = client
        self._kept_in = partitions.web_path(settings.home) / "collections"
        self._max_bytes = max_page_bytes(config, settings)
        self._records = Records(client, config.data_url, self._max_bytes)

    def collections(self, day: date) -> list[Collection]:
        """The crawls to ask for a day."""
        config = self._config
        if config.collections:
            return crawls.named(config.index_url, config.collections)
        pause = config.crawl_delay_seconds
        return crawls.of_day(self._client, config.index_url, day, self._kept_in, pause)

    def lines(self, asked: list[Collection], day: date) -> Iterator[Listed | None]:
        """What the crawls' indexes list of the day."""
        for crawl in asked:
            for host in cdx.host_parameters(self._config.hosts):
                yield from self._pages(crawl, {**host, **cdx.day_parameters(day)})

    def fetch(self, wanted: Wanted) -> Item:
        """One capture's page."""
        listed = wanted.listed
        if listed.truncated:
            raise FetchFailed(
                "truncated_record",
                "The crawler kept a part of the page only. Another archive may have all of it.",
            )
        record = self._records.fetch(listed)
        if listed.is_revisit:
            listed = self._original(record, listed)
            record = self._records.fetch(listed)
        content = record.page(self._max_bytes)
        return Found(
            *wanted.key, content.media_type, content.data, wanted.publisher, wanted.url, content.http_status
        )

    def _original(self, revisit: Record, listed: Listed) -> Listed:
        """The capture that a revisit stands for: the one it names, else none."""
        fields = revisit.head.fields
        url = fields.get("warc-refers-to-target-uri", listed.url).strip("<>")
        try:
            moment = moment_of(fields["warc-refers-to-date"])
        except (KeyError, ValueError):
            raise FetchFailed(
                "unresolved_revisit", "It stands for an earlier capture and doesn't say which."
            ) from None
        day = moment.date()
        for crawl in self.collections(day):
            for line in self._pages(crawl, {"url": url, "matchType": "exact", **cdx.day_parameters(day)}):
                if line is not None and line.captured_at == moment and not line.is_revisit:
                    return line
        raise FetchFailed(
            "unresolved_revisit",
            f"It stands for a capture of {moment:%Y-%m-%d %H:%M:%S} UTC, which the index doesn't have.",
        )

    def _pages(self, crawl: Collection, parameters: dict[str, str]) -> Iterator[Listed | None]:
        parameters = parameters | {"output": "json"}
        count = self._ask(crawl, parameters | {"showNumPages": "true"}, _NO_CAPTURES)
        for page in range(_count(count) if count else 0):
            lines = self._ask(crawl, parameters | {"page": str(page)}, _NO_CAPTURES, _NO_SUCH_PAGE)
            for line in lines.body.splitlines() if lines else ():
                yield _listed(line)

    def _ask(self, crawl: Collection, parameters: dict[str, str], *none: int) -> Reply | None:
        """The index's answer; None when its status says that it has none."""
        reply = cdx.ask_index(
            self._client,
            f"{crawl.index_url}?{urlencode(parameters)}",
            pause_seconds=self._config.crawl_delay_seconds,
            expected=frozenset({_OK, *none}),
        )
        return reply if reply.status == _OK else None


def _count(reply: Reply) -> int:
    """How many pages an answer has: ``{"pages": 3, …}``, or the number alone from older servers.

    Raises:
        FeedUnavailable: it isn't told.
    """
    try:
        told = json.loads(reply.body)
        count = told["pages"] if isinstance(told, dict) else told
    except (ValueError, KeyError):
        count = None
    if not isinstance(count, int) or not 0 <= count <= _MAX_PAGES:
        raise cdx.no_index(reply)
    return count


def _listed(line: bytes) -> Listed | None:
    """A line of the index; None when it can't be read."""
    try:
        told: dict[str, Any] = json.loads(line)
        captured_at = cdx.moment(str(told["timestamp"]))
        if captured_at is None:
            return None
        media_type = str(told["mime"]).lower()
        if media_type in ("", "unk"):
            media_type = str(told.get("mime-detected", media_type)).lower()
        return Listed(
            captured_at=captured_at,
            url=str(told["url"]),
            media_type=media_type,
            status=cdx.status_of(str(told.get("status", "-"))),
            digest=str(told["digest"]).rpartition(":")[2],
            filename=str(told["filename"]),
            offset=_number(told["offset"]),
            length=_number(told["length"]),
            truncated=bool(told.get("truncated")),
        )
    except (ValueError, TypeError, KeyError):
        return None


def _number(value: object) -> int:
    if not _NUMBER.fullmatch(str(value)):
        raise ValueError("no number")
    return int(str(value))
