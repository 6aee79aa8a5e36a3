"""Wall times on pages and the moments they mean.

A publisher's pages show wall time without an offset. It becomes UTC through the zone's rules, with two
conventions where the clocks change: a time that happens twice (clocks go back) is the first of the two,
and a time that never happens (clocks go forward) is read with the offset in force before the change.
Metadata with an offset can settle a time that happens twice; see ``moment_of``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTHS = {form: at + 1 for at, name in enumerate(MONTH_NAMES) for form in (name, name[:3])} | {"sept": 9}
DAY = r"\d{1,2} [A-Za-z]{3,9}\.?,? \d{4}"
CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
_WEEKDAY = (
    r"(?:(?:Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)\.?|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
)
_ISO_DAY = r"\d{4}-\d\d-\d\d"
_MONTH_FIRST = rf"[A-Za-z]{{3,9}}\.? \d{{1,2}}, \d{{4}},?(?: at| [-|–])? {CLOCK}"
WALL_TIME = (
    rf"(?:(?:{_WEEKDAY},? )?(?:{DAY},?(?: [-|–])? {CLOCK}|{_MONTH_FIRST})|{_ISO_DAY}[ T]\d\d:\d\d(?::\d\d)?)"
)
"""A time of day on a day, as ``parse_wall_time`` reads it."""
_MONTH = "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTH_NAMES) + r"|sept)\.?"
_UNIT = r"(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|week|month|year)s?\.?"
_MONTH_AR = "(?:كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول)"
VAGUE_TIME = (
    rf"(?i:(?:اليوم|أمس)(?:،? {CLOCK})?|\d{{1,2}} {_MONTH_AR}(?: \d{{4}})?(?:،? {CLOCK})?"
    rf"|(?:today|yesterday)(?:,? (?:at )?{CLOCK})?|(?:\d{{1,3}}|an?|one) {_UNIT} ago|just now"
    rf"|\d{{1,2}} {_MONTH}(?:,? {CLOCK})?|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}}(?:,? {CLOCK})?)"
)
"""When something was, as only the day of the capture says: without a day, or without a year."""
_STAMP = re.compile(
    rf"(?:{_WEEKDAY},? )?{DAY}|{_ISO_DAY}|{WALL_TIME}|{VAGUE_TIME}|\d{{1,2}}/\d{{1,2}}/\d{{4}}(?:,? {CLOCK})?"
)
_STAMP_CHARS = 40
TIME_OPENINGS = frozenset(
    {"mon", "tue", "wed", "thu", "fri", "sat", "sun", "tod", "yes", "jus", "one", "an "}
    | {name[:3] for name in MONTH_NAMES}
    | {f"a {letter}" for letter in "smhdwy"}
)
"""The first three letters, casefolded, of what is a time and doesn't begin with a digit."""
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp])\.?[Mm]\.?)?")
_NUMERIC = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}),? ({CLOCK})")
_WEEKDAY_BEFORE = re.compile(rf"{_WEEKDAY},? ")
_MONTH_BEFORE = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}), (\d{4}),?(?: at)?")
_NOON = 12
_FOUR_WEEKS, _NO_TIME = timedelta(weeks=4), timedelta()


@lru_cache(maxsize=8)
def zone(name: str) -> ZoneInfo:
    """The time zone with this IANA name."""
    return ZoneInfo(name)


@lru_cache(maxsize=4096)  # the lists of pages captured together name the same few days
def parse_day(text: str) -> date | None:
    """``28 Nov 2025`` as a date; None for anything else."""
    parts = text.replace(".", "").replace(",", "").split(" ")
    try:
        day, month, year = parts
        return _date(int(year), _MONTHS[month.lower()], int(day))
    except (ValueError, KeyError):
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


def parse_day_and_clock(text: str) -> datetime | None:
    """``16 May 2023 20:44`` as naive wall time; None for anything else."""
    day_text, _, clock_text = text.replace(" - ", " ").replace(" | ", " ").partition(":")
    day_text, _, hour = day_text.rpartition(" ")
    day, clock = parse_day(day_text.rstrip(",")), parse_clock(f"{hour}:{clock_text}")
    return datetime.combine(day, time(*clock)) if day and clock else None


def parse_wall_time(text: str) -> datetime | None:
    """``16 May 2023 20:44``, ``May 16, 2023 20:44`` or ``2023-05-16 20:44``, naive; None for anything else.

    A weekday may be before it.
    """
    if text[4:5] == "-":
        clock = parse_clock(text[11:])
        try:
            day = _date(int(text[:4]), int(text[5:7]), int(text[8:10]))
        except ValueError:
            return None
        return datetime.combine(day, time(*clock)) if clock else None
    text = text if text[:1].isdecimal() else _WEEKDAY_BEFORE.sub("", text, count=1)
    return parse_day_and_clock(_MONTH_BEFORE.sub(r"\2 \1 \3", text, count=1) if text[:1].isalpha() else text)


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
