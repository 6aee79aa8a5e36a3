"""What a declared publisher's page shows of its article, and how one line of it is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from newsmarts.core.records import Image
from newsmarts.parse.body import Body
from newsmarts.parse.date_forms import DateForm
from newsmarts.parse.declared_file import DeclaredLayout
from newsmarts.parse.header import is_name
from newsmarts.parse.layout import Layout
from newsmarts.parse.reading import Reading, Roles, Said
from newsmarts.parse.sections import Lists

_BETWEEN = re.compile(r"\s*[|•·]\s*")  # parts of a line
# "Mara Odell, published" when the date behind it is cut off
_BEFORE_DATE = re.compile(
    r"[\s,;(/–—-]*(?:\b(?:(?:published|posted|updated|modified)(?: on| at)?|on|at)\b:?)?[\s,;(/–—-]*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Parts:
    """What a page shows of its article."""

    headline: str | None = None
    standfirst: str | None = None
    byline: str | None = None
    agency: str | None = None
    shown: tuple[datetime, ...] = ()  # the time of publication, in the publisher's zone
    day: date | None = None  # where only the day is shown
    times: Sequence[Said] = ()  # what ``time`` elements state about the line with the date
    modified: datetime | None = None
    beside_dates: list[str] = field(default_factory=list)  # what else the lines with dates have
    read_minutes: int | None = None
    share_count: int | None = None
    image: Image | None = None
    image_url: str | None = None
    ticker: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    lists: Lists = field(default_factory=lambda: Lists([], [], []))
    body: Body = field(default_factory=Body)

    def take_date(self, text: str, forms: Sequence[DateForm]) -> bool:
        """Take the date in a text that the first of the forms finds; whether there is one."""
        for form in forms:
            found = form.find(text)
            if found is not None:
                if form.has_clock:
                    self.shown, self.day = tuple(dict.fromkeys([*self.shown, found])), None
                elif not self.shown:
                    self.day = self.day or found.date()
                self.beside_dates.append(form.pattern.sub("|", text))
                return True
        return False


def without_label(text: str, labels: Collection[str]) -> str:
    """A name without the label before it: "By Mara Odell", "By: Mara Odell"."""
    words = "|".join(re.escape(label.rstrip(":")) for label in labels if label)
    return re.sub(rf"\A(?:{words})(?: ?:|\b) *", "", text, flags=re.IGNORECASE) if words else text


@dataclass(slots=True)
class DeclaredPage:
    """One page, and what it shows; every block used gets its role."""

    reading: Reading
    roles: Roles
    rules: DeclaredLayout
    words: Layout
    parts: Parts = field(default_factory=Parts)

    def take_modified(self, text: str) -> bool:
        """Take the time of a change from a line whose label says that it is one; whether it does."""
        if without_label(text, self.rules.labels.modified) == text:
            return False
        times = (form.find(text) for form in self.rules.forms if form.has_clock)
        self.parts.modified = self.parts.modified or next(filter(None, times), None)
        return True


def name_in(text: str, labels: Collection[str], forms: Sequence[DateForm]) -> str | None:
    """The name in a line, behind a label, or where "" is a label beside a date; None when there is none.

    "By Mara Odell | 12 Mar 2025", "12 Mar 2025, by Mara Odell", "Mara Odell / 12 Mar 2025".
    """
    found = parts_of_line(text, forms)
    for part in found:
        name = without_label(part, labels)
        if name != part and name[:1].isupper() | (not name[:1].isascii()):
            return name
    if "" in labels and any(form.search(text) for form in forms):
        return next(filter(is_name, found), None)
    return None


def parts_of_line(text: str, forms: Sequence[DateForm]) -> list[str]:
    """The parts of a line between its signs ("|", "•", "·") and dates."""
    for form in forms:
        while (found := form.search(text)) is not None:
            text = f"{_BEFORE_DATE.sub('', text[: found.start])}|{text[found.end :].lstrip(' ,;)/–—-')}"
    return [part for part in _BETWEEN.split(text) if part]
