"""Addresses that web archives give to their copies of pages, and what they are addresses of."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# web.archive.org/web/20230516210500if_/https://…, arquivo.pt/wayback/20230516210500/https://…,
# archive.ph/2023.05.16-210500/https://…; rewritten pages also have them without a host
_ARCHIVED = re.compile(
    r"(?:https?://[^/?#\s]+|//[^/?#\s]+)?/(?:[^?#\s]{0,200}/)?"
    r"(\d{4,14}|\d{4}\.\d\d\.\d\d-\d{6})(?:[a-z]{2}_|\*)?/"
    r"(https?:)/{1,2}(?=[^/\s])",
    re.ASCII,
)
# their short links (archive.ph/AbCdE) and search pages don't name the page
_ARCHIVE = re.compile(
    r"https?://(?:[\w-]+\.)?(?:archive\.(?:org|today|ph|is|li|vn|fo|md)|webcache\.googleusercontent\.com)(?:[/:?#]|$)",
    re.ASCII | re.IGNORECASE,
)
_WITHOUT_MARKS = str.maketrans("", "", ".-")
_TIMESTAMP = re.compile(r"\d{14}", re.ASCII)


def original_of(address: str) -> tuple[str | None, datetime | None]:
    """The address of the page itself, and when the archive captured it (UTC), for an archive's copy.

    Any other address is given back as it is; None: it is an archive's, and doesn't name the page. The moment
    is None too where the archive's has fewer digits.
    """
    moment: datetime | None = None
    while (found := _ARCHIVED.match(address)) is not None:  # a copy of a copy: the innermost one counts
        moment = moment_of(found[1].translate(_WITHOUT_MARKS))
        address = f"{found[2]}//{address[found.end() :]}"
    return None if _ARCHIVE.match(address) else address, moment


def moment_of(timestamp: str) -> datetime | None:
    """The UTC time of an archive's 14 digits; None when they aren't one."""
    if not _TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
