"""A page's header: the lines around its headline.

The lines say who wrote the article, for whom, when, how long it takes to read, and how often it was shared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from newsmarts.core.bylines import byline_key
from newsmarts.parse.metadata import is_headline
from newsmarts.parse.prose import ends_like_sentence
from newsmarts.parse.reading import Reading, Roles
from newsmarts.parse.times import CLOCK, DAY, TIME_OPENINGS, VAGUE_TIME, WALL_TIME, parse_wall_time

_BY, _AUTHOR = "(?:(?:written|reported) )?by", "(?:author|writer|reporter)"
_LINE = re.compile(  # groups are named after the record's fields
    rf"(?i:(?:{_BY}) ?[:|–—-]?|{_AUTHOR} ?[:|]) (?P<byline_raw>\S.*)"
    r"|(?i:source): ?(?P<agency>\S.*)"
    r"|(?P<share_count>\d[\d.,]*[KkMm]?) (?i:shares?)"
    rf"|(?P<published_local>{WALL_TIME})"
    r"|(?=.*(?i:read))(?i:read(?:ing)? time:? )?(?P<read_minutes>\d{1,4})[ -]?(?i:min(?:ute)?s?(?: read)?)"
    rf"|(?:(?i:published|posted|created|date)(?: on| at)?:? )(?P<labelled>{WALL_TIME})"
    rf"|(?i:(?:last )?(?:updated?|modified)(?: on| at)?):? (?P<modified_at>{WALL_TIME})"
    rf"|(?P<day>{DAY})"
    rf"|(?:at )?(?P<clock>{CLOCK})"
    rf"|(?i:(?:published|posted)(?: on| at)?:? )?(?P<vague>{VAGUE_TIME})"
)
_DIGITS = frozenset("0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")
_OPENINGS = TIME_OPENINGS | {"by", "by ", "by:", "wri", "rep", "rea", "aut", "sou", "at "}
_OPENINGS |= {"pub", "pos", "cre", "dat", "las", "upd", "mod"}
# A paragraph may begin with "By Tuesday, …", so only marked entries and these fields begin a cluster.
_TIMES = frozenset({"labelled", "published_local"})
_STRONG = _TIMES | {"read_minutes"}
_TELLING = _TIMES | {"byline_raw"}
_UNREAD = frozenset({"day", "clock", "vague"})  # of a time, so that it is nothing else
_BARE_LABEL = re.compile(rf"(?i:(?P<byline_raw>{_BY}|{_AUTHOR})|(?P<agency>source)) ?[:|]?")
# "Ines Calloway", "Jean-Luc d'Arvel"; no label, and no section of one word
_NAME = re.compile(
    r"[^\W\d_a-z][\w'’.-]*(?: (?:[^\W\d_a-z]|(?:al|el|bin|ibn|de|van|von|d['’])[ -]?)[\w'’.-]*){1,3}"
)
_AND = re.compile(r", (?:and )?| and | & ")
_HALVES = {"day": "clock", "clock": "day"}
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
    published: tuple[datetime, ...]  # the times that may be the publication's, in reading order
    modified_local: datetime | None
    share_count: int | None
    read_minutes: int | None
    has_unread_time: bool  # one that only the day of the capture gives a meaning, and none of an update


class _Line(NamedTuple):
    """A line of a header: its blocks, its field, and that field's value."""

    start: int
    end: int
    field: str
    value: str


def find_header(
    reading: Reading, roles: Roles, start: int, end: int, frame: Collection[str] = ()
) -> Header | None:
    """The first cluster of header lines among the unused blocks of [start, end); None when there is none.

    Lines of the ``frame`` (sections, navigation) aren't names of authors.
    """
    texts = reading.texts
    found: list[_Line] = []
    strong = False
    for index in range(start, end):
        text = texts[index]
        if (
            len(text) <= _MAX_CHARS  # so few lines are compared
            and (text[:1] in _DIGITS or text[:3].casefold() in _OPENINGS)
            and not roles[index]
        ):
            line = _line_at(reading, index, end)
            if line is not None:
                marked = reading.kinds[index] == "bullet" or line.field in _STRONG
                away = index - found[-1].end if found else 0
                if away >= (_REACH if marked or not strong else 1):
                    if strong:
                        break
                    found.clear()
                if found and found[-1].end > index:
                    continue  # the second block of a line
                if away and line.field in _TELLING and _is_anothers(reading, index, end, found):
                    break  # the next entry of a list
                found.append(line)
                strong = strong or (marked and line.field not in _UNREAD)
                continue
        if strong and index - found[-1].end >= _REACH:
            break
    if not strong:
        return None
    return _header_of(_with_names(reading, roles, _of_one_article(found), frame))


def _of_one_article(found: list[_Line]) -> list[_Line]:
    """The lines before other lines that name an author and another time: entries of a list follow closely."""
    for number in range(1, len(found)):
        before, after = found[:number], found[number:]
        if found[number].start > before[-1].end and _is_signed(before) and _is_signed(after):
            times = {line.value for line in before if line.field in _TIMES}
            if any(line.field in _TIMES and line.value not in times for line in after):
                return before
    return found


def _is_signed(lines: list[_Line]) -> bool:
    fields = {line.field for line in lines}
    return "byline_raw" in fields and not _TIMES.isdisjoint(fields)


def _is_anothers(reading: Reading, index: int, end: int, found: Sequence[_Line]) -> bool:
    """Whether a line under a text begins the header of another entry of a list (text captures).

    The lines before name an author and a time, and here or right after is another time.
    """
    if reading.head is not None or not any(line.field == "byline_raw" for line in found):
        return False
    times = {line.value for line in found if line.field in _TIMES}
    following = (_line_at(reading, at, end) for at in range(index, min(index + _REACH, end)))
    return bool(times) and any(
        line is not None and line.field in _TIMES and line.value not in times for line in following
    )


def _line_at(reading: Reading, index: int, end: int) -> _Line | None:
    """The header line that begins at a block, of its field.

    HTML may have a label and its value in two blocks, and no mark of a list's entry: there a line that ends
    like a sentence isn't one ("By Tuesday, the port had reopened."). A day and its time may be two blocks in
    any page, either first.
    """
    text, html = reading.texts[index], reading.head is not None and reading.kinds[index] != "heading"
    after = index + 1
    match = _LINE.fullmatch(text)
    if match is not None:
        field = str(match.lastgroup)
        half = _LINE.fullmatch(reading.texts[after]) if field in _HALVES and after < end else None
        if half is not None and half.lastgroup == _HALVES[field]:
            day, clock = (match, half) if field == "day" else (half, match)
            return _Line(index, after + 1, "published_local", f"{day['day']} {clock['clock']}")
        if reading.kinds[index] == "bullet" or field in _STRONG or (html and _may_be_unmarked(reading, text)):
            return _Line(index, after, field, match[field])
    label = _BARE_LABEL.fullmatch(text) if html and after < end else None
    if label is not None:
        value = reading.texts[after]
        if value and len(value) <= _MAX_NAME_CHARS and not ends_like_sentence(value):
            return _Line(index, after + 1, str(label.lastgroup), value)
    return None


def _with_names(reading: Reading, roles: Roles, found: list[_Line], frame: Collection[str]) -> list[_Line]:
    """The lines with those beside them that are a name alone: authors without "By", or after another one.

    A house's name after an author's is the agency.
    """
    signed = any(line.field == "byline_raw" for line in found)

    def is_name(at: int, beside: int) -> bool:
        text, kind = reading.texts[at], reading.kinds[at]
        marked = kind == "bullet" or (reading.head is not None and kind == "text")
        alike = kind == reading.kinds[beside] and reading.tag(at) == reading.tag(beside)
        return (
            marked
            and alike
            and not roles[at]
            and len(text) <= _MAX_NAME_CHARS
            and (text not in frame or (kind == "bullet" and byline_key(text) in reading.houses))
            and _NAME.fullmatch(text) is not None
        )

    places = [line.end for line in found if not signed or line.field == "byline_raw"]
    at = found[0].start
    while not signed and at and is_name(at - 1, found[0].start):
        at -= 1
        places.append(at)
    names: list[_Line] = []
    for at in sorted(set(places) - {line.start for line in found}):
        if at < len(reading) and is_name(at, at - 1 if at > found[0].start else found[0].start):
            text = reading.texts[at]
            is_agency = (signed or names) and byline_key(text) in reading.houses
            names.append(_Line(at, at + 1, "agency" if is_agency else "byline_raw", text))
    return sorted([*found, *names]) if names else found


def _may_be_unmarked(reading: Reading, text: str) -> bool:
    """Whether a line without a list's mark is a header line, no sentence or headline (By the numbers)."""
    return not ends_like_sentence(text) and not (reading.head and is_headline(reading.head, text, ()))


def _header_of(found: list[_Line]) -> Header:
    """The header that a cluster of lines makes up; where two name authors, the byline names both."""
    fields: dict[str, str] = {}
    lines = []
    times: dict[str, list[str]] = {field: [] for field in _TIMES}
    for line in found:
        field, value = line.field, line.value
        if field in _TIMES:
            times[field].append(value)
            role = "published_local"
        elif field in _UNREAD or (field in fields and field != "byline_raw"):  # said twice
            role = "noise"
        else:
            role = field
        if field == "byline_raw" and fields.get(field, value) != value:
            fields[field] += f", {value}"
        lines.append((line.start, role))
        if line.end > line.start + 1:
            lines.append((line.start + 1, role))
        fields.setdefault(field, value)
    modified = fields.get("modified_at")
    shown = [parse_wall_time(text) for text in times["labelled"] or times["published_local"]]
    return Header(
        start=lines[0][0],
        end=lines[-1][0] + 1,
        lines=tuple(lines),
        byline_raw=fields.get("byline_raw"),
        agency=fields.get("agency"),
        published=tuple(dict.fromkeys(wall for wall in shown if wall is not None)),
        modified_local=parse_wall_time(modified) if modified else None,
        share_count=parse_count(fields["share_count"]) if "share_count" in fields else None,
        read_minutes=int(fields["read_minutes"]) if "read_minutes" in fields else None,
        has_unread_time=modified is None and any(line.field in _UNREAD for line in found),
    )


def field_of(text: str) -> tuple[str, str] | None:
    """The field of one line of a header, and what it says; None when it is another line."""
    match = _LINE.fullmatch(text) if len(text) <= _MAX_CHARS else None
    return None if match is None else (str(match.lastgroup), match[str(match.lastgroup)])


def is_name(text: str) -> bool:
    """Whether a text reads like an author's name, or several."""
    return len(text) <= _MAX_NAME_CHARS and all(map(_NAME.fullmatch, _AND.split(text)))


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
