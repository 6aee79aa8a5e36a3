"""Text for people: captured text made visible, moments, ages and shares."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

_MAX_TEXT_CHARS = 20_000
_JOINERS = {"\u200c", "\u200d"}  # part of writing in Persian and other languages
# these, no-break space and marks of direction that end by themselves
_HARMLESS = {"\u00a0", *_JOINERS, "\u200e", "\u200f"}


def visible(text: object, kept: Collection[str] = _HARMLESS) -> str:
    """The text with control, bidirectional and other invisible characters spelled out (as ``\\u202e``)."""
    return "".join(
        char if char.isprintable() or char in kept else char.encode("unicode_escape").decode()
        for char in str(text)
    )


def one_line(text: str, max_chars: int) -> str:
    """Captured text for a log or a table: white space folded, invisible characters spelled out, cut."""
    shown = visible(" ".join(text.split()), kept=())
    return shown if len(shown) <= max_chars else f"{shown[: max_chars - 1]}…"


def visible_lines(text: object) -> str:
    """As ``visible``, but line ends, and the tabs between a table's cells, stay what they are."""
    return visible(text, kept={*_HARMLESS, "\n", "\t"})


def single_line(text: str) -> str:
    """The text on one line, without control characters or halves of surrogate pairs."""
    kept = (char for char in text if char.isprintable() or char.isspace() or char in _JOINERS)
    return " ".join("".join(kept).split())


def shortened(text: str) -> str:
    """A text as much of which is shown as a person may want to read."""
    if len(text) <= _MAX_TEXT_CHARS:
        return text
    return f"{text[:_MAX_TEXT_CHARS]}… ({len(text):,} characters in all)"


def utc_time(moment: datetime) -> str:
    """A moment in UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def capture_time(moment: datetime, precision: str | None = None) -> str:
    """When a page was captured, UTC: to the minute, or the day alone where no more is known.

    Without a precision (day or second) a midnight stands for its day, which is all that the inbox has.
    """
    is_day = precision == "day" or (precision is None and moment.astimezone(UTC).time() == time.min)
    return moment.astimezone(UTC).date().isoformat() if is_day else utc_time(moment)


def ago(age: timedelta) -> str:
    """How long ago something was, in its largest whole unit."""
    minutes = int(age.total_seconds() // 60)
    for unit, length in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= length:
            count = minutes // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def share(value: float) -> str:
    """A share of 0 to 1 in per cent; never rounded to 100 % or to 0 % when it isn't that."""
    if value in (0, 1):
        return f"{value:.0%}"
    return f"{min(max(value, 0.0001), 0.9999):.2%}" if not 0.01 < value < 0.99 else f"{value:.1%}"


def long_day(day: date) -> str:
    """A day with its weekday, for headings."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def sized(size_bytes: float) -> str:
    """A size as a person reads it."""
    for unit in ("bytes", "KiB", "MiB"):
        if size_bytes < 1024:
            return f"{size_bytes:,.0f} {unit}" if unit == "bytes" else f"{size_bytes:,.1f} {unit}"
        size_bytes /= 1024
    return f"{size_bytes:,.1f} GiB"


def counted(count: int, thing: str) -> str:
    """A number of things: ``1 day``, ``2 days``."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
