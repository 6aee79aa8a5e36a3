"""What passes between a feed and landing: plain values, no files and no network.

A feed answers one question: which captures were made on this UTC day, and what are their bytes? It yields
them one by one, so that memory stays flat however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Protocol

from newsmarts.core.errors import CaptureError
from newsmarts.core.records import Capture, Precision, QuarantineRow, capture_id_of

if TYPE_CHECKING:
    from newsmarts.land.manifest import Known

Key = tuple[str, datetime]
"""source_path and captured_at: what a feed knows of a capture before it has the bytes."""


@dataclass(frozen=True, slots=True)
class Found:
    """One capture, with its bytes.

    ``source_path`` names it inside its feed, the same at every landing: ``2025-09-01/page.html``,
    ``crawl.warc.gz!/1234`` (a record), ``20250901120000/https://…`` (a web archive's capture). No other
    capture of the feed has it, but for a live page that is captured again, later. It comes from
    outside: it may hold anything but surrogates, and never becomes a path.

    ``data`` is what a browser would save: transfer and content encodings undone, nothing else.
    """

    source_path: str
    captured_at: datetime  # UTC, and on the requested day
    media_type: str  # text/html or text/plain
    data: bytes
    publisher: str | None = None  # a hint, from path or host; parse decides from the page
    url: str | None = None  # without user and password
    http_status: int | None = None
    captured_at_precision: Precision = "second"
    charset: str | None = None  # as the HTTP answer, the MHTML part or a sidecar declares it


@dataclass(frozen=True, slots=True)
class Rejected:
    """A capture that can't be landed; it becomes a row of rejected.parquet, and of quarantine later.

    A source_path has one such row at most, the latest; it goes when the source_path lands.
    """

    source_path: str
    captured_at: datetime
    reason: CaptureError
    publisher: str | None = None
    url: str | None = None  # for the log


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that isn't complete yet; the day's next run looks at it again."""

    source_path: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Things that aren't captures of the feed (pictures, requests, other hosts): only counted."""

    reason: str  # snake_case
    count: int = 1


@dataclass(frozen=True, slots=True)
class SourceDone:
    """All that one source holds of the day has been yielded.

    ``token`` names the source in its present version. Landing keeps it beside the day's manifest, once
    the rows before it are there; so a feed knows, without reading the source again, that it has nothing
    new for the day.
    """

    token: str


@dataclass(frozen=True, slots=True)
class OtherDay:
    """Captures that a local source holds of another day than the requested one: only counted."""

    day: date
    count: int = 1


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A capture of the requested day by its file's time alone, in a folder that looks like a day."""

    folder: str


Item = Found | Rejected | Waiting | PassedOver | OtherDay | Misnamed | SourceDone


@dataclass(frozen=True, slots=True)
class Credential:
    """A user and password (or token) for a feed, from an Airflow connection; shown nowhere."""

    login: str | None = field(repr=False)
    password: str | None = field(repr=False)


class Feed(Protocol):
    """A source of captures.

    ``captures`` raises FeedUnavailable when the source can't answer now, FeedRefused when it won't, and
    UsageError when it is set up wrongly; what was yielded before stays landed. One bad record never
    raises: it is yielded as Rejected.
    """

    @property
    def name(self) -> str:
        """The feed's name in feeds.toml."""
        ...

    def captures(self, day: date, known: Known) -> Iterator[Item]:
        """All captures of one UTC day, in an order that doesn't change from run to run."""
        ...


def capture_of(found: Found, feed: str, sha256: str, landed_at: datetime) -> Capture:
    """The manifest row of a feed's capture, whose bytes have this SHA-256."""
    return Capture(
        capture_id=capture_id_of(feed, found.source_path, found.captured_at, sha256),
        sha256=sha256,
        publisher=found.publisher,
        feed=feed,
        source_path=found.source_path,
        captured_at=found.captured_at,
        media_type=found.media_type,
        size_bytes=len(found.data),
        landed_at=landed_at,
        url=found.url,
        http_status=found.http_status,
        captured_at_precision=found.captured_at_precision,
        charset=found.charset,
    )


def rejection_row(item: Rejected, feed: str) -> QuarantineRow:
    """The quarantine row of what a feed couldn't land."""
    return QuarantineRow(
        capture_id=capture_id_of(feed, item.source_path, item.captured_at, ""),
        capture_sha256=None,
        publisher=item.publisher,
        stage="land",
        reason_code=item.reason.reason_code,
        detail=item.reason.detail,
        source_path=item.source_path,
        captured_at=item.captured_at,
        capture_day=item.captured_at.astimezone(UTC).date(),
    )
