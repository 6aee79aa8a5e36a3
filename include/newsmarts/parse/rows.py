"""Parsed articles as rows of the staged files; the columns are those of ``newsmarts.core.schemas``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from newsmarts.core.errors import CaptureError
from newsmarts.core.records import Article, Capture, PageLink, QuarantineRow
from newsmarts.parse.provenance import sources_of
from newsmarts.parse.publisher import ParsedPage

Row = dict[str, Any]

EXCERPT_CHARS = 280


def article_row(capture: Capture, page: ParsedPage) -> Row:
    """One row of articles.parquet: what one capture of an article says, and where on the page it says so."""
    article = page.article
    body_text = article.body_text
    image, extra = article.image, article.extra
    return {
        "capture_id": capture.capture_id,
        "capture_sha256": capture.sha256,
        "feed": capture.feed,
        "source_path": capture.source_path,
        "captured_at": capture.captured_at,
        "capture_day": capture.capture_day,
        "article_id": article.article_id,
        "identity_keys": list(article.identity_keys),
        "publisher": article.publisher,
        "language": article.language,
        "news_id": article.news_id,
        "url": extra.get("url"),
        "headline": article.headline,
        "standfirst": article.standfirst,
        "byline_raw": article.byline_raw,
        "byline": article.byline,
        "agency": article.agency,
        "published_local": article.published_local,
        "timezone": article.timezone,
        "published_at": article.published_at,
        "modified_at": extra.get("modified_at"),
        "section": extra.get("section"),
        "read_minutes": article.read_minutes,
        "share_count": article.share_count,
        "image_alt": image.alt if image else None,
        "image_caption": image.caption if image else None,
        "image_url": extra.get("image_url"),
        "body": [
            {"kind": block.kind, "text": block.text, "items": list(block.items)} for block in article.body
        ],
        "body_text": body_text,
        "text_sha256": article.text_sha256,
        "excerpt": excerpt_of(body_text),
        "word_count": len(body_text.split()),
        "body_length_chars": len(body_text),
        "tags": list(article.tags),
        "keywords": list(extra.get("keywords", ())),
        "related_headlines": list(article.related_headlines),
        "coverage": list(article.coverage),
        "metadata_disagreements": list(extra.get("metadata_disagreements", ())),
        "captured_on_or_after": article.captured_on_or_after,
        "rule_version": article.rule_version,
        "field_sources": [
            {"field": source.field, "blocks": source.blocks, "head": source.head}
            for source in sources_of(page)
        ],
    }


def ticker_rows(capture: Capture, article: Article) -> Iterator[Row]:
    """Rows of ticker_items.parquet: a page's ticker lines, top to bottom, numbered from 1."""
    for position, text in enumerate(article.ticker, start=1):
        yield {
            "capture_id": capture.capture_id,
            "capture_sha256": capture.sha256,
            "source_path": capture.source_path,
            "captured_at": capture.captured_at,
            "capture_day": capture.capture_day,
            "publisher": article.publisher,
            "position": position,
            "text": text,
        }


def link_rows(capture: Capture, article: Article) -> Iterator[Row]:
    """Rows of page_links.parquet: the entries of each list, top to bottom, numbered from 1."""
    related = tuple(PageLink(headline) for headline in article.related_headlines)
    lists = (("most_read", article.most_read), ("read_next", article.read_next), ("related", related))
    for list_name, links in lists:
        for position, link in enumerate(links, start=1):
            yield {
                "capture_id": capture.capture_id,
                "captured_at": capture.captured_at,
                "capture_day": capture.capture_day,
                "publisher": article.publisher,
                "list_name": list_name,
                "position": position,
                "headline": link.headline,
                "caption": link.caption,
                "section": link.section,
                "published_on": link.published_on,
            }


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
