"""Reading WARC files: .warc, .warc.gz and .warc.zst, by what they hold and not by their names.

Records are compared with their headers; a damaged one is reported, and reading goes on with the next
(fastwarc 2.0 and warcio 1.8 stop there, and trust a wrong Content-Length).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import BinaryIO

from newsmarts.core.errors import ArchiveTooLarge, CaptureError, DamagedUnit
from newsmarts.land.archives import warc_record
from newsmarts.land.archives.entry import Budget, Content, Entry, Read, Unverified
from newsmarts.land.archives.stream import Stream, UnitReader
from newsmarts.land.archives.warc_record import MAX_HEAD_BYTES, Head, HttpHead

_BEGINNING = re.compile(rb"WARC/\d\.\d{1,2}[ \t]*\r?\n")
_BEGINNING_BYTES = 16


class WarcReader(UnitReader):
    """An open WARC file; ``fallback`` dates what is too damaged to have a date of its own."""

    def __init__(
        self, handle: BinaryIO, name: str, budget: Budget, fallback: datetime, max_page_bytes: int
    ) -> None:
        super().__init__(handle, name, budget, max_page_bytes)
        self._last_at = fallback
        self._present: Entry | None = None  # the record whose header was read, until it is found complete
        self._is_lost = False  # behind a reported damage, and no header has been found since

    def records(self, wanted: Callable[[Entry], bool]) -> Iterator[Read]:
        """All records of the file, in its order, with the content of those that are wanted."""
        self._units.seek(0)
        try:
            while True:
                try:
                    if not self._units.next_unit():
                        return
                    yield from self._unit(wanted)
                except DamagedUnit as damage:
                    yield from self._damage(damage, 0)
                    self._units.resync()
        except ArchiveTooLarge as error:
            yield self._rejected(error, "", self._units.offset, 0), None

    def _content_at(self, stream: Stream, _entry: Entry) -> Content | Unverified | CaptureError | None:
        return self._record(stream, lambda _: True)[1]

    def _unit(self, wanted: Callable[[Entry], bool]) -> Iterator[Read]:
        """The records of the present unit. Raises DamagedUnit, when that isn't reported yet."""
        stream = Stream(self._units)
        while True:
            while stream.peek(1) in (b"\r", b"\n"):
                stream.skip(1)
            if not stream.peek(1):
                return
            inner = stream.position
            self._budget.count()
            try:
                yield self._record(stream, wanted)
            except DamagedUnit as damage:
                yield from self._damage(damage, inner)
                self._units.resync()
                return
            except ArchiveTooLarge:
                raise
            except CaptureError as error:
                yield from self._damage(error, inner)
                stream = self._after(stream, inner)
                if not stream.skip_to(_BEGINNING, _BEGINNING_BYTES):
                    return

    def _after(self, stream: Stream, inner: int) -> Stream:
        """Where the next record may be when a length isn't to be trusted: anywhere behind the start."""
        if not self._units.is_plain:
            return stream
        self._units.seek(self._units.offset + inner + 1)
        self._units.next_unit()
        return Stream(self._units)

    def _record(self, stream: Stream, wanted: Callable[[Entry], bool]) -> Read:
        """The record that begins here.

        Raises:
            CaptureError: it isn't complete, or not a record.
        """
        inner = stream.position
        head_bytes = stream.until(warc_record.END_OF_HEAD, MAX_HEAD_BYTES, overlap=4)
        if head_bytes is None:
            raise CaptureError("bad_record", "no WARC record begins here, or its header has no end.")
        if another := _BEGINNING.search(head_bytes, 1):
            stream.back(len(head_bytes) - another.start())
            raise CaptureError("bad_record", "another record begins within its header. Copy the file again.")
        self._last_at = warc_record.written_at(head_bytes) or self._last_at
        head = warc_record.parse_head(head_bytes)
        self._is_lost = False
        self._last_at = head.captured_at or self._last_at
        name, position, inner = self._named_place(inner)
        try:
            front = stream.peek(min(head.length, MAX_HEAD_BYTES))
            http = warc_record.http_of(head, front)
            entry = warc_record.entry_of(head, http, name=name, position=position, inner=inner)
        except DamagedUnit:
            raise
        except CaptureError as error:
            self._pass(stream, head)
            return self._rejected(error, name, position, inner), None
        self._present = entry
        content: Unverified | CaptureError | None = None
        if entry.outcome == "page" and wanted(entry):
            content = self._content(stream, head, http)
        else:
            self._pass(stream, head)
        self._present = None
        return entry, content

    def _content(self, stream: Stream, head: Head, http: HttpHead | None) -> Unverified | CaptureError:
        if head.length > self._max_page_bytes + MAX_HEAD_BYTES:
            self._pass(stream, head)
            return CaptureError(
                "record_too_large",
                f"it has {head.length:,} bytes; NEWS_MAX_FILE_BYTES allows {self._max_page_bytes:,}.",
            )
        front = stream.take(min(http.size_bytes, head.length)) if http is not None else b""
        stored = stream.take(head.length - len(front))
        _check_length(head, len(front) + len(stored))
        _check_end(stream, head)
        finish = partial(warc_record.content_of, head, http, front, stored, self._max_page_bytes)
        return Unverified(len(stored), finish)

    def _pass(self, stream: Stream, head: Head) -> None:
        _check_length(head, stream.skip(head.length))
        _check_end(stream, head)

    def _named_place(self, inner: int) -> tuple[str, int, int]:
        position, inner = self._place(inner)
        return (f"{position}+{inner}" if inner else str(position)), position, inner

    def _damage(self, reason: CaptureError, inner: int) -> Iterator[Read]:
        """A row for a damage, once."""
        if not self._is_lost:
            yield self._rejected(reason, *self._named_place(inner)), None
        self._is_lost = True
        self._present = None

    def _rejected(self, reason: CaptureError, name: str, position: int, inner: int) -> Entry:
        entry = Entry.rejected(reason, name, self._last_at, position, inner)
        return replace(entry, url=self._present.url) if self._present else entry


def _check_length(head: Head, found_bytes: int) -> None:
    if found_bytes < head.length:
        raise CaptureError(
            "truncated_record",
            f"its header tells of {head.length:,} bytes, and {found_bytes:,} are there. Copy the file again.",
        )


def _check_end(stream: Stream, head: Head) -> None:
    """Two line ends close a record; some writers leave them out at the end of a file or member."""
    end = stream.peek(4)
    if end == b"\r\n\r\n":
        stream.skip(4)
        stream.peek(1)  # at a member's end, this compares its checksum
        return
    following = end.lstrip(b"\r\n") + stream.peek(9)[4:]
    if following and not following.startswith(b"WARC/"):
        raise CaptureError(
            "bad_record",
            f"its header tells of {head.length:,} bytes, and its end isn't there. Copy the file again.",
        )
