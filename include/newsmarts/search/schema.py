"""The index's fields, and the document of an article.

Each of headline, standfirst and body is there twice: its words in their order, for phrases, and under
``…_any`` the set of their loose forms, which most queries use. What an answer shows of an article is stored
beside them, because reading twenty texts out of the marts takes a hundred times as long.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import tantivy

from newsmarts.search.query import FIELDS
from newsmarts.search.words import all_loose, words

_TOKENS = "words"  # folded already, with blanks between
_RAW = "raw"  # tantivy's own: the whole value


@dataclass(frozen=True, slots=True)
class Record:
    """An article as the marts have it."""

    article_id: str
    publisher: str
    url: str | None
    published_at: datetime | None
    published_date: date | None
    headline: str
    standfirst: str | None
    body: str
    tags: Sequence[str] = ()


@cache
def schema() -> tantivy.Schema:
    """The fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("article_id", tokenizer_name=_RAW, index_option="basic")
    # unique, so the order of answers never depends on how the index was made
    builder.add_text_field("newest", tokenizer_name=_RAW, index_option="basic", fast=True)
    builder.add_unsigned_field("day", fast=True)
    for name in ("publisher", "tag"):
        builder.add_text_field(name, tokenizer_name=_RAW, index_option="basic")
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name=_TOKENS, index_option="position")
        builder.add_text_field(any_form(name), tokenizer_name=_TOKENS, index_option="basic")
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


def any_form(field: str) -> str:
    """The field that holds the loose forms of a field's words."""
    return f"{field}_any"


def register(index: tantivy.Index) -> None:
    """Register the tokenizer that an index needs to be written."""
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_TOKENS, analyzer)


def to_document(record: Record) -> tantivy.Document:
    """The document of one article."""
    document = tantivy.Document()
    document.add_text("article_id", record.article_id)
    document.add_text("newest", _newest(record))
    document.add_unsigned("day", day_number(record.published_date))
    document.add_text("publisher", record.publisher)
    for tag in {tag_key(tag) for tag in record.tags}:
        document.add_text("tag", tag)
    for field, text in zip(FIELDS, (record.headline, record.standfirst, record.body), strict=True):
        found = words(text or "")
        document.add_text(field, " ".join(found))
        document.add_text(any_form(field), " ".join(all_loose(found)))
    document.add_bytes("shown", _shown(record))
    return document


def read_shown(data: bytes) -> Record:
    """The article as an answer shows it, from its document; without tags."""
    fields: dict[str, Any] = json.loads(data)
    at, day = fields.pop("published_at"), fields.pop("published_date")
    return Record(
        **fields,
        published_at=None if at is None else datetime.fromisoformat(at),
        published_date=None if day is None else date.fromisoformat(day),
    )


def _shown(record: Record) -> bytes:
    fields = {
        "article_id": record.article_id,
        "publisher": record.publisher,
        "url": record.url,
        "published_at": record.published_at and record.published_at.astimezone(UTC).isoformat(),
        "published_date": record.published_date and record.published_date.isoformat(),
        "headline": record.headline,
        "standfirst": record.standfirst,
        "body": record.body,
    }
    return json.dumps(fields, ensure_ascii=False).encode()


def _newest(record: Record) -> str:
    at = record.published_at
    time = "" if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{time} {record.article_id}"


def day_number(day: date | None) -> int:
    """A day as a number in the index; 0 for none."""
    return 0 if day is None else day.toordinal()


def tag_key(tag: str) -> str:
    """One key for tags that differ only in case, accents and punctuation."""
    return " ".join(words(tag)) or tag.casefold()
