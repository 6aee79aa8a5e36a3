"""What names from outside mean: a file's path, an address, a host, a written moment.

A path is untrusted text: all of it is a hint but the capture day, which is a rule (a date in the path gives
the day, see `captured_at_of`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from newsmarts.core import publishers
from newsmarts.core.records import Precision
from newsmarts.core.text import counted

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
}
# Files that hold pages; each kind has a reader in include/newsmarts/land/archives/.
ARCHIVES = {
    ".warc": "warc",
    ".warc.gz": "warc",
    ".warc.zst": "warc",
    ".wacz": "wacz",
    ".zip": "zip",
    ".tar": "tar",
    ".tar.gz": "tar",
    ".tgz": "tar",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".mhtml": "mhtml",
    ".mht": "mhtml",
}
CRAWLS = frozenset({"warc", "wacz"})
"""The kinds of archives that crawlers write."""
_ARCHIVE_ENDINGS = tuple(ARCHIVES)
# How downloaders and editors name a file while they write it.
UNFINISHED_SUFFIXES = (".part", ".tmp", ".crdownload", ".download", "~")

_DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)", re.ASCII)
# How people write days that can't be read as one, or by two rules: 2025-13-40, 06.09.2025, 2025/9/6, 20250906
_LIKE_A_DAY = re.compile(
    r"(?<!\d)(?:\d{4}[-._/ ]\d{1,2}[-._/ ]\d{1,2}|\d{1,2}[-._/ ]\d{1,2}[-._/ ]\d{4}|(?:19|20)\d{6})(?!\d)",
    re.ASCII,
)
_DIGITS = re.compile(r"\d{14}", re.ASCII)
_CHARSET = re.compile(r"""(?:^|;)\s*charset\s*=\s*["']?\s*([A-Za-z0-9_.:+-]{2,40})""", re.IGNORECASE)
# No page was captured before there were pages; 2200 keeps every later stage's time arithmetic in range.
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
_MAX_URL_CHARS = 4096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MTIME_NS = int((datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * 10**9


class CaptureTime(NamedTuple):
    """When a page was captured, UTC. Of precision ``day`` only the day is known."""

    moment: datetime
    precision: Precision = "second"


def source_path_of(relative: str) -> str:
    r"""A path below the inbox as it is stored: valid Unicode with forward slashes.

    Names that aren't UTF-8 come from the system with surrogates, which no Parquet file can hold: their
    bytes are written as ``\xNN`` and a backslash beside them as two.
    """
    raw = os.fsencode(relative.replace(os.sep, "/"))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.replace(b"\\", rb"\\").decode("utf-8", "backslashreplace")


def day_in_path(source_path: str) -> date | None:
    """The capture day that a path names: of its deepest folder with a date in it, else of its file name."""
    *folders, file_name = source_path.split("/")
    for component in [*reversed(folders), file_name]:
        for text in _DATE.findall(component):
            day = _valid_day(text)
            if day is not None:
                return day
    return None


def folder_like_a_day(source_path: str) -> str | None:
    """The folder of a path that looks like a day, where the path names none."""
    folders = source_path.rpartition("/")[0]
    if day_in_path(source_path) is not None or not (found := [*_LIKE_A_DAY.finditer(folders)]):
        return None
    end = folders.find("/", found[-1].end())
    return folders if end < 0 else folders[:end]


def about_misnamed_folder(folder: str, days: Mapping[date, int]) -> str:
    """A warning of such a folder; ``days`` counts its captures by the days that they have instead."""
    listed = ", ".join(map(str, sorted(days)[:3])) + (" …" if len(days) > 3 else "")
    return (
        f"{folder!r} looks like a day and isn't one: {counted(sum(days.values()), 'capture')} in it taken as "
        f"of {listed}, by the times of the files. Name the folder as in 2025-09-06."
    )


def is_ahead(moment: datetime) -> bool:
    """Whether no page can have been captured at this moment yet; clocks and zones may differ by a day."""
    return moment > datetime.now(UTC) + timedelta(days=1)


def time_in_path(source_path: str) -> CaptureTime | None:
    """Midnight of the day that a path names, if any."""
    day = day_in_path(source_path)
    return CaptureTime(datetime(day.year, day.month, day.day, tzinfo=UTC), "day") if day else None


def captured_at_of(source_path: str, mtime_ns: int) -> CaptureTime | None:
    """When a file was captured: on the day in its path, else at its modification time.

    None: the path has no day, and the modification time lies outside 1970-2199.
    """
    in_path = time_in_path(source_path)
    if in_path is not None:
        return in_path
    if not 0 <= mtime_ns < _LAST_MTIME_NS:
        return None
    # whole numbers: floats lose microseconds
    return CaptureTime(_EPOCH + timedelta(microseconds=mtime_ns // 1000))


def media_type_of(file_name: str) -> str | None:
    """text/plain or text/html by the name's ending; None for any other ending."""
    _, ending = os.path.splitext(without_packing(file_name))  # noqa: PTH122 - a name may hold any byte
    return MEDIA_TYPES.get(ending.lower())


def without_packing(file_name: str) -> str:
    """The name without the ``.gz`` of a packed file."""
    return file_name[:-3] if file_name.lower().endswith(".gz") else file_name


def archive_kind_of(file_name: str) -> str | None:
    """The kind of archive by the name's ending; None for any other ending."""
    lowered = file_name.lower()
    if not lowered.endswith(_ARCHIVE_ENDINGS):
        return None
    return next(kind for ending, kind in ARCHIVES.items() if lowered.endswith(ending))


def moment_of(text: str) -> datetime | None:
    """A moment as WARC files, sidecars and JSON lines write it (ISO 8601; without a zone it is UTC).

    The 14 digits of web archives (``20250901103000``) are one too. None: it can't be read as one, or lies
    outside 1990-2199.
    """
    if _DIGITS.fullmatch(text):
        text = f"{text[:8]}T{text[8:]}"
    try:
        moment = _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None
    return moment if _FIRST_DAY <= moment.date() <= _LAST_DAY else None


def capture_time_of(text: str) -> CaptureTime | None:
    """As ``moment_of``; a date without a time is known by its day only."""
    moment = moment_of(text)
    if moment is None:
        return None
    return CaptureTime(moment, "second" if len(text) > len("2025-09-01") else "day")


def charset_of(content_type: str | None) -> str | None:
    """The charset that a Content-Type names, in lower case; None when it names none."""
    found = _CHARSET.search(content_type or "")
    return found[1].lower() if found else None


def header_date(text: str) -> datetime | None:
    """A date in UTC as headers of e-mails and HTTP write it (RFC 5322); None when it can't be read."""
    try:
        return _in_utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def clean_url(text: str | None) -> str | None:
    """An http(s) address as it is kept: without user, password and fragment; None for anything else."""
    if text is None or len(text) > _MAX_URL_CHARS:
        return None
    try:
        # as browsers do: a space is part of the address
        parts = urlsplit(text.strip().strip("<>").replace(" ", "%20"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        netloc = parts.netloc.rpartition("@")[2]
        return text_of(urlunsplit((parts.scheme, netloc, parts.path, parts.query, "")))
    except ValueError:
        return None


def host_of(url: str | None) -> str | None:
    """The address's host in lower case, without a port."""
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:
        return None


def host_matches(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host is one of these, where ``*.example.org`` means all names below example.org."""
    return any(
        host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern for pattern in patterns
    )


def publisher_of_host(host: str, publisher_by_host: Mapping[str, str]) -> str | None:
    """The publisher of a host, by the feed's table, else by its name."""
    declared = (slug for pattern, slug in publisher_by_host.items() if host_matches(host, (pattern,)))
    return next(declared, None) or publishers.named_in(host)


def text_of(text: str) -> str:
    """Text that any file can hold: lone surrogates, which no encoding has, are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def is_unfinished(file_name: str) -> bool:
    """Whether the name is one of a file that is still being written."""
    return file_name.lower().endswith(UNFINISHED_SUFFIXES)


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _valid_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_DAY <= day <= _LAST_DAY else None
