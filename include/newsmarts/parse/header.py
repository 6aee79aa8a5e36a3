"""The lines around a headline: who wrote it, for whom, when, how long it takes, how often it was shared."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from newsmarts.parse.metadata import is_headline
from newsmarts.parse.prose import ends_like_sentence
from newsmarts.parse.reading import Reading, Roles
from newsmarts.parse.times import CLOCK, DAY, parse_day_and_clock

# groups are named after the record's fields
_LINE = re.compile(
    r"By:? (?P<byline_raw>\S.*)"
    r"|Source: ?(?P<agency>\S.*)"
    rf"|(?P<published_local>{DAY},?(?: [-|–])? {CLOCK})"
    rf"|(?:Last )?[Uu]pdated?(?: on| at)?:? (?P<modified_at>{DAY},?(?: [-|–])? {CLOCK})"
    r"|(?P<share_count>\d[\d.,]*[KkMm]?) Shares?"
    r"|(?P<read_minutes>\d{1,4}) [Mm][Ii][Nn](?:ute)?s? [Rr][Ee][Aa][Dd]"
)
_FIRST_CHARS = frozenset("BSULul0123456789")
# A paragraph may begin with "By Tuesday, …", so only marked entries and these fields begin a cluster.
_STRONG = frozenset({"published_local", "read_minutes"})
_BARE_LABELS = {"By": "byline_raw", "By:": "byline_raw", "Source:": "agency", "Source": "agency"}
_MAX_CHARS = 90
_MAX_NAME_CHARS = 60
_REACH = 3  # unknown lines between two of a header's lines: icons, "Share", a section's name
_MAX_COUNT = 10**12
_THOUSANDS = {"K": 1_000, "M": 1_000_000}


class Header(NamedTuple):
    """The lines under (or over) a headline that follow a pattern."""

    start: int  # block of the first such line
    end: int  # one past the last
    lines: tuple[tuple[int, str], ...]  # each such line's block, and its field
    byline_raw: str | None
    agency: str | None
    published_local: datetime | None
    modified_local: datetime | None
    share_count: int | None
    read_minutes: int | None


def find_header(reading: Reading, roles: Roles, start: int, end: int) -> Header | None:
    """The first cluster of header lines among the unused blocks of [start, end); None when there is none."""
    texts = reading.texts
    found: list[tuple[int, str, str]] = []
    strong = False
    for index in range(start, end):
        text = texts[index]
        if text and text[0] in _FIRST_CHARS and len(text) <= _MAX_CHARS and not roles[index]:
            field = _field(reading, index, end)
            if field is not None:
                name, value = field
                marked = reading.kinds[index] == "bullet" or name in _STRONG
                away = index - found[-1][0] if found else 0
                if away > (_REACH if marked or not strong else 1):
                    if strong:
                        break
                    found.clear()
                found.append((index, name, value))
                if text in _BARE_LABELS:
                    found.append((index + 1, name, value))
                strong = strong or marked
                continue
        if strong and index - found[-1][0] > _REACH:
            break
    return _header_of(found) if strong else None


def _field(reading: Reading, index: int, end: int) -> tuple[str, str] | None:
    """The field of a line, and its value.

    HTML may have a label and its value in two blocks, and no mark of a list's entry: there a line that ends
    like a sentence isn't one ("By Tuesday, the port had reopened.").
    """
    text, html = reading.texts[index], reading.head is not None and reading.kinds[index] != "heading"
    match = _LINE.fullmatch(text)
    if match is not None:
        name = str(match.lastgroup)
        if reading.kinds[index] == "bullet" or name in _STRONG or (html and _may_be_unmarked(reading, text)):
            return name, match[name]
    if html and text in _BARE_LABELS and index + 1 < end:
        value = reading.texts[index + 1]
        if value and len(value) <= _MAX_NAME_CHARS and not ends_like_sentence(value):
            return _BARE_LABELS[text], value
    return None


def _may_be_unmarked(reading: Reading, text: str) -> bool:
    """Whether a line without a list's mark is a header line, no sentence or headline (By the numbers)."""
    return not ends_like_sentence(text) and not (reading.head and is_headline(reading.head, text, ()))


def _header_of(found: list[tuple[int, str, str]]) -> Header:
    """The header that a cluster of lines makes up; where two name authors, the byline names both."""
    fields: dict[str, str] = {}
    lines = []
    for index, name, value in found:
        if name == "byline_raw" and fields.get(name, value) != value:
            fields[name] += f", {value}"
        lines.append((index, "noise" if name in fields and name != "byline_raw" else name))  # said twice
        fields.setdefault(name, value)
    published, modified = fields.get("published_local"), fields.get("modified_at")
    return Header(
        start=lines[0][0],
        end=lines[-1][0] + 1,
        lines=tuple(lines),
        byline_raw=fields.get("byline_raw"),
        agency=fields.get("agency"),
        published_local=parse_day_and_clock(published) if published else None,
        modified_local=parse_day_and_clock(modified) if modified else None,
        share_count=parse_count(fields["share_count"]) if "share_count" in fields else None,
        read_minutes=int(fields["read_minutes"]) if "read_minutes" in fields else None,
    )


def parse_count(text: str) -> int | None:
    """``2``, ``1,204`` or ``12.3K`` as a number; None when it isn't one that a page could have."""
    factor = _THOUSANDS.get(text[-1:].upper(), 1)
    digits = text[:-1] if factor > 1 else text
    try:
        number = float(digits.replace(",", "")) if factor > 1 else int(digits.replace(",", ""))
    except ValueError:
        return None
    count = round(number * factor)
    return count if count <= _MAX_COUNT else None
