"""The records that stages pass on, as Python objects; ``newsmarts.core.schemas`` has them as Parquet.

Terms: a *capture* is one page as fetched at one moment; a *partition* is the UTC day of a capture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple

BlockKind = Literal["paragraph", "subheading", "list", "table", "embed"]
Subject = Literal["page", "ticker_item"]
PublishedFrom = Literal["page", "head"]
"""Which part of a page the publication time is from: what it shows, or its metadata."""
Precision = Literal["second", "day"]
"""How well a capture time is known: ``day`` when only the day is."""


def _digest(*parts: str) -> str:
    """32 hex digits that name the parts; stable across machines and runs."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def capture_id_of(feed: str, source_path: str, captured_at: datetime, sha256: str) -> str:
    """The name of one capture: where it came from, when, and its bytes ("" when none were read)."""
    return _digest("capture", feed, source_path, captured_at.astimezone(UTC).isoformat(), sha256)


def article_id_of(publisher: str, *identity: str) -> str:
    """The id of an article that is known by ``identity``, the same on any machine.

    ``identity`` is what the publisher's rules know an article by: a news id, headline and time, an address.
    """
    return _digest("article", publisher, *identity)


@dataclass(frozen=True, slots=True)
class Capture:
    """One page as fetched at one moment: a manifest row."""

    capture_id: str
    sha256: str
    publisher: str | None  # known from the path only; parse decides from the page
    feed: str
    source_path: str  # relative to the feed's root, with forward slashes
    captured_at: datetime  # UTC
    media_type: str  # text/plain or text/html
    size_bytes: int
    landed_at: datetime  # UTC, wall clock; never reaches a mart
    url: str | None = None  # what was requested, where the feed knows it
    http_status: int | None = None
    charset: str | None = None  # as the HTTP answer or the MHTML part declares it
    captured_at_precision: Precision | None = None  # None: landed before this was kept

    @property
    def capture_day(self) -> date:
        """The UTC day that this capture is partitioned by."""
        return self.captured_at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """Why one page (or one ticker line) is in quarantine, and by which stage; as ``schemas.QUARANTINE``.

    A page that breaks several expectations has several of these; count pages by ``capture_id``.
    """

    capture_id: str
    capture_sha256: str | None  # None when the bytes were never read
    publisher: str | None
    stage: Literal["land", "parse", "validate", "publish"]
    reason_code: str
    detail: str
    source_path: str
    captured_at: datetime
    capture_day: date
    expectation: str | None = None  # id of the expectation in its contract
    subject: Subject = "page"
    outcome: Literal["not_article", "quarantined"] | None = None  # set by validate


class BodyBlock(NamedTuple):
    """One block of an article's body: text, or for a list its items.

    A table's text has a row a line, and a tab between cells.
    """

    kind: BlockKind
    text: str | None = None
    items: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """The block as the golden records write it."""
        if self.kind == "list":
            return {"kind": self.kind, "items": list(self.items)}
        return {"kind": self.kind, "text": self.text}

    def lines(self) -> tuple[str, ...]:
        """The block's text as separate lines: its items, its rows, or its one text."""
        return self.items if self.kind == "list" else tuple((self.text or "").split("\n"))


class PageLink(NamedTuple):
    """An entry of a list of other articles on a page (Most Read, Read Next)."""

    headline: str
    caption: str | None = None
    section: str | None = None
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """The article's lead picture, in words."""

    alt: str | None
    caption: str | None


@dataclass(frozen=True, slots=True)
class Article:
    """What one capture of an article says, white space folded. None: the page doesn't say.

    ``published_local`` is the page's wall time (naive) in ``timezone``; ``published_at`` the same in
    UTC. ``captured_on_or_after`` is the latest date the page itself mentions.
    """

    publisher: str
    language: str
    headline: str | None
    published_local: datetime | None
    timezone: str
    published_at: datetime | None
    body: tuple[BodyBlock, ...]
    identity: tuple[str, ...] | None  # what its id is made of; None: not enough is known
    rule_version: str  # publisher rules and their date, as "al_mayadeen/2021-06-01"
    news_id: str | None = None
    standfirst: str | None = None
    byline_raw: str | None = None
    byline: str | None = None
    agency: str | None = None
    read_minutes: int | None = None
    share_count: int | None = None
    image: Image | None = None
    tags: tuple[str, ...] = ()
    ticker: tuple[str, ...] = ()
    related_headlines: tuple[str, ...] = ()
    most_read: tuple[PageLink, ...] = ()
    coverage: tuple[str, ...] = ()
    read_next: tuple[PageLink, ...] = ()
    captured_on_or_after: date | None = None
    published_from: PublishedFrom | None = None  # not in to_record
    other_identities: tuple[tuple[str, ...], ...] = ()  # what else identifies it, as its address
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What only HTML has: url, image_url, section, modified_at, keywords, metadata_disagreements."""

    @property
    def article_id(self) -> str | None:
        """The id that this capture alone gives its article; None when the page lacks its identity.

        The marts give all captures that share a key one id, which is that of the earliest of them.
        """
        return article_id_of(self.publisher, *self.identity) if self.identity else None

    @property
    def identity_keys(self) -> tuple[str, ...]:
        """All that the article is known by, as ids, sorted: captures that share one show one article."""
        known_by = (self.identity, *self.other_identities)
        return tuple(sorted({article_id_of(self.publisher, *each) for each in known_by if each}))

    @property
    def body_text(self) -> str:
        """The body's blocks with blank lines between; list items and rows one a line."""
        return "\n\n".join(
            ["\n".join(block.items) if block.kind == "list" else block.text or "" for block in self.body]
        )

    @property
    def text_sha256(self) -> str:
        """Hash of headline, standfirst and body: two captures with one hash show one revision."""
        parts = [self.headline or "", self.standfirst or ""]
        parts += [f"{block.kind}\x1e" + "\x1d".join(block.lines()) for block in self.body]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def to_record(self) -> dict[str, Any]:
        """The record as the golden files write it: the same keys in the same order, JSON types."""
        return {
            "publisher": self.publisher,
            "language": self.language,
            "news_id": self.news_id,
            "headline": self.headline,
            "standfirst": self.standfirst,
            "byline_raw": self.byline_raw,
            "byline": self.byline,
            "agency": self.agency,
            "published_local": _isoformat(self.published_local),
            "timezone": self.timezone,
            "published_at": _isoformat(self.published_at),
            "read_minutes": self.read_minutes,
            "share_count": self.share_count,
            "image": None if self.image is None else {"alt": self.image.alt, "caption": self.image.caption},
            "body": [block.to_record() for block in self.body],
            "tags": list(self.tags),
            "ticker": list(self.ticker),
            "related_headlines": list(self.related_headlines),
            "most_read": [
                {
                    "caption": link.caption,
                    "headline": link.headline,
                    "section": link.section,
                    "published_on": _isoformat(link.published_on),
                }
                for link in self.most_read
            ],
            "coverage": list(self.coverage),
            "read_next": [
                {"caption": link.caption, "section": link.section, "headline": link.headline}
                for link in self.read_next
            ],
            "captured_on_or_after": _isoformat(self.captured_on_or_after),
        }


def _isoformat(moment: date | datetime | None) -> str | None:
    """ISO 8601; UTC is written as Z."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
