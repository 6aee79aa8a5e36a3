"""A page as its author knows it: what the renderers print, and the record that a correct parser gives.

The record is made from this model alone, so it can judge a parser.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from samples import furniture

Publisher = Literal["al_mayadeen", "al_mayadeen_ar", "nour_news"]
Format = Literal["text", "html"]

TIMEZONES: dict[Publisher, str] = {
    "al_mayadeen": "Asia/Beirut",
    "al_mayadeen_ar": "Asia/Beirut",
    "nour_news": "Asia/Tehran",
}
HOUSE_BYLINES = {
    "Al Mayadeen": "Al Mayadeen",
    "Al Mayadeen English": "Al Mayadeen",
    "الميادين نت": "الميادين",
    "شبكة الميادين": "الميادين",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body; may hold no-break spaces, which a record has as spaces."""

    text: str


@dataclass(frozen=True, slots=True)
class Subheading:
    """A headline inside the body."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A bullet list of the body."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """An embedded post of a social network."""

    text: str
    author: str  # "Name (@handle)"
    posted_on: date
    picture: str | None = None  # "pic.twitter.com/…"

    @property
    def attribution(self) -> str:
        """The line under the post."""
        return f"— {self.author} {furniture.long_date(self.posted_on)}"

    @property
    def words(self) -> str:
        """The post's text with its picture's address."""
        return f"{self.text} {self.picture}" if self.picture else self.text


@dataclass(frozen=True, slots=True)
class Related:
    """A "Related News" block inside the body; its headlines don't belong to the body."""

    headlines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promo:
    """A "Read more: …" line inside the body; its headline doesn't belong to the body."""

    headline: str


BodyPart = Paragraph | Subheading | Bullets | Post | Related | Promo


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of Most Read (with a date) or of Read Next (without)."""

    headline: str
    caption: str
    section: str
    published_on: date | None = None
    shown_on: str | None = None  # how the page prints a day that only the capture's day gives a meaning


@dataclass(frozen=True, slots=True)
class Picture:
    """The lead picture, in words."""

    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page as captured at one moment. What is None or empty isn't on the page."""

    publisher: Publisher
    headline: str | None
    body: tuple[BodyPart, ...]
    published_local: datetime | None  # wall time at the publisher's, naive
    standfirst: str | None = None
    byline_raw: str | None = None
    head_byline: str | None = None  # the head names another author, and the byline has no label
    agency: str | None = None
    read_minutes: int | None = None
    shares: str | None = None  # as printed: "3", "1,204", "12.3K"
    picture: Picture | None = None
    listen: bool = False
    tags: tuple[str, ...] = ()
    ticker: tuple[str, ...] = ()
    most_read: tuple[Link, ...] = ()
    coverage: tuple[str, ...] = ()
    read_next: tuple[Link, ...] = ()
    news_id: str | None = None  # Al Mayadeen prints it in HTML only
    url_news_id: str | None = None  # an address that has another id than the page shows
    section: str = "Politics"
    modified_local: datetime | None = None  # HTML only
    dateline: str | None = None  # Nour News: "NOURNEWS- " before the first paragraph
    single_newlines: bool = False  # Nour News, text only: no blank lines between paragraphs
    repeats_standfirst: bool = False  # Nour News: the standfirst again as first paragraph, which is no body

    @property
    def language(self) -> str:
        """The language of its text, and of the words that the site prints around it."""
        return "ar" if self.publisher == "al_mayadeen_ar" else "en"

    @property
    def printed_body(self) -> tuple[BodyPart, ...]:
        """The body as the page prints it: with the dateline and the repeated standfirst."""
        parts = self.body
        if self.repeats_standfirst and self.standfirst:
            parts = (Paragraph(self.standfirst), *parts)
        if self.dateline and parts and isinstance(parts[0], Paragraph):
            parts = (Paragraph(self.dateline + parts[0].text), *parts[1:])
        return parts

    def record(self, page_format: Format) -> dict[str, Any]:
        """The record that a correct parser gives for this page, with the keys of a golden record."""
        timezone = TIMEZONES[self.publisher]
        return {
            "publisher": self.publisher,
            "language": self.language,
            "news_id": self.news_id if self.publisher == "nour_news" or page_format == "html" else None,
            "headline": _fold(self.headline),
            "standfirst": _fold(self.standfirst),
            "byline_raw": self.byline_raw,
            "byline": HOUSE_BYLINES.get(self.byline_raw or "", self.byline_raw),
            "agency": self.agency,
            "published_local": _iso(self.published_local),
            "timezone": timezone,
            "published_at": _iso(self._utc(self.published_local)),
            "read_minutes": self.read_minutes,
            "share_count": _count(self.shares),
            "image": (
                {"alt": _fold(self.picture.alt), "caption": _fold(self.picture.caption)}
                if self.picture
                else None
            ),
            "body": [block for part in self.body for block in _blocks(part)],
            "tags": list(self.tags),
            "ticker": [_fold(line) for line in self.ticker],
            "related_headlines": [headline for part in self.body for headline in _related(part)],
            "most_read": [
                {
                    "caption": None if self.language == "ar" and page_format == "text" else link.caption,
                    "headline": link.headline,
                    "section": link.section,
                    "published_on": _iso(link.published_on),
                }
                for link in self.most_read
            ],
            "coverage": list(self.coverage),
            "read_next": [
                {"caption": link.caption, "section": link.section, "headline": link.headline}
                for link in self.read_next
            ],
            "captured_on_or_after": _iso(self._latest_date()),
        }

    def offset_time(self, moment: datetime) -> str:
        """A wall time of this page with its zone's offset, as HTML heads have it."""
        return moment.replace(tzinfo=ZoneInfo(TIMEZONES[self.publisher])).isoformat()

    def _utc(self, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        return moment.replace(tzinfo=ZoneInfo(TIMEZONES[self.publisher])).astimezone(UTC)

    def _latest_date(self) -> date | None:
        dates = [link.published_on for link in self.most_read if link.published_on is not None]
        if self.published_local is not None:
            dates.append(self.published_local.date())
        return max(dates, default=None)


def _blocks(part: BodyPart) -> list[dict[str, Any]]:
    match part:
        case Paragraph(text):
            return [{"kind": "paragraph", "text": _fold(text)}]
        case Subheading(text):
            return [{"kind": "subheading", "text": _fold(text)}]
        case Bullets(items):
            return [{"kind": "list", "items": [_fold(item) for item in items]}]
        case Post():
            return [{"kind": "embed", "text": _fold(f"{part.words} {part.attribution}")}]
        case _:
            return []


def _related(part: BodyPart) -> tuple[str, ...]:
    match part:
        case Related(headlines):
            return headlines
        case Promo(headline):
            return (headline,)
        case _:
            return ()


def _fold(text: str | None) -> str | None:
    """White space folded; no-break spaces are white space, zero-width ones are nothing."""
    return None if text is None else " ".join(text.replace("\u200b", "").split())


def _count(shares: str | None) -> int | None:
    """A printed share count as a number; "12.3K" is 12,300."""
    if shares is None:
        return None
    return round(float(shares[:-1]) * 1000) if shares.endswith("K") else int(shares.replace(",", ""))


def _iso(moment: date | datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
