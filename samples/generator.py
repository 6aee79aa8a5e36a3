"""Any number of generated pages: the same seed gives the same pages, byte for byte, on any machine."""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from samples import furniture, words
from samples.model import (
    BodyPart,
    Bullets,
    Link,
    Page,
    Paragraph,
    Picture,
    Post,
    Promo,
    Related,
    Subheading,
)

_TICKER_POOL = 24  # lines that a day's pages draw their ten from
_MINUTES = 1 << 21  # articles are captured up to about four years after they were published
_STRIDE = 860_233  # odd, so numbers below _MINUTES all have their own minute
FIRST_DAY = date(2025, 9, 1)


@dataclass(frozen=True)
class GeneratedPage:
    """A page, the day it was captured, and its place among the pages of its run."""

    number: int
    captured_on: date
    page: Page


@dataclass(frozen=True)
class Generator:
    """Makes page number n of a run without making the ones before it."""

    seed: int = 0
    days: int = 1
    first_day: date = FIRST_DAY

    def pages(self, count: int) -> Iterator[GeneratedPage]:
        """Pages spread evenly over the days, about three of Al Mayadeen to one of Nour News."""
        for number in range(count):
            yield self.page(number)

    def page(self, number: int) -> GeneratedPage:
        """One page. Its publication minute is its own within the run."""
        captured_on = self.first_day + timedelta(days=number % self.days)
        rng = random.Random(f"page:{self.seed}:{number}")
        made = rng.choice((_al_mayadeen, _al_mayadeen, _al_mayadeen, _nour_news))
        published = _published(number, self.first_day)
        return GeneratedPage(number, captured_on, made(rng, number, self.seed, captured_on, published))


@lru_cache(maxsize=64)
def _ticker_pool(seed: int, day: date) -> tuple[str, ...]:
    """What all pages captured on one day draw their ticker lines from."""
    rng = random.Random(f"ticker:{seed}:{day.isoformat()}")
    lines = (_Filler(rng, day).fill(rng.choice(words.TICKER_LINES)) for _ in range(_TICKER_POOL))
    return tuple(dict.fromkeys(lines))


@lru_cache(maxsize=64)
def _most_read(seed: int, day: date) -> tuple[Link, ...]:
    rng = random.Random(f"most read:{seed}:{day.isoformat()}")
    return tuple(_link(rng, day, published_on=day - timedelta(days=rng.randrange(6))) for _ in range(4))


def _ticker(rng: random.Random, pool: tuple[str, ...]) -> tuple[str, ...]:
    """What the ticker showed at one moment of the day: mostly ten lines, now and then none or all."""
    count = rng.choices((10, 0, 3, _TICKER_POOL), weights=(90, 4, 4, 2))[0]
    start = rng.randrange(len(pool))
    return (pool[start:] + pool[:start])[:count]


class _Filler:
    """Fills a template's slots; a person and a topic stay the same over one page."""

    def __init__(self, rng: random.Random, day: date) -> None:
        self._rng = rng
        self._day = day
        self.topic = rng.choice(words.TOPICS)
        self.family = rng.choice(words.FAMILY_NAMES)
        self.person = f"{rng.choice(words.ROLES)} {rng.choice(words.GIVEN_NAMES)} {self.family}"
        self.places = rng.sample(words.PLACES, 3)

    def fill(self, template: str) -> str:
        """The template with fresh numbers and bodies, its first letter a capital."""
        rng = self._rng
        place, other = rng.sample(self.places, 2)
        body = rng.choice(words.BODIES)
        text = template.format(
            who=self.person,
            name=self.family,
            family=self.family,
            body=body,
            body_name=body.removeprefix("the "),
            place=place,
            other=other,
            topic=self.topic,
            number=rng.randrange(2, 60),
            digit=rng.randrange(10),
            verb=rng.choice(words.VERBS),
            day=rng.choice(calendar.day_name),
            date=furniture.long_date(self._day),
        )
        return text[0].upper() + text[1:]


def _al_mayadeen(rng: random.Random, number: int, seed: int, day: date, published: datetime) -> Page:
    filler = _Filler(rng, day)
    body = _body(rng, filler, paragraphs=rng.randrange(8, 15))
    body = _with_extras(rng, filler, body, published)
    tags = [*filler.places, filler.topic.title(), filler.family]
    return Page(
        publisher="al_mayadeen",
        headline=filler.fill(rng.choice(words.HEADLINES)),
        standfirst=filler.fill(rng.choice(words.STANDFIRSTS)),
        byline_raw=rng.choice(("Al Mayadeen", "Al Mayadeen English")),
        agency=rng.choice(words.AGENCIES),
        published_local=published,
        read_minutes=_read_minutes(body),
        shares=rng.choice((None, None, "1", str(rng.randrange(2, 400)), "1,204", "12.3K")),
        picture=Picture(filler.fill("{place}"), filler.fill(rng.choice(words.CAPTIONS))),
        listen=rng.random() < 0.5,
        body=tuple(body),
        tags=tuple(rng.sample(tags, rng.randrange(1, len(tags) + 1))),
        ticker=_ticker(rng, _ticker_pool(seed, day)),
        most_read=_most_read(seed, day),
        coverage=(rng.choice(words.COVERAGES),),
        read_next=tuple(_link(rng, day) for _ in range(4)),
        news_id=str(2_000_000 + number),
        section=rng.choice(words.SECTIONS),
    )


def _nour_news(rng: random.Random, number: int, _seed: int, day: date, published: datetime) -> Page:
    filler = _Filler(rng, day)
    published += timedelta(seconds=rng.randrange(60))
    return Page(
        publisher="nour_news",
        headline=filler.fill(rng.choice(words.HEADLINES)),
        standfirst=filler.fill(rng.choice(words.STANDFIRSTS)),
        published_local=published,
        body=tuple(_body(rng, filler, paragraphs=rng.randrange(7, 13))),
        news_id=str(200_000 + number),
    )


def _published(number: int, first_day: date) -> datetime:
    """A wall time before the first capture day, each page's its own; clock changes come up too."""
    minutes = 1 + (number * _STRIDE) % _MINUTES
    return datetime.combine(first_day, time()) - timedelta(minutes=minutes)


def _body(rng: random.Random, filler: _Filler, paragraphs: int) -> list[BodyPart]:
    """Paragraphs of two to four sentences, no sentence twice."""
    drawn = rng.sample(words.SENTENCES, len(words.SENTENCES))
    seen: set[str] = set()
    parts: list[BodyPart] = []
    for position in range(paragraphs):
        templates = [drawn[(position * 3 + offset) % len(drawn)] for offset in range(rng.randrange(1, 4))]
        if position == 0:
            templates.insert(0, rng.choice(words.OPENINGS))
        sentences = [text for text in map(filler.fill, templates) if text not in seen]
        seen.update(sentences)
        if sentences:
            parts.append(Paragraph(_spaced(rng, " ".join(sentences))))
    return parts


def _spaced(rng: random.Random, text: str) -> str:
    """Now and then a no-break space where an editor's tool left one."""
    if rng.random() < 0.15:
        first, _, rest = text.partition(" ")
        return f"{first}\u00a0{rest}"
    return text


def _with_extras(
    rng: random.Random, filler: _Filler, body: list[BodyPart], published: datetime
) -> list[BodyPart]:
    """Related headlines, promos, subheadings, lists and posts between paragraphs, never at the ends."""
    extras: list[BodyPart] = []
    if rng.random() < 0.6:
        count = rng.choice((1, 2, 2, 2))
        extras.append(
            Related(tuple(_Filler(rng, published.date()).fill(words.HEADLINES[3]) for _ in range(count)))
        )
    if rng.random() < 0.3:
        extras.append(Promo(_Filler(rng, published.date()).fill(words.HEADLINES[0])))
    if rng.random() < 0.5:
        extras.append(Subheading(filler.fill(rng.choice(words.SUBHEADINGS))))
    if rng.random() < 0.25:
        extras.append(Bullets(tuple(filler.fill(item) for item in rng.sample(words.BULLETS, 3))))
    if rng.random() < 0.2:
        author = f"{filler.family} (@{filler.family.lower().replace('-', '_')})"
        picture = f"pic.twitter.com/{rng.randrange(36**6):x}" if rng.random() < 0.5 else None
        extras.append(Post(filler.fill(rng.choice(words.POSTS)), author, published.date(), picture))
    places = sorted(rng.sample(range(1, len(body)), min(len(extras), len(body) - 1)), reverse=True)
    for place, extra in zip(places, extras, strict=False):
        body.insert(place, extra)
    return body


def _read_minutes(body: list[BodyPart]) -> int:
    """Minutes at some 200 words a minute, as the site counts."""
    words_in_body = sum(len(part.text.split()) for part in body if isinstance(part, Paragraph))
    return max(1, round(words_in_body / 200))


def _link(rng: random.Random, day: date, published_on: date | None = None) -> Link:
    filler = _Filler(rng, day)
    return Link(
        headline=filler.fill(rng.choice(words.HEADLINES)),
        caption=filler.fill(rng.choice(words.CAPTIONS)),
        section=rng.choice(words.SECTIONS),
        published_on=published_on,
    )
