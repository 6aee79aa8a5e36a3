"""Wall times on pages and the moments they mean.

A publisher's pages show wall time without an offset. It becomes UTC through the zone's rules, with two
conventions where the clocks change: a time that happens twice (clocks go back) is the first of the two,
and a time that never happens (clocks go forward) is read with the offset in force before the change.
Metadata with an offset can settle a time that happens twice; see ``moment_of``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTHS = {form: at + 1 for at, name in enumerate(MONTH_NAMES) for form in (name, name[:3])} | {"sept": 9}
DAY = r"\d{1,2}(?:st|nd|rd|th)? [A-Za-z]{3,9}\.?,? \d{4}"
CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
_WEEKDAY = (
    r"(?:(?:Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)\.?|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
)
_MONTH_FIRST = r"[A-Za-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
_ISO_DAY = r"\d{4}[-/]\d\d[-/]\d\d"
_BETWEEN = r",?(?: at| [-|–—•·])? "
_ZONE_HOURS = {"gmt": 0.0, "utc": 0.0, "z": 0.0, "eet": 2.0, "eest": 3.0, "msk": 3.0, "irst": 3.5}
_OFFSET = rf"(?:(?i:{'|'.join(_ZONE_HOURS)})(?: ?[+-]\d{{1,2}}(?::?\d\d)?)?|[+-]\d\d:?\d\d)"
_ZONE = rf"(?: ?{_OFFSET}| \({_OFFSET}\)|(?i: local time| hrs))?"


def _wall_time(group: str) -> str:
    """The pattern of a time of day on a day; ``group``: what opens a group around day, clock and zone."""
    return (
        rf"(?:(?:{_WEEKDAY},? )?"
        rf"(?:{group}{DAY}|{_MONTH_FIRST}){_BETWEEN}{group}{CLOCK})|{group}{CLOCK}){_BETWEEN}{group}{DAY}))"
        rf"|{group}{_ISO_DAY})[ T]{group}\d\d:\d\d(?::\d\d)?)(?:(?<=:\d\d:\d\d)\.\d+)?){group}{_ZONE})"
    )


WALL_TIME = _wall_time("(?:")
"""A time of day on a day, as ``parse_wall_time`` reads it."""
_MONTH = "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTH_NAMES) + r"|sept)\.?"
_UNIT = r"(?:(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|week|month|year)s?\.?|[mhdw])"
_MONTH_AR = "(?:كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول)"
_UNIT_AR = "(?:دقيقة|دقيقتين|دقائق|ساعة|ساعتين|ساعات|يوم|يومين|أيام)"
VAGUE_TIME = (
    rf"(?i:(?:اليوم|أمس)(?:،? {CLOCK})?|(?:منذ|قبل) (?:\d{{1,2}} )?{_UNIT_AR}"
    rf"|\d{{1,2}} {_MONTH_AR}(?: \d{{4}})?(?:،? {CLOCK})?"
    rf"|(?:today|yesterday)(?:,? (?:at )?{CLOCK})?|(?:\d{{1,3}} ?|an? |one ){_UNIT} ago|just now"
    rf"|\d{{1,2}} {_MONTH}(?:,? {CLOCK})?|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}}(?:,? {CLOCK})?)"
)
"""When something was, as only the day of the capture says: without a day, or without a year."""
_STAMP = re.compile(
    rf"(?:{_WEEKDAY},? )?(?:{DAY}|{_MONTH_FIRST})|{_ISO_DAY}|{WALL_TIME}|{VAGUE_TIME}"
    rf"|\d{{1,2}}/\d{{1,2}}/\d{{4}}(?:,? {CLOCK})?"
)
_STAMP_CHARS = 40
TIME_OPENINGS = frozenset(
    {"mon", "tue", "wed", "thu", "fri", "sat", "sun", "tod", "yes", "jus", "one", "an "}
    | {"الي", "أمس", "منذ", "قبل"}
    | {name[:3] for name in MONTH_NAMES}
    | {f"a {letter}" for letter in "smhdwy"}
)
"""The first three letters, casefolded, of what is a time and doesn't begin with a digit."""
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp])\.?[Mm]\.?)?")
_NUMERIC = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}),? ({CLOCK})")
_WALL_TIME = re.compile(_wall_time("("))
_ZONE_IN = re.compile(r"([A-Za-z]*) ?(?:([+-]\d{1,2}):?(\d\d)?)?")
_MOST_OFFSET = 15 * 60
_NOON = 12
_FOUR_WEEKS, _NO_TIME = timedelta(weeks=4), timedelta()


@lru_cache(maxsize=8)
def zone(name: str) -> ZoneInfo:
    """The time zone with this IANA name."""
    return ZoneInfo(name)


@lru_cache(maxsize=4096)  # the lists of pages captured together name the same few days
def parse_day(text: str) -> date | None:
    """``28 Nov 2025``, ``Nov. 28, 2025`` or ``2025-11-28`` as a date; None for anything else."""
    parts = text.replace(".", "").replace(",", "").split(" ")
    try:
        if len(parts) == 1:
            year, month, day = text.replace("/", "-").split("-")
            return _date(int(year), int(month), int(day))
        day, month, year = parts if text[:1].isdecimal() else (parts[1], parts[0], *parts[2:])
        return _date(int(year), _MONTHS[month.lower()], int(day.rstrip("stndrh")))
    except (ValueError, KeyError, IndexError):
        return None


def parse_clock(text: str) -> tuple[int, int, int] | None:
    """``20:44``, ``8:44 PM`` or ``5:01:54 PM`` as hour, minute and second; None for anything else.

    On the 12-hour clock 12 AM is midnight and 12 PM is noon; an hour over 12 beside AM or PM is kept when
    the two agree (``17:01 PM``), and gives None when they don't.
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    half = (match[4] or "").lower()
    if half and hour <= _NOON:
        if hour == 0 and half == "p":
            return None
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    elif half == "a":
        return None
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def parse_wall_time(text: str) -> datetime | None:
    """``16 May 2023 20:44``, ``May 16, 2023 20:44`` or ``2023-05-16 20:44``; None for anything else.

    A weekday may be before it. It is naive, unless a zone or offset is behind it: ``20:44 GMT``.
    """
    match = _WALL_TIME.fullmatch(text)
    if match is None:
        return None
    day, clock = parse_day(match[1] or match[4] or match[5]), parse_clock(match[2] or match[3] or match[6])
    return datetime.combine(day, time(*clock), _zone_of(match[7])) if day and clock else None


def _zone_of(text: str) -> timezone | None:
    """The offset that is behind a time: `` GMT+3``, ``Z``, ``+03:00``; None: it is local time."""
    found = _ZONE_IN.fullmatch(text.strip(" ()")) if text else None
    if found is None or not (found[2] or found[1].lower() in _ZONE_HOURS):
        return None
    hours, sign = _ZONE_HOURS.get(found[1].lower(), 0.0), -1 if (found[2] or "").startswith("-") else 1
    minutes = 60 * (hours + int(found[2] or 0)) + sign * int(found[3] or 0)
    return timezone(timedelta(minutes=minutes)) if abs(minutes) < _MOST_OFFSET else None


def is_stamp(text: str) -> bool:
    """Whether a line is nothing but a day or time: ``28 Nov 2025``, ``20 Aug 16:41``, ``Today 06:42``."""
    if len(text) > _STAMP_CHARS or not (text[:1].isdecimal() or text[:3].casefold() in TIME_OPENINGS):
        return False  # so most lines aren't compared
    return _STAMP.fullmatch(text) is not None


def parse_month_first(text: str) -> datetime | None:
    """``6/22/2024 5:01:54 PM`` as naive wall time; None for anything else."""
    match = _NUMERIC.fullmatch(text)
    clock = parse_clock(match[4]) if match else None
    if match is None or clock is None:
        return None
    try:
        return datetime.combine(_date(int(match[3]), int(match[1]), int(match[2])), time(*clock))
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date:
    """A date; ValueError when there is none, or its moment is outside the range of UTC."""
    found = date(year, month, day)
    if not is_possible(found):
        raise ValueError(year)
    return found


def is_possible(day: date) -> bool:
    """Whether a day, in any zone, is well within the calendar."""
    return 1000 <= day.year <= 9998


def moment_of(wall: datetime, zone_name: str, stated: datetime | None = None) -> datetime:
    """The UTC moment of a wall time.

    ``stated`` is what metadata with an offset says: when the wall time happens twice and the stated moment is
    the second of the two (to the minute), the second is meant.
    """
    place = zone(zone_name)
    moment = wall.replace(tzinfo=place).astimezone(UTC)
    if stated is not None:
        second = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
        # in a gap fold=1 is the earlier moment and means nothing; see PEP 495
        if second > moment and abs(stated - second) < timedelta(minutes=1):
            return second
    return moment


def wall_of(moment: datetime, zone_name: str) -> datetime:
    """The naive wall time of a moment."""
    return moment.astimezone(zone(zone_name)).replace(tzinfo=None)


def changes_soon(wall: datetime, zone_name: str) -> bool:
    """Whether the zone's clock changes within four weeks of a wall time, before or after."""
    place = zone(zone_name)
    return (
        len(
            {
                (wall + days).replace(tzinfo=place).utcoffset()
                for days in (-_FOUR_WEEKS, _NO_TIME, _FOUR_WEEKS)
            }
        )
        > 1
    )
