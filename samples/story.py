"""Hand-written pages: one TOML file of ``stories/`` each, and the days on which they were captured.

A story's body is plain text, paragraphs set apart by blank lines and wrapped anywhere:

- ``## A subheading``
- ``- an entry of a list``, one a line
- ``>> related: one headline | another``
- ``>> read more: a headline``
- ``>> post: words | Name (@handle) | 2025-08-31 | pic.twitter.com/…`` (the picture may be missing)

``\\u00a0`` is a no-break space. A field that the file doesn't have isn't on the page.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

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

HERE = Path(__file__).resolve().parent


def load_story(name: str) -> Page:
    """The article of ``stories/<name>.toml``, without anything that depends on the day of its capture."""
    fields = _load(HERE / "stories" / f"{name}.toml")
    news_id = fields.pop("post_id", None)
    picture = fields.pop("picture", None)
    page = Page(
        publisher=fields.pop("publisher"),
        headline=fields.pop("headline", None),
        byline_raw=fields.pop("byline", None),
        published_local=fields.pop("published", None),
        modified_local=fields.pop("modified", None),
        body=tuple(_parts(fields.pop("body"))),
        picture=Picture(**picture) if picture else None,
        news_id=fields.pop("news_id", news_id),
        tags=tuple(fields.pop("tags", ())),
        coverage=tuple(fields.pop("coverage", ())),
    )
    return replace(page, **fields)  # a misspelt field is a TypeError


def captured_on(page: Page, day: date, ticker: tuple[int, int] | None) -> Page:
    """The page as the site showed it on a day of ``days.toml``.

    ``ticker`` is the first and the last of the day's lines that it showed, from 1; None: no ticker.
    """
    if page.publisher == "nour_news":
        return page
    shared = _load(HERE / "days.toml")[day.isoformat()]
    if page.publisher != "al_mayadeen":
        shared = shared[page.publisher]
    first, last = ticker or (1, 0)
    return replace(
        page,
        ticker=tuple(shared["ticker"][first - 1 : last]),
        most_read=tuple(Link(**link) for link in shared["most_read"]),
        read_next=tuple(Link(**link) for link in shared["read_next"]),
    )


def load_captures() -> list[dict[str, Any]]:
    """The rows of ``captures.toml``, in its order."""
    captures: list[dict[str, Any]] = _load(HERE / "captures.toml")["capture"]
    return captures


def _load(path: Path) -> dict[str, Any]:
    with path.open("rb") as handle:
        return tomllib.load(handle)


def _parts(body: str) -> list[BodyPart]:
    return [_part(chunk) for chunk in body.strip("\n").split("\n\n") if chunk.strip()]


def _part(chunk: str) -> BodyPart:
    if chunk.startswith("- "):
        return Bullets(tuple(line.removeprefix("- ") for line in chunk.split("\n")))
    text = " ".join(chunk.split("\n"))
    if text.startswith("## "):
        return Subheading(text.removeprefix("## "))
    if text.startswith(">> "):
        kind, _, rest = text.removeprefix(">> ").partition(": ")
        return _special(kind, [part.strip() for part in rest.split(" | ")])
    return Paragraph(text)


def _special(kind: str, parts: list[str]) -> BodyPart:
    match kind, parts:
        case "related", headlines:
            return Related(tuple(headlines))
        case "read more", [headline]:
            return Promo(headline)
        case "post", [words, author, day, *picture]:
            return Post(words, author, date.fromisoformat(day), *picture)
    raise ValueError(f"no such part of a story: {kind} {parts}")
