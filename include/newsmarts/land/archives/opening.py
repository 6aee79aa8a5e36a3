"""Opening an archive with the reader of its kind."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from newsmarts.core.errors import CaptureError, ReadFailed
from newsmarts.core.settings import Settings
from newsmarts.land import reading
from newsmarts.land.archives.entry import Budget, Reader
from newsmarts.land.archives.jsonl import JsonLinesReader
from newsmarts.land.archives.members import Members
from newsmarts.land.archives.tar import TarReader
from newsmarts.land.archives.wacz import WaczReader
from newsmarts.land.archives.warc import WarcReader
from newsmarts.land.archives.zip import ZipReader
from newsmarts.land.reading import InboxFile


class _ArchiveFile(io.FileIO):
    """A file whose read errors no reader takes for damage of one record."""

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            return super().read(-1 if size is None else size) or b""
        except OSError as error:
            raise ReadFailed(error.strerror) from None


@contextmanager
def opened(file: InboxFile, settings: Settings) -> Iterator[Reader]:
    """The file's reader, while the file is as the scan saw it.

    Raises:
        StillMoving: it changed since then, or while the block ran.
        CaptureError: it can't be read.
    """

    def budget() -> Budget:
        return Budget(
            file.look.size_bytes if file.look else 0,
            settings.max_archive_bytes,
            settings.max_archive_ratio,
            settings.max_archive_records,
        )

    page_bytes = settings.max_file_bytes
    members = Members(file)
    with reading.opened(file) as descriptor, _ArchiveFile(descriptor, "rb", closefd=False) as raw:
        readers: dict[str | None, Callable[[], Reader]] = {
            "warc": lambda: WarcReader(raw, file.path, budget(), file.captured_at, page_bytes),
            "zip": lambda: ZipReader(raw, budget(), members, page_bytes),
            "wacz": lambda: WaczReader(raw, budget, file, page_bytes),
            "tar": lambda: TarReader(raw, file.path, budget, members, page_bytes),
            "jsonl": lambda: JsonLinesReader(raw, file, budget(), page_bytes),
        }
        try:
            yield readers[file.archive]()
        except ReadFailed as error:
            raise CaptureError("unreadable_file", f"reading it failed: {error}. Copy it anew.") from None
