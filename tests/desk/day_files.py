"""Validated days as validate leaves them, written through the real schemas; for the tests of the pages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from newsmarts.core.partitions import current_release_path, day_interval, partition_path, releases_path
from newsmarts.core.schemas import ARTICLES, CAPTURES, CONTRACT_RESULTS, OUTCOMES, QUARANTINE, write_rows
from tests.validate.days import article

HOSTILE = "<script>window.pwned=1</script>"
HOSTILE_ATTRIBUTE = '"><img src=x onerror="window.pwned=1">'


@dataclass(frozen=True)
class LeftOut:
    """A quarantine row to write; pages of one name share their capture."""

    name: str
    reason_code: str
    detail: str
    expectation: str | None = None
    stage: str = "validate"
    publisher: str | None = "al_mayadeen"
    subject: str = "page"
    outcome: str | None = None


def expectation(contract: str, name: str, **changes: Any) -> dict[str, Any]:
    """One contract result: met, critical, over four rows; change what matters."""
    return {
        "contract": contract,
        "expectation": name,
        "expectation_type": "expect_column_values_to_not_be_null",
        "column_name": "published_at",
        "severity": "critical",
        "passed": True,
        "evaluated_rows": 4,
        "unexpected_rows": 0,
        "notes": "A page without it can't be placed in time.",
        **changes,
    }


def write_day(
    home: Path,
    day: date,
    *,
    captures: int = 4,
    left_out: Sequence[LeftOut] = (),
    expectations: Sequence[dict[str, Any]] = (),
    valid_pages: Sequence[str] = (),
    **outcome: Any,
) -> Path:
    """Write outcome, contract results, quarantine and valid pages of one day; returns its folder."""
    folder = partition_path(home, "validated", day)
    folder.mkdir(parents=True, exist_ok=True)
    start, _ = day_interval(day)
    quarantine = [
        {
            "capture_id": hashlib.sha256(page.name.encode()).hexdigest()[:32],
            "capture_sha256": hashlib.sha256(page.name.encode()).hexdigest(),
            "publisher": page.publisher,
            "stage": page.stage,
            "reason_code": page.reason_code,
            "expectation": page.expectation,
            "detail": page.detail,
            "source_path": page.name,
            "captured_at": start,
            "capture_day": day,
            "subject": page.subject,
            "outcome": page.outcome,
        }
        for page in left_out
    ]
    away = {page.name for page in left_out if page.subject == "page"}
    quarantined = {page.name for page in left_out if page.outcome != "not_article"} & away
    write_rows(folder / "quarantine.parquet", QUARANTINE, quarantine)
    articles = [article(name, source_path=name, captured_at=start, capture_day=day) for name in valid_pages]
    write_rows(folder / "articles.parquet", ARTICLES, articles)
    write_rows(
        folder / "contract_results.parquet",
        CONTRACT_RESULTS,
        [{"capture_day": day, **result} for result in expectations],
    )
    counts = {
        "capture_day": day,
        "captures": captures,
        "landed": captures,
        "rejected": 0,
        "parsed": captures,
        "valid": captures - len(away),
        "not_article": len(away - quarantined),
        "quarantined": len(quarantined),
        "ticker_items": 9,
        "ticker_items_quarantined": 0,
        "fingerprint": "0" * 64,
        "code_version": "c0de",
        "rule_versions": "test/1",
        "contracts_version": "c0ffee",
        "manifest_version": "1a4ded",
        "accepted": True,
        "refusal": None,
        "run_id": None,
        "warnings": [],
    }
    write_rows(folder / "outcome.parquet", OUTCOMES, [{**counts, **outcome}])
    return folder


def write_landed_day(home: Path, day: date, *, captures: int = 1) -> None:
    """A day that has a manifest and nothing more."""
    folder = partition_path(home, "manifest", day)
    folder.mkdir(parents=True, exist_ok=True)
    start, _ = day_interval(day)
    rows = [
        {
            "capture_id": f"{number:032x}",
            "sha256": f"{number:064x}",
            "publisher": None,
            "feed": "inbox",
            "source_path": f"{day}/{number}.txt",
            "captured_at": start,
            "capture_day": day,
            "media_type": "text/plain",
            "size_bytes": 1,
            "landed_at": start,
        }
        for number in range(captures)
    ]
    write_rows(folder / "captures.parquet", CAPTURES, rows)
    write_rows(folder / "rejected.parquet", QUARANTINE, [])


def publish_withheld(home: Path, day: date, pages: Sequence[LeftOut]) -> None:
    """A published release that holds nothing but these pages in quarantine, and one of another day."""
    release = releases_path(home) / "000001-made-up"
    release.mkdir(parents=True)
    with duckdb.connect(str(release / "news.duckdb")) as marts:
        marts.execute("CREATE SCHEMA marts")
        marts.execute(
            """CREATE TABLE marts.quarantine (capture_id VARCHAR, capture_sha256 VARCHAR, publisher VARCHAR,
            stage VARCHAR, reason_code VARCHAR, expectation VARCHAR, detail VARCHAR, source_path VARCHAR,
            captured_at TIMESTAMPTZ, capture_day DATE, subject VARCHAR)"""
        )
        for page, its_day in [*((page, day) for page in pages), (LeftOut("z", "z", "z"), date.min)]:
            marts.execute(
                "INSERT INTO marts.quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(page.name, None, page.publisher, page.stage, page.reason_code, page.expectation),
                    *(page.detail, page.name, day_interval(its_day)[0], its_day, page.subject),
                ],
            )
    current_release_path(home).symlink_to(release)
