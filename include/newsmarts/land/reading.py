"""Reading one inbox file in full, or finding out that it is still being written."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterable, Iterator

from newsmarts.core.errors import CaptureError, StillMoving
from newsmarts.land.scan import InboxFile, Look, Sidecar, too_large

_CHUNK_BYTES = 1 << 20


def let_settle(changes_ns: Iterable[int], settle_seconds: float) -> None:
    """Sleep once, when any file changed within the last ``settle_seconds`` before the scan saw it.

    What is still being written has moved by the second look, which ``read_file`` takes.
    """
    horizon_ns = time.time_ns() - int(settle_seconds * 10**9)
    if settle_seconds > 0 and any(change_ns > horizon_ns for change_ns in changes_ns):
        time.sleep(settle_seconds)


def read_file(file: InboxFile, max_file_bytes: int) -> bytes:
    """The file's bytes, exactly as the scan saw it.

    Raises:
        StillMoving: it changed since the scan, or while it was being read.
        CaptureError: it can't be read, or is over the limit.
    """
    with opened(file) as descriptor:
        data = _read(descriptor, max_file_bytes)
        if file.look and len(data) != file.look.size_bytes:
            raise StillMoving
    if file.sidecar is not None:
        _check_look(file.sidecar)
    return data


@contextlib.contextmanager
def opened(file: InboxFile) -> Iterator[int]:
    """The file's descriptor, while it is as the scan saw it.

    Raises:
        StillMoving: it changed since the scan, or while the block ran.
        CaptureError: it can't be read.
    """
    # NONBLOCK and NOFOLLOW: a pipe or link put in the file's place after the scan neither hangs nor misleads
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    try:
        descriptor = os.open(file.path, flags)
    except FileNotFoundError:
        raise StillMoving from None
    except OSError as error:
        raise CaptureError(
            "unreadable_file", f"it can't be opened: {error.strerror}. Make it readable for this user."
        ) from None
    try:
        before = os.fstat(descriptor)
        if Look.of(before) != file.look or not stat.S_ISREG(before.st_mode):
            raise StillMoving
        yield descriptor
        if Look.of(os.fstat(descriptor)) != file.look:
            raise StillMoving
    finally:
        os.close(descriptor)


def _check_look(sidecar: Sidecar) -> None:
    try:
        look = Look.of(os.lstat(sidecar.path))
    except OSError:
        raise StillMoving from None
    if look != sidecar.look:
        raise StillMoving


def _read(descriptor: int, max_file_bytes: int) -> bytes:
    chunks = []
    size_bytes = 0
    while chunk := _read_chunk(descriptor):
        size_bytes += len(chunk)
        if size_bytes > max_file_bytes:
            raise too_large(size_bytes, max_file_bytes)
        chunks.append(chunk)
    return b"".join(chunks)


def _read_chunk(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK_BYTES)
    except OSError as error:
        raise CaptureError("unreadable_file", f"reading it failed: {error.strerror}. Copy it anew.") from None
