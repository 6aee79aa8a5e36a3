"""Reading JSON Lines of saved pages: one object a line, with url, captured_at, content_type, and the page.

The page is ``html`` or ``text``, or ``content_base64`` for its very bytes. Other keys are passed over.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from newsmarts.core.errors import CaptureError, DamagedUnit
from newsmarts.land.archives.entry import Budget, Content, Entry, Read, Unverified, too_large
from newsmarts.land.archives.stream import Stream, UnitReader
from newsmarts.land.names import CaptureTime
from newsmarts.land.reading import InboxFile
from newsmarts.land.sidecar import Facts, facts_of

_END_OF_LINE = re.compile(rb"\n")
_CONTENTS = ("html", "text", "content_base64")


class JsonLinesReader(UnitReader):
    """An open JSON Lines file; lines that have no captured_at have the file's."""

    def __init__(self, handle: BinaryIO, file: InboxFile, budget: Budget, max_page_bytes: int) -> None:
        super().__init__(handle, file.path, budget, max_page_bytes)
        self._file = file
        # as JSON, a byte of a page takes six at most (\u0000)
        self._max_line_bytes = 6 * max_page_bytes + (1 << 16)

    def records(self, wanted: Callable[[Entry], bool]) -> Iterator[Read]:
        """All lines but empty ones, with the content of those that are wanted."""
        number = 0
        self._units.seek(0)
        try:
            while self._units.next_unit():
                stream = Stream(self._units)
                while stream.peek(1):
                    number += 1
                    inner = stream.position
                    line = self._line(stream)
                    if isinstance(line, bytes) and not line.strip():
                        continue
                    self._budget.count()
                    entry, content = self._record(line, str(number), inner)
                    yield entry, content if wanted(entry) else None
        except CaptureError as error:  # the rest can't be unpacked, or is too much
            yield self._rejected(error, str(number + 1) if isinstance(error, DamagedUnit) else "", 0), None

    def _content_at(self, stream: Stream, entry: Entry) -> Content | Unverified | CaptureError | None:
        return self._record(self._line(stream), entry.name, entry.inner)[1]

    def _line(self, stream: Stream) -> bytes | CaptureError:
        line = stream.until(_END_OF_LINE, self._max_line_bytes, overlap=1)
        if line is not None:
            return line
        line = stream.take(self._max_line_bytes)  # the last line may have no end
        if not stream.peek(1):
            return line
        if stream.skip_to(_END_OF_LINE, 1):
            stream.skip(1)
        return too_large(len(line), self._max_page_bytes)

    def _record(self, line: bytes | CaptureError, name: str, inner: int) -> Read:
        if isinstance(line, CaptureError):
            return self._rejected(line, name, inner), None
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise TypeError("it is no JSON object ({…}).")
            facts = facts_of(record)
            page = _page(record, facts)
        except (ValueError, TypeError, RecursionError) as error:
            fault = str(error) if not isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)) else ""
            fault = fault if 0 < len(fault) < 300 else "it is no JSON."
            return self._rejected(CaptureError("bad_json_line", f"{fault} Mend the line."), name, inner), None
        time = facts.captured_at or CaptureTime(self._file.captured_at, self._file.captured_at_precision)
        entry = Entry(
            name,
            time.moment,
            "page",
            *self._place(inner),
            media_type=page.media_type,
            url=facts.url,
            captured_at_precision=time.precision,
        )
        if len(page.data) > self._max_page_bytes:
            return entry, too_large(len(page.data), self._max_page_bytes)
        return entry, page

    def _rejected(self, reason: CaptureError, name: str, inner: int) -> Entry:
        return Entry.rejected(reason, name, self._file.captured_at, *self._place(inner))


def _page(record: dict[str, Any], facts: Facts) -> Content:
    """The page. Raises ValueError or TypeError, naming the key."""
    given = [key for key in _CONTENTS if record.get(key) is not None]
    if len(given) != 1:
        raise ValueError(f"it has {' and '.join(given) or 'no page'}; give one of {', '.join(_CONTENTS)}.")
    key = given[0]
    value = record[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is no text.")
    if key == "content_base64":
        try:
            data = base64.b64decode(value, validate=True)
        except binascii.Error:
            raise ValueError("content_base64 is no base64.") from None
        return Content(data, facts.media_type or "text/html", charset=facts.charset)
    try:
        data = value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{key} holds half a character (a lone surrogate).") from None
    media_type = facts.media_type or ("text/html" if key == "html" else "text/plain")
    return Content(data, media_type, charset="utf-8")
