"""Nour News (English edition): what the blocks of its pages mean.

Reading order: ``News ID : 179165``; ``Publish Date : 6/22/2024 5:01:54 PM``; the headline, twice; standfirst;
body; the comment form, whose first words are ``first name & last name``. A body may open with the dateline
``NOURNEWS-`` and say the standfirst again. HTML names its parts: ``#Body_Body_lblNewsTitle``,
``#Body_Body_lblDatePublish``, ``#Body_Body_lblNewsBody``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from newsmarts.core.errors import MissingField, UnreadablePage
from newsmarts.core.publishers import facts_of
from newsmarts.core.records import Article, BodyBlock
from newsmarts.parse.addresses import Site
from newsmarts.parse.body import BodyReader
from newsmarts.parse.headline import first_heading
from newsmarts.parse.identity import normalised_address, normalised_headline
from newsmarts.parse.layout import FURNITURE, Layout, casefolded, layout_at
from newsmarts.parse.metadata import extra_of, is_headline, published_time
from newsmarts.parse.not_articles import check_body
from newsmarts.parse.opening import OpeningReader
from newsmarts.parse.prose import ends_like_sentence
from newsmarts.parse.publisher import ParsedPage, Publisher
from newsmarts.parse.reading import BODY_ROLES, NOISE, Reading, Roles, mark_noise, take
from newsmarts.parse.stories import check_not_wrapped
from newsmarts.parse.tickers import TickerLines
from newsmarts.parse.times import parse_month_first, parse_wall_time

SLUG: Final = "nour_news"
FACTS: Final = facts_of(SLUG)
LANGUAGE: Final = FACTS.language
TIMEZONE: Final = FACTS.timezone

_TITLE, _DATE, _BODY = "#Body_Body_lblNewsTitle", "#Body_Body_lblDatePublish", "#Body_Body_lblNewsBody"

LAYOUTS = (
    Layout(
        valid_from=date(2021, 1, 1),
        site_names=frozenset({"Nour News", "Nournews", "NourNews", "NOURNEWS", "nournews"}),
        related_labels=casefolded("Related News"),
        tail_labels=casefolded(
            "Key Words",
            "Keywords",
            "Tags",
            "Comments",
            "Comment",
            "User comments",
            "Latest News",
            "Most Viewed",
            "Most Visited",
            "Most Read",
            "Short Link",
            "Attachments",
            "Send to friends",
            "Source",
            "Leave a Reply",
            "Nournews",
            "نورنیوز",
        ),
        form_lines=frozenset({"first name & last name", "first name and last name"}),
        noise=FURNITURE,
    ),
)

SITE = Site(
    hosts=frozenset({"nournews.ir"}),
    base=FACTS.home_url,  # lists have "news/279165/slug", whatever their own address
    articles=re.compile(r"en/news/\d{1,12}(?:/.*)?", re.ASCII),
    others={
        "home_page": re.compile(r"(?:en)?"),
        "section_page": re.compile(r"en/(?:services?(?:/.*)?|allnews|archive(?:/.*)?|news)"),
        "tag_page": re.compile(r"en/(?:tags?|keywords?)(?:/.*)?"),
        "search_page": re.compile(r"en/search(?:/.*)?"),
        "video_page": re.compile(r"en/(?:videos?|multimedia)(?:/.*)?"),
        "gallery_page": re.compile(r"en/(?:photos?|galler(?:y|ies)|infographics?)(?:/.*)?"),
    },
    other_editions=re.compile(r"nournews\.ir/(?!en(?:/|$))[a-z]{2}(?:/.*)?"),
)

_NEWS_ID = re.compile(r"News ?ID ?:(?: ?(\d{1,12}))?", re.IGNORECASE)
_PUBLISHED = re.compile(r"Publish(?:ed)? ?Date ?:(?: ?(.*))?", re.IGNORECASE)
_LABELLED = re.compile(f"{_NEWS_ID.pattern}|{_PUBLISHED.pattern}", re.IGNORECASE)
_DATELINE = re.compile(r"NOUR ?NEWS ?[-–—:]+ ?", re.IGNORECASE)
_ADDRESS = re.compile(r"nournews\.ir/en/news/(\d{1,12})(?:/.*)?", re.ASCII)
_TAIL_LINE = re.compile(
    r"(?:tags?|key ?words?|labels?|short ?(?:link|url)|link|news ?code|code|views?|visits?) ?:.{0,200}"
    r"|source ?:[^.]{0,60}"
    r"|(?:https?://|www\.)\S+|(?:https?://)?nournews\.ir/\S+",
    re.IGNORECASE,
)
_TAIL_CHARS = 120  # of a name or headline under the text
_LABEL_LETTERS = frozenset("NnPp")


class NourNews:
    """The publisher's rules; see ``newsmarts.parse.publisher.Publisher``."""

    slug: str = SLUG
    marks: frozenset[str] = frozenset({_TITLE, _DATE, _BODY})
    site: Site = SITE

    def recognises(self, reading: Reading) -> bool:
        """Its two labelled lines, either of which may be missing, or what the head says."""
        head = reading.head
        if head is not None:
            if head.first("site_name") in LAYOUTS[-1].site_names or reading.mark(_BODY):
                return True
            if _number_in(head.first("canonical")):
                return True
        return any(_LABELLED.fullmatch(text) for text in reading.texts[:200] if text[:1] in _LABEL_LETTERS)

    def read(self, reading: Reading, roles: Roles, captured_at: datetime | None) -> ParsedPage:
        """Read one article page.

        Times are UTC; the page shows Tehran wall time, month first.

        Raises:
            MissingField: there is no body.
            UnreadablePage: the capture is cut off before the comment form (``truncated_page``), or a text
                capture has no line twice over its body (``unclear_headline``).

        Source: the page's labels in reading order; head metadata and the site's ids where present.
        tests/parse/.
        """
        layout = layout_at(LAYOUTS, captured_at)
        labels = _read_labels(reading, roles)
        headline, start, is_sure = _read_headline(reading, roles, layout, labels.end)
        end = _body_end(reading, layout, start)
        if not is_sure:
            raise UnreadablePage(
                "unclear_headline",
                f"The page says {str(headline)[:80]!r} once, but headlines twice. Look at the page.",
            )
        check_body(reading, roles, start, end)
        check_not_wrapped(reading, start, end)
        take(roles, end, len(roles), "form")
        end = _without_tail(reading, layout, roles, start, end)
        mark_noise(reading, roles, layout.noise, start, end)
        marked = reading.mark(_BODY)
        standfirst, image, image_url = None, None, None
        if not (start < end and _DATELINE.match(reading.texts[start])):
            opening = OpeningReader(
                reading,
                roles,
                header=max(labels.end - 1, 0),
                listen_labels=(),
                ends_opening=layout.related_labels,
                body_mark=marked[0] if marked and start <= marked[0] else None,
            ).read(start, end)
            standfirst, image, image_url = opening.standfirst, opening.image, opening.image_url
            start = opening.body_start
        body = BodyReader(reading, roles, TickerLines(), layout.related_labels, layout.noise).read(start, end)
        blocks = _without_dateline(body.blocks, standfirst)
        if len(blocks) < len(body.blocks):
            first = next(at for at in range(start, end) if roles[at] in BODY_ROLES)
            roles[first] = "noise" if _DATELINE.fullmatch(reading.texts[first]) else "standfirst"
        if not blocks:
            raise MissingField("body", "The page has a headline but no text under it.")
        published = published_time(
            reading.head,
            () if labels.published_local is None else (labels.published_local,),
            TIMEZONE,
            headline=headline,
            site_names=layout.site_names,
        )
        article = Article(
            publisher=SLUG,
            language=LANGUAGE,
            headline=headline,
            published_local=published.local,
            timezone=TIMEZONE,
            published_at=published.at,
            published_from=published.stated_by,
            body=tuple(blocks),
            identity=(labels.news_id,) if labels.news_id else None,
            rule_version=f"{SLUG}/{layout.valid_from}",
            news_id=labels.news_id,
            standfirst=standfirst,
            image=image,
            related_headlines=tuple(body.related),
            captured_on_or_after=published.local and published.local.date(),
            extra=extra_of(
                reading.head,
                houses=reading.houses,
                zone_name=TIMEZONE,
                site_names=layout.site_names,
                headline=headline,
                byline=None,
                published_at=published.at,
                picture=image_url,
            ),
        )
        return ParsedPage(article, reading, roles)


PUBLISHER: Final[Publisher] = NourNews()


@dataclass(frozen=True, slots=True)
class _Labels:
    """What the labelled lines say, and the block after them."""

    end: int
    news_id: str | None
    published_local: datetime | None


def _read_labels(reading: Reading, roles: Roles) -> _Labels:
    """The labelled lines; a label and its value may be two blocks in HTML."""
    texts = reading.texts
    news_id = published = None
    end = 0
    for index, text in enumerate(texts):
        if text[:1] not in _LABEL_LETTERS:
            continue
        id_match, date_match = _NEWS_ID.fullmatch(text), _PUBLISHED.fullmatch(text)
        after = index + 1
        if id_match and news_id is None:
            news_id = id_match[1]
            if (
                news_id is None
                and after < len(texts)
                and texts[after].isdecimal()
                and len(texts[after]) <= 12
            ):
                news_id, after = texts[after], after + 1
        elif date_match and published is None:
            published = _time(date_match[1] or "")
            if published is None and not date_match[1] and after < len(texts):
                published = _time(texts[after])
                after += published is not None
        else:
            continue
        take(roles, index, after, "news_id" if id_match else "published_local")
        end = max(end, after)
    if published is None:
        marked = reading.mark(_DATE)
        published = _time(texts[marked[0]]) if marked and marked[0] < len(texts) else None
        if marked and published is not None:
            roles[marked[0]] = "published_local"
            end = max(end, marked[0] + 1)
    if news_id is None and reading.head is not None:
        news_id = _number_in(reading.head.first("canonical"))
    if news_id is None:
        news_id = _number_in(reading.url)
    # int reads Persian digits as well, and drops leading zeros
    return _Labels(end, str(int(news_id)) if news_id else None, published)


def _time(text: str) -> datetime | None:
    return parse_month_first(text) or parse_wall_time(text)


def _number_in(address: str | None) -> str | None:
    """The number of the article whose own address this is."""
    found = _ADDRESS.fullmatch(normalised_address(address) or "") if address else None
    return found[1] if found else None


def _body_end(reading: Reading, layout: Layout, start: int) -> int:
    """Where the body ends: at the site's own container's end, else at the comment form."""
    marked = reading.mark(_BODY)
    if marked and reading.ended and start <= marked[1]:
        return marked[1]
    for index in range(start, len(reading)):
        if reading.texts[index].casefold() in layout.form_lines:
            return index
    raise UnreadablePage(
        "truncated_page",
        "The capture ends before the comment form that follows an article, so its body may go on. "
        "Capture the page again.",
    )


def _without_tail(reading: Reading, layout: Layout, roles: Roles, start: int, end: int) -> int:
    """Where the text ends: before key words, the short link, lists of other news; at most ``end``."""
    texts = reading.texts
    while end > start + 1 and (_TAIL_LINE.fullmatch(texts[end - 1]) or not texts[end - 1]):
        end -= 1
        roles[end] = NOISE
    first = next((at for at in range(start + 1, end) if texts[at].casefold() in layout.tail_labels), end)
    if any(len(text) > _TAIL_CHARS or ends_like_sentence(text) for text in texts[first + 1 : end]):
        return end
    take(roles, first, end, NOISE)
    return first


class _Headline(NamedTuple):
    """The headline, the block after it, and whether the page says so twice, by its title or its markup."""

    text: str | None
    end: int
    is_sure: bool


def _read_headline(reading: Reading, roles: Roles, layout: Layout, start: int) -> _Headline:
    """The headline, which the page says twice."""
    size = len(reading)
    marked = reading.mark(_TITLE)
    first = marked[0] if marked and marked[0] < size else None
    if first is None and reading.head is not None:
        first = first_heading(reading, roles, layout, 0, size)
    if first is None:
        first = start if start < size and reading.texts[start].casefold() not in layout.form_lines else None
    if first is None:
        return _Headline(None, start, is_sure=True)
    headline = reading.texts[first]
    normalised = normalised_headline(headline)
    end, said = max(first + 1, start), 0
    for index in range(min(first, start), size):
        if not roles[index]:
            if normalised_headline(reading.texts[index]) != normalised:
                if index >= end:
                    break
                continue
            roles[index] = "headline"
            end, said = max(end, index + 1), said + 1
    confirmed = marked or (reading.head and is_headline(reading.head, headline, layout.site_names))
    return _Headline(headline, end, is_sure=said > 1 or bool(confirmed))


def _without_dateline(blocks: list[BodyBlock], standfirst: str | None) -> list[BodyBlock]:
    """The body without ``NOURNEWS-``, and without a first paragraph that only says the standfirst again."""
    if not blocks or blocks[0].text is None:
        return blocks
    text = _DATELINE.sub("", blocks[0].text, count=1) if _DATELINE.match(blocks[0].text) else blocks[0].text
    repeats = standfirst is not None and normalised_headline(text) == normalised_headline(standfirst)
    if not text or (repeats and len(blocks) > 1):
        return blocks[1:]
    return [BodyBlock(blocks[0].kind, text), *blocks[1:]]
