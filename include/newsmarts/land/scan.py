"""Walking a folder: every entry becomes a file to read, a rejection, or something to wait for.

Nothing outside the folder is ever opened. Symlinks to a folder inside it aren't followed, because the
files behind them are landed at their own place; so no loop of links can catch the walk.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from newsmarts.core.embedded import TIMES_PAGE
from newsmarts.core.errors import CaptureError, UsageError
from newsmarts.core.settings import Settings
from newsmarts.land import companions, names, saved_pages, sidecar
from newsmarts.land.archives import members, mhtml
from newsmarts.land.names import CaptureTime
from newsmarts.land.reading import InboxFile, Look, Sidecar
from newsmarts.land.sidecar import Facts

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def inbox_root(settings: Settings, folder: Path | None = None) -> str | None:
    """The inbox's real path; None when the default inbox was never made.

    Raises:
        UsageError: the inbox is missing, or is not a folder.
    """
    inbox = settings.inbox_dir if folder is None else folder
    if folder is None and settings.inbox is None and not inbox.exists():
        return None
    if not inbox.is_dir():
        raise UsageError(
            f"the inbox {str(inbox)!r} is not a folder. Make it, or set NEWS_INBOX to another one."
        )
    root = os.path.realpath(inbox)
    if root == os.path.realpath(settings.home):
        raise UsageError(f"the inbox {root!r} is NEWS_HOME itself. Take one of them to another folder.")
    return root


def scan(
    root: str, settings: Settings, *, day: date | None = None, other_days: Counter[date] | None = None
) -> Iterator[InboxFile]:
    """Every file of a folder and those below it, folder by folder in order of name.

    Names that begin with a dot are passed over, and so is NEWS_HOME when it lies in the folder. What saved
    pages bring along (see ``companions``) is counted in one line of the log. With ``day`` and ``other_days``,
    pages in folders that name another day are only counted there: many days are landed from one folder.

    Raises:
        UsageError: the folder can't be read.
    """
    home = os.path.realpath(settings.home)
    hidden, passed_over = 0, companions.Counts()
    pending: list[tuple[str, companions.Kind | None]] = [("", None)]
    while pending:
        folder, kind = pending.pop()
        entries = _entries(root, folder)
        elsewhere = _other_day(folder, day)
        if isinstance(entries, CaptureError):
            yield _rejected(root, folder, None, entries)
            continue
        here = {entry.name for entry in entries}
        stems = {name: members.stem_of(name) for name in here if members.is_page(name)}
        pages = set(stems.values())
        around = companions.Around(pages.__contains__, kind, in_root=companions.is_root(here))
        folders = []
        for entry in entries:
            relative = os.path.join(folder, entry.name)  # noqa: PTH118 - names may hold any byte
            if entry.name.startswith("."):
                hidden += 1
            elif entry.is_dir(follow_symlinks=False):
                if entry.path != home:
                    folders.append((relative, around.kind_of_folder(entry.name)))
            elif members.is_sidecar(entry.name, pages):
                continue
            elif around.is_companion(entry.name):
                passed_over.add(names.source_path_of(relative))
            else:
                beside = f"{stems[entry.name]}{sidecar.ENDING}" if entry.name in stems else None
                beside = beside if beside in here else None
                if other_days is not None and elsewhere is not None and _is_of_its_folder(entry, beside):
                    other_days[elsewhere] += 1
                elif (file := _examine(root, relative, settings, beside)) is not None:
                    yield file
        pending.extend(reversed(folders))
    _log_passed_over(root, hidden, str(passed_over))


def _log_passed_over(root: str, hidden: int, companion_files: str) -> None:
    if hidden:
        log.info("Passed over %d entries of %r whose names begin with a dot", hidden, root)
    if companion_files:
        log.info("Passed over what saved pages bring along in %r: %s", root, companion_files)


def _other_day(folder: str, day: date | None) -> date | None:
    """The day that a folder's path names, when it isn't the wanted one, nor one that is to come."""
    if day is None or not folder:
        return None
    named = names.day_in_path(f"{names.source_path_of(folder)}/")
    if named is None or named == day:
        return None
    return None if names.is_ahead(datetime(named.year, named.month, named.day, tzinfo=UTC)) else named


def _is_of_its_folder(entry: os.DirEntry[str], beside: str | None) -> bool:
    """Whether only its path says when an entry was captured: a page, not a link, without a sidecar."""
    return beside is None and names.media_type_of(entry.name) is not None and not entry.is_symlink()


def _entries(root: str, folder: str) -> list[os.DirEntry[str]] | CaptureError:
    """A folder's entries in order of name, or why it can't be listed; none if it is gone by now."""
    try:
        with os.scandir(Path(root, folder)) as found:
            return sorted(found, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        if not folder:
            raise UsageError(
                f"the folder {root!r} can't be read: {error.strerror}. In containers user "
                "50000 must be able to read it; the inbox is INBOX_DIR of the host."
            ) from None
        if isinstance(error, FileNotFoundError):
            return []
        return CaptureError("unreadable_folder", f"it can't be listed: {error.strerror}.")


def _examine(root: str, relative: str, settings: Settings, beside: str | None) -> InboxFile | None:
    """Classify one entry that isn't a real folder; None: nothing to account for here.

    ``beside`` is the name of its sidecar, if it has one.
    """
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
            raise CaptureError("not_a_regular_file", f"it is {_kind(status)}. Put a plain file there.")
        noted = os.path.join(root, os.path.dirname(relative), beside) if beside else None  # noqa: PTH118, PTH120
        return _regular(path, relative, status, settings, noted)
    except CaptureError as rejection:
        return _rejected(root, relative, status, rejection)
    except FileNotFoundError:
        log.info("%r went away while the inbox was being read", relative)
        return None
    except OSError as error:
        return _rejected(
            root, relative, status, CaptureError("unreadable_file", f"no access to it: {error.strerror}.")
        )


def _regular(
    path: str, relative: str, status: os.stat_result, settings: Settings, beside: str | None
) -> InboxFile:
    source_path = names.source_path_of(relative)
    name = source_path.rpartition("/")[2]
    if names.is_unfinished(name):
        return InboxFile(path, source_path, _captured_at(source_path, status).moment, unfinished=True)
    media_type, archive = names.media_type_of(name), names.archive_kind_of(name)
    if media_type is None and archive is None:
        raise CaptureError(
            "unsupported_media_type",
            f"only names that end in {', '.join([*names.MEDIA_TYPES, *names.ARCHIVES])} are read. "
            "Rename it or take it away.",
        )
    look = Look.of(status)
    if archive not in (None, "mhtml"):
        time = _captured_at(source_path, status)  # what it holds has days of its own
        return InboxFile(
            path, source_path, time.moment, look, archive=archive, captured_at_precision=time.precision
        )
    if status.st_size > settings.max_file_bytes * TIMES_PAGE:
        raise CaptureError(
            "file_too_large",
            f"{status.st_size:,} bytes, and the limit is {settings.max_file_bytes:,}, or with embedded "
            f"pictures {TIMES_PAGE} times as many. "
            "Raise NEWS_MAX_FILE_BYTES if it is a page.",
        )
    own = Facts()
    if archive is not None:
        media_type = members.MHTML
        own = mhtml.facts_of(_beginning(path))
    noted: Sidecar | None = None
    if beside is not None:
        try:
            noted, facts = _read_sidecar(beside)
        except CaptureError as error:
            time = _captured_at(source_path, status)
            return InboxFile(path, source_path, time.moment, look, rejection=error)
        own = Facts(
            facts.url or own.url, facts.captured_at or own.captured_at, facts.media_type, facts.charset
        )
        media_type = facts.media_type if archive is None and facts.media_type else media_type
    known = own.captured_at or names.time_in_path(source_path)
    if known is None and media_type == "text/html":
        known = _own_time(path, look)
    time = known or _captured_at(source_path, status)
    if names.is_ahead(time.moment):
        raise CaptureError(
            "captured_in_future",
            f"it would be captured on {time.moment.date()}, over a day ahead. Correct the day in its path "
            "or its sidecar, or run it again when that day has come.",
        )
    return InboxFile(
        path,
        source_path,
        time.moment,
        look,
        media_type,
        url=own.url,
        charset=own.charset,
        sidecar=noted,
        captured_at_precision=time.precision,
        misnamed=names.folder_like_a_day(source_path) if known is None else None,
    )


@lru_cache(maxsize=1 << 17)
def _own_time(path: str, _look: Look) -> CaptureTime | None:
    """The capture time in the page itself; kept, as a folder is scanned for each of many days."""
    beginning = _beginning(path, saved_pages.HEAD_BYTES, saved_pages.TAIL_BYTES)
    return saved_pages.facts_of(beginning).captured_at


def _captured_at(source_path: str, status: os.stat_result) -> CaptureTime:
    captured_at = names.captured_at_of(source_path, status.st_mtime_ns)
    if captured_at is None:
        raise CaptureError(
            "impossible_mtime",
            f"its modification time ({status.st_mtime_ns // 10**9} s) is no capture time. "
            "Put it in a folder named by its capture day, as in 2025-08-25.",
        )
    return captured_at


def _read_sidecar(path: str) -> tuple[Sidecar, Facts]:
    """Read a sidecar. Raises CaptureError when it can't be read, or understood."""
    try:
        look = Look.of(os.lstat(path))
        if look.size_bytes > sidecar.MAX_BYTES:
            raise CaptureError("bad_sidecar", f"its sidecar has more than {sidecar.MAX_BYTES:,} bytes.")
        return Sidecar(path, look), sidecar.parse(_beginning(path, sidecar.MAX_BYTES))
    except OSError as error:
        raise CaptureError("bad_sidecar", f"its sidecar can't be read: {error.strerror}.") from None


def _beginning(path: str, size_bytes: int = mhtml.HEAD_BYTES, tail_bytes: int = 0) -> bytes:
    """A plain file's first bytes and its last ones; a link or a pipe in its place isn't followed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        beginning = os.read(descriptor, size_bytes)
        return beginning + os.pread(descriptor, tail_bytes, max(size_bytes, status.st_size - tail_bytes))
    finally:
        os.close(descriptor)


def _follow(root: str, path: str) -> str:
    """Where a symlink leads. Raises CaptureError when it is broken or leads out of the inbox."""
    try:
        target = os.path.realpath(path, strict=True)
    except OSError as error:
        raise CaptureError(
            "broken_symlink", f"the link leads nowhere: {error.strerror}. Put the file itself there."
        ) from None
    if os.path.commonpath([root, target]) != root:
        raise CaptureError(
            "symlink_outside_inbox", "the link leads out of the inbox. Put the file itself there."
        )
    return target


def _rejected(root: str, relative: str, status: os.stat_result | None, rejection: CaptureError) -> InboxFile:
    """A rejection needs a day too; where there is none, it is 1970-01-01."""
    source_path = names.source_path_of(relative)
    if status is None:
        with contextlib.suppress(OSError):
            status = os.lstat(os.path.join(root, relative))  # noqa: PTH118 - names may hold any byte
    mtime_ns = status.st_mtime_ns if status is not None else 0
    times = (names.captured_at_of(path, mtime_ns) for path in (source_path, ""))
    possible = (time.moment for time in times if time is not None and not names.is_ahead(time.moment))
    return InboxFile("", source_path, next(possible, _EPOCH), rejection=rejection)


def _kind(status: os.stat_result) -> str:
    kinds = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    devices = {stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    return (kinds | devices).get(stat.S_IFMT(status.st_mode), "a special file")
