"""Reading sitemaps (sitemaps.org, with the news extension), RSS and Atom feeds, and the links of a page.

A small reader, because ultimate-sitemap-parser (1.8) keeps every sitemap as a pickle in the system's
temporary folder and logs addresses as they come.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from newsmarts.core.errors import CaptureError
from newsmarts.land import encodings
from newsmarts.land.names import header_date

MAX_ENTRIES = 50_000  # sitemaps.org's own limit
_GZIP_MAGIC = b"\x1f\x8b"
_HOLDERS = frozenset({"url", "sitemap", "item", "entry"})
_ROOTS = frozenset({"urlset", "sitemapindex", "rss", "feed", "RDF"})
_TIMES = frozenset({"lastmod", "publication_date", "pubDate", "updated", "published"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An address, and when it last changed where the list has that."""

    url: str
    changed_at: datetime | None = None


@dataclass(slots=True)
class Listing:
    """What a sitemap, a feed or a page lists."""

    pages: list[Entry] = field(default_factory=list)
    sitemaps: list[Entry] = field(default_factory=list)


def read_sitemap(body: bytes, *, max_bytes: int) -> Listing:
    """The entries of a sitemap, sitemap index, RSS or Atom feed, or list of addresses, gzipped or not.

    Broken XML is read as far as it goes.

    Raises:
        CaptureError: it unpacks to more than ``max_bytes``, or isn't what it claims to be.
    """
    if body.startswith(_GZIP_MAGIC):
        body = encodings.decode(body, "gzip", max_bytes=max_bytes)
    listing = Listing()
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = body.decode("utf-8-sig", "replace").split()
        listing.pages = [
            Entry(line) for line in lines[:MAX_ENTRIES] if line.startswith(("http://", "https://"))
        ]
        return listing
    try:
        for kind, entry in _entries(body):
            (listing.sitemaps if kind == "sitemap" else listing.pages).append(entry)
            if len(listing.pages) + len(listing.sitemaps) >= MAX_ENTRIES:
                break
    except etree.XMLSyntaxError:
        if not listing.pages and not listing.sitemaps:
            raise CaptureError("bad_record", "It is no sitemap, and no RSS or Atom feed.") from None
    return listing


def read_links(body: bytes) -> tuple[list[Entry], str | None]:
    """Where the links of an HTML page lead, in their order, as they are written; and its ``<base href>``."""
    try:
        tree = lxml_html.document_fromstring(body)
    except etree.ParserError:
        return [], None
    base = tree.find(".//base[@href]")
    urls = dict.fromkeys(str(link.get("href")).strip() for link in tree.iterfind(".//a[@href]"))
    return [Entry(url) for url in list(urls)[:MAX_ENTRIES] if url], None if base is None else base.get("href")


def _entries(body: bytes) -> Iterator[tuple[str, Entry]]:
    # entities stay as they are and nothing is loaded: no bomb, no file, no request
    parsed = etree.iterparse(
        io.BytesIO(body),
        events=("end",),
        tag=[f"{{*}}{name}" for name in sorted(_HOLDERS)],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    for _, element in parsed:
        url, changed_at = "", None
        for child in element.iter():
            name = _name(child)
            text = (child.text or "").strip()
            if name in ("loc", "link") and not url:
                url = text or (child.get("href") or "").strip()
            elif name in _TIMES:
                changed_at = max(filter(None, (changed_at, moment(text))), default=None)
        kind = _name(element)
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]  # frees what was read
        if url:
            yield kind, Entry(url, changed_at)
    if parsed.root is None or _name(parsed.root) not in _ROOTS:
        raise etree.XMLSyntaxError("another kind of document", 0, 0, 0)


def _name(element: Any) -> str:
    """An element's name without its namespace, broken XML's too (QName refuses it); "" for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def moment(text: str) -> datetime | None:
    """A W3C or RFC 2822 time in UTC; a day without a time is its end. None: unreadable."""
    try:
        if len(text) == len("2025-09-01"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        if not text[:4].isdigit():
            return header_date(text)
        written = datetime.fromisoformat(text)
        return (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
