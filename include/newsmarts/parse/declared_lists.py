"""The lists of other articles on a declared publisher's pages: most read, coverage, read next.

An HTML page has each entry in an element of its own, whatever is in it: a picture, its caption, a number,
the headline, a section, a date, a teaser. In a text capture each line is an entry's headline, but for dates
and sections. What can't be read for certain is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from newsmarts.core.records import PageLink
from newsmarts.parse.date_forms import DateForm
from newsmarts.parse.layout import FOOTER, LIST_NAMES, Labels, Layout
from newsmarts.parse.prose import ends_like_question, ends_like_sentence
from newsmarts.parse.reading import Reading, Region, Roles, mark_noise
from newsmarts.parse.sections import Lists, Section, Sections, take_all
from newsmarts.parse.shape import is_prose
from newsmarts.parse.times import TIME_OPENINGS, is_stamp, parse_day, parse_wall_time

_STAMP_CHARS = 50
_LEAST_SPACES = 2
_NUMBER = re.compile(r"#?\d{1,2}[.):]?")
_NUMBERED = re.compile(r"\d{1,2}[.):] (?=\S)")


def find_lists(reading: Reading, labels: Labels, start: int, *, trusted: bool) -> Sections:
    """The labelled lists and the footer from a block on; a label over text of an article isn't one.

    ``trusted``: the body ends before ``start``, so that all labels are.
    """
    footer = next((at for at, name in labels if name == FOOTER and at >= start), len(reading))
    found = [(at, name) for at, name in labels if start <= at < footer and name in LIST_NAMES]
    stops = [*(at for at, _ in found[1:]), footer]
    lists = (
        [
            Section(name, at, stop)
            for (at, name), stop in zip(found, stops, strict=True)
            if (trusted or not any(is_prose(reading, line) for line in range(at + 1, stop)))
            and (at + 1 < len(reading) or reading.ended)
        ]
        if found
        else []
    )
    return Sections(tuple(lists), footer, footer < len(reading))


@dataclass(frozen=True, slots=True)
class ListReader:
    """Reads the lists of one page; every block used gets its role."""

    reading: Reading
    roles: Roles
    words: Layout
    forms: Sequence[DateForm]
    ticker: Collection[str] = ()
    headlines: Collection[int] = ()  # blocks that the page marks as an entry's headline

    def read(self, lists: Lists, sections: Sections, *, without: Collection[str] = ()) -> None:
        """Add the entries of labelled lists; of a page that is cut off in one, all but the last."""
        for section in sections.lists:
            if section.name in without:
                continue
            self.roles[section.label] = "label"
            stop = section.end
            if self.reading.head is not None:
                stop = max((end for end in self.reading.ties(section.label) if end <= stop), default=stop)
            blocks = [at for at in range(section.label + 1, stop) if not self.roles[at]]
            mark_noise(self.reading, self.roles, self.words.noise, section.label + 1, stop)
            blocks = [at for at in blocks if not self.roles[at]]
            groups = self._groups(blocks) if self.reading.head is not None else self._lines(blocks)
            if self._is_cut(sections, section):
                groups = self._complete(groups)
            self._add(lists, section.name, groups)

    def read_marked(self, lists: Lists, name: str, regions: Iterable[Region]) -> None:
        """Add the entry in each marked element to a list."""
        for region in regions:
            blocks = [at for at in range(region.start, region.end) if not self.roles[at]]
            if region.text is None:
                self._add(lists, name, [blocks])
            elif region.text:
                self._put(lists, name, PageLink(region.text), blocks)

    def _is_cut(self, sections: Sections, section: Section) -> bool:
        """Whether the page ends in a list, which may go on."""
        reading = self.reading
        if sections.has_footer or section.end < len(reading):
            return False
        return not reading.ended or (reading.head is None and bool(self.words.footer_lines))

    def _complete(self, groups: list[list[int]]) -> list[list[int]]:
        """The entries of a list that is cut off: in HTML none, since no element says what belongs together.

        A last line may be the beginning of the date of the entry before it.
        """
        if self.reading.head is not None or not groups:
            return []
        last = self.reading.texts[groups[-1][0]]
        is_date = last[:1].isdecimal() or last[:3].casefold() in TIME_OPENINGS
        return groups[: -2 if is_date else -1]

    def _add(self, lists: Lists, name: str, groups: Iterable[Sequence[int]]) -> None:
        for group in groups:
            entry = self._entry(group)
            if entry is not None and entry.headline not in self.ticker:
                self._put(lists, name, entry, group)

    def _put(self, lists: Lists, name: str, entry: PageLink, blocks: Sequence[int]) -> None:
        if name == "coverage":
            lists.coverage.append(entry.headline)
        else:
            (lists.most_read if name == "most_read" else lists.read_next).append(entry)
        take_all(self.roles, blocks, name)

    # which blocks are an entry

    def _lines(self, blocks: Sequence[int]) -> list[list[int]]:
        """The entries of a text capture: a line each, with the dates and sections after it, or before it."""
        texts, kinds = self.reading.texts, self.reading.kinds
        named = {at for at in blocks if self._is_beside(at)}
        lines = [at for at in blocks if texts[at] and at not in named]
        if len({kinds[at] for at in lines}) > 1:
            return []  # captions and headlines
        groups: list[list[int]] = []
        before = bool(blocks) and blocks[0] in named
        for at in blocks:
            # a date or section is under each headline, or else over each
            opens = at in named and groups and groups[-1][-1] not in named if before else at not in named
            if opens or not groups:
                groups.append([])
            groups[-1].append(at)
        return groups

    def _groups(self, blocks: Sequence[int]) -> list[list[int]]:
        """The entries of an HTML page: what is in one element, with a headline."""
        groups: list[list[int]] = []
        lines = self._candidates(blocks)
        headlines = {at for at in lines if self._stands_out(at)} or {*lines}
        for group in self._split(blocks):
            is_headed, was_headed = (
                not headlines.isdisjoint(each) for each in (group, groups[-1] if groups else ())
            )
            opens = is_headed or self.reading.kinds[group[0]] == "image"
            if groups and not (opens and was_headed):
                groups[-1] += group
            else:
                groups.append(list(group))
        return groups

    def _stands_out(self, at: int) -> bool:
        """Whether a line is a headline by the page's markup: by its mark, a heading, a link."""
        return (
            at in self.headlines or self.reading.kinds[at] == "heading" or self.reading.link(at) is not None
        )

    def _split(self, blocks: Sequence[int]) -> Iterator[Sequence[int]]:
        """The blocks by the elements that are right inside the smallest one which holds all of them."""
        if not blocks:
            return
        reading = self.reading
        holder = reading.owners[blocks[0]]
        while holder >= 0 and not reading.starts[holder] <= blocks[-1] < reading.ends[holder]:
            holder = reading.parents[holder]
        parts: dict[int, list[int]] = {}
        for at in blocks:
            inner, child = reading.owners[at], -1 - at
            while inner >= 0 and inner != holder:
                inner, child = reading.parents[inner], inner
            parts.setdefault(child, []).append(at)
        for part in parts.values():
            if len(part) < len(blocks) and self._headings(part) > 1:
                yield from self._split(part)
            else:
                yield part

    def _headings(self, blocks: Sequence[int]) -> int:
        """How many headlines some blocks have: marked ones, headings, or else links of several words."""
        headings = self._marked(blocks) or [at for at in blocks if self.reading.kinds[at] == "heading"]
        lines = [at for at in self._candidates(blocks) if _has_words(self.reading.texts[at])]
        return len(headings) or len({self.reading.link(at) for at in lines} - {None})

    def _marked(self, blocks: Sequence[int]) -> list[int]:
        return [at for at in blocks if at in self.headlines]

    # what is in an entry

    def _candidates(self, blocks: Sequence[int]) -> list[int]:
        """The lines that may be a headline: no pictures, captions, numbers, dates and sections."""
        texts, kinds = self.reading.texts, self.reading.kinds
        return [
            at
            for at in blocks
            if kinds[at] not in {"image", "caption", "field"}
            and texts[at]
            and not (self._is_beside(at) or _NUMBER.fullmatch(texts[at]))
        ]

    def _is_beside(self, at: int) -> bool:
        """Whether a line is a headline's date or section."""
        text = self.reading.texts[at]
        return text in self.words.sections or is_stamp(text) or self._day(at) is not None

    def _entry(self, blocks: Sequence[int]) -> PageLink | None:
        """The entry that some blocks are; None when it is unclear which line is its headline."""
        texts, kinds = self.reading.texts, self.reading.kinds
        lines = self._candidates(blocks)
        headings = self._marked(blocks) or [at for at in lines if kinds[at] == "heading"]
        if len(headings) == 1:
            headline = headings[0]
        else:
            linked = [at for at in lines if self.reading.link(at) is not None and _has_words(texts[at])]
            lines = linked if len(linked) == 1 else [at for at in lines if _has_words(texts[at])] or lines
            found = self._headline_of(lines, pictured=kinds[blocks[0]] == "image")
            if found is None:
                return None
            headline = found
        over = [at for at in lines if at < headline] if self._marked(blocks) or not headings else []
        captions = [at for at in blocks if kinds[at] == "caption" and texts[at]] or over
        captions = captions or [at for at in blocks if kinds[at] == "image" and texts[at]]
        sections = [texts[at] for at in blocks if texts[at] in self.words.sections]
        days = [day for at in blocks if at != headline and (day := self._day(at))]
        is_text = self.reading.head is None
        return PageLink(
            headline=_NUMBERED.sub("", texts[headline], count=1) if is_text else texts[headline],
            caption=texts[captions[-1]] if captions else None,
            section=sections[0] if sections else None,
            published_on=days[0] if days else None,
        )

    def _headline_of(self, lines: Sequence[int], *, pictured: bool) -> int | None:
        """The headline among the lines of an entry without a heading; None when it is unclear.

        Of two, the second is a teaser when it alone is a sentence; under a picture is its caption, and then
        the headline.
        """
        if len(lines) == 2:
            first, second = (_is_sentence(self.reading.texts[at]) for at in lines)
            if second and not first:
                return lines[0]
            if pictured and not second:
                return lines[1]
        return lines[0] if len(lines) == 1 else None

    def _day(self, at: int) -> date | None:
        """The day that a line is, in one of the publisher's forms or a usual one."""
        text = self.reading.texts[at]
        if len(text) > _STAMP_CHARS or not any(map(str.isdecimal, text)):
            return None
        for form in self.forms:
            found = form.search(text)
            if found is not None:
                return found.moment.date()
        if not is_stamp(text):
            return None
        moment = parse_wall_time(text)
        return moment.date() if moment else parse_day(text)


def _is_sentence(text: str) -> bool:
    return ends_like_sentence(text) and not ends_like_question(text)


def _has_words(text: str) -> bool:
    """Whether a line has more words than a section's or author's name."""
    return text.count(" ") >= _LEAST_SPACES
