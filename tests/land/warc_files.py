"""WARC files for tests, as warcio and as fastwarc write them, and a feed over a folder of them."""

from __future__ import annotations

import re
from gzip import compress
from io import BytesIO
from pathlib import Path
from typing import Any

from fastwarc.stream_io import GzipWriter, ZstdWriter
from fastwarc.warc import WarcRecord, WarcRecordType
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newsmarts.core.settings import Settings


class _Writer(WARCWriter):  # type: ignore[misc]
    """warcio leaves its temporary files open, and that is a warning."""

    _create_temp_file = staticmethod(BytesIO)


AT = "2025-08-25T10:30:00Z"
URL = "https://news.example.org/a"


def response(
    body: bytes = b"<html>page</html>",
    *,
    url: str = URL,
    at: str = AT,
    status: str = "200 OK",
    content_type: str | None = "text/html; charset=utf-8",
    headers: tuple[tuple[str, str], ...] = (),
    gzip: bool = True,
    **fields: str,
) -> bytes:
    """One response record; ``fields`` are WARC fields, with underscores for hyphens."""
    types = [("Content-Type", content_type)] if content_type is not None else []
    http = StatusAndHeaders(status, [*types, *headers], protocol="HTTP/1.1")
    return written("response", url, body, at=at, gzip=gzip, http=http, **fields)


def resource(
    body: bytes, *, url: str = URL, at: str = AT, content_type: str = "text/html", gzip: bool = True
) -> bytes:
    """One resource record."""
    return written("resource", url, body, at=at, gzip=gzip, content_type=content_type)


def written(
    kind: str,
    url: str,
    body: bytes,
    *,
    at: str = AT,
    gzip: bool = True,
    http: StatusAndHeaders | None = None,
    content_type: str = "",
    **fields: str,
) -> bytes:
    """One record of any kind."""
    digests = {name: fields.pop(name) for name in list(fields) if name.endswith("Digest")}
    out = BytesIO()
    writer = _Writer(out, gzip=gzip and not digests)
    record = writer.create_warc_record(
        url,
        kind,
        payload=BytesIO(body),
        warc_content_type=content_type,
        http_headers=http,
        warc_headers_dict={"WARC-Date": at}
        | {name.replace("_", "-"): value for name, value in fields.items()},
    )
    writer.write_record(record)
    data = out.getvalue()
    if not digests:
        return data
    for name, value in digests.items():  # warcio writes its own in their place
        line = f"{name.replace('_', '-')}: {value}\r\n".encode()
        data = re.sub(line.partition(b":")[0] + rb": \S+\r\n", b"", data)
        data = data.replace(b"Content-Type: ", line + b"Content-Type: ", 1)
    return compress(data) if gzip else data


def revisit(url: str = URL, *, at: str, http: bool = True, **fields: str) -> bytes:
    """One revisit record: the same page as before, without its bytes."""
    head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1") if http else None
    profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    fields["WARC_Profile"] = profile
    return written("revisit", url, b"", gzip=True, at=at, http=head, content_type="", **fields)


def by_fastwarc(records: list[dict[str, Any]], compression: str) -> bytes:
    """A file of response records (url, at, body) as fastwarc writes it; compression: "", gzip or zstd."""
    out = BytesIO()
    for each in records:
        record = WarcRecord()
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        record.init_headers(WarcRecordType.response)
        record.headers["WARC-Target-URI"] = each["url"]
        record.headers["WARC-Date"] = each["at"]
        record.headers["Content-Type"] = "application/http; msgtype=response"
        record.is_http = True
        record.set_bytes_content(http + each["body"])
        if compression:
            writer = {"gzip": GzipWriter, "zstd": ZstdWriter}[compression](out)
            record.write(writer, checksum_data=True)
            writer.finish()
            writer.flush()
        else:
            record.write(out, checksum_data=True)
    return out.getvalue()


def member_offsets(parts: list[bytes]) -> list[int]:
    """Where each part begins when they are written one after the other."""
    offsets, at = [], 0
    for part in parts:
        offsets.append(at)
        at += len(part)
    return offsets


def declared(settings: Settings, folder: Path, more: str = "") -> Settings:
    """Settings whose one feed, crawls, reads this folder."""
    path = settings.home.parent / "feeds.toml"
    path.write_text(f'[feeds.crawls]\nkind = "warc"\nfolder = "{folder}"\n{more}', encoding="utf-8")
    return settings.model_copy(update={"feeds_file": path})
