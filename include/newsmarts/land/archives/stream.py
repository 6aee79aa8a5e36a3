"""The bytes of one unit of an archive, read forward, and finding a record in its unit again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from newsmarts.core.errors import CaptureError
from newsmarts.land.archives.entry import Budget, Content, Entry, Read, Unverified
from newsmarts.land.archives.units import PlainUnits, Units, units_of


class Stream:
    """What is left of the present unit. Its methods raise what the units' ``more`` raises."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._data = b""
        self._at = 0
        self._before = 0  # bytes of the unit in front of _data

    @property
    def position(self) -> int:
        """How many bytes of the unit have been read."""
        return self._before + self._at

    def peek(self, size_bytes: int) -> bytes:
        """The next bytes, left where they are; fewer only at the unit's end."""
        while len(self._data) - self._at < size_bytes and self._fill():
            pass
        return self._data[self._at : self._at + size_bytes]

    def take(self, size_bytes: int) -> bytes:
        """The next bytes; fewer only at the unit's end."""
        parts: list[bytes] = []
        left = size_bytes
        while True:
            parts.append(self._data[self._at : self._at + left])
            self._at += len(parts[-1])
            left -= len(parts[-1])
            if not left or not self._fill():
                return parts[0] if len(parts) == 1 else b"".join(parts)

    def skip(self, size_bytes: int) -> int:
        """Pass over the next bytes; returns how many there were."""
        left = size_bytes
        while True:
            step = min(left, len(self._data) - self._at)
            self._at += step
            left -= step
            if left and isinstance(self._units, PlainUnits):
                skipped = self._units.skip(left)
                self._before += skipped
                return size_bytes - left + skipped
            if not left or not self._fill():
                return size_bytes - left

    def back(self, size_bytes: int) -> None:
        """Unread bytes that ``until`` gave just now."""
        self._at -= size_bytes

    def until(self, mark: re.Pattern[bytes], max_bytes: int, overlap: int) -> bytes | None:
        """The bytes up to a mark's end; None, and nothing read, when it isn't within so many bytes.

        A mark is no longer than ``overlap`` bytes.
        """
        searched = self._at
        while True:
            found = mark.search(self._data, searched, self._at + max_bytes)
            if found:
                taken = self._data[self._at : found.end()]
                self._at = found.end()
                return taken
            at_hand = len(self._data) - self._at
            # as much again as is at hand: a long stretch is copied a few times only
            if at_hand >= max_bytes or not self._fill(min(at_hand, max_bytes - at_hand)):
                return None
            searched = self._at + max(0, at_hand - overlap)

    def skip_to(self, mark: re.Pattern[bytes], overlap: int) -> bool:
        """Pass over bytes up to a mark's beginning; False, and all is read, when there is none."""
        while True:
            found = mark.search(self._data, self._at)
            if found:
                self._at = found.start()
                return True
            self._at = max(self._at, len(self._data) - overlap)
            if not self._fill():
                self._at = len(self._data)
                return False

    def _fill(self, wanted_bytes: int = 1) -> bool:
        """Get at least so many further bytes at hand, fewer at the unit's end; False when there are none."""
        piece = self._units.more()
        if not piece:
            return False
        pieces, got = [piece], len(piece)
        while got < wanted_bytes and (piece := self._units.more()):
            pieces.append(piece)
            got += len(piece)
        if self._at < len(self._data):
            pieces.insert(0, self._data[self._at :])
        self._before += self._at
        self._data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._at = 0
        return True


class UnitReader:
    """An archive of units; a record's place is the unit's offset in the file, and the place inside it."""

    def __init__(self, handle: BinaryIO, name: str, budget: Budget, max_page_bytes: int) -> None:
        self._units = units_of(handle, budget, name)
        self._budget = budget
        self._max_page_bytes = max_page_bytes

    def at(self, entries: Iterable[Entry]) -> Iterator[Read]:
        """These records, the pages among them with their content."""
        stream: Stream | None = None
        for entry in entries:
            if entry.outcome != "page":
                yield entry, None
                continue
            try:
                stream = self._stream_at(entry, stream)
                content = self._content_at(stream, entry)
            except CaptureError as error:
                stream, content = None, error
            yield entry, content

    def _content_at(self, stream: Stream, entry: Entry) -> Content | Unverified | CaptureError | None:
        """The content of a record that begins here. Raises CaptureError when there is none."""
        raise NotImplementedError

    def _place(self, inner: int) -> tuple[int, int]:
        """``position`` and ``inner`` of an entry that begins here in the present unit."""
        offset = self._units.offset
        return (offset + inner, 0) if self._units.is_plain else (offset, inner)

    def _stream_at(self, entry: Entry, stream: Stream | None) -> Stream:
        """The stream at an entry's beginning: the given one where that is before it in the same unit."""
        units = self._units
        in_unit = stream is not None and not units.is_plain and entry.position == units.offset
        if stream is None or not in_unit or stream.position > entry.inner:
            units.seek(entry.position)
            units.next_unit()
            stream = Stream(units)
        stream.skip(entry.inner - stream.position)
        return stream
