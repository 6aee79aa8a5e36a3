"""One file of a folder: what the scan saw of it, and reading it in full, or finding out that it is moving."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from newsmarts.core import publishers
from newsmarts.core.errors import CaptureError, StillMoving
from newsmarts.core.records import Precision
from newsmarts.land import names


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file saw; two looks that differ mean that it is moving."""

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int
    # of content, name or rights; not compared, as only the first of these makes a file another one
    changed_ns: int = field(default=0, compare=False)

    @classmethod
    def of(cls, status: os.stat_result) -> Look:
        """The part of a file's status that writing to it, or replacing it, changes."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The file with facts beside a page, as the scan read it."""

    path: str
    look: Look


@dataclass(frozen=True, slots=True)
class InboxFile:
    """One entry of the folder that a day has to account for.

    ``path`` is where to read it (for a symlink, what it points to). Exactly one of these holds:
    ``rejection`` is set, or ``unfinished`` is true, or the file is a page to be read as ``media_type``, or
    it is an ``archive`` of this kind, whose records have days of their own.
    """

    path: str
    source_path: str
    captured_at: datetime
    look: Look | None = None
    media_type: str | None = None
    rejection: CaptureError | None = None
    unfinished: bool = False
    archive: str | None = None
    url: str | None = None
    charset: str | None = None
    sidecar: Sidecar | None = None
    captured_at_precision: Precision = "second"
    # its folder, when that looks like a day, and yet only the file's time gives the day
    misnamed: str | None = None

    @property
    def day(self) -> date:
        """The UTC capture day."""
        return self.captured_at.date()

    @property
    def publisher(self) -> str | None:
        """The publisher that the address's host names, else the path, if any."""
        host = names.host_of(self.url)
        return publishers.named_in(host) if host else publishers.named_in(self.source_path)

    def is_young(self, settle_seconds: float) -> bool:
        """Whether it, or its sidecar, changed within the last ``settle_seconds``."""
        horizon_ns = time.time_ns() - int(settle_seconds * 10**9)
        looks = (self.look, self.sidecar.look if self.sidecar else None)
        return settle_seconds > 0 and any(look and look.mtime_ns > horizon_ns for look in looks)


def let_settle(files: Iterable[InboxFile], settle_seconds: float) -> None:
    """Sleep once, when any of the files is young.

    What is still being written has moved by the second look, which ``read_file`` takes.
    """
    if any(file.is_young(settle_seconds) for file in files):
        time.sleep(settle_seconds)


def read_file(file: InboxFile) -> bytes:
    """The file's bytes, exactly as the scan saw it.

    Raises:
        StillMoving: it changed since the scan, or while it was being read.
        CaptureError: it can't be read.
    """
    left = file.look.size_bytes + 1 if file.look else 0  # one more than there were: it may be growing
    parts = []
    with opened(file) as descriptor:
        try:
            while chunk := os.read(descriptor, left):
                parts.append(chunk)
                left -= len(chunk)
        except OSError as error:
            raise CaptureError(
                "unreadable_file", f"reading it failed: {error.strerror}. Copy it anew."
            ) from None
    try:
        if left != 1 or (file.sidecar and Look.of(os.lstat(file.sidecar.path)) != file.sidecar.look):
            raise StillMoving
    except OSError:
        raise StillMoving from None
    return b"".join(parts)


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
