"""Reading one inbox file whole, or finding out that somebody is still writing it."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Sequence

from include.errors import RejectedFile
from include.land.scan import InboxFile, Look, too_large

_CHUNK_BYTES = 1 << 20


class StillMoving(Exception):
    """The file changed between two looks at it; it waits for the next run."""


def let_settle(files: Sequence[InboxFile], settle_seconds: float) -> None:
    """Sleep once, when any file changed within the last ``settle_seconds`` before the scan saw it.

    What is still being written has moved by the second look, which ``read_file`` takes.
    """
    horizon_ns = time.time_ns() - int(settle_seconds * 10**9)
    if settle_seconds > 0 and any(file.look and file.look.mtime_ns > horizon_ns for file in files):
        time.sleep(settle_seconds)


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
