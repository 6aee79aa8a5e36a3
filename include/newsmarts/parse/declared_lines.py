"""Text captures of a declared publisher, and its HTML pages without a mark for the body: lines and labels."""

from __future__ import annotations

from newsmarts.core.errors import MissingField, UnreadablePage
from newsmarts.parse.body import BodyReader
from newsmarts.parse.declared_marks import DeclaredPage, Parts, without_label
from newsmarts.parse.header import Header, find_header, take_headline
from newsmarts.parse.layout import mark_menus
from newsmarts.parse.not_articles import check_body
from newsmarts.parse.opening import OpeningReader
from newsmarts.parse.prose import ends_like_sentence
from newsmarts.parse.reading import mark_noise, take
from newsmarts.parse.sections import Sections, find_sections, read_lists
from newsmarts.parse.stories import check_not_wrapped, check_one_story
from newsmarts.parse.tickers import TickerLines, check_labels_in_body, take_ticker

_REACH = 3  # lines between two of a header's
_LINE_CHARS = 90


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
        headline = take_headline(reading, roles, words, header, parts.ticker)
        start = header.end if headline is None else max(header.end, headline + 1)
        sections = find_sections(
            reading,
            roles,
            words,
            labels,
            headline=header.start if headline is None else headline,
            ticker=parts.ticker,
        )
        end = self._body_end(sections, start)
        check_body(reading, roles, start, end)
        check_not_wrapped(reading, start, end)
        parts.lists = read_lists(reading, roles, words, sections, parts.ticker)
        take(roles, sections.footer, len(roles), "footer")
        lines = TickerLines(parts.ticker)
        lines.mark_repeats(reading, roles, start, end)
        mark_noise(reading, roles, words.noise, start, end)
        mark_menus(reading, roles, words, start, end)
        check_labels_in_body(reading, roles, labels, parts.ticker, start=start, end=end)
        check_one_story(reading, roles, start, end)
        opening = OpeningReader(
            reading,
            roles,
            header=header.start,
            listen_labels=(),
            ends_opening=words.related_labels,
            noise=words.noise,
        ).read(start, end)
        parts.headline = None if headline is None else reading.texts[headline]
        parts.standfirst, parts.image, parts.image_url = opening.standfirst, opening.image, opening.image_url
        parts.agency, parts.modified = header.agency, parts.modified or header.modified_local
        parts.read_minutes, parts.share_count = header.read_minutes, header.share_count
        parts.body = BodyReader(
            reading, roles, lines, words.related_labels, words.list_noise, tags_last=True
        ).read(opening.body_start, end)
        return parts

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
                and not self._take_modified(reading.texts[at])
                and parts.take_date(reading.texts[at], forms)
            )
            at = next(found, None)
            if at is None:
                raise MissingField(
                    "article_header",
                    "No line has an author or a time, as the layout has them. Look at the page.",
                )
            roles[at] = "published_local"
            header = Header(at, at + 1, (), None, None, parts.shown, None, None, None, has_unread_time=False)
        for line, name in header.lines:
            roles[line] = name
        parts.byline, parts.shown = header.byline_raw, header.published
        start, end = header.start, header.end
        for at in range(max(0, start - _REACH), min(end + _REACH, len(reading))):
            if not self._may_be_header(at):
                continue
            text = reading.texts[at]
            name = without_label(text, self.rules.labels.byline)
            if self._take_modified(text):
                roles[at] = "modified_at"
            elif not header.published and parts.take_date(text, forms):
                roles[at] = "published_local"
            elif parts.byline is None and name != text:
                parts.byline, roles[at] = name, "byline_raw"
            else:
                continue
            start, end = min(start, at), max(end, at + 1)
        return header._replace(start=start, end=end)

    def _may_be_header(self, at: int) -> bool:
        text = self.reading.texts[at]
        return not self.roles[at] and len(text) <= _LINE_CHARS and not ends_like_sentence(text)

    def _body_end(self, sections: Sections, start: int) -> int:
        """Where a line is that comes after the body; without any the page's end."""
        found = sections.first_after(start)
        if found is not None:
            return found
        if self.words.footer_lines or not self.reading.ended:
            raise UnreadablePage(
                "truncated_page",
                "The capture ends before any line that comes after the body, which may go on. Capture the "
                "page again.",
            )
        return len(self.reading)
