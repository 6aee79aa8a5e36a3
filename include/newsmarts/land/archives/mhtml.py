"""MHTML: a page and its pictures in one file, as browsers save it. The page alone is taken."""

from __future__ import annotations

import email
import email.policy
import re
from itertools import islice

from newsmarts.core.archived_addresses import original_of
from newsmarts.core.errors import CaptureError
from newsmarts.land import names
from newsmarts.land.archives.entry import Content
from newsmarts.land.names import CaptureTime
from newsmarts.land.sidecar import Facts

HEAD_BYTES = 1 << 16
_PAGES = ("text/html", "application/xhtml+xml")
_MAX_PARTS = 10_000
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_ASIDE = re.compile(rb"^content-type:[ \t]*(?:image|font|audio|video|text/css|application/font)", re.I | re.M)


def facts_of(head: bytes) -> Facts:
    """What the file's own head says: when it was saved, and from where. Never raises: it may say nothing.

    An archive's copy has the address and time of the page that it is a copy of.
    """
    message = email.message_from_bytes(head.partition(b"\r\n\r\n")[0].partition(b"\n\n")[0] + b"\n\n")
    written = names.header_date(str(message.get("Date", "")))
    time = names.capture_time_of(written.isoformat()) if written else None
    address = message.get("Snapshot-Content-Location") or message.get("Content-Location")
    url, archived_at = original_of(str(address).strip()) if address else (None, None)
    return Facts(names.clean_url(url), CaptureTime(archived_at) if archived_at else time, "text/html")


def page_of(data: bytes) -> Content:
    """The HTML of the page itself: the part that the head names as the start, else the first.

    Raises:
        CaptureError: there is none, or it can't be decoded.
    """
    try:
        message = email.message_from_bytes(_without_pictures(data), policy=email.policy.compat32)
        parts = list(islice(message.walk(), _MAX_PARTS + 1))
        if len(parts) > _MAX_PARTS:
            raise ValueError(f"more than {_MAX_PARTS} parts")
        start = str(message.get_param("start", "") or "").strip("<> ")
        pages = [part for part in parts if part.get_content_type() in _PAGES]
        named = [part for part in pages if start and str(part.get("Content-ID", "")).strip("<> ") == start]
        part = (named or pages)[0]
        page = part.get_payload(decode=True)
    except IndexError:
        raise CaptureError("bad_record", "there is no HTML page in it. Save the page again.") from None
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError) as error:
        raise CaptureError("bad_record", f"it is no MHTML file that can be read ({error}).") from None
    if not isinstance(page, bytes):
        raise CaptureError("bad_record", "its page is damaged. Save the page again.")
    return Content(page, "text/html", charset=names.charset_of(str(part.get("Content-Type", ""))))


def _without_pictures(data: bytes) -> bytes:
    """The file without the content of its pictures, styles and fonts, so that it costs little memory."""
    head = email.message_from_bytes(data[:HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n")
    boundary = head.get_boundary()
    if not boundary:
        return data
    mark = b"--" + boundary.encode("ascii", "ignore")
    parts = data.split(mark)
    for number, part in enumerate(parts[1:], start=1):
        end = _END_OF_HEAD.search(part, 0, HEAD_BYTES)
        if end and _ASIDE.search(part, 0, end.end()):
            parts[number] = part[: end.end()] + b"\r\n"
    return mark.join(parts)
