"""Al Mayadeen English: what the blocks of its pages mean.

Reading order: masthead and navigation; ``BREAKING`` and the ticker; headline; byline, agency, time, shares,
minutes; standfirst; ``Listen``; picture and caption; body; tags; ``Most Read``; ``Coverage``; ``Read Next``;
footer. The ticker is taken out first, wherever it stands, so that nothing else can take its lines for body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from include.errors import MissingField, UnreadablePage
from include.models import Article, PageLink
from include.parse.body import BodyReader
from include.parse.bylines import fold_byline
from include.parse.header import Header, find_header
from include.parse.identity import normalised_headline
from include.parse.lists import read_dated_entries, read_sectioned_entries
from include.parse.opening import read_opening
from include.parse.publisher import ParsedPage
from include.parse.reading import Reading, Roles, take
from include.parse.rules import rules_at, spellings
from include.parse.sections import Sections, find_sections
from include.parse.tickers import TickerLines
from include.parse.times import moment_of

SLUG: Final = "al_mayadeen"
LANGUAGE: Final = "en"
TIMEZONE: Final = "Asia/Beirut"  # "16 May 2023 20:44" is Beirut wall time; articles' metadata says +03:00


@dataclass(frozen=True, slots=True)
class Layout:
    """The words that a page of this layout is found by. Whole lines; a new layout overrides what changed."""

    valid_from: date
    masthead: frozenset[str]
    navigation: frozenset[str]
    ticker_labels: frozenset[str]
    listen_labels: frozenset[str]
    related_labels: frozenset[str]  # casefolded
    list_labels: Mapping[str, str]
    all_link: str
    footer_lines: frozenset[str]
    sections: frozenset[str]
    noise: frozenset[str]  # casefolded


_NEWS_SECTIONS = frozenset(
    {"Politics", "Economy", "Sports", "Arts&Culture", "Health", "Miscellaneous", "Technology", "Environment"}
)
_ARTICLE_SECTIONS = frozenset({"Opinion", "Analysis", "Blog", "Features"})
_REGIONS = frozenset(
    {"Africa", "Asia", "Asia-Pacific", "Europe", "Latin America", "MENA", "Palestine", "US & Canada"}
    # not in the navigation, but under Most Read and Read Next: golden 2021-06-01
    | {"West Asia"}
)

LAYOUTS = (
    Layout(
        valid_from=date(2021, 6, 1),
        masthead=frozenset({"Al Mayadeen English", "Slogan"}),
        navigation=frozenset({"News", "Articles", "Videos", "Infographs", "In Pictures"}),
        ticker_labels=spellings("BREAKING", "Breaking News"),
        listen_labels=spellings("Listen"),
        related_labels=frozenset(
            label + end
            for label in ("related news", "related", "related articles", "related stories", "related topics")
            for end in ("", ":")
        ),
        list_labels={
            spelling: name
            for name, label in (
                ("most_read", "Most Read"),
                ("coverage", "Coverage"),
                ("read_next", "Read Next"),
            )
            for spelling in spellings(label)
        },
        all_link="All",
        footer_lines=frozenset(
            {"Al Mayadeen is an Arab Independent Media Satellite Channel.", "All Rights Reserved"}
        ),
        sections=_NEWS_SECTIONS | _ARTICLE_SECTIONS | _REGIONS,
        noise=frozenset(
            {
                "",
                "x",
                "advertisement",
                "sponsored",
                "share",
                "print",
                "copy link",
                "listen",
                "loading...",
                "follow us",
            }
        ),
    ),
)


class AlMayadeen:
    """The publisher's rules; see ``include.parse.publisher.Publisher``."""

    slug: str = SLUG

    def recognises(self, reading: Reading) -> bool:
        """The masthead at the top, or the footer's own description of the channel."""
        texts = reading.texts
        layout = LAYOUTS[-1]
        return any(text in layout.masthead for text in texts[:40]) or any(
            text in layout.footer_lines and "Al Mayadeen" in text for text in texts
        )

    def read(self, reading: Reading, captured_at: datetime | None) -> ParsedPage:
        """Read one article page.

        Times are UTC; the page shows Beirut wall time.

        Raises:
            MissingField: no line tells author, time or reading time, or there is no body.
            UnreadablePage: it can't be told where the headline or a related block ends
                (``unclear_headline``, ``unclear_related_block``), or the capture is cut off before the
                body's end is certain (``truncated_page``). A cut among the lists under the article costs
                only the entry that it falls into.

        Source: the page's labels in reading order. tests/parse/; golden pages of 2021 to 2024.
        """
        return _PageReader(reading, rules_at(LAYOUTS, captured_at)).read()


class _PageReader:
    """Reads one page, step by step; each step marks the blocks that it has used."""

    def __init__(self, reading: Reading, layout: Layout) -> None:
        self.reading = reading
        self.layout = layout
        self.roles: Roles = [""] * len(reading)

    def read(self) -> ParsedPage:
        """The article, whole or not at all."""
        reading, roles, layout = self.reading, self.roles, self.layout
        ticker = self._take_ticker()
        header = find_header(reading, roles, 0, len(reading))
        if header is None:
            raise MissingField(
                "article_header",
                "No line tells who wrote the article, when, or how long it takes to read: it is no article, "
                "or only the beginning of one. Look at the page; capture it anew if it is cut off.",
            )
        for line in header.lines:
            roles[line] = "header"
        headline = self._headline(header, ticker)
        start = header.end if headline is None else max(header.end, headline + 1)
        sections = find_sections(
            reading,
            roles,
            labels=layout.list_labels,
            footer_lines=layout.footer_lines,
            masthead=layout.masthead,
            all_link=layout.all_link,
            headline=header.start if headline is None else headline,
        )
        end = sections.first_after(start)
        if end is None:
            raise UnreadablePage(
                "truncated_page",
                "The capture ends before anything that follows an article's body (Most Read, Coverage, Read "
                "Next, the footer), so the body may go on. Capture the page anew.",
            )
        for section in sections.lists:
            take(roles, section.label, section.end, section.name)
        take(roles, sections.footer, len(roles), "footer")
        opening = read_opening(
            reading, roles, start, end, listen_labels=layout.listen_labels, ends_opening=layout.related_labels
        )
        most_read, coverage, read_next = self._lists(sections)
        body = BodyReader(
            reading,
            roles,
            TickerLines(ticker),
            layout.related_labels,
            layout.noise,
            known_headlines={link.headline for link in (*most_read, *read_next)},
            tags_last=True,
        ).read(opening.body_start, end)
        if not body.blocks:
            raise MissingField("body", "The page has an article's header but no text under it.")
        title = None if headline is None else reading.texts[headline]
        wall = header.published_local
        days = [link.published_on for link in most_read if link.published_on is not None]
        article = Article(
            publisher=SLUG,
            language=LANGUAGE,
            headline=title,
            published_local=wall,
            timezone=TIMEZONE,
            published_at=None if wall is None else moment_of(wall, TIMEZONE),
            body=tuple(body.blocks),
            identity=(wall.isoformat(timespec="minutes"), normalised_headline(title))
            if wall and title
            else None,
            rule_version=f"{SLUG}/{layout.valid_from}",
            standfirst=opening.standfirst,
            byline_raw=header.byline_raw,
            byline=fold_byline(SLUG, header.byline_raw),
            agency=header.agency,
            read_minutes=header.read_minutes,
            share_count=header.share_count,
            image=opening.image,
            tags=tuple(body.tags),
            ticker=tuple(ticker),
            related_headlines=tuple(body.related),
            most_read=tuple(most_read),
            coverage=tuple(coverage),
            read_next=tuple(read_next),
            captured_on_or_after=max([*days, *([wall.date()] if wall else [])], default=None),
        )
        return ParsedPage(article, reading, roles)

    def _take_ticker(self) -> list[str]:
        """The lines under each ticker label, wherever it stands; each line once."""
        texts, kinds = self.reading.texts, self.reading.kinds
        ticker: list[str] = []
        for label in [index for index, text in enumerate(texts) if text in self.layout.ticker_labels]:
            if self.roles[label]:
                continue
            self.roles[label] = "label"
            end = self.reading.section_end(label)
            for index in range(label + 1, end):
                if kinds[index] != "text" or self._is_label(texts[index]):
                    break
                self.roles[index] = "ticker"
                ticker.append(texts[index])
        return list(dict.fromkeys(ticker))

    def _is_label(self, text: str) -> bool:
        layout = self.layout
        return (
            text in layout.list_labels or text in layout.masthead or text.casefold() in layout.related_labels
        )

    def _headline(self, header: Header, ticker: list[str]) -> int | None:
        """The block of the headline: the one line that stands by itself right over the header.

        Lines without a blank line between them are no headline: they are a ticker whose label is missing.

        Raises:
            UnreadablePage: several lines could be the headline.
        """
        reading, roles, layout = self.reading, self.roles, self.layout
        texts, kinds = reading.texts, reading.kinds
        first = header.start
        while first and (kinds[first - 1] in {"text", "heading"}) and roles[first - 1] != "ticker":
            first -= 1
        passed_over = layout.masthead | layout.navigation | layout.sections | layout.ticker_labels
        runs: list[list[int]] = []
        for index in range(first, header.start):
            if texts[index] in passed_over or texts[index].casefold() in layout.noise:
                continue
            if not runs or reading.apart[index]:
                runs.append([])
            runs[-1].append(index)
        for run in [run for run in runs if len(run) > 1]:
            for index in run:
                roles[index] = "ticker"
                ticker.append(texts[index])
        single = [run[0] for run in runs if len(run) == 1]
        if len(single) > 1:
            raise UnreadablePage(
                "unclear_headline",
                f"{len(single)} lines over the byline could be the headline: "
                + ", ".join(repr(texts[index][:60]) for index in single[:3])
                + ". Look at the page.",
            )
        if single:
            roles[single[0]] = "headline"
        return single[0] if single else None

    def _lists(self, sections: Sections) -> tuple[list[PageLink], list[str], list[PageLink]]:
        """Most Read, Coverage and Read Next. A capture that is cut off loses the entry that it is cut in."""
        reading, layout = self.reading, self.layout
        cut = not sections.has_footer
        size = len(reading)
        most_read: list[PageLink] = []
        coverage: list[str] = []
        read_next: list[PageLink] = []
        for section in sections.lists:
            start = section.label + 1
            if start < section.end and reading.texts[start] == layout.all_link:
                start += 1
            if section.name == "most_read":
                most_read += read_dated_entries(reading, start, section.end, layout.sections)
            elif section.name == "coverage":
                end = section.end - 1 if cut and section.end == size else section.end
                coverage += [text for text in reading.texts[start:end] if text]
            else:
                at_cut = cut and section.end == size
                read_next += read_sectioned_entries(reading, start, section.end, layout.sections, cut=at_cut)
        return most_read, coverage, read_next
