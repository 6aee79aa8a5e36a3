"""Reading ZIP files of saved pages."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from newsmarts.core.errors import ArchiveTooLarge, CaptureError
from newsmarts.land.archives import mhtml, sidecar
from newsmarts.land.archives.entry import Budget, Content, Entry, Read
from newsmarts.land.archives.members import (
    Members,
    content_of,
    is_mhtml,
    is_page,
    is_sidecar,
    stem_of,
    too_large,
)

_MAX_DIRECTORY_BYTES = 64 << 20  # the directory is held in memory, some ten times as large
_CHUNK_BYTES = 1 << 18
_ENCRYPTED = 0x1
# what zipfile raises on damaged bytes, wrong checksums, and methods that it doesn't know
_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


class _BoundedReads:
    """A file for zipfile, which reads a directory of any size in one go before a member is seen."""

    def __init__(self, handle: BinaryIO) -> None:
        self.seek, self.tell, self.seekable = handle.seek, handle.tell, handle.seekable
        self._read = handle.read

    def read(self, size_bytes: int = -1) -> bytes:
        if size_bytes > _MAX_DIRECTORY_BYTES:
            raise ArchiveTooLarge(
                f"its directory has more than {_MAX_DIRECTORY_BYTES:,} bytes. Split it into several."
            )
        return self._read(size_bytes)


class ZipReader:
    """An open ZIP file."""

    def __init__(self, handle: BinaryIO, budget: Budget, members: Members, max_page_bytes: int) -> None:
        self._handle = handle
        self._budget = budget
        self._members = members
        self._max_page_bytes = max_page_bytes

    def records(self, wanted: Callable[[Entry], bool]) -> Iterator[Read]:
        """All members, in the order of the directory, with the content of those that are wanted."""
        try:
            archive = self._open()
            infos = archive.infolist()
            pages = {stem_of(info.filename) for info in infos if is_page(info.filename)}
            sidecars = {number for number, info in enumerate(infos) if is_sidecar(info.filename, pages)}
            for number in sidecars:
                self._note_sidecar(archive, infos[number])
            for number, info in enumerate(infos):
                if info.is_dir() or number in sidecars:
                    continue
                self._budget.count()
                problem = _problem(info)
                own = None
                if problem is None and is_mhtml(info.filename):
                    own = mhtml.facts_of(self._beginning(archive, info, mhtml.HEAD_BYTES))
                entry = self._members.entry(
                    info.filename, _modified_at(info), number, problem=problem, own=own
                )
                content = None
                if entry.outcome == "page" and wanted(entry):
                    content = self._content(archive, info, entry)
                yield entry, content
        except CaptureError as error:
            yield self._members.archive(error), None

    def at(self, entries: Iterable[Entry]) -> Iterator[Read]:
        """These members, the pages among them with their content."""
        archive: zipfile.ZipFile | None = None
        for entry in entries:
            if entry.outcome != "page":
                yield entry, None
                continue
            try:
                if archive is None:
                    archive = self._open()
                    infos = archive.infolist()
                yield entry, self._content(archive, infos[entry.position], entry)
            except CaptureError as error:
                yield entry, error

    def _open(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(_BoundedReads(self._handle))
        except _ERRORS as error:
            raise CaptureError(
                "bad_archive", f"it can't be read as a ZIP file ({error}). Copy or download it again."
            ) from None

    def _content(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, entry: Entry
    ) -> Content | CaptureError:
        return content_of(entry, self._read_or_reason(archive, info, self._max_page_bytes))

    def _read_or_reason(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int
    ) -> bytes | CaptureError:
        try:
            return self._read(archive, info, max_bytes)
        except ArchiveTooLarge:
            raise
        except CaptureError as reason:
            return reason

    def _read(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int) -> bytes:
        if info.file_size > max_bytes:
            raise too_large(info.file_size, max_bytes)
        data = self._unpacked(archive, info, max_bytes + 1)
        if len(data) > max_bytes:
            raise CaptureError(
                "decompressed_too_large", f"it unpacks to more than its stated {info.file_size:,} bytes."
            )
        return data

    def _beginning(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int) -> bytes:
        try:
            return self._unpacked(archive, info, max_bytes)
        except ArchiveTooLarge:
            raise
        except CaptureError:
            return b""  # reported when the member is read

    def _unpacked(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int) -> bytes:
        parts: list[bytes] = []
        left = max_bytes
        try:
            with archive.open(info) as member:
                while left and (part := member.read(min(left, _CHUNK_BYTES))):
                    self._budget.spend(len(part))
                    parts.append(part)
                    left -= len(part)
        except _ERRORS as error:
            raise CaptureError(
                "bad_record", f"it can't be unpacked ({error}). Copy the archive again."
            ) from None
        return b"".join(parts)

    def _note_sidecar(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        data = self._read_or_reason(archive, info, sidecar.MAX_BYTES)
        self._members.note_sidecar(info.filename, data if isinstance(data, bytes) else b"")


def _problem(info: zipfile.ZipInfo) -> CaptureError | None:
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return CaptureError(
            "not_a_regular_file", "it is a link or a device. Put the file itself in the archive."
        )
    if info.flag_bits & _ENCRYPTED:
        return CaptureError("encrypted_member", "it is encrypted. Pack it without a password.")
    return None


def _modified_at(info: zipfile.ZipInfo) -> datetime | None:
    """The member's time; it has no zone, so UTC. None: it has none (1980-01-01), or an impossible one."""
    if info.date_time[:3] == (1980, 1, 1):
        return None
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return None
