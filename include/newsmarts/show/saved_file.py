"""One saved page in a file of its own: its bytes as landing would keep them, and its article."""

from __future__ import annotations

from pathlib import Path

from newsmarts.core.bylines import load_houses
from newsmarts.core.embedded import TIMES_PAGE
from newsmarts.core.errors import UnreadablePage
from newsmarts.core.records import Article
from newsmarts.core.settings import Settings
from newsmarts.land import encodings, names
from newsmarts.parse.page import parse_reading, publisher_of, read_page


def parse_file(path: Path, settings: Settings, charset: str | None = None) -> Article:
    """Parse one captured page from a file, by the newest rules.

    ``charset``: what the server declared for it; None: as the page has it.

    Raises:
        CaptureError: it can't be read, or isn't an article; the same reasons as in a day's run.
    """
    houses = load_houses(settings.contracts_dir)
    reading = read_page(read_file(path, settings), media_type_of(path), charset)
    return parse_reading(reading, publisher_of(reading), None, houses=houses).article


def read_file(path: Path, settings: Settings) -> bytes:
    """The bytes of one captured page, unpacked when they are packed.

    Raises:
        CaptureError: it is too large, or can't be read.
    """
    limit = settings.max_file_bytes
    try:
        if path.stat().st_size > limit * TIMES_PAGE:
            raise UnreadablePage(
                "file_too_large",
                f"The file is larger than {TIMES_PAGE} times {limit:,} bytes. Raise NEWS_MAX_FILE_BYTES if "
                "it is a page.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadablePage(
            "unreadable_file", f"Reading it failed: {error.strerror}. Make it readable for this user."
        ) from None
    return encodings.saved_page(data, max_bytes=limit, reason_code="file_too_large")


def media_type_of(path: Path) -> str:
    """The media type by a file's name."""
    return names.media_type_of(path.name) or "text/plain"
