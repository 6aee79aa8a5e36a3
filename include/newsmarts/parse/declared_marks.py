"""HTML pages of a declared publisher: what its marks hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from newsmarts.core.errors import MissingField, UnreadablePage
from newsmarts.core.records import Image
from newsmarts.parse.body import Body, BodyReader
from newsmarts.parse.date_forms import DateForm
from newsmarts.parse.declared_file import DeclaredLayout
from newsmarts.parse.header import find_header
from newsmarts.parse.layout import Layout
from newsmarts.parse.metadata import keywords_of
from newsmarts.parse.not_articles import check_body
from newsmarts.parse.opening import caption_of
from newsmarts.parse.reading import NOISE, Reading, Region, Roles, Said, mark_noise, take
from newsmarts.parse.sections import Lists, find_sections, read_lists
from newsmarts.parse.tags import is_tag_link, tags_in_line
from newsmarts.parse.tickers import TickerLines, check_labels_in_body, take_ticker

_SPLIT_BLOCKS = 8  # that one line of spans may have become
_DATE_LINE_CHARS = 90
_CLOSERS = ",.;:!?)”’"


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
    words = "|".join(re.escape(label.rstrip(":")) for label in labels)
    return re.sub(rf"\A(?:{words})(?: ?:|\b) *", "", text, flags=re.IGNORECASE) if words else text


@dataclass(slots=True)
class DeclaredPage:
    """One page, and what it shows; every block used gets its role."""

    reading: Reading
    roles: Roles
    rules: DeclaredLayout
    words: Layout
    parts: Parts = field(default_factory=Parts)

    def _take_modified(self, text: str) -> bool:
        """Take the time of a change from a line whose label says that it is one; whether it does."""
        if without_label(text, self.rules.labels.modified) == text:
            return False
        times = (form.find(text) for form in self.rules.forms if form.has_clock)
        self.parts.modified = self.parts.modified or next(filter(None, times), None)
        return True


class MarkedPage(DeclaredPage):
    """Reads one page by its marks."""

    def read(self) -> Parts:
        """Read what the marks hold.

        Raises:
            MissingField: no element matches the body's marks, or there is no text in them.
            UnreadablePage: the page is cut off in the body (``truncated_page``), or a shared reader's reason.
        """
        marks, parts, roles = self.rules.marks, self.parts, self.roles
        self._drop()
        labels = self.words.labels_in(self.reading)
        parts.ticker += take_ticker(self.reading, roles, self.words, labels)
        for name in ("ticker", "tags", "related"):
            role = "related_headlines" if name == "related" else name
            lines = [
                line
                for region in self._regions(getattr(marks, name))
                if self.reading.ended or region.end < len(self.reading)  # else it may be cut off
                for line in self._lines(region, role)
            ]
            if name == "tags" and len(lines) == 1 and self.reading.link(roles.index("tags")) is None:
                lines = tags_in_line(lines[0])
            known = getattr(parts, name)
            known += [line for line in dict.fromkeys(lines) if line not in known]
        regions = self._body_regions()
        start, end = regions[0].start, regions[-1].end
        self._read_header(start, end)
        sections = find_sections(self.reading, roles, self.words, labels, headline=end, ticker=parts.ticker)
        parts.lists = read_lists(self.reading, roles, self.words, sections, parts.ticker)
        self._take(sections.footer, len(roles), "footer")
        if not marks.tags:
            self._read_tags(start, end, sections.first_after(end) or len(roles))
        for one, other in pairwise(regions):
            self._take(one.end, other.start, NOISE)
        check_body(self.reading, roles, start, end)
        ticker = TickerLines(parts.ticker)
        ticker.mark_repeats(self.reading, roles, start, end)
        mark_noise(self.reading, roles, self.words.noise, start, end)
        check_labels_in_body(self.reading, roles, labels, parts.ticker, start=start, end=end)
        self._read_picture(start, end)
        parts.body = BodyReader(
            self.reading, roles, ticker, self.words.related_labels, self.words.list_noise
        ).read(start, end)
        return parts

    def _read_header(self, start: int, end: int) -> None:
        """Headline, byline, date and standfirst, which may be inside the body [start, end)."""
        marks, parts, reading = self.rules.marks, self.parts, self.reading
        parts.headline = next(self._texts(marks.headline, "headline"), None)
        if not marks.headline:
            found = next((at for at in range(end) if self._is_first_heading(at)), None)
            if found is not None:
                self.roles[found] = "headline"
                parts.headline = reading.texts[found]
        self._read_date(start)
        names = [
            without_label(text, self.rules.labels.byline) for text in self._texts(marks.byline, "byline_raw")
        ]
        if not marks.byline:
            names = self._labelled(self.rules.labels.byline, "byline_raw", start)
        parts.byline = ", ".join(dict.fromkeys(filter(None, names))) or None
        parts.standfirst = " ".join(self._texts(marks.standfirst, "standfirst")) or None
        self._read_other_lines(start)

    def _read_tags(self, start: int, end: int, stop: int) -> None:
        """The lines around the end of the body [start, end) that are the head's keywords or link to tags."""
        texts, roles = self.reading.texts, self.roles
        words = keywords_of(self.reading.head)
        is_tag = [texts[at] in words or is_tag_link(self.reading.link(at)) for at in range(start, stop)]
        first = end
        while first > start and is_tag[first - 1 - start] and not roles[first - 1]:
            first -= 1
        for at in range(first, stop):
            if is_tag[at - start] and texts[at] and not roles[at]:
                roles[at] = "tags"
                self.parts.tags.append(texts[at])

    def _read_other_lines(self, end: int) -> None:
        """Agency, minutes and shares, as other publishers have them, between the headline and the body."""
        start = self.roles.index("headline") if "headline" in self.roles else end
        agencies = self._labelled(self.rules.labels.agency, "agency", end)
        self.parts.agency = ", ".join(filter(None, agencies)) or None
        header = find_header(self.reading, self.roles, start, end)
        if header is None:
            return
        for line, name in header.lines:
            if name in {"agency", "read_minutes", "share_count"}:
                self.roles[line] = name
        parts = self.parts
        parts.agency, parts.modified = parts.agency or header.agency, parts.modified or header.modified_local
        parts.read_minutes, parts.share_count = header.read_minutes, header.share_count

    def _labelled(self, labels: Collection[str], role: str, end: int) -> list[str]:
        """The names behind a label and a colon, in lines between the headline and the body."""
        names = []
        start = self.roles.index("headline") + 1 if "headline" in self.roles else end
        for at in range(start, end):
            label, colon, name = self.reading.texts[at].partition(":")
            if colon and not self.roles[at] and label.strip() in labels:
                self.roles[at] = role
                names.append(name.strip())
        return names

    def _is_first_heading(self, at: int) -> bool:
        reading = self.reading
        return (
            reading.kinds[at] == "heading"
            and reading.indents[at] == 1
            and not self.roles[at]
            and bool(reading.texts[at])
            and reading.texts[at] not in self.words.passed_over
        )

    def _read_date(self, body_start: int) -> None:
        """The date in the marked elements; without a mark those of the lines over the body."""
        forms, parts = self.rules.forms, self.parts
        texts, marked = self.reading.texts, bool(self.rules.marks.date)
        regions = self._regions(self.rules.marks.date)
        if not marked:
            lines = [at for at in range(body_start) if len(texts[at]) <= _DATE_LINE_CHARS]
            under = self.roles.index("headline") if "headline" in self.roles else 0
            lines.sort(key=lambda at: at < under)  # a masthead's clock is the last to count
            regions = [Region(at, at + 1) for at in lines if not self.roles[at]]
        elif regions:
            parts.times = self.reading.times_in(regions[0].start, regions[-1].end)
        for region in regions:
            if not marked and region.start < under and (parts.shown or parts.day):
                return
            text = " ".join(texts[region.start : region.end]) if region.text is None else region.text
            if self._take_modified(text):
                self._lines(region, "modified_at")
            elif parts.take_date(text, forms):
                self._lines(region, "published_local")
                if marked:
                    return

    def _body_regions(self) -> list[Region]:
        """The elements of the body, up to where the page goes on with another article."""
        found = [region for region in self._regions(self.rules.marks.body) if region.text is None]
        if not found:
            marks = ", ".join(self.rules.marks.body)
            raise MissingField("body", f"No element matches the body's mark ({marks}). Look at the page.")
        others = [region.start for region in self._regions(self.rules.marks.headline)]
        others += [
            at
            for at, kind in enumerate(self.reading.kinds)
            if kind == "heading" and self.reading.indents[at] == 1
        ]
        stop = min((at for at in others if at >= found[0].end), default=len(self.reading))
        regions = [region for region in found if region.start < stop]
        if not self.reading.ended and regions[-1].end >= len(self.reading):
            raise UnreadablePage(
                "truncated_page", "The page ends within the body, which may go on. Capture the page again."
            )
        return regions

    def _read_picture(self, start: int, end: int) -> None:
        """The lead picture: in the body before its first text, or over the body in a figure."""
        reading, parts = self.reading, self.parts
        for at in range(end):
            if self.roles[at]:
                continue
            if at >= start and reading.kinds[at] in {"text", "bullet"}:
                return
            if reading.kinds[at] == "image" and (at >= start or reading.within(at, "figure")):
                caption = caption_of(reading, self.roles, at, end, lead=False)
                text = None if caption is None else reading.texts[caption]
                alt = reading.texts[at] or None
                parts.image = Image(alt, text) if alt or text else None
                parts.image_url = reading.link(at)
                take(self.roles, at, at + 1 if caption is None else caption + 1, "image")
                return

    # elements

    def _regions(self, marks: Collection[str]) -> list[Region]:
        """What the elements hold, in reading order; of one in another only the outer one."""
        found = {region for mark in marks for region in self.reading.marks.get(mark, ())}
        regions: list[Region] = []
        for region in sorted(found, key=lambda region: (region.start, -region.end, region.before)):
            inner = regions and regions[-1].text is None and region.end <= regions[-1].end
            if region.start < region.end and not inner:
                regions.append(region)
        return regions

    def _texts(self, marks: Collection[str], role: str) -> Iterator[str]:
        """The text of each element that has one."""
        for region in self._regions(marks):
            text = " ".join(self._lines(region, role))
            if text:
                yield text

    def _lines(self, region: Region, role: str) -> list[str]:
        """The unused lines of an element, but for pictures; each gets the role."""
        if region.text is not None:
            at = self._block_of(region)
            self._take(at, at + 1, role)
            return [region.text] if region.text else []
        unused = [at for at in range(region.start, region.end) if not self.roles[at]]
        self._take(region.start, region.end, role)
        return [self.reading.texts[at] for at in unused if self.reading.kinds[at] != "image"]

    def _take(self, start: int, end: int, role: str) -> None:
        for at in range(start, end):
            if not self.roles[at]:
                self.roles[at] = role

    def _block_of(self, region: Region) -> int:
        """The block that an inline element's text is in."""
        texts = self.reading.texts[region.start : region.start + _SPLIT_BLOCKS]
        return region.start + next((at for at, text in enumerate(texts) if (region.text or "") in text), 0)

    def _drop(self) -> None:
        """Take out what isn't part of the article, texts amid a block as well."""
        texts = self.reading.texts
        for region in reversed(self._regions(self.rules.marks.drop)):
            if region.text is None:
                self._take(region.start, region.end, NOISE)
                continue
            at = self._block_of(region)
            place = texts[at].find(region.text, region.before if at == region.start else 0)
            if place >= 0:
                before, after = texts[at][:place].rstrip(), texts[at][place + len(region.text) :].lstrip()
                texts[at] = f"{before}{'' if after[:1] in _CLOSERS else ' '}{after}".strip()
            if not texts[at]:
                self.roles[at] = NOISE
