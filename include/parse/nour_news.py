"""Nour News (English edition): what the blocks of its pages mean.

Reading order: ``News ID : 179165``; ``Publish Date : 6/22/2024 5:01:54 PM``; the headline, twice; standfirst;
body; the comment form, whose first words are ``first name & last name``. A body may open with the dateline
``NOURNEWS-`` and say the standfirst again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from include.errors import MissingField, UnreadablePage
from include.models import Article, BodyBlock
from include.parse.body import BodyReader
from include.parse.identity import normalised_headline
from include.parse.publisher import ParsedPage
from include.parse.reading import Reading, Roles, take
from include.parse.rules import rules_at
from include.parse.tickers import TickerLines
from include.parse.times import moment_of, parse_month_first

SLUG: Final = "nour_news"
LANGUAGE: Final = "en"
TIMEZONE: Final = "Asia/Tehran"  # Tehran wall time without an offset; see golden nour_news 2024-06-22

_NEWS_ID = re.compile(r"News ?ID ?: ?(\d{1,12})", re.IGNORECASE)
_PUBLISHED = re.compile(r"Publish(?:ed)? Date ?: ?(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """The words that a page of this layout is found by; a new layout overrides what changed."""

    valid_from: date
    form_lines: frozenset[str]  # casefolded; the comment form begins with one of them
    dateline: re.Pattern[str]
    related_labels: frozenset[str]  # casefolded
    noise: frozenset[str]  # casefolded


LAYOUTS = (
    Layout(
        valid_from=date(2021, 1, 1),
        form_lines=frozenset({"first name & last name", "first name and last name"}),
        dateline=re.compile(r"NOUR ?NEWS ?[-–—:]+ ?", re.IGNORECASE),
        related_labels=frozenset({"related news", "related news:"}),
        noise=frozenset({"", "share", "print"}),
    ),
)


class NourNews:
    """The publisher's rules; see ``include.parse.publisher.Publisher``."""

    slug: str = SLUG

    def recognises(self, reading: Reading) -> bool:
        """Its two labelled lines, either of which may be missing."""
        return any(
            text[:4].casefold() in {"news", "publ"}
            and (_NEWS_ID.fullmatch(text) or _PUBLISHED.fullmatch(text))
            for text in reading.texts[:200]
        )

    def read(self, reading: Reading, captured_at: datetime | None) -> ParsedPage:
        """Read one article page.

        Times are UTC; the page shows Tehran wall time, month first.

        Raises:
            MissingField: there is no body.
            UnreadablePage: the capture is cut off before the comment form (``truncated_page``).

        Source: the page's labels in reading order. tests/parse/; golden page of 2024-06-22.
        """
        layout = rules_at(LAYOUTS, captured_at)
        roles: Roles = [""] * len(reading)
        start, news_id, wall = _read_labels(reading, roles)
        end = _form_start(reading, layout, start)
        take(roles, end, len(roles), "form")
        headline, start = _read_headline(reading, roles, start, end)
        lines = [index for index in range(start, end) if reading.kinds[index] in {"text", "heading"}]
        standfirst = None
        if len(lines) > 1 and lines[0] == start and not layout.dateline.match(reading.texts[start]):
            standfirst = reading.texts[start]
            roles[start] = "standfirst"
            start += 1
        body = BodyReader(reading, roles, TickerLines(), layout.related_labels, layout.noise).read(start, end)
        blocks = _without_dateline(body.blocks, layout.dateline, standfirst)
        if not blocks:
            raise MissingField("body", "The page has a headline but no text under it.")
        article = Article(
            publisher=SLUG,
            language=LANGUAGE,
            headline=headline,
            published_local=wall,
            timezone=TIMEZONE,
            published_at=None if wall is None else moment_of(wall, TIMEZONE),
            body=tuple(blocks),
            identity=(news_id,) if news_id else None,
            rule_version=f"{SLUG}/{layout.valid_from}",
            news_id=news_id,
            standfirst=standfirst,
            related_headlines=tuple(body.related),
            captured_on_or_after=None if wall is None else wall.date(),
        )
        return ParsedPage(article, reading, roles)


def _read_labels(reading: Reading, roles: Roles) -> tuple[int, str | None, datetime | None]:
    """The labelled lines: the first block after them, the news id, and the wall time."""
    news_id: str | None = None
    published: str | None = None
    after = 0
    for index, text in enumerate(reading.texts):
        if text[:4].casefold() not in {"news", "publ"}:
            continue
        id_match, date_match = _NEWS_ID.fullmatch(text), _PUBLISHED.fullmatch(text)
        if id_match and news_id is None:
            news_id = str(int(id_match[1]))  # int reads Persian digits as well
        elif date_match and published is None:
            published = date_match[1].strip()
        else:
            continue
        roles[index] = "header"
        after = index + 1
    return after, news_id, parse_month_first(published) if published else None


def _form_start(reading: Reading, layout: Layout, start: int) -> int:
    for index in range(start, len(reading)):
        if reading.texts[index].casefold() in layout.form_lines:
            return index
    raise UnreadablePage(
        "truncated_page",
        "The capture ends before the comment form that follows an article, so its body may go on. "
        "Capture the page anew.",
    )


def _read_headline(reading: Reading, roles: Roles, start: int, end: int) -> tuple[str | None, int]:
    """The headline, which the page says twice, and the block after it."""
    if start >= end:
        return None, start
    headline = reading.texts[start]
    roles[start] = "headline"
    start += 1
    while start < end and normalised_headline(reading.texts[start]) == normalised_headline(headline):
        roles[start] = "headline"
        start += 1
    return headline, start


def _without_dateline(
    blocks: list[BodyBlock], dateline: re.Pattern[str], standfirst: str | None
) -> list[BodyBlock]:
    """The body without ``NOURNEWS-``, and without a first paragraph that only says the standfirst again."""
    if not blocks or blocks[0].text is None:
        return blocks
    text = dateline.sub("", blocks[0].text, count=1) if dateline.match(blocks[0].text) else blocks[0].text
    repeats = standfirst is not None and normalised_headline(text) == normalised_headline(standfirst)
    if not text or (repeats and len(blocks) > 1):
        return blocks[1:]
    return [BodyBlock(blocks[0].kind, text), *blocks[1:]]
