"""Parsed days made by hand: the files that validate reads, without the stages before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from newsmarts.core import schemas
from newsmarts.core.partitions import partition_path
from newsmarts.core.records import capture_id_of

DAY = date(2025, 8, 25)
MIDNIGHT = datetime(2025, 8, 25, tzinfo=UTC)
PARAGRAPHS = (
    "The harbour of Port Almond opened again on Monday after three weeks of storms, and the first boats left "
    "before dawn with ice and nets aboard.",
    "Harbour master Ines Calloway said the channel had been dredged twice, and that the lights on the outer "
    "wall would be repaired before the autumn.",
    "Some forty crews had waited ashore; the fish market expects its usual trade by the end of the week.",
)
PARAGRAPHS_AR = (
    "أعيد فتح مرفأ بورت ألموند صباح الإثنين بعد ثلاثة أسابيع من العواصف، وغادرت القوارب الأولى "
    "قبل الفجر وعلى متنها الثلج والشباك.",
    "وقالت مديرة المرفأ إيناس كالواي إنّ القناة جُرفت مرّتين، وإنّ الأضواء على السور الخارجي "
    "ستُصلح قبل حلول الخريف.",
    "وانتظر نحو أربعين طاقماً على الشاطئ، ويتوقّع سوق السمك أن تعود تجارته إلى المعتاد "
    "في نهاية الأسبوع الجاري.",
)
Row = dict[str, Any]


def blocks(*lines: str) -> list[Row]:
    """A body of paragraphs."""
    return [{"kind": "paragraph", "text": line, "items": None} for line in lines]


def article(name: str = "harbour", publisher: str = "al_mayadeen", **changes: Any) -> Row:
    """A row of ``schemas.ARTICLES`` that breaks no expectation at all, but for the changes."""
    nour, arabic = publisher == "nour_news", publisher == "al_mayadeen_ar"
    paragraphs = PARAGRAPHS_AR if arabic else PARAGRAPHS
    source_path = f"2025-08-25/{name}.txt"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    article_id = hashlib.sha256(f"article {name}".encode()).hexdigest()[:32]
    row: Row = {
        "capture_id": capture_id_of("inbox", source_path, MIDNIGHT, sha256),
        "capture_sha256": sha256,
        "feed": "inbox",
        "source_path": source_path,
        "captured_at": MIDNIGHT,
        "capture_day": DAY,
        "article_id": article_id,
        "identity_keys": [article_id],
        "publisher": publisher,
        "language": "ar" if arabic else "en",
        "news_id": "179165" if nour else None,
        "url": None,
        "headline": "Port Almond harbour opens after three weeks of storms",
        "standfirst": "Crews return to sea as the channel is declared safe.",
        "byline_raw": None if nour else "الميادين نت" if arabic else "Al Mayadeen English",
        "byline": None if nour else "الميادين" if arabic else "Al Mayadeen",
        "agency": None if nour else "Agencies",
        "published_local": datetime(2025, 8, 25, 12, 30),
        "timezone": "Asia/Tehran" if nour else "Asia/Beirut",
        "published_at": datetime(2025, 8, 25, 9, 0 if nour else 30, tzinfo=UTC),
        "published_from": "page",
        "modified_at": None,
        "section": None,
        "read_minutes": None if nour else 1,
        "share_count": None,
        "image_alt": None,
        "image_caption": None,
        "image_url": None,
        "body": blocks(*paragraphs),
        "body_text": "\n\n".join(paragraphs),
        "text_sha256": sha256,
        "excerpt": paragraphs[0],
        "word_count": 66,
        "body_length_chars": 361,
        "tags": [] if nour else ["Port Almond"],
        "keywords": [],
        "related_headlines": [],
        "coverage": [],
        "metadata_disagreements": [],
        "captured_on_or_after": DAY,
        "rule_version": "test/1",
    }
    unknown = set(changes) - set(row)
    if unknown:
        raise KeyError(f"no such columns: {sorted(unknown)}")
    return row | changes


def ticker_item(page: Row, text: Any, position: Any = 1) -> Row:
    """A row of ``schemas.TICKER_ITEMS``: one ticker line of a page."""
    names = ("capture_id", "capture_sha256", "source_path", "captured_at", "capture_day", "publisher")
    return {**{name: page[name] for name in names}, "position": position, "text": text}


def ticker_witness(page: Row, text: str) -> Row:
    """A row of ``schemas.TICKER_WITNESSES``: a ticker line of a page that gave no article."""
    return {name: page[name] for name in ("capture_id", "captured_at", "capture_day")} | {"text": text}


def page_link(page: Row, headline: str, list_name: str = "most_read", position: int = 1) -> Row:
    """A row of ``schemas.PAGE_LINKS``."""
    names = ("capture_id", "captured_at", "capture_day", "publisher")
    empty = {"caption": None, "section": None, "published_on": None}
    reported = {"list_name": list_name, "position": position, "headline": headline}
    return {**{name: page[name] for name in names}, **reported, **empty}


def capture(page: Row) -> Row:
    """The manifest row of a page."""
    return {
        "capture_id": page["capture_id"],
        "sha256": page["capture_sha256"],
        "publisher": None,
        "feed": "inbox",
        "source_path": page["source_path"],
        "captured_at": page["captured_at"],
        "capture_day": page["capture_day"],
        "media_type": "text/plain",
        "size_bytes": 100,
        "landed_at": datetime(2026, 1, 1, tzinfo=UTC),
    }


def turned_away(page: Row, reason_code: str, stage: str = "parse", publisher: str | None = None) -> Row:
    """A quarantine row of an earlier stage."""
    names = ("capture_id", "capture_sha256", "source_path", "captured_at", "capture_day")
    return {
        **{name: page[name] for name in names},
        "publisher": publisher,
        "stage": stage,
        "reason_code": reason_code,
        "expectation": None,
        "detail": "As the test has it.",
        "subject": "page",
    }


def write_day(
    home: Path,
    articles: Iterable[Row] = (),
    *,
    ticker: Iterable[Row] = (),
    links: Iterable[Row] = (),
    unparsed: Iterable[Row] = (),
    rejected: Iterable[Row] = (),
    witnesses: Iterable[Row] = (),
    captures: Iterable[Row] | None = None,
    day: date = DAY,
) -> None:
    """Write a landed and parsed day; the manifest follows from the pages when none is given."""
    articles, unparsed = list(articles), list(unparsed)
    landed = [capture(page) for page in (*articles, *unparsed)] if captures is None else list(captures)
    _write(partition_path(home, "manifest", day), "captures", schemas.CAPTURES, landed)
    _write(partition_path(home, "manifest", day), "rejected", schemas.QUARANTINE, rejected)
    parsed = partition_path(home, "parsed", day)
    _write(parsed, "articles", schemas.ARTICLES, articles)
    _write(parsed, "ticker_items", schemas.TICKER_ITEMS, ticker)
    _write(parsed, "page_links", schemas.PAGE_LINKS, links)
    _write(parsed, "ticker_witnesses", schemas.TICKER_WITNESSES, witnesses)
    _write(parsed, "quarantine", schemas.QUARANTINE, unparsed)


def _write(folder: Path, name: str, schema: Any, rows: Iterable[Row]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    schemas.write_rows(folder / f"{name}.parquet", schema, rows)


def read_rows(home: Path, name: str, day: date = DAY) -> list[Row]:
    """The rows of one file of a validated day."""
    rows: list[Row] = schemas.read_table(
        partition_path(home, "validated", day) / f"{name}.parquet", schemas.VALIDATED[name]
    ).to_pylist()
    return rows
