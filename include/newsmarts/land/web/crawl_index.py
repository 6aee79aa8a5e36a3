"""Common Crawl's crawls and their indexes: which crawls have a day, and which captures each has of a host.

A crawl's index never changes, and for one day the server searches the host's part of it in full. So that
part is fetched once, in pages, and kept in a file; a backfill over years then takes some hundred queries
instead of ten thousand. Only hosts with very many captures take a query for each day.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urljoin

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from newsmarts.core.archived_addresses import moment_of
from newsmarts.core.files import write_atomically
from newsmarts.core.locks import held
from newsmarts.core.partitions import day_interval
from newsmarts.land.config import CommonCrawlConfig
from newsmarts.land.web import cdx
from newsmarts.land.web.cdx import Listed
from newsmarts.land.web.client import Client
from newsmarts.land.web.exchange import Reply

_OK, _NO_SUCH_PAGE, _NO_CAPTURES = 200, 400, 404
_MAX_PAGES = 10_000
_KEPT_PAGES = 20  # of up to 15,000 lines each
# The list grows once a month; a backfill fetches it once and not a thousand times.
_KEPT_SECONDS = 86_400
_WEEKLY = re.compile(r"CC-MAIN-(\d{4})-(\d{2})")
# A crawl is named by a week near its start and takes some weeks; the list has the exact days since 2023.
_BEFORE, _AFTER = timedelta(days=14), timedelta(days=49)
_SCHEMA = pa.schema(
    [
        ("captured_at", pa.timestamp("us", tz="UTC")),
        ("url", pa.string()),
        ("media_type", pa.string()),
        ("status", pa.int16()),
        ("digest", pa.string()),
        ("filename", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("truncated", pa.bool_()),
    ]
)

Lines = Iterator[Listed | None]


class Crawl(BaseModel):
    """One crawl, as the list of crawls has it."""

    name: str = Field(alias="id")
    index_url: str = Field(alias="cdx-api")
    first_at: datetime | None = Field(default=None, alias="from")
    last_at: datetime | None = Field(default=None, alias="to")

    def may_have(self, day: date) -> bool:
        """Whether captures of this day may be in it."""
        if self.first_at is not None and self.last_at is not None:
            return self.first_at.date() <= day <= self.last_at.date()
        week = _WEEKLY.fullmatch(self.name)
        if week is None:  # the first ones, of 2008 to 2012
            return day.year <= 2012
        try:
            monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        except ValueError:
            return True
        return monday - _BEFORE <= day <= monday + _AFTER


_CRAWLS = TypeAdapter(list[Crawl])
_Number = Annotated[int, Field(ge=0, lt=10**15)]


class _Line(BaseModel):
    """A capture, as an index lists it."""

    timestamp: Annotated[datetime, BeforeValidator(lambda digits: moment_of(str(digits)))]
    url: str
    mime: str
    mime_detected: str | None = Field(default=None, alias="mime-detected")
    status: Any = None
    digest: str
    filename: str
    offset: _Number
    length: _Number
    truncated: Any = None


class CrawlIndex:
    """Queries indexes, and keeps their answers in ``folder``."""

    def __init__(self, client: Client, config: CommonCrawlConfig, folder: Path, lock_seconds: float) -> None:
        self._client = client
        self._config = config
        self._folder = folder
        self._lock_seconds = lock_seconds

    def crawls_of(self, day: date) -> list[Crawl]:
        """The crawls that the feed's table names, else those that may have the day, the older first.

        Raises:
            FeedUnavailable, FeedRefused: their list can't be fetched.
        """
        names, index_url = dict.fromkeys(self._config.collections), self._config.index_url
        if names:
            urls = {name: urljoin(index_url, f"{quote(name)}-index") for name in names}
            return [Crawl.model_construct(name=name, index_url=url) for name, url in urls.items()]
        return sorted((each for each in self._crawls() if each.may_have(day)), key=lambda each: each.name)

    def _crawls(self) -> list[Crawl]:
        url = urljoin(self._config.index_url, "collinfo.json")
        path = self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"
        with contextlib.suppress(OSError, ValidationError):
            if time.time() - path.stat().st_mtime <= _KEPT_SECONDS:
                return _CRAWLS.validate_json(path.read_bytes())
        reply = cdx.query_index(self._client, url, pause_seconds=self._config.crawl_delay_seconds)
        try:
            found = _CRAWLS.validate_json(reply.body)
        except ValidationError:
            raise cdx.no_index(reply) from None
        write_atomically(path, reply.body)
        return found

    def of_day(self, crawl: Crawl, host: dict[str, str], day: date) -> Lines:
        """The crawl's captures of a host on a day, by address and time; None for a line that can't be read.

        ``host`` has the parameters ``url`` and ``matchType``.

        Raises:
            FeedUnavailable, FeedRefused: the index can't be queried.
            LockTimeout: another run has been fetching the same part for too long.
        """
        name = hashlib.sha256(f"{crawl.index_url}?{urlencode(host)}".encode()).hexdigest()[:32]
        path = self._folder / f"{name}.parquet"
        if path.exists():
            return _kept(path, day)
        lock = path.with_suffix(".lock")
        with held(lock, timeout_seconds=self._lock_seconds, what=f"the index of {crawl.name}"):
            if path.exists():
                return _kept(path, day)
            pages = self._count(crawl, host)
            if pages <= _KEPT_PAGES:
                return self._keep(path, self._pages(crawl, host, pages), day)
        return chain.from_iterable(self._pages(crawl, host | cdx.day_parameters(day), pages))

    def exactly(self, crawl: Crawl, url: str, moment: datetime) -> Listed | None:
        """The crawl's capture of an address at a moment, revisits aside."""
        stamp = moment.strftime("%Y%m%d%H%M%S")
        parameters = {"url": url, "matchType": "exact", "from": stamp, "to": stamp}
        pages = self._pages(crawl, parameters, self._count(crawl, parameters))
        for listed in chain.from_iterable(pages):
            if listed is not None and listed.captured_at == moment and not listed.is_revisit:
                return listed
        return None

    def _keep(self, path: Path, pages: Iterator[list[Listed | None]], day: date) -> Lines:
        """Write all pages down; give the lines of one day, and those that can't be read."""
        unreadable: list[None] = []
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(sink, _SCHEMA, compression="zstd") as writer:
            for page in pages:
                rows = [asdict(line) for line in page if line is not None]
                unreadable += [None] * (len(page) - len(rows))
                writer.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA))
        write_atomically(path, sink.getvalue().to_pybytes())
        return iter([*_kept(path, day), *unreadable])

    def _pages(self, crawl: Crawl, parameters: dict[str, str], pages: int) -> Iterator[list[Listed | None]]:
        for page in range(pages):
            reply = self._query(crawl, parameters | {"page": str(page)}, _NO_CAPTURES, _NO_SUCH_PAGE)
            if reply is not None:
                yield [_listed(line) for line in reply.body.splitlines()]

    def _count(self, crawl: Crawl, parameters: dict[str, str]) -> int:
        """How many pages the answer has: ``{"pages": 3, …}``, or the number alone from older servers."""
        reply = self._query(crawl, parameters | {"showNumPages": "true"}, _NO_CAPTURES)
        if reply is None:
            return 0
        try:
            answer = json.loads(reply.body)
            count = answer["pages"] if isinstance(answer, dict) else answer
        except (ValueError, KeyError):
            count = None
        if not isinstance(count, int) or not 0 <= count <= _MAX_PAGES:
            raise cdx.no_index(reply)
        return count

    def _query(self, crawl: Crawl, parameters: dict[str, str], *none: int) -> Reply | None:
        """The index's answer; None for a status of an answer without captures."""
        reply = cdx.query_index(
            self._client,
            f"{crawl.index_url}?{urlencode(parameters | {'output': 'json'})}",
            pause_seconds=self._config.crawl_delay_seconds,
            expected=frozenset({_OK, *none}),
        )
        return reply if reply.status == _OK else None


def _kept(path: Path, day: date) -> Lines:
    start, end = day_interval(day)
    table = pq.read_table(path, filters=[("captured_at", ">=", start), ("captured_at", "<", end)])
    for batch in table.to_batches(max_chunksize=1000):
        for row in batch.to_pylist():
            yield Listed(**row)


def _listed(data: bytes) -> Listed | None:
    """A line of the index; None when it can't be read."""
    try:
        line = _Line.model_validate_json(data)
    except ValidationError:
        return None
    media_type = line.mime.lower()
    if media_type in ("", "unk"):
        media_type = (line.mime_detected or media_type).lower()
    return Listed(
        captured_at=line.timestamp,
        url=line.url,
        media_type=media_type,
        status=cdx.status_of(str(line.status)),
        digest=line.digest.rpartition(":")[2],
        filename=line.filename,
        offset=line.offset,
        length=line.length,
        truncated=bool(line.truncated),
    )
