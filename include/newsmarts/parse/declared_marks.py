"""HTML pages of a declared publisher: what its marks hold."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from newsmarts.core.errors import MissingField, UnreadablePage
from newsmarts.core.records import Image
from newsmarts.parse.body import BodyReader
from newsmarts.parse.declared_elements import MarkedElements
from newsmarts.parse.declared_lists import ListReader, find_lists
from newsmarts.parse.declared_parts import Parts, name_in, parts_of_line, without_label
from newsmarts.parse.header import field_of, parse_count
from newsmarts.parse.layout import LIST_NAMES
from newsmarts.parse.metadata import is_headline, keywords_of
from newsmarts.parse.not_articles import check_body
from newsmarts.parse.opening import caption_of, is_described
from newsmarts.parse.prose import ends_like_sentence
from newsmarts.parse.reading import NOISE, Region, mark_noise, take
from newsmarts.parse.sections import Sections
from newsmarts.parse.tags import is_tag_link, tags_in_line
from newsmarts.parse.tickers import TickerLines, check_labels_in_body, take_ticker
from newsmarts.parse.times import parse_wall_time

_OTHER_LINES = frozenset({"agency", "modified_at", "read_minutes", "share_count"})
_LINE_CHARS = 90


class MarkedPage(MarkedElements):
    """Reads one page by its marks."""

    def read(self) -> Parts:
        """Read what the marks hold.

        Raises:
            MissingField: no element matches the body's marks, or there is no text in them.
            UnreadablePage: the page is cut off in the body (``truncated_page``), or a shared reader's reason.
        """
        marks, parts, roles = self.rules.marks, self.parts, self.roles
        self.drop()
        labels = self.words.labels_in(self.reading)
        parts.ticker += take_ticker(self.reading, roles, self.words, labels)
        for name in ("ticker", "tags", "related"):
            role = "related_headlines" if name == "related" else name
            lines = [
                line for region in self.finished(getattr(marks, name)) for line in self.lines(region, role)
            ]
            if name == "tags" and len(lines) == 1 and self.reading.link(roles.index("tags")) is None:
                lines = tags_in_line(lines[0])
            known = getattr(parts, name)
            known += [line for line in dict.fromkeys(lines) if line not in known]
        regions = self._body_regions()
        start, end = regions[0].start, regions[-1].end
        text = self._read_header(start, end)
        sections = find_lists(self.reading, labels, end, trusted=True)
        self._read_lists(sections)
        self.take(sections.footer, len(roles), "footer")
        if not marks.tags:
            self._read_tags(start, end, sections.first_after(end) or len(roles))
        for one, other in pairwise(regions):
            self.take(one.end, other.start, NOISE)
        check_body(self.reading, roles, start, end)
        ticker = TickerLines(parts.ticker)
        ticker.mark_repeats(self.reading, roles, start, end)
        mark_noise(self.reading, roles, self.words.noise, start, end)
        check_labels_in_body(self.reading, roles, labels, parts.ticker, start=start, end=end)
        self._read_picture(text, end)
        parts.body = BodyReader(
            self.reading, roles, ticker, self.words.related_labels, self.words.list_noise
        ).read(start, end)
        return parts

    def _read_header(self, start: int, end: int) -> int:
        """Read headline, byline, date and standfirst, also in the body [start, end); where text begins."""
        marks, parts, labels = self.rules.marks, self.parts, self.rules.labels.byline
        headline = self._headline(start, end)
        if headline is not None:
            parts.headline = " ".join(self.lines(headline, "headline")) or None
        summary = self._standfirst(-1 if headline is None else headline.start, end)
        lines = [line for region in summary for line in self.lines(region, "standfirst")]
        parts.standfirst = " ".join(lines) or None
        names = [self._name(text) for text in self.texts(marks.byline, "byline_raw")]
        dated = self._read_date(start)
        start = self._first_text(start, end)
        if not marks.byline:
            names = self._labelled(labels, "byline_raw", start)
            if not names and dated is not None:
                names = [name_in(self.text_of(dated), labels, self.rules.forms) or ""]
            if not any(names):
                names = list(filter(None, map(self._signed, self._between(start))))[:1]
        parts.byline = ", ".join(dict.fromkeys(filter(None, names))) or None
        self._read_other_lines(start)
        return start

    def _first_text(self, start: int, end: int) -> int:
        """Where the text begins of a body [start, end) that may hold the headline as well."""
        headline = self.roles.index("headline") if "headline" in self.roles else -1
        if not start <= headline < end:
            return start
        kinds, texts = self.reading.kinds, self.reading.texts
        return next(
            (
                at
                for at in range(headline + 1, end)
                if not self.roles[at] and (kinds[at] == "image" or ends_like_sentence(texts[at]))
            ),
            end,
        )

    def _headline(self, start: int, end: int) -> Region | None:
        """The article's headline among the marked elements; without a mark the first h1.

        Teasers of other articles may match: rather one that the head calls the page by, then an h1, then
        the last over the body [start, end).
        """
        reading, head = self.reading, self.reading.head
        if not self.rules.marks.headline:
            found = (Region(at, at + 1) for at in range(end) if self._is_first_heading(at))
            return next(found, None)
        regions = [region for region in self.regions(self.rules.marks.headline) if region.start < end]

        def rank(region: Region) -> tuple[bool, bool, bool, int]:
            is_named = head is not None and is_headline(head, self.text_of(region), self.words.site_names)
            is_h1 = reading.kinds[region.start] == "heading" and reading.indents[region.start] == 1
            is_over = region.start <= start
            return is_named, is_h1, is_over, region.start if is_over else -region.start

        return max(regions, key=rank, default=None)

    def _standfirst(self, headline: int, end: int) -> list[Region]:
        """The marked elements that are the article's standfirst: that follow each other, under the headline.

        Teasers may match: of several groups, rather one by which the head describes the page.
        """
        groups: list[list[Region]] = []
        for region in self.regions(self.rules.marks.standfirst):
            if groups and groups[-1][-1].end == region.start:
                groups[-1].append(region)
            elif headline < region.start < end:
                groups.append([region])
        described = [group for group in groups if is_described(self.reading.head, self.text_of(group[0]))]
        return next(iter(described or groups), [])

    def _name(self, text: str) -> str:
        """The name in a marked element, which may hold the label and the date as well."""
        labels, forms = self.rules.labels.byline, self.rules.forms
        if any(form.search(text) for form in forms):
            return name_in(text, labels, forms) or next(iter(parts_of_line(text, forms)), "")
        return without_label(text, labels)

    def _signed(self, at: int) -> str | None:
        """The name in an unmarked line, behind a label."""
        text = self.reading.texts[at]
        if self.roles[at] or len(text) > _LINE_CHARS or ends_like_sentence(text):
            return None
        name = name_in(text, self.rules.labels.byline, self.rules.forms)
        if name:
            self.roles[at] = "byline_raw"
        return name

    def _between(self, end: int) -> range:
        """The blocks between the headline and the body."""
        return range(self.roles.index("headline") + 1 if "headline" in self.roles else end, end)

    def _read_lists(self, sections: Sections) -> None:
        """The lists, by marks, and for those without one by labels."""
        marks = self.rules.marks
        headlines = {self.block_of(region) for region in self.regions(marks.entry_headline)}
        reader = ListReader(
            self.reading, self.roles, self.words, self.rules.forms, self.parts.ticker, headlines
        )
        marked = {name for name in LIST_NAMES if getattr(marks, name)}
        for name in sorted(marked):
            reader.read_marked(self.parts.lists, name, self.finished(getattr(marks, name)))
        reader.read(self.parts.lists, sections, without=marked)

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
        """Agency, minutes, shares and update, as other publishers have them, between headline and body."""
        found: dict[str, str] = {}
        agencies = self._labelled(self.rules.labels.agency, "agency", end)
        for at in self._between(end):
            name, value = field_of(self.reading.texts[at]) or ("", "")
            if name in _OTHER_LINES and not self.roles[at]:
                self.roles[at] = NOISE if name == "modified_at" else name
                found.setdefault(name, value)
        parts = self.parts
        parts.agency = ", ".join(filter(None, agencies)) or found.get("agency")
        parts.modified = parts.modified or parse_wall_time(found.get("modified_at", ""))
        parts.share_count = parse_count(found.get("share_count", ""))
        parts.read_minutes = int(found["read_minutes"]) if "read_minutes" in found else None

    def _labelled(self, labels: Collection[str], role: str, end: int) -> list[str]:
        """The names behind a label and a colon, in lines between the headline and the body."""
        names = []
        for at in self._between(end):
            label, colon, name = self.reading.texts[at].partition(":")
            if colon and not self.roles[at] and label and label.strip() in labels:
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

    def _read_date(self, body_start: int) -> Region | None:
        """The date in the marked elements; without a mark those of the lines over the body.

        Gives the first element, or the first line.
        """
        forms, parts = self.rules.forms, self.parts
        texts, marked = self.reading.texts, bool(self.rules.marks.date)
        regions, first = self.regions(self.rules.marks.date), None
        under = self.roles.index("headline") if "headline" in self.roles else 0
        if not marked:
            lines = [at for at in range(body_start) if len(texts[at]) <= _LINE_CHARS]
            lines.sort(key=lambda at: at < under)  # a masthead's clock is the last to count
            regions = [Region(at, at + 1) for at in lines if not self.roles[at]]
        elif regions:
            parts.times = self.reading.times_in(regions[0].start, regions[-1].end)
        for region in regions:
            if not marked and region.start < under and (parts.shown or parts.day):
                return first
            text = self.text_of(region)
            if self.take_modified(text):
                self.lines(region, NOISE)
            elif parts.take_date(text, forms):
                self.lines(region, "published_local")
                first = first or region
                if marked:
                    return first
        if not marked:
            return first
        for region in regions:  # "2 hours ago"
            self.lines(region, NOISE)
        return regions[0] if regions else None

    def _body_regions(self) -> list[Region]:
        """The elements of the body, up to where the page goes on with another article."""
        found = [region for region in self.regions(self.rules.marks.body) if region.text is None]
        if not found:
            marks = ", ".join(self.rules.marks.body)
            raise MissingField("body", f"No element matches the body's mark ({marks}). Look at the page.")
        others = [region.start for region in self.regions(self.rules.marks.headline)]
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
        if self.rules.marks.image:
            self._read_marked_picture(start, end)
            return
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

    def _read_marked_picture(self, start: int, end: int) -> None:
        """The first marked element is the lead picture, its lines the caption; not under text of the body."""
        reading, parts = self.reading, self.parts
        for region in self.regions(self.rules.marks.image):
            shown = [at for at in range(region.start, region.end) if reading.kinds[at] == "image"]
            caption = " ".join(self.lines(region, NOISE if parts.image else "image")) or None
            alt = next((reading.texts[at] for at in shown if reading.texts[at]), None)
            over = any(reading.kinds[at] in {"text", "bullet"} for at in range(start, region.start))
            if parts.image is None and region.start < end and not over and (alt or caption):
                parts.image = Image(alt, caption)
                parts.image_url = next((link for at in shown if (link := reading.link(at))), None)
