"""What a file's place in the inbox says about it: capture time, publisher, media type.

A path is text that anybody may have chosen: all of it is a hint but the capture day, which is a rule
(a date in the path gives the day, see `captured_at_of`).
"""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, timedelta

from include import publishers

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
}
# What downloaders and editors name a file while they write it.
UNFINISHED_SUFFIXES = (".part", ".tmp", ".crdownload", ".download", "~")

_DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)", re.ASCII)
# No page was captured before there were pages; 2200 keeps every later stage's time arithmetic in range.
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MTIME_NS = int((datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * 10**9


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


def captured_at_of(source_path: str, mtime_ns: int) -> datetime | None:
    """When a file was captured, UTC: midnight of the day in its path, else its modification time.

    None: the path has no day, and the modification time lies outside 1970-2199.
    """
    day = day_in_path(source_path)
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not 0 <= mtime_ns < _LAST_MTIME_NS:
        return None
    return _EPOCH + timedelta(microseconds=mtime_ns // 1000)  # whole numbers: floats lose microseconds


def publisher_of(source_path: str) -> str | None:
    """The publisher that a path names; None when it names none or more than one."""
    return publishers.named_in(source_path)


def media_type_of(file_name: str) -> str | None:
    """text/plain or text/html by the name's ending; None for any other ending."""
    return MEDIA_TYPES.get(os.path.splitext(file_name)[1].lower())  # noqa: PTH122 - a name may hold any byte


def is_unfinished(file_name: str) -> bool:
    """Whether the name says that somebody is still writing the file."""
    return file_name.lower().endswith(UNFINISHED_SUFFIXES)


def _valid_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_DAY <= day <= _LAST_DAY else None
