"""When a member of a ZIP file was last modified.

The format's own field is a clock without a zone. Most tools write UTC beside it, in an extra field:
Info-ZIP's extended timestamp (0x5455) or NTFS's times (0x000a). Source: APPNOTE.TXT 4.5, and extrafld.txt
of Info-ZIP's zip.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from newsmarts.land.names import CaptureTime

_EXTENDED_TIMESTAMP, _NTFS = 0x5455, 0x000A
_HAS_MODIFIED = 0x01
_TIMES_TAG = 1  # of NTFS's attributes
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NTFS_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def modified_at(info: zipfile.ZipInfo) -> CaptureTime | None:
    """The member's time, UTC; None: it has none (1980-01-01), or an impossible one.

    Without an extra field it is the clock of the machine that packed it, whose zone isn't known: it is taken
    as UTC, and only its day counts as known (in UTC it may have been the day before or after).
    """
    for field, data in _fields(info.extra):
        moment = _extended(data) if field == _EXTENDED_TIMESTAMP else _ntfs(data) if field == _NTFS else None
        if moment is not None:
            return CaptureTime(moment)
    if info.date_time[:3] == (1980, 1, 1):
        return None
    try:
        return CaptureTime(datetime(*info.date_time, tzinfo=UTC), "day")
    except ValueError:
        return None


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields by their number; what is cut or damaged ends them."""
    at = 0
    while len(extra) - at >= 4:
        field, size = struct.unpack_from("<HH", extra, at)
        data = extra[at + 4 : at + 4 + size]
        if len(data) < size:
            return
        yield field, data
        at += 4 + size


def _extended(data: bytes) -> datetime | None:
    if len(data) < 5 or not data[0] & _HAS_MODIFIED:
        return None
    return _plausible(_EPOCH, timedelta(seconds=struct.unpack_from("<i", data, 1)[0]))


def _ntfs(data: bytes) -> datetime | None:
    for tag, times in _fields(data[4:]):  # four reserved bytes first
        if tag == _TIMES_TAG and len(times) >= 8:
            return _plausible(_NTFS_EPOCH, timedelta(microseconds=struct.unpack_from("<Q", times)[0] // 10))
    return None


def _plausible(epoch: datetime, since: timedelta) -> datetime | None:
    """The moment; None: it is the epoch of either format or before, or beyond what a capture can have."""
    try:
        moment = epoch + since
    except OverflowError:
        return None
    return moment if _EPOCH < moment < datetime(2200, 1, 1, tzinfo=UTC) else None
