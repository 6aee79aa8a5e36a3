"""What an archive's index keeps of each record in it, and the contract of its readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from newsmarts.core.errors import ArchiveTooLarge, CaptureError
from newsmarts.core.records import Precision
from newsmarts.land import names

Outcome = Literal["page", "revisit", "turned_away", "passed_over"]
"""As the index stores it; "turned_away" is rejected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of an archive, without its bytes.

    ``name`` is what follows ``!/`` in the source_path: a member's path, a record's offset, a line's number;
    empty for the archive as a whole.
    """

    name: str
    captured_at: datetime  # UTC
    outcome: Outcome
    position: int = 0  # where to find it again: a number of the reader's own
    inner: int = 0  # likewise
    reason_code: str | None = None  # of what is rejected or passed over
    detail: str | None = None  # of what is rejected
    media_type: str | None = None
    url: str | None = None
    http_status: int | None = None
    charset: str | None = None  # as a sidecar declares it
    record_id: str | None = None
    digest: str | None = None  # of the payload, as the archive writes it
    refers_to: str | None = None  # of a revisit: the original's record_id
    refers_to_url: str | None = None
    refers_to_at: datetime | None = None
    captured_at_precision: Precision = "second"

    @classmethod
    def rejected(
        cls, reason: CaptureError, name: str, captured_at: datetime, position: int, inner: int = 0
    ) -> Entry:
        """A record, or the archive as a whole, that can't be landed."""
        return cls(name, captured_at, "turned_away", position, inner, reason.reason_code, reason.detail)

    @property
    def day(self) -> date:
        """The UTC capture day."""
        return self.captured_at.date()

    @property
    def host(self) -> str | None:
        """The host of its address."""
        return names.host_of(self.url)


@dataclass(frozen=True, slots=True)
class Content:
    """A page's bytes, as a browser would save them, and what goes with them."""

    data: bytes
    media_type: str  # text/html or text/plain
    http_status: int | None = None
    charset: str | None = None  # as what came with it declares it


@dataclass(frozen=True, slots=True)
class Unverified:
    """A page that has been read, but not checked and decoded yet: that may be another thread's work."""

    size_bytes: int
    finish: Callable[[], Content]  # raises CaptureError

    def content(self) -> Content | CaptureError:
        """The page, or why it is rejected."""
        try:
            return self.finish()
        except CaptureError as error:
            return error


Read = tuple[Entry, Content | Unverified | CaptureError | None]
"""A record and its content, or why there is none; None when its content isn't wanted."""


class Reader(Protocol):
    """An open archive."""

    def records(self, wanted: Callable[[Entry], bool]) -> Iterator[Read]:
        """All records, in an order that is the same each time, with the content of those that are wanted."""
        ...

    def at(self, entries: Iterable[Entry]) -> Iterator[Read]:
        """These records, the pages among them with their content; give them in the order of the archive."""
        ...


class Budget:
    """How much one archive may still unpack to."""

    _SLACK_BYTES = 64 << 20  # small archives of much white space are harmless

    def __init__(self, size_bytes: int, max_bytes: int, max_ratio: int, max_records: int) -> None:
        self._left_bytes = min(max_bytes, size_bytes * max_ratio + self._SLACK_BYTES)
        self._limit_bytes = self._left_bytes
        self._left_records = max_records
        self._max_records = max_records

    def spend(self, size_bytes: int) -> None:
        """Count unpacked bytes. Raises ArchiveTooLarge when they were too many."""
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise ArchiveTooLarge(
                f"it unpacks to more than {self._limit_bytes:,} bytes; what comes after those isn't read. "
                "Split it, or if you trust it, raise NEWS_MAX_ARCHIVE_BYTES or NEWS_MAX_ARCHIVE_RATIO."
            )

    def count(self) -> None:
        """Count a record. Raises ArchiveTooLarge when they were too many."""
        self._left_records -= 1
        if self._left_records < 0:
            raise ArchiveTooLarge(
                f"it holds more than {self._max_records:,} records; what comes after those isn't read. Raise "
                "NEWS_MAX_ARCHIVE_RECORDS, or split it."
            )


def too_large(size_bytes: int, limit: int) -> CaptureError:
    """The rejection of a page over the limit."""
    return CaptureError(
        "record_too_large",
        f"it has {size_bytes:,} bytes, more than the {limit:,} of NEWS_MAX_FILE_BYTES.",
    )
