"""Opening an archive with the reader of its kind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

from include.errors import RejectedFile
from include.land import reading
from include.land.archives.entry import Budget, Reader
from include.land.archives.index import index_name
from include.land.archives.jsonl import JsonLinesReader
from include.land.archives.members import Members
from include.land.archives.tar import TarReader
from include.land.archives.warc import WarcReader
from include.land.archives.zip import ZipReader
from include.land.scan import InboxFile
from include.settings import Settings


def index_name_of(file: InboxFile, settings: Settings) -> str:
    """What names the file in its present version, and its index."""
    look = file.look
    version = (look.size_bytes, look.mtime_ns) if look else ()
    limits = (
        settings.max_file_bytes,
        settings.max_archive_records,
        settings.max_archive_bytes,
        settings.max_archive_ratio,
    )
    return index_name(f"{file.path}\0{file.source_path}", [*version, *limits])


class _ArchiveFile(io.FileIO):
    """A file whose read errors turn it away, instead of failing its feed."""

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            return super().read(-1 if size is None else size) or b""
        except OSError as error:
            raise RejectedFile(
                "unreadable_file", f"reading it failed: {error.strerror}. Copy it anew."
            ) from None


@contextmanager
def opened(file: InboxFile, settings: Settings) -> Iterator[Reader]:
    """The file's reader, while the file is as the scan saw it.

    Raises:
        StillMoving: it changed since then, or while the block ran.
        RejectedFile: it can't be read.
    """

    def budget() -> Budget:
        return Budget(
            file.look.size_bytes if file.look else 0,
            settings.max_archive_bytes,
            settings.max_archive_ratio,
            settings.max_archive_records,
        )

    page_bytes = settings.max_file_bytes
    with reading.opened(file) as descriptor, _ArchiveFile(descriptor, "rb", closefd=False) as raw:
        match file.archive:
            case "warc":
                yield WarcReader(raw, file.path, budget(), file.captured_at, page_bytes)
            case "zip":
                yield ZipReader(raw, budget(), Members(file.source_path, file.captured_at), page_bytes)
            case "tar":
                yield TarReader(
                    raw, file.path, budget, Members(file.source_path, file.captured_at), page_bytes
                )
            case "jsonl":
                yield JsonLinesReader(raw, file.path, budget(), file.captured_at, page_bytes)
            case _:
                raise ValueError(f"no reader for {file.archive}")
