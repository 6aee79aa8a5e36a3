"""Reading ZIP files of saved pages."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import BinaryIO

from newsmarts.core.embedded import TIMES_PAGE
from newsmarts.core.errors import ArchiveTooLarge, CaptureError
from newsmarts.land import sidecar
from newsmarts.land.archives.entry import Budget, Entry, Read, too_large
from newsmarts.land.archives.members import Members, content_of, is_page, is_sidecar, stem_of
from newsmarts.land.archives.zip_times import modified_at

_MAX_DIRECTORY_BYTES = 64 << 20  # the directory is held in memory, some ten times as large
_CHUNK_BYTES = 1 << 18
_ENCRYPTED = 0x1
# what zipfile raises on damaged bytes, wrong checksums, and methods that it doesn't know
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


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


def open_zip(handle: BinaryIO) -> zipfile.ZipFile:
    """Open a ZIP file. Raises CaptureError when it can't be read as one."""
    try:
        return zipfile.ZipFile(_BoundedReads(handle))
    except ZIP_ERRORS as error:
        raise CaptureError(
            "bad_archive", f"it can't be read as a ZIP file ({error}). Copy or download it again."
        ) from None


class ZipReader:
    """An open ZIP file."""

    def __init__(self, handle: BinaryIO, budget: Budget, members: Members, max_page_bytes: int) -> None:
        self._handle = handle
        self._budget = budget
        self._members = members
        self._max_page_bytes = max_page_bytes
        self._max_stored_bytes = max_page_bytes * TIMES_PAGE

    def records(self, wanted: Callable[[Entry], bool]) -> Iterator[Read]:
        """All members, in the order of the directory, with the content of those that are wanted."""
        try:
            archive = open_zip(self._handle)
            infos = archive.infolist()
            pages = {stem_of(info.filename) for info in infos if is_page(info.filename)}
            sidecars = {number for number, info in enumerate(infos) if is_sidecar(info.filename, pages)}
            for info in infos:
                self._members.note(info.filename)
            for number in sidecars:
                note = self._read(archive, infos[number], sidecar.MAX_BYTES)
                self._members.note_sidecar(infos[number].filename, note)
            for number, info in enumerate(infos):
                if info.is_dir() or number in sidecars:
                    continue
                self._budget.count()
                yield self._members.read(
                    info.filename,
                    modified_at(info),
                    number,
                    problem=problem_of(info),
                    unpack=partial(self._read, archive, info, self._max_stored_bytes),
                    wanted=wanted,
                    max_bytes=self._max_page_bytes,
                )
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
                    archive = open_zip(self._handle)
                    infos = archive.infolist()
                data = self._read(archive, infos[entry.position], self._max_stored_bytes)
                yield entry, content_of(entry, data, self._max_page_bytes)
            except CaptureError as error:
                yield entry, error

    def _read(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int) -> bytes | CaptureError:
        if info.file_size > max_bytes:
            return too_large(info.file_size, max_bytes)
        data = self._unpacked(archive, info, max_bytes + 1)
        if isinstance(data, bytes) and len(data) > max_bytes:
            return CaptureError(
                "decompressed_too_large", f"it unpacks to more than its stated {info.file_size:,} bytes."
            )
        return data

    def _unpacked(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int
    ) -> bytes | CaptureError:
        """The member's first bytes, or why there are none. Raises ArchiveTooLarge."""
        parts: list[bytes] = []
        left = max_bytes
        try:
            with archive.open(info) as member:
                while left and (part := member.read(min(left, _CHUNK_BYTES))):
                    self._budget.spend(len(part))
                    parts.append(part)
                    left -= len(part)
        except ZIP_ERRORS as error:
            return CaptureError("bad_record", f"it can't be unpacked ({error}). Copy the archive again.")
        return b"".join(parts)


def problem_of(info: zipfile.ZipInfo) -> CaptureError | None:
    """What keeps a member from being read, as its place in the directory shows it."""
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return CaptureError(
            "not_a_regular_file", "it is a link or a device. Put the file itself in the archive."
        )
    if info.flag_bits & _ENCRYPTED:
        return CaptureError("encrypted_member", "it is encrypted. Pack it without a password.")
    return None
