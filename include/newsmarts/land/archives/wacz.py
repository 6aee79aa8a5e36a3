"""Reading WACZ files: a ZIP file with the WARC files of a crawl in it, beside indexes and lists of pages.

Source: https://specs.webrecorder.net/wacz/1.1.1/. The WARC files are read; all else can be made from them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import BinaryIO, cast

from newsmarts.core.errors import CaptureError
from newsmarts.land import names
from newsmarts.land.archives.entry import Budget, Entry, Read
from newsmarts.land.archives.warc import WarcReader
from newsmarts.land.archives.zip import ZIP_ERRORS, open_zip, problem_of
from newsmarts.land.reading import InboxFile

_OFFSET_BITS = 44  # of a position; those above number the member


class _Member(io.RawIOBase):
    """A WARC file in a ZIP file. Such members are stored; one that is packed spends of the budget."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> None:
        self._file = archive.open(info)
        self._budget = budget if info.compress_type != zipfile.ZIP_STORED else None

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            data = self._file.read(-1 if size is None else size)
        except ZIP_ERRORS as error:
            raise _damaged(error) from None
        if self._budget is not None:
            self._budget.spend(len(data))
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        try:
            return self._file.seek(offset, whence)
        except ZIP_ERRORS as error:
            raise _damaged(error) from None

    def tell(self) -> int:
        return self._file.tell()


class WaczReader:
    """An open WACZ file; a record's name is its WARC file's and, behind ``!/``, its own there."""

    def __init__(
        self, handle: BinaryIO, budget: Callable[[], Budget], file: InboxFile, max_page_bytes: int
    ) -> None:
        self._handle = handle
        self._budget = budget
        self._file = file
        self._max_page_bytes = max_page_bytes

    def records(self, wanted: Callable[[Entry], bool]) -> Iterator[Read]:
        """All records of all WARC files in it, with the content of those that are wanted."""
        budget = self._budget()
        try:
            archive = open_zip(self._handle)
            members = _warc_members(archive)
            if not members:
                raise CaptureError("bad_archive", "there is no WARC file in it. Download it again.")
        except CaptureError as error:
            yield Entry.rejected(error, "", self._file.captured_at, -1), None
            return
        for number, info in members:
            place = partial(_placed, names.text_of(info.filename), number << _OFFSET_BITS)
            try:
                reader = self._reader(archive, info, budget)
                for entry, content in reader.records(partial(_is_wanted, wanted, place)):
                    yield place(entry), content
            except CaptureError as error:
                yield place(Entry.rejected(error, "", self._file.captured_at, 0)), None

    def at(self, entries: Iterable[Entry]) -> Iterator[Read]:
        """These records, the pages among them with their content."""
        archive = open_zip(self._handle)
        infos = archive.infolist()
        for number, of_member in groupby(entries, lambda entry: entry.position >> _OFFSET_BITS):
            inside = [replace(entry, position=entry.position % (1 << _OFFSET_BITS)) for entry in of_member]
            if number < 0:  # about the archive as a whole
                yield from ((replace(entry, position=-1), None) for entry in inside)
                continue
            reader = self._reader(archive, infos[number], self._budget())
            for entry, content in reader.at(inside):
                yield replace(entry, position=entry.position + (number << _OFFSET_BITS)), content

    def _reader(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> WarcReader:
        problem = problem_of(info)
        if problem is not None:
            raise problem
        member = cast("BinaryIO", _Member(archive, info, budget))
        return WarcReader(member, info.filename, budget, self._file.captured_at, self._max_page_bytes)


def _warc_members(archive: zipfile.ZipFile) -> list[tuple[int, zipfile.ZipInfo]]:
    """The WARC files, with their numbers in the directory."""
    return [
        (number, info)
        for number, info in enumerate(archive.infolist())
        if names.archive_kind_of(info.filename) == "warc"
    ]


def _is_wanted(wanted: Callable[[Entry], bool], place: Callable[[Entry], Entry], entry: Entry) -> bool:
    return wanted(place(entry))


def _placed(name: str, start: int, entry: Entry) -> Entry:
    return replace(
        entry, name=f"{name}!/{entry.name}" if entry.name else name, position=start + entry.position
    )


def _damaged(error: Exception) -> CaptureError:
    return CaptureError("bad_archive", f"a WARC file in it can't be read ({error}). Copy the archive again.")
