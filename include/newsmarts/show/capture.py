"""A capture as the parse stage reads it: the article with its blocks, or why it has none."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from newsmarts.core.bylines import Houses, load_houses
from newsmarts.core.errors import CaptureError, UsageError
from newsmarts.core.records import Capture, capture_id_of
from newsmarts.core.settings import Settings
from newsmarts.land import saved_pages
from newsmarts.land.names import CaptureTime, captured_at_of, source_path_of
from newsmarts.parse.decoding import decode
from newsmarts.parse.not_articles import error_of_status
from newsmarts.parse.page import parse_reading, parser_error, publisher_of, read_page
from newsmarts.parse.publisher import ParsedPage
from newsmarts.parse.reading import Reading, Roles
from newsmarts.show.saved_file import media_type_of, read_file

log = logging.getLogger(__name__)

_BEGINNING_CHARS = 4_000


@dataclass(slots=True)
class Look:
    """One capture and how far reading it came; what stays None wasn't reached."""

    capture: Capture
    day_in_path: bool  # the capture time is the day in the file's path, not its modification time
    encoding: str | None = None
    beginning: str = ""  # of the decoded text
    reading: Reading | None = None
    roles: Roles = field(default_factory=list)
    page: ParsedPage | None = None
    rejection: CaptureError | None = None


def look_at(path: Path, settings: Settings, charset: str | None = None) -> Look:
    """Read one file as the pipeline would, by the rules of its capture time; ``charset``: as ``parse_file``.

    Raises:
        UsageError: there is no such file.
        CaptureError: the file is too large, or can't be read.
    """
    if not path.is_file():
        raise UsageError(f"No such file: {str(path)!r}. Give the path of one saved page.")
    data = read_file(path, settings)
    capture, by_path = _capture_of(path, data, charset)
    return look_at_capture(capture, data, load_houses(settings.contracts_dir), day_in_path=by_path)


def look_at_capture(
    capture: Capture, data: bytes, houses: Houses | None = None, *, day_in_path: bool = False
) -> Look:
    """Read a capture that has landed, by the rules of its capture time; never raises because of its bytes.

    ``houses``: as ``parse_page``.
    """
    look = Look(capture, day_in_path)
    try:
        _read(look, data, houses)
    except CaptureError as error:
        look.rejection = error
    except Exception as error:
        log.exception("The parser failed on %r", capture.source_path)
        look.rejection = parser_error(error)
    refused = error_of_status(capture.http_status)
    if refused is not None:
        look.rejection, look.page = refused, None
    return look


def _read(look: Look, data: bytes, houses: Houses | None) -> None:
    decoded = decode(data, look.capture.charset)
    look.encoding, look.beginning = decoded.encoding, decoded.text[:_BEGINNING_CHARS]
    look.reading = reading = read_page(data, look.capture.media_type, look.capture.charset)
    look.roles = [""] * len(reading)
    reading.url = look.capture.url
    rules = publisher_of(reading)
    if rules is not None:
        look.capture = replace(look.capture, publisher=rules.slug)
    look.page = parse_reading(reading, rules, look.capture.captured_at, look.roles, houses=houses)


def _capture_of(path: Path, data: bytes, charset: str | None) -> tuple[Capture, bool]:
    """The capture that the file would be, and whether its time is a day in its path."""
    place = source_path_of(str(path.resolve()))
    stat = path.stat()
    sha256 = hashlib.sha256(data).hexdigest()
    time = captured_at_of(place, stat.st_mtime_ns) or CaptureTime(datetime(1970, 1, 1, tzinfo=UTC))
    capture = Capture(
        capture_id=capture_id_of("show", place, time.moment, sha256),
        sha256=sha256,
        publisher=None,
        feed="show",
        source_path=source_path_of(str(path)),
        captured_at=time.moment,
        media_type=media_type_of(path),
        size_bytes=len(data),
        landed_at=time.moment,
        url=saved_pages.facts_of(data).url,
        charset=charset,
        captured_at_precision=time.precision,
    )
    return capture, time.precision == "day"
