"""Releases to be searched, made from a few words."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from newsmarts.core.db import reading
from newsmarts.core.settings import Settings
from newsmarts.marts.run import PublishResult, audit, build, publish
from newsmarts.release.releases import find_release
from newsmarts.search import Index, open_index
from tests.home_templates import first_release
from tests.marts.factory import DAY, Page, load_days


def article(headline: str, *body: str, on: str = "2025-08-20", **facts: Any) -> Page:
    """A page: its words and the day it was published; other facts as of Page, or of its row."""
    known = {name: facts.pop(name) for name in list(facts) if name in Page.__dataclass_fields__}
    published = datetime.combine(date.fromisoformat(on), datetime.min.time(), UTC)
    name = known.pop("name", headline)
    return Page(
        name=f"{hash_of(name)}",
        headline=headline,
        body=body or ("Nothing else is known.",),
        extra={"published_at": published, "published_local": published.replace(tzinfo=None), **facts},
        **known,
    )


def hash_of(text: str) -> str:
    """A file name for any headline."""
    return text.encode().hex()[:100] or "empty"


def release(settings: Settings, *pages: Page, day: date = DAY, full: bool = False) -> PublishResult:
    """Publish marts in which this day has these pages."""

    def publish_pages(settings: Settings) -> PublishResult:
        load_days(settings, {day: list(pages)})
        build(settings, full=full, rewrite_below=0)
        audit(settings)
        return publish(settings)

    return first_release(settings, (pages, day, full), publish_pages)


def headlines(index: Index, query: str, **options: Any) -> list[str]:
    """What is found, in its order."""
    return [hit.headline for hit in index.search(query, **options).hits]


def found(settings: Settings, query: str, **options: Any) -> list[str]:
    """The same of the current release."""
    with open_index(settings.home) as index:
        return headlines(index, query, **options)


def answers(settings: Settings, queries: list[str], **options: Any) -> list[tuple[int, list[dict[str, Any]]]]:
    """What the current release answers, but for its name."""
    with open_index(settings.home) as index:
        answers = [index.search(query, **options) for query in queries]
    return [(answer.total, [asdict(hit) for hit in answer.hits]) for answer in answers]


def mart_texts(settings: Settings, as_of: str | None = None) -> list[dict[str, Any]]:
    """What the marts of a release say of each article."""
    query = """
        SELECT article_id, publisher, url, headline, standfirst, body_text, published_date, published_at,
            list(tag) AS tags, list(tag_raw) AS tags_raw
        FROM marts.articles
        JOIN marts.article_texts USING (article_id)
        LEFT JOIN marts.article_tags USING (article_id)
        GROUP BY ALL
    """
    with reading(find_release(settings.home, as_of).path) as connection:
        return connection.execute(query).to_arrow_table().to_pylist()  # type: ignore[no-any-return]
