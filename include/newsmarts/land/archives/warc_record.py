"""One WARC record: its header, what its page is, and whether its bytes are what they should be.

Source: ISO 28500:2017 (WARC 1.1), and what crawlers do all the same: Heritrix, warcio, wget and Common Crawl.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from newsmarts.core.errors import CaptureError
from newsmarts.land import encodings, names
from newsmarts.land.archives.entry import Content, Entry, Outcome, too_large

MAX_HEAD_BYTES = 1 << 16
HTML = ("text/html", "application/xhtml+xml")
OK = (200, 203)
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")

_VERSION = re.compile(rb"WARC/\d\.\d{1,2}[ \t]*\r?\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})(?!\d)")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LOOKS_LIKE_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|title)\b", re.IGNORECASE)
_DIGESTS = frozenset({"sha1", "md5", "sha256", "sha512"})
_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv")
_WRITTEN_DATE = re.compile(rb"^WARC-Date[ \t]*:[ \t]*([^\r\n]{4,40})", re.IGNORECASE | re.MULTILINE)
_SCHEME = re.compile(r"<?([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_PAGE_SCHEMES = frozenset({"http", "https", "file", "ftp"})
_DATES = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?")


def is_html(media_type: str) -> bool:
    """Whether a media type is a page's; a missing one may be."""
    return media_type in HTML or not media_type


def is_error(status: int | None) -> bool:
    """Whether an answer with this HTTP status is the server's error, and no page of the address."""
    return status is not None and status >= 400


def status_reason(status: int) -> CaptureError:
    """Why a capture with this HTTP status isn't a page."""
    if 300 <= status < 400:
        return CaptureError("http_redirect", f"HTTP status {status}: the page is at another address.")
    return CaptureError("http_error_status", f"HTTP status {status}: there was no page at that moment.")


@dataclass(frozen=True, slots=True)
class Head:
    """A record's header."""

    fields: Mapping[str, str]  # names in lower case; the first of several
    length: int  # bytes of the block after it

    @property
    def captured_at(self) -> datetime | None:
        """The record's date; None when it is missing or unreadable."""
        return _moment(self.fields.get("warc-date", ""))

    @property
    def kind(self) -> str:
        """The record's type."""
        return self.fields.get("warc-type", "").lower()


@dataclass(frozen=True, slots=True)
class HttpHead:
    """An HTTP answer's status and header, and how many bytes of the block they take."""

    status: int
    fields: Mapping[str, str]
    size_bytes: int
    interim_bytes: int = 0  # of these, the heads of interim answers (1xx) before it


def parse_head(head: bytes) -> Head:
    """Read a record's header. Raises CaptureError when it isn't one."""
    version = _VERSION.match(head)
    if not version:
        raise CaptureError("bad_record", "these bytes are no WARC record. Copy or download the file again.")
    fields = _fields(head[version.end() :])
    length = fields.get("content-length", "")
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise CaptureError("bad_record", f"its Content-Length is {length[:40]!r}, so its end isn't known.")
    return Head(fields, int(length))


def written_at(head: bytes) -> datetime | None:
    """The moment that a header names, in whatever form: fit to file a rejection, not to date a capture."""
    found = _WRITTEN_DATE.search(head)
    text = found[1].decode("ascii", "replace").strip() if found else ""
    return names.moment_of(text) or names.moment_of(text[:10])


def parse_http(block: bytes) -> HttpHead:
    """The HTTP head that a block begins with, interim answers (100, 103) passed over.

    Raises:
        CaptureError: it has none.
    """
    start = 0
    while True:
        status = _STATUS.match(block, start)
        end = END_OF_HEAD.search(block, start, MAX_HEAD_BYTES)
        if not status or not (end or len(block) < MAX_HEAD_BYTES):
            raise CaptureError("bad_record", "it doesn't begin with the head of an HTTP answer.")
        stop = end.end() if end else len(block)
        if not status[1].startswith(b"1") or stop == len(block):
            fields = _fields(block[start:stop].partition(b"\n")[2])
            return HttpHead(int(status[1]), fields, stop, start)
        start = stop


def http_of(head: Head, block: bytes) -> HttpHead | None:
    """The HTTP head of a response or revisit; None when it needs none. ``block`` may be cut short.

    Raises:
        CaptureError: a response that should have one hasn't.
    """
    fields = head.fields
    if head.kind == "revisit":
        return parse_http(block) if head.length and _STATUS.match(block) else None
    if head.kind != "response":
        return None
    by_http = fields.get("content-type", "").startswith("application/http")
    by_http = by_http or fields.get("warc-target-uri", "").lstrip("<").startswith("http")
    return parse_http(block) if by_http else None


def entry_of(head: Head, http: HttpHead | None, *, name: str, position: int, inner: int) -> Entry:
    """What the index keeps of a record.

    Raises:
        CaptureError: its header lacks what it can't be without.
    """
    fields = head.fields
    refers_to_at = fields.get("warc-refers-to-date", "")
    captured_at = head.captured_at
    if captured_at is None:
        written = fields.get("warc-date", "")
        raise CaptureError("bad_record", f"its WARC-Date is {written[:40]!r}, so its day isn't known.")
    url = names.clean_url(fields.get("warc-target-uri"))
    status: int | None = None
    media_type: str | None = None
    outcome: Outcome = "passed_over"
    reason: str | None = "other_record"
    detail: str | None = None
    if head.kind in ("warcinfo", "request", "metadata", "conversion"):
        reason = f"{head.kind}_record"
    elif head.kind == "revisit":
        outcome, reason = "revisit", None
        if http is not None:
            status, media_type = http.status, _bare(http.fields.get("content-type"))
            if _classify(media_type, None, url)[0] == "passed_over":
                outcome, reason = "passed_over", "not_a_page"
    elif head.kind == "resource" and not _is_of_page(fields.get("warc-target-uri", "")):
        reason = "crawler_record"  # as Browsertrix's urn:text: and urn:pageinfo:, or wget's metadata:
    elif head.kind == "resource":
        media_type = _bare(fields.get("content-type"))
        outcome, reason, detail = _classify(media_type, None, url)
    elif head.kind == "response":
        if http is None:
            reason = "not_http"
        else:
            status, media_type = http.status, _bare(http.fields.get("content-type"))
            outcome, reason, detail = _classify(media_type, status, url)
    is_cut = fields.get("warc-truncated") or fields.get("warc-segment-number")
    if outcome == "page" and is_cut and not is_error(status):
        outcome, reason = "turned_away", "truncated_record"
        why = names.text_of(fields.get("warc-truncated", "it is one of several segments"))[:80]
        detail = f"the crawler kept a part of it only ({why!r}). Take another capture of the page."
    return Entry(
        name=name,
        captured_at=captured_at,
        outcome=outcome,
        position=position,
        inner=inner,
        reason_code=reason,
        detail=detail,
        media_type=media_type,
        url=url,
        http_status=status,
        record_id=fields.get("warc-record-id"),
        digest=fields.get("warc-payload-digest"),
        refers_to=fields.get("warc-refers-to"),
        refers_to_url=names.clean_url(fields.get("warc-refers-to-target-uri")),
        refers_to_at=_moment(refers_to_at) or names.moment_of(refers_to_at),
    )


def content_of(head: Head, http: HttpHead | None, front: bytes, stored: bytes, max_bytes: int) -> Content:
    """The page in a record's block: its HTTP head (None for a resource), the bytes of that, what follows it.

    Raises:
        CaptureError: its bytes aren't those that were recorded, or can't be decoded.
    """
    verified = _verify(head.fields.get("warc-block-digest"), [[front, stored]], "block")
    body = decoded = stored
    if http is not None:
        if "chunked" in http.fields.get("transfer-encoding", "").lower():
            body = _dechunked(stored)
        decoded = encodings.decode(body, http.fields.get("content-encoding"), max_bytes=max_bytes)
    if not verified:
        # the standard means the body without chunks; some crawlers hash what they stored or decoded, or
        # what follows the first of several heads
        candidates = [[body], [stored], [decoded]]
        if http is not None and http.interim_bytes:
            candidates.append([front[http.interim_bytes :], stored])
        _verify(head.fields.get("warc-payload-digest"), candidates, "payload")
    decoded = encodings.decode_page(decoded, max_bytes=max_bytes)
    if len(decoded) > max_bytes:
        raise too_large(len(decoded), max_bytes)
    content_type = (http.fields if http else head.fields).get("content-type")
    media_type = _bare(content_type)
    if media_type is None and _LOOKS_LIKE_HTML.search(decoded, 0, 4096):
        media_type = "text/html"
    if media_type not in (*HTML, "text/plain"):
        raise CaptureError("unsupported_media_type", "it doesn't say what it is, and doesn't look like HTML.")
    media_type = "text/html" if media_type in HTML else "text/plain"
    status = http.status if http else None
    return Content(decoded, media_type, status, names.charset_of(content_type))


def _is_of_page(uri: str) -> bool:
    """Whether a resource's URI is an address; crawlers keep notes of their own under others."""
    scheme = _SCHEME.match(uri)
    return scheme is None or scheme[1].lower() in _PAGE_SCHEMES


def _classify(
    media_type: str | None, status: int | None, url: str | None
) -> tuple[Outcome, str | None, str | None]:
    reason = status_reason(status) if status is not None and status not in OK else None
    if reason is not None and reason.reason_code == "http_redirect":
        return "turned_away", reason.reason_code, reason.detail
    if media_type not in (*HTML, "text/plain", None):
        return "passed_over", "not_a_page", None
    if media_type == "text/plain" and url is not None and urlsplit(url).path == "/robots.txt":
        return "passed_over", "not_a_page", None
    # an error page is kept when it is HTML: parse names it by its status, and its ticker lines count
    if reason is not None and not (is_error(status) and media_type in HTML):
        return "turned_away", reason.reason_code, reason.detail
    return "page", None, None


def _moment(written: str) -> datetime | None:
    """A WARC date; None when it is unreadable. In WARC 1.1 a year or month means its first moment."""
    if not _DATES.fullmatch(written):
        return None
    return names.moment_of(written if len(written) > 7 else f"{written}-01-01"[:10])


def _fields(lines: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    last = ""
    for line in lines.split(b"\n"):
        text = line.decode("utf-8", "backslashreplace").rstrip("\r")
        if text[:1] in (" ", "\t"):  # folded; HTTP knew it once
            if last:
                fields[last] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        last = name.strip().lower() if colon else ""
        if last and last not in fields:
            fields[last] = value.strip()
    return fields


def _bare(content_type: str | None) -> str | None:
    """The media type without its parameters; None when there is none."""
    bare = (content_type or "").partition(";")[0].strip().lower()
    return bare if re.fullmatch(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}", bare) else None


def _dechunked(body: bytes) -> bytes:
    if not _CHUNK.match(body):
        return body  # archives keep the header of bodies that their crawler had put together
    parts = list(_chunks(body))
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _chunks(body: bytes) -> Iterator[bytes]:
    at = 0
    while size := _CHUNK.match(body, at):
        at = size.end()
        length = int(size[1], 16)
        if not length:
            return
        if at + length > len(body):
            break
        yield body[at : at + length]
        at += length
        at += 2 if body.startswith(b"\r\n", at) else body.startswith(b"\n", at)
    raise CaptureError("truncated_record", "its chunks break off, so a part of the page is missing.")


def _verify(written: str | None, candidates: list[list[bytes]], what: str) -> bool:
    """Whether there is a digest to compare with. Raises CaptureError when none of the candidates has it."""
    name, colon, value = (written or "").partition(":")
    algorithm = name.strip().lower().replace("sha-", "sha")
    if not colon or algorithm not in _DIGESTS:
        return False
    expected = _digest(value.strip(), hashlib.new(algorithm, usedforsecurity=False).digest_size)
    if expected is None:
        return False
    seen: list[list[bytes]] = []
    for parts in candidates:
        if any(len(parts) == len(other) and parts[-1] is other[-1] for other in seen):
            continue
        seen.append(parts)
        digest = hashlib.new(algorithm, usedforsecurity=False)
        for part in parts:
            digest.update(part)
        if digest.digest() == expected:
            return True
    raise CaptureError("bad_digest", f"its {what} isn't what was recorded ({name}). Copy the file again.")


def _digest(value: str, size_bytes: int) -> bytes | None:
    """The digest as bytes, from base 16 or base 32; None when it is neither."""
    try:
        if len(value) == 2 * size_bytes:
            return binascii.unhexlify(value)
        if len(value.rstrip("=")) != -(-size_bytes * 8 // 5) or not value.isalnum():
            return None
        # base64.b32decode takes as long as hashing 20 KB
        number = int(value.upper().translate(_BASE32), 32) >> (-size_bytes * 8 % 5)
        return number.to_bytes(size_bytes)
    except (ValueError, OverflowError):
        return None
