"""Reading one inbox file whole, or finding out that somebody is still writing it."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Sequence

from include.errors import RejectedFile
from include.land.inbox import InboxFile, Look, too_large

_CHUNK_BYTES = 1 << 20


class StillMoving(Exception):
    """The file changed between two looks at it; it waits for the next run."""


def moving_files(files: Sequence[InboxFile], settle_seconds: float) -> set[str]:
    """The source paths of files that are still being written.

    Only files changed within the last ``settle_seconds`` get a second look, all after one sleep.
    """
    if settle_seconds <= 0:
        return set()
    horizon_ns = time.time_ns() - int(settle_seconds * 10**9)
    young = [file for file in files if file.look is not None and file.look.mtime_ns > horizon_ns]
    if not young:
        return set()
    time.sleep(settle_seconds)
    return {file.source_path for file in young if _look_again(file.path) != file.look}


def read_file(file: InboxFile, max_file_bytes: int) -> bytes:
    """The file's bytes, exactly as the scan saw it.

    Raises:
        StillMoving: it changed since the scan, or while it was being read.
        RejectedFile: it can't be read, or is over the limit.
    """
    # NONBLOCK and NOFOLLOW: a pipe or link put in the file's place after the scan neither hangs nor misleads
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    try:
        descriptor = os.open(file.path, flags)
    except FileNotFoundError:
        raise StillMoving from None
    except OSError as error:
        raise RejectedFile(
            "unreadable_file", f"it can't be opened: {error.strerror}. Make it readable for this user."
        ) from None
    try:
        before = os.fstat(descriptor)
        if Look.of(before) != file.look or not stat.S_ISREG(before.st_mode):
            raise StillMoving
        data = _read(descriptor, max_file_bytes)
        if Look.of(os.fstat(descriptor)) != file.look or len(data) != before.st_size:
            raise StillMoving
    except OSError as error:
        raise RejectedFile("unreadable_file", f"reading it failed: {error.strerror}. Copy it anew.") from None
    finally:
        os.close(descriptor)
    return data


def _read(descriptor: int, max_file_bytes: int) -> bytes:
    chunks = []
    size_bytes = 0
    while chunk := os.read(descriptor, _CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > max_file_bytes:
            raise too_large(size_bytes, max_file_bytes)
        chunks.append(chunk)
    return b"".join(chunks)


def _look_again(path: str) -> Look | None:
    try:
        return Look.of(os.lstat(path))
    except OSError:
        return None
