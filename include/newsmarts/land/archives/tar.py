"""Reading tar files of saved pages: .tar, .tar.gz and .tgz, from front to back."""

from __future__ import annotations

import contextlib
import tarfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO, Self

from newsmarts.core.embedded import TIMES_PAGE
from newsmarts.core.errors import CaptureError
from newsmarts.land import sidecar
from newsmarts.land.archives.entry import Budget, Content, Entry, Read, too_large
from newsmarts.land.archives.members import Members, content_of, is_page, is_sidecar, stem_of
from newsmarts.land.archives.stream import Stream
from newsmarts.land.archives.units import units_of
from newsmarts.land.names import CaptureTime

_MAX_EXTENSION_BYTES = 1 << 20  # a long name, or attributes; tarfile holds them in memory
_Placed = tuple[int, tarfile.TarFile, tarfile.TarInfo]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Tarball:
    """The unpacked bytes of a tar file, for tarfile to read."""

    def __init__(self, handle: BinaryIO, name: str, budget: Budget) -> None:
        self._units = units_of(handle, budget, name)
        self._units.seek(0)
        self._stream = Stream(self._units) if self._units.next_unit() else None

    def read(self, size_bytes: int) -> bytes:
        data = b""
        while self._stream is not None and len(data) < size_bytes:
            data += self._stream.take(size_bytes - len(data))
            if len(data) < size_bytes:
                self._stream = Stream(self._units) if self._units.next_unit() else None
        return data


class _Member(tarfile.TarInfo):
    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except (tarfile.EOFHeaderError, tarfile.EmptyHeaderError):  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            # tarfile takes a damaged header behind the first one for the end of the archive
            raise tarfile.ReadError(str(error)) from None

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        if member.type in _EXTENSIONS and member.size > _MAX_EXTENSION_BYTES:
            raise tarfile.ReadError("a member's name or attributes are absurdly long")
        return member


_EXTENSIONS = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)


class TarReader:
    """An open tar file. Compressed ones are read from the front each time."""

    def __init__(
        self, handle: BinaryIO, name: str, budget: Callable[[], Budget], members: Members, max_page_bytes: int
    ) -> None:
        self._handle = handle
        self._name = name
        self._new_budget = budget
        self._members = members
        self._max_page_bytes = max_page_bytes
        self._max_stored_bytes = max_page_bytes * TIMES_PAGE
        self._budget = budget()

    def records(self, wanted: Callable[[Entry], bool]) -> Iterator[Read]:
        """All members, in their order, with the content of those that are wanted."""
        sidecars = self._note_sidecars()
        try:
            for number, archive, info in self._members_of_file():
                if info.isdir() or number in sidecars:
                    continue
                self._budget.count()
                yield self._members.read(
                    info.name,
                    _modified_at(info),
                    number,
                    problem=_problem(info),
                    unpack=partial(self._read, archive, info, self._max_stored_bytes),
                    wanted=wanted,
                    max_bytes=self._max_page_bytes,
                )
        except CaptureError as error:
            yield self._members.archive(error), None

    def at(self, entries: Iterable[Entry]) -> Iterator[Read]:
        """These members, the pages among them with their content; in the order of the file."""
        members = self._members_of_file()
        damage: CaptureError | None = None
        for entry in entries:
            content: Content | CaptureError | None = None
            if entry.outcome == "page":
                try:
                    content = damage or self._found(members, entry)
                except CaptureError as error:
                    content = damage = error
            yield entry, content

    def _found(self, members: Iterator[_Placed], entry: Entry) -> Content | CaptureError:
        for number, archive, info in members:
            if number == entry.position:
                data = self._read(archive, info, self._max_stored_bytes)
                return content_of(entry, data, self._max_page_bytes)
        raise CaptureError("bad_archive", "it isn't in the archive any more. Run the day again.")

    def _members_of_file(self) -> Iterator[_Placed]:
        self._budget = self._new_budget()
        number = -1
        try:
            tarball = _Tarball(self._handle, self._name, self._budget)
            with tarfile.open(fileobj=tarball, mode="r|", bufsize=1 << 17, tarinfo=_Member) as archive:  # type: ignore[call-overload]
                while (info := archive.next()) is not None:
                    archive.members = []  # else it remembers every one
                    number += 1
                    yield number, archive, info
        except (tarfile.TarError, ValueError, EOFError, OSError, RecursionError) as error:
            what = f"it can't be read as a tar file behind its member {number + 1} ({error})"
            raise CaptureError("bad_archive", f"{what}. Copy or download it again.") from error

    def _note_sidecars(self) -> set[int]:
        """Read what stands beside pages first: a page may come before its sidecar. Returns their numbers."""
        pages: set[str] = set()
        notes: list[tuple[int, str, bytes | CaptureError]] = []
        try:
            for number, archive, info in self._members_of_file():
                if not info.isreg():
                    continue
                self._members.note(info.name)
                if is_page(info.name):
                    pages.add(stem_of(info.name))
                elif info.name.lower().endswith(sidecar.ENDING):
                    notes.append((number, info.name, self._read(archive, info, sidecar.MAX_BYTES)))
        except CaptureError:
            pass  # reported when the members are read
        beside = {number for number, name, _ in notes if is_sidecar(name, pages)}
        for number, name, data in notes:
            if number in beside:
                self._members.note_sidecar(name, data)
        return beside

    def _read(self, archive: tarfile.TarFile, info: tarfile.TarInfo, max_bytes: int) -> bytes | CaptureError:
        if info.size > max_bytes:
            return too_large(info.size, max_bytes)
        data = b""
        with contextlib.suppress(tarfile.TarError, EOFError):
            member = archive.extractfile(info)
            data = member.read(max_bytes + 1) if member is not None else b""
        if len(data) != info.size:
            return CaptureError("truncated_record", "the archive ends within it. Copy it again.")
        return data


def _problem(info: tarfile.TarInfo) -> CaptureError | None:
    if not info.isreg() or info.issparse():
        return CaptureError(
            "not_a_regular_file", "it is a link, a device or the like. Put the file itself in the archive."
        )
    return None


def _modified_at(info: tarfile.TarInfo) -> CaptureTime | None:
    """The member's time; None: it has none (0), or an impossible one."""
    try:
        return CaptureTime(_EPOCH + timedelta(seconds=int(info.mtime))) if info.mtime > 0 else None
    except (OverflowError, ValueError):
        return None
