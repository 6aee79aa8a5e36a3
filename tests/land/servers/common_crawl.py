"""A small Common Crawl: a list of crawls, an index of each in pages, and WARC files read by range."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from gzip import compress as gzip_bytes
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.land.servers.captures import matches, surt
from tests.land.servers.loopback import Answer, Asked, Hang, HangUp

_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass(frozen=True)
class Crawled:
    """A page as the crawler keeps it. ``index`` replaces what the index would say of it."""

    timestamp: str
    url: str
    body: bytes = b""
    status: int = 200
    media_type: str = "text/html"
    kind: str = "response"
    http: Mapping[str, str] = field(default_factory=dict)
    warc: Mapping[str, str] = field(default_factory=dict)
    index: Mapping[str, Any] = field(default_factory=dict)
    spoil: tuple[bytes, bytes] | None = None  # replaces bytes of the block after its digests were taken

    @property
    def date(self) -> str:
        stamp = self.timestamp
        return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[8:10]}:{stamp[10:12]}:{stamp[12:]}Z"


def _member(each: Crawled, *, gzip: bool) -> tuple[bytes, str]:
    """The record's bytes in its file, and its payload's digest."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    headers = StatusAndHeaders(
        f"{each.status} OK", [("Content-Type", each.media_type), *each.http.items()], protocol="HTTP/1.1"
    )
    record = writer.create_warc_record(
        each.url,
        each.kind,
        payload=io.BytesIO(each.body),
        length=len(each.body),
        http_headers=headers,
        warc_headers_dict={"WARC-Date": each.date} | dict(each.warc),
    )
    digest = record.rec_headers.get_header("WARC-Payload-Digest") or "sha1:"
    if each.spoil:
        plain = io.BytesIO()
        WARCWriter(plain, gzip=False).write_record(record)
        spoilt = plain.getvalue().replace(*each.spoil)
        return gzip_bytes(spoilt, mtime=0), digest.partition(":")[2]
    writer.write_record(record)
    return out.getvalue(), digest.partition(":")[2]


@dataclass
class Crawl:
    """One crawl: its captures in one WARC file."""

    name: str
    captures: Iterable[Crawled]
    first_day: str | None = None
    last_day: str | None = None
    gzip: bool = True

    def __post_init__(self) -> None:
        self.captures = list(self.captures)
        self.filename = f"crawl-data/{self.name}/segments/1/warc/{self.name}-00000.warc.gz"
        self.lines: list[dict[str, Any]] = []
        self.file = b"\0" * 100  # other records
        for each in self.captures:
            data, digest = _member(each, gzip=self.gzip)
            line = {
                "urlkey": surt(each.url),
                "timestamp": each.timestamp,
                "url": each.url,
                "mime": "warc/revisit" if each.kind == "revisit" else each.media_type,
                "mime-detected": each.media_type,
                "status": "304" if each.kind == "revisit" else str(each.status),
                "digest": digest,
                "length": str(len(data)),
                "offset": str(len(self.file)),
                "filename": self.filename,
                "languages": "eng",
                "encoding": "UTF-8",
            }
            self.lines.append(line | dict(each.index))
            self.file += data
        self.lines.sort(key=lambda line: (line["urlkey"], line["timestamp"]))


class CommonCrawl:
    """Serves crawls. ``instead`` answers a path in place of what would be right."""

    def __init__(self, *crawls: Crawl, blocks_of: int = 1000) -> None:
        self.crawls = {crawl.name: crawl for crawl in crawls}
        self.blocks_of = blocks_of
        self.base = ""
        self.instead: dict[str, Answer | Hang | HangUp] = {}

    def __call__(self, asked: Asked) -> Answer | Hang | HangUp:
        if asked.path in self.instead:
            return self.instead[asked.path]
        if asked.path == "/collinfo.json":
            return self._list()
        crawl = self.crawls.get(asked.path.removeprefix("/").removesuffix("-index"))
        if crawl is not None:
            return self._index(crawl, asked.query)
        for crawl in self.crawls.values():
            if asked.path == f"/{crawl.filename}":
                return _ranged(crawl.file, asked.headers.get("range", ""))
        return Answer(b"<Error><Code>AccessDenied</Code></Error>", status=403)

    def _list(self) -> Answer:
        reported = []
        for crawl in self.crawls.values():
            each = {"id": crawl.name, "name": crawl.name, "cdx-api": f"{self.base}/{crawl.name}-index"}
            if crawl.first_day:
                each |= {"from": f"{crawl.first_day}T01:02:03", "to": f"{crawl.last_day}T04:05:06"}
            reported.append(each)
        return Answer(json.dumps(reported).encode(), content_type="application/json")

    def _index(self, crawl: Crawl, query: dict[str, str]) -> Answer:
        assert query["output"] == "json"
        found = [line for line in crawl.lines if _asked_for(line, query)]
        # as pywb does: pages are of the host's lines, and times are picked out of each page
        blocks = [found[at : at + self.blocks_of] for at in range(0, len(found), self.blocks_of)]
        if not blocks:
            return Answer(json.dumps({"message": "No Captures found for: x"}).encode(), status=404)
        if query.get("showNumPages") == "true":
            return Answer(json.dumps({"pages": len(blocks), "pageSize": 5, "blocks": 9}).encode())
        page = int(query["page"])
        if page >= len(blocks):
            return Answer(b"Page invalid", status=400)
        first, last = query.get("from", "0"), query.get("to", "~")
        lines = [line for line in blocks[page] if first <= line["timestamp"] <= last]
        return Answer(
            "".join(json.dumps(line) + "\n" for line in lines).encode(), content_type="text/x-ndjson"
        )


def _asked_for(line: dict[str, Any], query: dict[str, str]) -> bool:
    if query["matchType"] == "exact":
        return bool(line["urlkey"] == surt(query["url"]))
    return matches(line["urlkey"], query["url"], query["matchType"])


def _ranged(data: bytes, header: str) -> Answer:
    asked = _RANGE.fullmatch(header)
    if not asked:
        return Answer(data)
    first, last = int(asked[1]), int(asked[2])
    part = data[first : last + 1]
    if not part:
        return Answer(status=416)
    reported = {"Content-Range": f"bytes {first}-{first + len(part) - 1}/{len(data)}"}
    return Answer(part, status=206, headers=reported, content_type="application/octet-stream")
