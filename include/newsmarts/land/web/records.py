"""One WARC record out of a file on the web, fetched by its byte range."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from newsmarts.core.errors import BadAddress, CaptureError, FeedRefused
from newsmarts.land import encodings
from newsmarts.land.archives.entry import Content
from newsmarts.land.archives.warc_record import END_OF_HEAD, MAX_HEAD_BYTES, Head, content_of, parse_head
from newsmarts.land.web.addresses import parse
from newsmarts.land.web.cdx import Listed
from newsmarts.land.web.client import Client

_PARTIAL = 206
_FORBIDDEN = 403
# A bucket answers 403 for a file that isn't there; three times in a row it is us.
_REFUSALS = 3
_HEADS_BYTES = 2 * MAX_HEAD_BYTES  # of the record and of the HTTP answer in it


@dataclass(frozen=True, slots=True)
class Record:
    """A record."""

    head: Head
    block: bytes

    def page(self, max_bytes: int) -> Content:
        """The page in it. Raises CaptureError when there is none, or not the one that was recorded."""
        return content_of(self.head, self.block, max_bytes)


class Records:
    """Fetches records of WARC files below one address."""

    def __init__(self, client: Client, data_url: str, max_bytes: int) -> None:
        self._client = client
        self._data_url = data_url
        self._max_bytes = max_bytes
        self._refused = 0

    def fetch(self, listed: Listed) -> Record:
        """The record that a line of the index points to.

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
        record = _record(self._bytes(listed), self._max_bytes)
        fields = dict(record.head.fields)
        written = re.sub(r"[-:T]", "", fields.get("warc-date", "")[:19])
        if (
            _normalised(fields.get("warc-target-uri", "").strip("<>")) != _normalised(listed.url)
            or written != listed.timestamp
        ):
            raise CaptureError("bad_record", "The index points to the record of another capture.")
        if listed.digest:
            # the index's is that of the full page: a record without one is compared with it
            digest = fields.setdefault("warc-payload-digest", f"sha1:{listed.digest}").rpartition(":")[2]
            if digest.upper() != listed.digest.upper():
                raise CaptureError("bad_digest", "The record's digest isn't the index's.")
        return replace(record, head=replace(record.head, fields=fields))

    def _bytes(self, listed: Listed) -> bytes:
        # put together rather than joined: whatever the index names, this host is requested
        url = f"{self._data_url.rstrip('/')}/{quote(listed.filename)}"
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


def _record(data: bytes, max_bytes: int) -> Record:
    """A record from its bytes in the file, gzipped or not."""
    unpacked = encodings.decode(data, "gzip", max_bytes=max_bytes + _HEADS_BYTES)
    end = END_OF_HEAD.search(unpacked, 0, MAX_HEAD_BYTES)
    if end is None:
        raise CaptureError("bad_record", "The bytes that the index points to are no WARC record.")
    head = parse_head(unpacked[: end.end()])
    block = unpacked[end.end() : end.end() + head.length]
    if len(block) < head.length:
        raise CaptureError("truncated_record", "Its record breaks off.")
    return Record(head, block)
