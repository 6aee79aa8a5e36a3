"""A page's header: its headline, and the lines around it.

The lines say who wrote the article, for whom, when, how long it takes to read, and how often it was shared.
The headline is the first heading of an HTML page; in a text capture the line over the byline.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.layout import Layout
from newsmarts.parse.metadata import is_headline
from newsmarts.parse.prose import MAX_HEADLINE_CHARS, ends_like_sentence
from newsmarts.parse.reading import Head, Reading, Roles
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
_HIGHEST_LEVELS = 2  # "first h1 or h2": scrapers of the Arabic edition
_H1_REACH = 10  # blocks beyond the header's end
_H2_REACH = 2  # an h2 farther on may be a standfirst or subheading


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


def is_high_heading(reading: Reading, index: int) -> bool:
    """Whether a block is an h1 or h2."""
    return reading.kinds[index] == "heading" and reading.indents[index] <= _HIGHEST_LEVELS


def first_heading(reading: Reading, roles: Roles, layout: Layout, start: int, header_end: int) -> int | None:
    """The first h1 from a block on that is neither the site's name nor a label, else the first such h2.

    A time may be over the headline, so it is looked for a little beyond the header's end.
    """
    texts, size = reading.texts, len(reading)
    for level, end in ((1, header_end + _H1_REACH), (2, header_end + _H2_REACH)):
        for at in range(start, min(end, size)):
            if reading.kinds[at] != "heading" or reading.indents[at] != level or roles[at]:
                continue
            if texts[at] not in layout.passed_over and not layout.is_label(texts[at]):
                return at
    return None


def take_headline(
    reading: Reading, roles: Roles, layout: Layout, header: Header, ticker: list[str]
) -> int | None:
    """The headline's block; None when the page has none.

    HTML: the first h1 or h2, or the line that the head calls the page by. Else the one line by itself
    right over the header; lines without a blank line between them aren't a headline but a ticker whose
    label is missing, and are added to ``ticker``.

    Raises:
        UnreadablePage: several lines could be the headline (``unclear_headline``).
    """
    found = None
    if reading.head is not None:
        found = first_heading(reading, roles, layout, 0, header.end)
        if found is None:
            found = _named_by_head(reading, roles, reading.head, layout, header.start)
    if found is None:
        found = _line_over_header(reading, roles, layout, header.start, ticker)
    if found is not None:
        roles[found] = "headline"
    return found


def _named_by_head(reading: Reading, roles: Roles, head: Head, layout: Layout, end: int) -> int | None:
    """The last line before ``end`` that the page's head calls the page by."""
    for index in range(end - 1, -1, -1):
        if not roles[index] and is_headline(head, reading.texts[index], layout.site_names):
            return index
    return None


def _line_over_header(
    reading: Reading, roles: Roles, layout: Layout, end: int, ticker: list[str]
) -> int | None:
    texts, kinds = reading.texts, reading.kinds
    first = end
    while first and not (kinds[first - 1] == "bullet" and texts[first - 1]) and not roles[first - 1]:
        first -= 1
    runs: list[list[int]] = []
    for index in range(first, end):
        if kinds[index] not in {"text", "heading"} or reading.link(index) is not None:
            continue
        if texts[index] in layout.passed_over or texts[index].casefold() in layout.noise:
            continue
        if not runs or reading.apart[index]:
            runs.append([])
        runs[-1].append(index)
    for index in [index for run in runs if len(run) > 1 for index in run]:
        roles[index] = "ticker"
        ticker.append(texts[index])
    single = [run[0] for run in runs if len(run) == 1]
    if len(single) > 1:  # a line of the ticker may be there as decoration
        shown = frozenset(ticker)
        single = [index for index in single if texts[index] not in shown]
    if len(single) > 1:
        lines = ", ".join(repr(texts[index][:60]) for index in single[:3])
        raise UnreadablePage(
            "unclear_headline",
            f"{len(single)} lines over the byline could be the headline: {lines}. Look at the page.",
        )
    if single and len(texts[single[0]]) > MAX_HEADLINE_CHARS and ends_like_sentence(texts[single[0]]):
        raise UnreadablePage(
            "unclear_headline",
            f"The line over the byline reads like text: {texts[single[0]][:80]!r}. Look at the page.",
        )
    return single[0] if single else None
