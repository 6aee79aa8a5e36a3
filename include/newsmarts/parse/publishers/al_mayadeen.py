"""Al Mayadeen English: what the blocks of its pages mean.

Reading order: masthead and navigation; ``BREAKING`` and the ticker; headline; byline, agency, time, shares,
minutes; standfirst; ``Listen``; picture and caption; body; tags; ``Most Read``; ``Coverage``; ``Read Next``;
footer. The ticker is taken out first, wherever it is, so that nothing else can take its lines for body.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final

from newsmarts.core.bylines import fold_byline
from newsmarts.core.errors import CaptureError, MissingField, UnreadablePage
from newsmarts.core.publishers import facts_of
from newsmarts.core.records import Article
from newsmarts.parse.addresses import Site
from newsmarts.parse.body import BodyReader
from newsmarts.parse.header import Header, find_header
from newsmarts.parse.headline import take_headline
from newsmarts.parse.identity import headline_identity, other_identities
from newsmarts.parse.layout import FURNITURE, Labels, Layout, casefolded, layout_at, mark_menus, spellings
from newsmarts.parse.metadata import extra_of, is_about, published_time
from newsmarts.parse.not_articles import check_body
from newsmarts.parse.opening import Opening, OpeningReader
from newsmarts.parse.publisher import ParsedPage, Publisher
from newsmarts.parse.reading import NOISE, Reading, Roles, mark_noise, take
from newsmarts.parse.sections import find_sections, read_lists, take_all
from newsmarts.parse.stories import check_has_text, check_not_wrapped, check_one_story, end_of_story
from newsmarts.parse.tickers import TickerLines, check_labels_in_body, take_ticker

SLUG: Final = "al_mayadeen"
FACTS: Final = facts_of(SLUG)
LANGUAGE: Final = FACTS.language
TIMEZONE: Final = FACTS.timezone

_BODY = ".p-content"
# Section and slug, without a number; a slug is the headline's words, so ".../politics/page-2" is none.
_ADDRESS = re.compile(
    r"english\.almayadeen\.net/(?:news/[^/]+|articles/(?:opinion|analysis|blog|features))/"
    r"(?=[^/]*[^\W\d_]{2}[^/]*-[^/]*[^\W\d_]{2})[^/]+"
)

# Of the addresses of the Arabic edition, which shares the system, 30 % are videos, newscasts, podcasts and
# infographics.
SITE = Site(
    hosts=frozenset({"english.almayadeen.net", "next-en.almayadeen.net"}),
    base=FACTS.home_url,
    articles=re.compile(r"news/[^/]+/[^/]+|articles/(?:opinion|analysis|blog|features)/[^/]+"),
    others={
        "home_page": re.compile(r"(?:index(?:\.\w+)?|home)?"),
        "section_page": re.compile(
            r"(?:news|articles)(?:/[^/]+)?(?:/(?:page-?)?\d*)?|(?:coverages?|latest(?:-news)?|most-read)(?:/.*)?"
        ),
        "tag_page": re.compile(r"(?:tags?|topics?|keywords?)(?:/.*)?"),
        "author_page": re.compile(r"(?:authors?|writers?)(?:/.*)?"),
        "search_page": re.compile(r"search(?:/.*)?"),
        "video_page": re.compile(
            r"(?:videos?|video-features|shows?|episodes?|programs?|newsfeed|explainers|tv|digital-series)(?:/.*)?"
        ),
        "gallery_page": re.compile(
            r"(?:galler(?:y|ies)|in-pictures|pictures|infograph(?:ic)?s?|photos?|albums?)(?:/.*)?"
        ),
        "podcast_page": re.compile(r"(?:podcasts?|newscasts?|radio|audio)(?:/.*)?"),
        "live_blog": re.compile(r"(?:live|live-?blogs?)(?:/.*)?"),
    },
    other_editions=re.compile(r"(?:(?:espanol|ar|es)\.)?almayadeen\.net(?:/.*)?"),
)

_NEWS_SECTIONS = frozenset(
    {"Politics", "Economy", "Sports", "Arts&Culture", "Health", "Miscellaneous", "Technology", "Environment"}
)
_ARTICLE_SECTIONS = frozenset({"Opinion", "Analysis", "Blog", "Features"})
_REGIONS = frozenset(
    {"Africa", "Asia", "Asia-Pacific", "Europe", "Latin America", "MENA", "Palestine", "US & Canada"}
    # not in the navigation, but under Most Read and Read Next: golden 2021-06-01
    | {"West Asia"}
)
_VIDEO_MENU = frozenset({"Videos", "NewsFeed", "Video Features", "Explainers", "TV", "Digital Series"})

LAYOUTS = (
    Layout(
        valid_from=date(2021, 6, 1),
        site_names=frozenset({"Al Mayadeen English", "Al Mayadeen"}),
        masthead=frozenset({"Al Mayadeen English", "Slogan"}),
        navigation=_VIDEO_MENU | {"News", "Articles", "Infographs", "In Pictures", "LIVE", "Ar", "Es"},
        ticker_labels=spellings("BREAKING", "Breaking News"),
        listen_labels=spellings("Listen"),
        related_labels=casefolded("Related News", "Related", "Related Articles", "Related Stories"),
        list_labels={
            **dict.fromkeys(spellings("Most Read"), "most_read"),
            **dict.fromkeys(spellings("Coverage"), "coverage"),
            **dict.fromkeys(spellings("Read Next"), "read_next"),
        },
        all_link="All",
        footer_lines=frozenset(
            {"Al Mayadeen is an Arab Independent Media Satellite Channel.", "All Rights Reserved"}
        ),
        sections=_NEWS_SECTIONS | _ARTICLE_SECTIONS | _REGIONS,
        noise=FURNITURE,
    ),
)


class AlMayadeen:
    """The publisher's rules; see ``newsmarts.parse.publisher.Publisher``."""

    slug: str = SLUG
    marks: frozenset[str] = frozenset({_BODY})
    site: Site = SITE

    def recognises(self, reading: Reading) -> bool:
        """The masthead at the top, the footer's own description of the channel, or the head's site name."""
        texts, layout = reading.texts, LAYOUTS[-1]
        return (
            not layout.site_names.isdisjoint(texts[:40])
            or any(text in layout.footer_lines and "Al Mayadeen" in text for text in texts)
            or (reading.head is not None and reading.head.first("site_name") in layout.site_names)
        )

    def read(self, reading: Reading, roles: Roles, captured_at: datetime | None) -> ParsedPage:
        """Read one article page.

        Times are UTC; the page shows Beirut wall time.

        Raises:
            MissingField: no line has author, time or reading time, or there is no body.
            UnreadablePage: it is unclear where ticker, headline or a related block end, which lines are a
                caption or a list's headlines (``unclear_…``), or the capture is cut
                off before the body's end is certain (``truncated_page``). A cut among the lists under the
                article costs only the entry that it falls into.

        Source: the page's labels in reading order; head metadata where present. tests/parse/.
        """
        layout = layout_at(LAYOUTS, captured_at)
        labels = layout.labels_in(reading)
        ticker = take_ticker(reading, roles, layout, labels)  # first: a witness, whatever the page is
        header = _take_header(reading, roles, layout, labels)
        headline = take_headline(reading, roles, layout, header, ticker)
        top = header.start if headline is None else headline
        start = header.end if headline is None else max(header.end, headline + 1)
        sections = find_sections(reading, roles, layout, labels, headline=top, ticker=ticker)
        end = sections.first_after(start)
        if end is None:
            raise _cut_off()
        content = reading.mark(_BODY)
        end = end_of_story(reading, headline, content and content[1], start, end)
        check_body(reading, roles, start, end)
        check_not_wrapped(reading, start, end)
        lists = read_lists(reading, roles, layout, sections, ticker)
        take(roles, sections.footer, len(roles), "footer")
        ticker_lines = TickerLines(ticker)
        ticker_lines.mark_repeats(reading, roles, start, end)
        mark_noise(reading, roles, layout.noise, start, end)
        mark_menus(reading, roles, layout, start, end)
        check_labels_in_body(reading, roles, labels, ticker, start=start, end=end)
        check_one_story(reading, roles, start, end)
        opening = OpeningReader(
            reading,
            roles,
            header=top,
            listen_labels=layout.listen_labels,
            ends_opening=layout.related_labels,
            body_mark=content[0] if content else None,
            noise=layout.noise,
        ).read(start, end)
        body = BodyReader(
            reading,
            roles,
            ticker_lines,
            layout.related_labels,
            layout.list_noise,
            known_headlines={link.headline for link in (*lists.most_read, *lists.read_next)},
            tags_last=True,
        ).read(opening.body_start, end)
        if not body.blocks:
            raise MissingField("body", "The page has an article's header but no text under it.")
        check_has_text(body.blocks, body.dropped + len(body.related))
        fields = _fields(reading, layout, header, headline, opening)
        article = Article(
            publisher=SLUG,
            language=LANGUAGE,
            timezone=TIMEZONE,
            body=tuple(body.blocks),
            rule_version=f"{SLUG}/{layout.valid_from}",
            tags=tuple(body.tags),
            ticker=tuple(ticker),
            related_headlines=tuple(body.related),
            **fields,
            most_read=tuple(lists.most_read),
            coverage=tuple(lists.coverage),
            read_next=tuple(lists.read_next),
            captured_on_or_after=lists.latest_day(fields["published_local"]),
        )
        return ParsedPage(article, reading, roles)


PUBLISHER: Final[Publisher] = AlMayadeen()


def _take_header(reading: Reading, roles: Roles, layout: Layout, labels: Labels) -> Header:
    """The lines around the headline; each gets its role."""
    # mostly right under the ticker; a page may have its parts in another order
    ticker_end = roles.index("ticker") if "ticker" in roles else 0
    while ticker_end < len(roles) and roles[ticker_end] == "ticker":  # of a second page there may be another
        ticker_end += 1
    header = find_header(reading, roles, ticker_end, len(reading), layout.passed_over)
    if header is None and ticker_end:
        header = find_header(reading, roles, 0, len(reading), layout.passed_over)
    if header is None:
        raise _without_header(reading, roles, layout, labels)
    for line, name in header.lines:
        roles[line] = name
    return header


def _without_header(reading: Reading, roles: Roles, layout: Layout, labels: Labels) -> CaptureError:
    """Why a page has no line with author, time or reading time; its frame and its lists get their roles."""
    sections = find_sections(reading, roles, layout, labels, headline=0, ticker=())
    for section in sections.lists:
        take(roles, section.label, section.end, section.name)
    take(roles, sections.footer, len(roles), "footer")
    frame = layout.passed_over | layout.footer_lines
    take_all(roles, (at for at, text in enumerate(reading.texts) if not roles[at] and text in frame), NOISE)
    if not sections.has_footer:
        return _cut_off()
    return MissingField(
        "article_header",
        "No line has an author, a time or a reading time. Look at the page.",
    )


def _fields(
    reading: Reading, layout: Layout, header: Header, headline: int | None, opening: Opening
) -> dict[str, Any]:
    """The record's fields from header and opening, and what the page's head adds."""
    head, names = reading.head, layout.site_names
    title = None if headline is None else reading.texts[headline]
    byline = fold_byline(header.byline_raw, reading.houses)
    published = published_time(
        head,
        header.published,
        TIMEZONE,
        headline=title,
        site_names=names,
        times=reading.times_in(header.start, header.end) if header.has_unread_time else (),
    )
    wall, moment = published.local, published.at
    return {
        "headline": title,
        "standfirst": opening.standfirst,
        "byline_raw": header.byline_raw,
        "byline": byline,
        "agency": header.agency,
        "published_local": wall,
        "published_at": moment,
        "published_from": published.stated_by,
        "identity": headline_identity(title, wall),
        "other_identities": other_identities(
            reading,
            _ADDRESS,
            wall,
            head_is_own=is_about(head, TIMEZONE, headline=title, published_at=moment, site_names=names),
        ),
        "news_id": head.first("news_id") if head else None,
        "read_minutes": header.read_minutes,
        "share_count": header.share_count,
        "image": opening.image,
        "extra": extra_of(
            head,
            houses=reading.houses,
            zone_name=TIMEZONE,
            site_names=names,
            headline=title,
            byline=byline,
            published_at=moment,
            modified_local=header.modified_local,
            picture=opening.image_url,
        ),
    }


def _cut_off() -> UnreadablePage:
    return UnreadablePage(
        "truncated_page",
        "The capture ends before anything that follows an article's body (Most Read, Coverage, Read Next, "
        "the footer), so the body may go on. Capture the page anew.",
    )
