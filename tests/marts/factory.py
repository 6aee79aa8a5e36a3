"""Validated days made from a few words: the files that load reads, without the stages before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from newsmarts.core import schemas
from newsmarts.core.acknowledgements import QuarantineKey, record_decision
from newsmarts.core.db import reading
from newsmarts.core.partitions import partition_path
from newsmarts.core.reasons import load_reasons
from newsmarts.core.records import Article, BodyBlock, capture_id_of
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.load.run import run as load
from newsmarts.marts import catalogue

DAY = date(2025, 8, 25)
REASONS = load_reasons(PROJECT_ROOT / "expectations")


def day_after(days: int) -> date:
    """The test week's first day, or one so many days later."""
    return DAY + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Page:
    """One capture: what matters to load and publish."""

    name: str
    headline: str = "Harbour reopens"
    body: tuple[str, ...] = ("Boats went out again on Monday.",)
    publisher: str = "al_mayadeen"
    tags: tuple[str, ...] = ()
    ticker: tuple[str, ...] = ()
    quarantined: str | None = None  # the reason, whose meaning decides between not_article and quarantined
    witnesses: tuple[str, ...] = ()
    shares: int | None = None
    hour: int = 0
    precision: str | None = None  # of the capture's time
    news_id: str | None = None
    rejected: bool = False
    known_by: tuple[str, ...] = ()  # more keys of the article, as an address
    most_read: tuple[str, ...] = ()
    list_section: str | None = "Politics"  # printed beside each entry of most_read
    list_date: date | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        facts = (self.headline, self.body, self.publisher, self.tags, self.ticker, self.shares, self.known_by)
        all_facts = (*facts, self.most_read) if self.most_read else facts
        return hashlib.sha256(repr(all_facts).encode()).hexdigest()

    @property
    def own_id(self) -> str:
        """The article id that this capture alone gives."""
        return self.article().article_id or ""

    def article(self) -> Article:
        identity = (self.news_id,) if self.news_id else (self.headline,)
        return Article(
            publisher=self.publisher,
            language="en",
            headline=self.headline,
            published_local=datetime(2025, 8, 20, 12, 30),
            timezone="Asia/Beirut",
            published_at=datetime(2025, 8, 20, 9, 30, tzinfo=UTC),
            body=tuple(BodyBlock("paragraph", text) for text in self.body),
            identity=identity,
            rule_version="test/1",
            news_id=self.news_id,
            standfirst="What happened.",
            byline_raw="Al Mayadeen English" if self.publisher == "al_mayadeen" else None,
            byline="Al Mayadeen" if self.publisher == "al_mayadeen" else None,
            tags=self.tags,
            share_count=self.shares,
            other_identities=tuple(("url", each) for each in self.known_by),
        )


def write_day(home: Path, day: date, pages: list[Page], **outcome: Any) -> None:
    """Write a manifest and a validated partition that hold these pages."""
    manifest, articles, tickers, quarantine, witnesses = [], [], [], [], []
    links: list[dict[str, Any]] = []
    for page in sorted(pages, key=lambda page: (page.hour, page.name)):
        facts = _facts(page, day)
        if page.rejected:
            quarantine.append(
                _quarantine_row(page, facts, "land", page.quarantined or "file_too_large")
                | {"capture_sha256": None}
            )
            continue
        manifest.append(
            {
                "capture_id": facts["capture_id"],
                "sha256": page.sha256,
                "publisher": page.publisher,
                "feed": "inbox",
                "source_path": facts["source_path"],
                "captured_at": facts["captured_at"],
                "capture_day": day,
                "media_type": "text/plain",
                "size_bytes": 1000,
                "landed_at": datetime(2025, 9, 1, tzinfo=UTC),
                "captured_at_precision": page.precision,
            }
        )
        for position, text in enumerate(page.ticker, start=1):
            tickers.append({**facts, "publisher": page.publisher, "position": position, "text": text})
        for text in page.witnesses:
            named = {name: facts[name] for name in ("capture_id", "captured_at", "capture_day")}
            witnesses.append(named | {"text": text})
        if page.quarantined:
            quarantine.append(_quarantine_row(page, facts, "validate", page.quarantined))
        else:
            articles.append(_article_row(page, facts))
            links += _link_rows(page, facts)
    write_rows(
        home,
        day,
        manifest=manifest,
        articles=articles,
        tickers=tickers,
        quarantine=quarantine,
        links=links,
        witnesses=witnesses,
        **outcome,
    )


def write_rows(
    home: Path,
    day: date,
    *,
    manifest: list[dict[str, Any]],
    articles: list[dict[str, Any]],
    tickers: list[dict[str, Any]],
    quarantine: list[dict[str, Any]],
    links: list[dict[str, Any]] | None = None,
    witnesses: list[dict[str, Any]] | None = None,
    **outcome: Any,
) -> None:
    """Write the rows of one day where land and validate would."""
    pages = [row for row in quarantine if row["subject"] == "page"]
    quarantined = {row["capture_id"] for row in pages if row.get("outcome") != "not_article"}
    not_article = {row["capture_id"] for row in pages if row.get("outcome") == "not_article"}
    rejected = {row["capture_id"] for row in quarantine if row["stage"] == "land"}
    files: dict[str, tuple[Any, list[dict[str, Any]]]] = {
        "articles": (schemas.ARTICLES, articles),
        "ticker_items": (schemas.TICKER_ITEMS, tickers),
        "page_links": (schemas.PAGE_LINKS, links or []),
        "ticker_witnesses": (schemas.TICKER_WITNESSES, witnesses or []),
        "quarantine": (schemas.QUARANTINE, quarantine),
        "contract_results": (schemas.CONTRACT_RESULTS, _contract_results(day, manifest, len(articles))),
        "outcome": (
            schemas.OUTCOMES,
            [
                {
                    "capture_day": day,
                    "captures": len(manifest) + len(rejected),
                    "landed": len(manifest),
                    "rejected": len(rejected),
                    "parsed": len(manifest),
                    "valid": len(articles),
                    "not_article": len(not_article),
                    "quarantined": len(quarantined),
                    "ticker_items": len(tickers),
                    "ticker_items_quarantined": 0,
                    "fingerprint": "0" * 64,
                    "code_version": "c0de",
                    "rule_versions": "test/1" if manifest else "",
                    "contracts_version": "c0ffee",
                    "manifest_version": "1a4ded",
                    "accepted": True,
                    "refusal": None,
                    "run_id": None,
                }
                | outcome
            ],
        ),
    }
    folder = partition_path(home, "validated", day)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (schema, rows) in files.items():
        schemas.write_rows(folder / f"{name}.parquet", schema, rows)
    landed = partition_path(home, "manifest", day)
    landed.mkdir(parents=True, exist_ok=True)
    schemas.write_rows(landed / "captures.parquet", schemas.CAPTURES, manifest)


def capture_id_on(page: Page, day: date) -> str:
    """The id of the capture that the page is on that day."""
    return str(_facts(page, day)["capture_id"])


def _facts(page: Page, day: date) -> dict[str, Any]:
    captured_at = datetime(day.year, day.month, day.day, page.hour, tzinfo=UTC)
    source_path = f"{day}/{page.name}.txt"
    return {
        "capture_id": capture_id_of("inbox", source_path, captured_at, "" if page.rejected else page.sha256),
        "capture_sha256": page.sha256,
        "source_path": source_path,
        "captured_at": captured_at,
        "capture_day": day,
    }


def _quarantine_row(page: Page, facts: dict[str, Any], stage: str, reason: str) -> dict[str, Any]:
    return {
        **facts,
        "publisher": page.publisher,
        "stage": stage,
        "reason_code": reason,
        "expectation": f"no_{reason}" if stage == "validate" else None,
        "detail": f"{page.name} shows {reason}",
        "subject": "page",
        "outcome": REASONS.outcome(reason) if reason in REASONS.meanings else "quarantined",
    }


def _link_rows(page: Page, facts: dict[str, Any]) -> list[dict[str, Any]]:
    common = {name: facts[name] for name in ("capture_id", "captured_at", "capture_day")}
    return [
        common
        | {
            "publisher": page.publisher,
            "list_name": "most_read",
            "position": position,
            "headline": headline,
            "caption": None,
            "section": page.list_section,
            "published_on": page.list_date,
        }
        for position, headline in enumerate(page.most_read, start=1)
    ]


def _article_row(page: Page, facts: dict[str, Any]) -> dict[str, Any]:
    article = page.article()
    row: dict[str, Any] = {name: getattr(article, name, None) for name in schemas.ARTICLES.names}
    return (
        row
        | facts
        | {
            "feed": "inbox",
            "identity_keys": list(article.identity_keys),
            "body": [block.to_record() for block in article.body],
            "excerpt": article.body_text[:80],
            "word_count": len(article.body_text.split()),
            "body_length_chars": len(article.body_text),
            "tags": list(article.tags),
            "keywords": [],
            "coverage": [],
            "related_headlines": [],
            "metadata_disagreements": [],
        }
        | page.extra
    )


def _contract_results(day: date, manifest: list[dict[str, Any]], rows: int) -> list[dict[str, Any]]:
    """One result of each contract that the day has pages for, or of one contract on an empty day."""
    return [
        {
            "capture_day": day,
            "contract": f"{publisher}_articles",
            "expectation": "headline_present",
            "expectation_type": "expect_column_values_to_not_be_null",
            "column_name": "headline",
            "severity": "critical",
            "passed": True,
            "evaluated_rows": rows,
            "unexpected_rows": 0,
            "notes": "An article without a headline can't be listed.",
        }
        for publisher in sorted({row["publisher"] for row in manifest}) or ["al_mayadeen"]
    ]


def quarantine_entry(page: Page, day: date) -> QuarantineKey:
    """What a person acknowledges of a page that ``write_day`` put into quarantine."""
    reason = page.quarantined or "file_too_large"
    return QuarantineKey(
        day, capture_id_on(page, day), "page", reason, "" if page.rejected else f"no_{reason}"
    )


def acknowledge_page(settings: Settings, page: Page, day: date, *, reason: str = "Seen") -> None:
    """Acknowledge a page that ``write_day`` put into quarantine."""
    at = datetime(2025, 9, 3, 10, 30, tzinfo=UTC)
    record_decision(
        "acknowledged", settings, [quarantine_entry(page, day)], by="editor", at=at, reason=reason
    )


def load_days(settings: Settings, days: dict[date, list[Page]]) -> None:
    """Write days and load them, in the order given."""
    for day, pages in days.items():
        write_day(settings.home, day, pages)
        load(day, settings)


def mart_rows(path: Path, order: str = "ORDER BY ALL") -> dict[str, list[Any]]:
    """Every row of every mart in a candidate or a release; without an order, as a reader gets them."""
    with reading(path) as connection:
        return {
            mart.name: connection.execute(f"SELECT * FROM marts.{mart.name} {order}").fetchall()
            for mart in catalogue.marts()
        }
