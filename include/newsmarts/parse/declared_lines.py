"""Text captures of a declared publisher, and its HTML pages without a mark for the body: lines and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from newsmarts.core.bylines import byline_key
from newsmarts.core.errors import MissingField, UnreadablePage
from newsmarts.parse.body import BodyReader
from newsmarts.parse.declared_lists import ListReader, find_lists
from newsmarts.parse.declared_parts import DeclaredPage, Parts, name_in
from newsmarts.parse.furniture import is_furniture
from newsmarts.parse.header import Header, find_header, is_name
from newsmarts.parse.headline import lines_over_header, take_headline, unclear_headline
from newsmarts.parse.layout import mark_menus
from newsmarts.parse.metadata import is_headline
from newsmarts.parse.not_articles import check_body
from newsmarts.parse.opening import OpeningReader, Which
from newsmarts.parse.prose import ends_like_sentence
from newsmarts.parse.reading import NOISE, mark_noise, take
from newsmarts.parse.sections import Sections
from newsmarts.parse.stories import check_not_wrapped, check_one_story
from newsmarts.parse.tickers import TickerLines, check_labels_in_body, take_ticker

_ANCHORS = frozenset({"byline", "date"})  # lines that are known by their words
_WHICH: Mapping[str, Which] = {"standfirst": "all", "standfirst?": "some"}
_REACH = 3  # lines between two of a header's
_LINE_CHARS = 90


class _Opening(NamedTuple):
    """Where the headline is, one past the article's first lines, and whether a standfirst is under them."""

    headline: int | None
    end: int
    standfirst: Which


class LabelledPage(DeclaredPage):
    """Reads one page by its lines and labels."""

    def read(self) -> Parts:
        """Read by the header's lines and the layout's labels.

        Raises:
            MissingField: no line has an author or a time.
            UnreadablePage: the capture is cut off before a line that comes after the body
                (``truncated_page``), or it is unclear where ticker, headline or standfirst end.
        """
        reading, roles, words, parts = self.reading, self.roles, self.words, self.parts
        labels = words.labels_in(reading)
        parts.ticker += take_ticker(reading, roles, words, labels)
        header = self._take_header()
        opening = self._take_opening(header)
        start = opening.end
        sections = find_lists(reading, labels, start, trusted=False)
        end = self._body_end(sections, start)
        check_body(reading, roles, start, end)
        check_not_wrapped(reading, start, end)
        ListReader(reading, roles, words, self.rules.forms, parts.ticker).read(parts.lists, sections)
        take(roles, sections.footer, len(roles), "footer")
        lines = TickerLines(parts.ticker)
        lines.mark_repeats(reading, roles, start, end)
        mark_noise(reading, roles, words.noise, start, end)
        mark_menus(reading, roles, words, start, end)
        check_labels_in_body(reading, roles, labels, parts.ticker, start=start, end=end)
        check_one_story(reading, roles, start, end)
        found = OpeningReader(
            reading,
            roles,
            header=header.start,
            listen_labels=(),
            ends_opening=words.related_labels,
            noise=words.noise,
            standfirst=opening.standfirst,
        ).read(start, end)
        parts.headline = None if opening.headline is None else reading.texts[opening.headline]
        parts.standfirst = parts.standfirst or found.standfirst
        parts.image, parts.image_url = found.image, found.image_url
        parts.agency = parts.agency or header.agency
        parts.modified = parts.modified or header.modified_local
        parts.read_minutes, parts.share_count = header.read_minutes, header.share_count
        parts.body = BodyReader(
            reading, roles, lines, words.related_labels, words.list_noise, tags_last=True
        ).read(found.body_start, end)
        return parts

    def _take_opening(self, header: Header) -> _Opening:
        """Headline and standfirst, which are over, between or under the lines of the header, as declared.

        Raises:
            UnreadablePage: there are more lines than the layout's order has (``unclear_headline``).
        """
        signed = [at for at, name in enumerate(self.roles) if name == "byline_raw"]
        dated = [at for at, name in enumerate(self.roles) if name == "published_local"]
        order = [
            name
            for name in self.rules.order
            if name not in _ANCHORS or {"byline": signed, "date": dated}[name]
        ]
        fixed = [at for at, name in enumerate(order) if name in _ANCHORS]
        over, under = (order[: fixed[0]], order[fixed[-1] + 1 :]) if fixed else (order, [])
        middle = order[fixed[0] : fixed[-1]] if fixed else []
        between = [name for name in middle if name not in _ANCHORS]
        start, end = header.start, header.end
        found: dict[str, int] = {}
        if between:
            found |= self._place(between, self._free(start, end))
        if over == ["headline"]:
            at = self._named_by_head(header.end) if self.reading.head else None
            if at is None:
                at = take_headline(self.reading, self.roles, self.words, header, self.parts.ticker)
            found |= {} if at is None else {"headline": at}
        elif over:
            lines = lines_over_header(self.reading, self.roles, self.words, start, self.parts.ticker)
            found |= self._place(over, lines)
        if "headline" in under:
            following = self._free(end, min(len(self.reading), end + 2 * _REACH))
            found |= self._place(["headline"], following[:1])
            end = max(end, found.get("headline", end - 1) + 1)
        if "standfirst" in found:
            self.parts.standfirst = self.reading.texts[found["standfirst"]]
        at = found.get("headline")
        stop = max([end, *(each + 1 for each in found.values())])
        later: Which = next((_WHICH[name] for name in under if name in _WHICH), "none")
        return _Opening(at, stop, later)

    def _named_by_head(self, end: int) -> int | None:
        """The heading that the head calls the page by (HTML): a teaser's may be over it."""
        reading, head = self.reading, self.reading.head
        for at in range(min(end + _REACH, len(reading))):
            is_free = reading.kinds[at] == "heading" and not self.roles[at]
            if head and is_free and is_headline(head, reading.texts[at], self.words.site_names):
                self.roles[at] = "headline"
                return at
        return None

    def _place(self, names: Sequence[str], lines: Sequence[int]) -> dict[str, int]:
        """Which of some lines are headline and standfirst, of which the standfirst may be missing."""
        if len(lines) > len(names):
            raise unclear_headline(self.reading, lines)
        if len(lines) < len(names):
            names = [name for name in names if name == "headline"]
        found = {name.rstrip("?"): at for name, at in zip(names, lines, strict=False)}
        if len(found) > 1 and ends_like_sentence(self.reading.texts[found["headline"]]):
            raise unclear_headline(self.reading, lines)
        for name, at in found.items():
            self.roles[at] = name
        return found

    def _free(self, start: int, end: int) -> list[int]:
        """The lines of [start, end) that aren't used, furniture or of the page's frame."""
        mark_noise(self.reading, self.roles, self.words.noise, start, end)
        texts = self.reading.texts
        return [
            at
            for at in range(start, end)
            if not self.roles[at]
            and self.reading.kinds[at] in {"text", "heading"}
            and texts[at] not in self.words.passed_over
            and not is_furniture(texts[at])
        ]

    def _take_header(self) -> Header:
        """The header's lines, with the date and the byline as the publisher writes them."""
        reading, roles = self.reading, self.roles
        header = find_header(reading, roles, 0, len(reading), self.words.passed_over)
        parts, forms = self.parts, self.rules.forms
        if header is None:
            found = (
                at
                for at in range(len(reading))
                if self._may_be_header(at)
                and not self.take_modified(reading.texts[at])
                and parts.take_date(reading.texts[at], forms)
            )
            at = next(found, None)
            if at is None:
                raise MissingField(
                    "article_header",
                    "No line has an author or a time, as the layout has them. Look at the page.",
                )
            roles[at] = "published_local"
            name = name_in(reading.texts[at], self.rules.labels.byline, forms)
            header = Header(at, at + 1, (), name, None, parts.shown, None, None, None, has_unread_time=False)
        for line, name in header.lines:
            roles[line] = name
        parts.byline, parts.shown = header.byline_raw, header.published
        start, end = header.start, header.end
        for at in range(max(0, start - _REACH), min(end + _REACH, len(reading))):
            if not self._may_be_header(at):
                continue
            text = reading.texts[at]
            name = name_in(text, self.rules.labels.byline, forms) if parts.byline is None else None
            if reading.kinds[at] == "bullet" and parts.byline is None and byline_key(text) in reading.houses:
                name = text
            label, colon, agency = text.partition(":")
            if self.take_modified(text):
                roles[at] = NOISE
            elif not header.published and parts.take_date(text, forms):
                roles[at] = "published_local"
            elif colon and parts.agency is None and label.strip() in self.rules.labels.agency:
                parts.agency, roles[at] = agency.strip() or None, "agency"
            elif name is not None:
                roles[at] = "byline_raw"
            else:
                continue
            parts.byline = parts.byline or name
            start, end = min(start, at), max(end, at + 1)
        beside = self._name_beside(start, end)
        if beside is not None:
            parts.byline, roles[beside] = reading.texts[beside], "byline_raw"
            start, end = min(start, beside), max(end, beside + 1)
        return header._replace(start=start, end=end)

    def _name_beside(self, start: int, end: int) -> int | None:
        """A name without a label on the line over or under the date [start, end), by the layout's order."""
        order, texts = self.rules.order, self.reading.texts
        if self.parts.byline or "" not in self.rules.labels.byline or not {*order} >= _ANCHORS:
            return None
        step = order.index("byline") - order.index("date")
        at = {-1: start - 1, 1: end}.get(step, -1)
        if not 0 <= at < len(texts) or not self._may_be_header(at) or not is_name(texts[at]):
            return None
        # over the date alone it may be the headline
        others = [other for other in self._free(max(0, at - _REACH), at) if self._may_be_header(other)]
        return at if (step > 0 or others) and texts[at] not in self.words.passed_over else None

    def _may_be_header(self, at: int) -> bool:
        text = self.reading.texts[at]
        return not self.roles[at] and len(text) <= _LINE_CHARS and not ends_like_sentence(text)

    def _body_end(self, sections: Sections, start: int) -> int:
        """Where a line is that comes after the body; of a layout without any the page's end."""
        found = sections.first_after(start)
        if found is not None:
            return found
        below = [*self.words.footer_lines, *self.words.list_labels]
        if below or not self.reading.ended:
            named = f" (as {min(below)!r})" if below else ""
            raise UnreadablePage(
                "truncated_page",
                f"The capture ends before any line that comes after the body{named}, which may go on. "
                "Capture the page again; if text captures of the site lack such lines, declare a mark for "
                "the list in place of its label.",
            )
        return len(self.reading)
