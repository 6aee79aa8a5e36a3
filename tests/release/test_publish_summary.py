"""The summary of the published marts."""

from __future__ import annotations

import duckdb
import pytest

from newsmarts.cli.output import to_json
from newsmarts.core.errors import MissingPartition
from newsmarts.core.partitions import published_path
from newsmarts.core.publishers import slugs
from newsmarts.core.settings import Settings
from newsmarts.marts.run import audit, build, publish
from newsmarts.release.summary import read_summary
from tests.marts.factory import DAY, Page, day_after, load_days

TICKER = "Ferries stay in port as the storm nears"


def test_a_summary_adds_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmarts.marts.audit.run_contracts", lambda _settings, **_: [])
    load_days(
        settings,
        {
            DAY: [
                Page("a", tags=("x",), ticker=(TICKER,)),
                Page("again", hour=1, tags=("x",)),
                Page("bad", headline="Bad", quarantined="byline_not_house"),
                Page("big", rejected=True, quarantined="file_too_large"),
                Page("tags", headline="Boats", quarantined="tag_page"),
            ],
            day_after(1): [
                Page("revised", body=("Boats stayed in port.",)),
                Page("leak", headline="Leaks", body=(TICKER,)),
                Page("bad", headline="Bad too", quarantined="byline_not_house"),
            ],
            day_after(2): [],
        },
    )
    build(settings)
    audit(settings)
    release = publish(settings)
    # a notebook in this process may have the release open in its own way
    with duckdb.connect(str(published_path(settings.home)), read_only=True):
        summary = read_summary(settings.home)
    assert to_json(summary) == {
        "release_id": release.release_id,
        "path": str(published_path(settings.home)),
        "captures": {
            "captures": 8,
            "landed": 7,
            "rejected": 1,
            "loaded": 2,
            "new_articles": 1,
            "revisions": 1,
            "repeats": 1,
            "not_article": 1,
            "quarantined": 4,
        },
        "not_article_by_reason": {"tag_page": 1},
        "quarantined_by_reason": {"byline_not_house": 2, "file_too_large": 1, "ticker_in_body": 1},
        "days": [
            _day("2025-08-25", captures=5, loaded=1, new_articles=1, repeats=1, not_article=1, quarantined=2),
            _day("2025-08-26", captures=3, loaded=1, revisions=1, quarantined=2, withheld=1),
            _day("2025-08-27"),
        ],
        "rows": {
            "articles": 1,
            "article_texts": 1,
            "article_blocks": 1,
            "article_tags": 0,
            "article_coverage": 0,
            "tags": 0,
            "tag_pairs_monthly": 0,
            "article_revisions": 2,
            "page_links": 0,
            "most_read_daily": 0,
            "ticker_items": 1,
            "ticker_sightings": 1,
            "captures": 8,
            "coverage_daily": 4,
            "quarantine": 4,
            "contract_results": 3,
            "partition_outcomes": 3,
            "runs": 3,
            "publishers": len(slugs()),
            "calendar": 365,
        },
    }


def _day(day: str, **counts: int) -> dict[str, str | int | None]:
    names = ("captures", "loaded", "new_articles", "revisions", "repeats", "not_article", "quarantined")
    return {
        "day": day,
        "outcome": "accepted",
        "refusal": None,
        **dict.fromkeys((*names, "withheld"), 0),
        **counts,
    }


def test_before_the_first_release_there_is_no_summary(settings: Settings) -> None:
    with pytest.raises(MissingPartition, match="Nothing is published"):
        read_summary(settings.home)
