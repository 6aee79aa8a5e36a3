"""What a saved page says of its own address and time, as the tool or archive that saved it wrote it there.

An archive's time comes before a tool's: a copy in the Wayback Machine that was saved from a browser shows the
page as the archive captured it. The address is the page's own, not that of an archive's copy.
"""

from __future__ import annotations

import html
import re
from datetime import date, datetime, timedelta

from newsmarts.core.archived_addresses import original_of
from newsmarts.land import names
from newsmarts.land.names import CaptureTime
from newsmarts.land.sidecar import Facts

HEAD_BYTES, TAIL_BYTES = 1 << 15, 1 << 12
"""Where the marks are: behind the doctype, in the head, or in a comment at the very end."""

_AROUND_BYTES = 5_000
_URL = rb"(?P<url>[^\s\"'<>]{1,4096})"
_CLOCK = rb"\d{1,2}:\d\d(?::\d\d)?"
# Words that each has for certain, and a pattern that finds url, time or both; archives first.
_MARKS = tuple(
    (words, re.compile(mark, re.DOTALL))
    for words, mark in (
        (b"__wm.wombat(", rb"__wm\.wombat\(\"(?P<url>[^\"\s]{1,4096})\",\s?\"(?P<time>\d{14})\""),
        (
            b"FILE ARCHIVED ON ",
            rb"FILE ARCHIVED ON (?P<time>" + _CLOCK + rb" \w{3} \d{1,2}, \d{4}) AND RETRIEVED FROM THE\s",
        ),
        (
            b"as it appeared on ",
            rb"cache of <a href=[\"']?" + _URL + rb".{0,300}? as it appeared on (?P<time>[\w: ]{10,30} GMT)",
        ),
        (b">archive.today<", rb">archive\.today<.{0,1000}?value=[\"']?(?P<url>https?://[^\s\"'<>]{1,4096})"),
        (
            b">archive.today<",
            rb">archive\.today<.{0,2000}?>(?P<time>\d{1,2} \w{3} \d{4} " + _CLOCK + rb" UTC)<",
        ),
        (
            b"Page saved with SingleFile",
            rb"<!--\s{0,20}Page saved with SingleFile\s{1,20}url: "
            + _URL
            + rb"\s{1,20}saved date: (?P<time>[^\r\n<>]{10,100})",
        ),
        (
            b"by HTTrack Website Copier/",
            rb"<!-- Mirrored from "
            + _URL
            + rb" by HTTrack Website Copier/[^>]{1,60}?, (?P<time>[^<>]{10,40}) -->",
        ),
        (b"using monolith", rb"<!-- Saved from " + _URL + rb" at (?P<time>\S{10,40}) using monolith"),
        (b"savepage-url", rb"<meta name=[\"']?savepage-url[\"']? content=[\"']?" + _URL),
        (
            b"savepage-date",
            rb"<meta name=[\"']?savepage-date[\"']? content=[\"']?(?P<time>[^\"'<>]{10,100})",
        ),
        (b"saved from url=(", rb"<!-- saved from url=\(\d{4}\)" + _URL + rb" -->"),
    )
)
# ISO 8601, or month first as Nour News writes it
_PUBLISHED = re.compile(
    rb"(?:published_time|datePublished|DatePublish)\b[^<]{0,30}?"
    rb"(?:(\d{4})-(\d\d)-(\d\d)|(\d{1,2})/(\d{1,2})/(\d{4}))"
)
# "Tue May 16 2023 21:05:11 GMT+0300 (Eastern European Summer Time)", "21:05:00 May 16, 2023"
_SCRIPT_DATE = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d{4}) ([\d:]+) GMT([+-]\d{4})?")
_WAYBACK_DATE = re.compile(r"([\d:]+) (\w{3}) (\d{1,2}), (\d{4})")


def facts_of(data: bytes) -> Facts:
    """The facts in a page's bytes, of which its two ends are enough. Never raises."""
    ends = data[:HEAD_BYTES] + data[max(HEAD_BYTES, len(data) - TAIL_BYTES) :]
    url, archived_at, saved_at = None, None, None
    for words, mark in _MARKS:
        at = ends.find(words)
        # around the first place only: a hostile page may have thousands
        found = mark.search(ends, max(0, at - _AROUND_BYTES), at + _AROUND_BYTES) if at >= 0 else None
        if found is None:
            continue
        groups = {name: value.decode("utf-8", "replace") for name, value in found.groupdict().items()}
        saved_at = saved_at or _moment(groups.get("time", ""))
        if url is None and "url" in groups:
            written = html.unescape(groups["url"])
            address, archived = original_of(written if "://" in written else f"https://{written}")
            archived_at = archived_at or archived
            url = names.clean_url(address)
    moment = archived_at or saved_at
    if moment is not None and (published_on := _published_on(ends)) and published_on > moment.date():
        moment = None  # a page can't be captured before it was published
    return Facts(url, CaptureTime(moment) if moment else None)


def _published_on(page: bytes) -> date | None:
    """The earliest day that a page from another zone may have been published on, by its own metadata."""
    found = _PUBLISHED.search(page)
    if found is None:
        return None
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 4, 5)
    try:
        return date(int(year), int(month), int(day)) - timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _moment(written: str) -> datetime | None:
    """A time that has its zone, in one of the tools' spellings; None: it can't be read."""
    if len(written) == 14 and written.isdigit():
        written = f"{written[:8]}T{written[8:]}Z"
    elif found := _SCRIPT_DATE.match(written):
        month, day, year, clock, offset = found.groups()
        written = f"{day} {month} {year} {clock} {offset or '+0000'}"
    elif found := _WAYBACK_DATE.fullmatch(written):
        clock, month, day, year = found.groups()
        written = f"{day} {month} {year} {clock} +0000"
    elif not written.rstrip().endswith(("GMT", "UTC", "Z")):
        return None
    moment = names.moment_of(written)
    if moment is None and (read := names.header_date(written.replace("UTC", "GMT"))) is not None:
        moment = names.moment_of(read.isoformat())
    return moment
