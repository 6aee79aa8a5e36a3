"""Dates and times as a publisher's pages write them, by forms that are data: ``%d.%m.%Y, %H:%M``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from newsmarts.parse.times import MONTH_NAMES, is_possible

_NOON = 12
_HALF = r"[AaPp]\.?[Mm]\.?|صباح[ا\u064b]*|مساء[ا\u064b]*|[صم]\b"
_HALF_AFTER = re.compile(f" ?(?:{_HALF})", re.IGNORECASE)
_CODES = {
    "d": r"(?P<day>\d{1,2})(?:st|nd|rd|th)?",
    "m": r"(?P<month>\d{1,2})",
    "Y": r"(?P<year>\d{4})",
    "y": r"(?P<short_year>\d{2})",  # of this century
    "H": r"(?P<hour>\d{1,2})",
    "I": r"(?P<hour>\d{1,2})",
    "M": r"(?P<minute>\d{2})",
    "S": r"(?P<second>\d{2})",
    "p": rf"(?P<half>{_HALF})",
    "A": r"[^\W\d_]{2,15}\.?",
}
_CODE = re.compile(r"%(.)|(\s+)|([^%\s]+)|(%)")


class DateInText(NamedTuple):
    """A date, and the characters [start, end) that it is."""

    moment: datetime
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DateForm:
    """One way in which pages write a date, with or without a time."""

    pattern: re.Pattern[str]
    months: Sequence[str]  # in small letters
    has_clock: bool

    def find(self, text: str) -> datetime | None:
        """The first such date in a text; midnight when the form has no time. None: there is none."""
        found = self.search(text)
        return found.moment if found else None

    def search(self, text: str) -> DateInText | None:
        """The first such date in a text, and where it is."""
        for match in self.pattern.finditer(text):
            found = match.groupdict()
            name = (found.get("name") or "").casefold()
            month = self.months.index(name) % 12 + 1 if name else int(found["month"])
            hour, half = int(found.get("hour") or 0), (found.get("half") or "")[:1].lower()
            if half:
                if not 1 <= hour <= _NOON:
                    continue
                hour = hour % _NOON + (_NOON if half in {"p", "م"} else 0)
            elif self.has_clock and hour <= _NOON and _HALF_AFTER.match(text, match.end("minute")):
                continue  # another form than this one
            minute, second = int(found.get("minute") or 0), int(found.get("second") or 0)
            year = int(found.get("year") or f"20{found['short_year']}")
            try:
                moment = datetime(year, month, int(found["day"]), hour, minute, second)  # noqa: DTZ001
            except ValueError:
                continue
            if is_possible(moment.date()):
                return DateInText(moment, *match.span())
        return None


def date_form(form: str, months: Sequence[str] = MONTH_NAMES) -> DateForm:
    """The form with ``%d %m %B %b %Y %y %H %I %M %S %p %A``, its months named as in ``months``.

    ``%B`` and ``%b`` are a month's name, in full or its first three or four letters. ``months`` are
    twelve, or a multiple of it where pages use several calendars' names: "أيلول" and "سبتمبر".

    Raises:
        ValueError: the form has another code, one twice, or lacks day, month or year.
    """
    full = [month.casefold() for month in months]
    names = [*full]
    # "Sep", "Sept"; of "تشرين الأول" and "تشرين الثاني" three letters say nothing
    for size in (3, 4):
        short = [month[:size] for month in full]
        names += [each if short.count(each) == 1 else month for each, month in zip(short, full, strict=True)]
    parts, codes = [], []
    for match in _CODE.finditer(form):
        code = match[1]
        if code:
            codes.append({"b": "B", "a": "A"}.get(code, code))
        if code in {"B", "b"}:
            longest_first = sorted(map(re.escape, names), key=len, reverse=True)
            parts.append(rf"(?P<name>{'|'.join(longest_first)})\.?")
        elif code:
            if codes[-1] not in _CODES:
                raise ValueError(f"{form!r} has %{code}, which isn't one of %d %m %B %Y %y %H %I %M %S %p %A")
            parts.append(_CODES[codes[-1]])
        else:
            parts.append(r"\s+" if match[2] else re.escape(match[0]))
    if len(set(codes)) < len(codes) or any({*pair} <= {*codes} for pair in ("mB", "HI", "Yy")):
        raise ValueError(f"{form!r} has a part of the date twice")
    if "d" not in codes or {"m", "B"}.isdisjoint(codes) or {"Y", "y"}.isdisjoint(codes):
        raise ValueError(f"{form!r} lacks a day, month or year")
    clock = {"H", "I"} & {*codes}
    has_minutes = "M" in codes
    if (has_minutes and not clock) or ("H" in clock and not has_minutes) or ("I" in codes) != ("p" in codes):
        raise ValueError(f"{form!r} has a time without %H and %M, %I, %M and %p, or %I and %p")
    pattern = re.compile(rf"(?<!\d){''.join(parts)}(?!\d)", re.IGNORECASE)
    return DateForm(pattern, names, bool(clock))
