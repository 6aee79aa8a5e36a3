"""Walking the inbox: every entry becomes a file to read, a rejection, or something to wait for.

Nothing outside the inbox is ever opened. Symlinks to a folder inside it aren't followed, because the
files behind them are landed at their own place; so no loop of links can catch the walk.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from include.errors import RejectedFile, UsageError
from include.land import names
from include.settings import Settings

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file saw; two looks that differ mean that it is moving."""

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Look:
        """The part of a file's status that writing to it, or replacing it, changes."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class InboxFile:
    """One entry of the inbox that a day has to account for.

    ``path`` is where to read it (for a symlink, what it points to). Exactly one of these holds:
    ``rejection`` is set, or ``unfinished`` is true, or the file is to be read as ``media_type``.
    """

    path: str
    source_path: str
    captured_at: datetime
    look: Look | None = None
    media_type: str | None = None
    rejection: RejectedFile | None = None
    unfinished: bool = False

    @property
    def day(self) -> date:
        """The UTC capture day."""
        return self.captured_at.date()

    @property
    def publisher(self) -> str | None:
        """The publisher that the path names, if any."""
        return names.publisher_of(self.source_path)


def scan(settings: Settings) -> Iterator[InboxFile]:
    """Every file of the inbox, folder by folder in order of name.

    Names that begin with a dot are passed over, and so is NEWS_HOME when it lies in the inbox. A missing
    ``<home>/inbox`` is an empty inbox.

    Raises:
        UsageError: the inbox that was asked for is missing, or is no folder.
    """
    root = _root(settings)
    if root is None:
        return
    home = os.path.realpath(settings.home)
    hidden = 0
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(Path(root, folder)) as found:
                entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            if not folder:
                raise UsageError(f"the inbox {root!r} can't be read: {error.strerror}.") from None
            if not isinstance(error, FileNotFoundError):  # gone since its parent was listed
                reason = RejectedFile("unreadable_folder", f"it can't be listed: {error.strerror}.")
                yield _rejected(root, folder, None, reason)
            continue
        folders = []
        for entry in entries:
            relative = os.path.join(folder, entry.name)  # noqa: PTH118 - names may hold any byte
            if entry.name.startswith("."):
                hidden += 1
            elif entry.is_dir(follow_symlinks=False):
                if entry.path != home:
                    folders.append(relative)
            else:
                file = _examine(root, relative, settings)
                if file is not None:
                    yield file
        pending.extend(reversed(folders))
    if hidden:
        log.info("Passed over %d inbox entries whose names begin with a dot", hidden)


def _root(settings: Settings) -> str | None:
    """The inbox's real path; None when the default inbox was never made."""
    inbox = settings.inbox_dir
    if settings.inbox is None and not inbox.exists():
        return None
    if not inbox.is_dir():
        raise UsageError(f"the inbox {str(inbox)!r} is no folder. Make it, or set NEWS_INBOX to another one.")
    root = os.path.realpath(inbox)
    if root == os.path.realpath(settings.home):
        raise UsageError(f"the inbox {root!r} is NEWS_HOME itself. Take one of them to another folder.")
    return root


def _examine(root: str, relative: str, settings: Settings) -> InboxFile | None:
    """Say what one entry that is no real folder is; None: nothing to account for here."""
    path = os.path.join(root, relative)  # noqa: PTH118 - names may hold any byte
    status: os.stat_result | None = None
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            path = _follow(root, path)
            target = os.lstat(path)
            if stat.S_ISDIR(target.st_mode):
                log.info("Not following the link %r: its folder is landed at its own place", relative)
                return None
            status = target
        if not stat.S_ISREG(status.st_mode):
            raise RejectedFile("not_a_regular_file", f"it is {_kind(status)}. Put a plain file there.")
        return _regular(path, relative, status, settings)
    except RejectedFile as rejection:
        return _rejected(root, relative, status, rejection)
    except FileNotFoundError:
        log.info("%r went away while the inbox was being read", relative)
        return None
    except OSError as error:
        return _rejected(
            root, relative, status, RejectedFile("unreadable_file", f"no access to it: {error.strerror}.")
        )


def _regular(path: str, relative: str, status: os.stat_result, settings: Settings) -> InboxFile:
    source_path = names.source_path_of(relative)
    captured_at = names.captured_at_of(source_path, status.st_mtime_ns)
    if captured_at is None:
        raise RejectedFile(
            "impossible_mtime",
            f"its modification time ({status.st_mtime_ns // 10**9} s) is no capture time. "
            "Put it in a folder named by its capture day, as in 2025-08-25.",
        )
    name = source_path.rpartition("/")[2]
    if names.is_unfinished(name):
        return InboxFile(path, source_path, captured_at, unfinished=True)
    media_type = names.media_type_of(name)
    if media_type is None:
        raise RejectedFile(
            "unsupported_media_type",
            f"only names that end in {', '.join(names.MEDIA_TYPES)} are read. Rename it or take it away.",
        )
    if status.st_size > settings.max_file_bytes:
        raise too_large(status.st_size, settings.max_file_bytes)
    return InboxFile(path, source_path, captured_at, look=Look.of(status), media_type=media_type)


def too_large(size_bytes: int, limit: int) -> RejectedFile:
    """The rejection of a file over the limit."""
    return RejectedFile(
        "file_too_large",
        f"{size_bytes} bytes, and the limit is {limit}. Raise NEWS_MAX_FILE_BYTES if it is a page.",
    )


def _follow(root: str, path: str) -> str:
    """Where a symlink leads. Raises RejectedFile when it is broken or leads out of the inbox."""
    try:
        target = os.path.realpath(path, strict=True)
    except OSError as error:
        raise RejectedFile(
            "broken_symlink", f"the link leads nowhere: {error.strerror}. Put the file itself there."
        ) from None
    if os.path.commonpath([root, target]) != root:
        raise RejectedFile(
            "symlink_outside_inbox", "the link leads out of the inbox. Put the file itself there."
        )
    return target


def _rejected(root: str, relative: str, status: os.stat_result | None, rejection: RejectedFile) -> InboxFile:
    """A rejection needs a day too; when nothing tells one, it is 1970-01-01."""
    source_path = names.source_path_of(relative)
    if status is None:
        with contextlib.suppress(OSError):
            status = os.lstat(os.path.join(root, relative))  # noqa: PTH118 - names may hold any byte
    mtime_ns = status.st_mtime_ns if status is not None else 0
    captured_at = names.captured_at_of(source_path, mtime_ns) or _EPOCH
    return InboxFile("", source_path, captured_at, rejection=rejection)


def _kind(status: os.stat_result) -> str:
    kinds = (
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((text for test, text in kinds if test(status.st_mode)), "a special file")
