"""Parsed articles as rows of the staged files; the columns are those of ``newsmarts.core.schemas``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from newsmarts.core.errors import CaptureError
from newsmarts.core.records import Article, Capture, PageLink, QuarantineRow
from newsmarts.parse.provenance import sources_of
from newsmarts.parse.publisher import ParsedPage

Row = dict[str, Any]

EXCERPT_CHARS = 280
# columns that are named as what they hold
_OF_ARTICLE = (
    "article_id", "publisher", "language", "news_id", "headline", "standfirst", "byline_raw", "byline",
    "agency", "published_local", "timezone", "published_at", "published_from", "read_minutes",
    "share_count", "text_sha256", "captured_on_or_after", "rule_version",
)  # fmt: skip
_OF_EXTRA = ("url", "modified_at", "section", "image_url")
_LISTS = ("identity_keys", "tags", "related_headlines", "coverage")


def article_row(capture: Capture, page: ParsedPage) -> Row:
    """One row of articles.parquet: what one capture of an article says, and where on the page."""
    article = page.article
    body_text = article.body_text
    image, extra = article.image, article.extra
    return {
        **_columns_of(capture, "feed"),
        "capture_sha256": capture.sha256,
        **{name: getattr(article, name) for name in _OF_ARTICLE},
        **{name: extra.get(name) for name in _OF_EXTRA},
        **{name: list(getattr(article, name)) for name in _LISTS},
        "image_alt": image.alt if image else None,
        "image_caption": image.caption if image else None,
        "body": [
            {"kind": block.kind, "text": block.text, "items": list(block.items)} for block in article.body
        ],
        "body_text": body_text,
        "excerpt": excerpt_of(body_text),
        "word_count": len(body_text.split()),
        "body_length_chars": len(body_text),
        "keywords": list(extra.get("keywords", ())),
        "metadata_disagreements": list(extra.get("metadata_disagreements", ())),
        "field_sources": [
            {"field": source.field, "blocks": source.blocks, "head": source.head}
            for source in sources_of(page)
        ],
    }


def _columns_of(capture: Capture, *more: str) -> Row:
    names = ("capture_id", "source_path", "captured_at", "capture_day", *more)
    return {name: getattr(capture, name) for name in names}


def ticker_rows(capture: Capture, article: Article) -> Iterator[Row]:
    """Rows of ticker_items.parquet: a page's ticker lines, top to bottom, numbered from 1."""
    columns = {
        **_columns_of(capture),
        "capture_sha256": capture.sha256,
        "publisher": article.publisher,
    }
    for position, text in enumerate(article.ticker, start=1):
        yield {**columns, "position": position, "text": text}


def witness_rows(capture: Capture, lines: Iterable[str]) -> Iterator[Row]:
    """Rows of ticker_witnesses.parquet: ticker lines without a row in ticker_items, each once."""
    for text in dict.fromkeys(lines):
        yield {
            "capture_id": capture.capture_id,
            "captured_at": capture.captured_at,
            "capture_day": capture.capture_day,
            "text": text,
        }


def link_rows(capture: Capture, article: Article) -> Iterator[Row]:
    """Rows of page_links.parquet: the entries of each list, top to bottom, numbered from 1."""
    related = tuple(PageLink(headline) for headline in article.related_headlines)
    lists = (("most_read", article.most_read), ("read_next", article.read_next), ("related", related))
    columns = {
        "capture_id": capture.capture_id,
        "captured_at": capture.captured_at,
        "capture_day": capture.capture_day,
        "publisher": article.publisher,
    }
    for list_name, links in lists:
        for position, link in enumerate(links, start=1):
            yield {**columns, "list_name": list_name, "position": position, **link._asdict()}


def quarantine_row(capture: Capture, publisher: str | None, reason: CaptureError) -> Row:
    """One row of quarantine.parquet: a page that couldn't be read, and why."""
    row = QuarantineRow(
        capture_id=capture.capture_id,
        capture_sha256=capture.sha256,
        publisher=publisher,
        stage="parse",
        reason_code=reason.reason_code,
        detail=reason.detail,
        source_path=capture.source_path,
        captured_at=capture.captured_at,
        capture_day=capture.capture_day,
    )
    return asdict(row)


def excerpt_of(body_text: str) -> str:
    """The body's first 280 characters or fewer on one line, cut at a word; a cut is shown by ``…``."""
    line = " ".join(body_text[: 2 * EXCERPT_CHARS].split())
    if len(line) <= EXCERPT_CHARS and len(body_text) <= 2 * EXCERPT_CHARS:
        return line
    cut = line[: EXCERPT_CHARS - 1]
    if line[EXCERPT_CHARS - 1 : EXCERPT_CHARS] not in {"", " "} and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:–—-") + "…"
