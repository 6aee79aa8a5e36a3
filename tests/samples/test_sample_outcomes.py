"""The whole pipeline over the samples: every capture ends as ``expected.json`` says, and for that reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from newsmarts.core import partitions
from newsmarts.core.settings import PROJECT_ROOT
from samples import story

EXPECTED: dict[str, dict[str, Any]] = json.loads((story.HERE / "expected.json").read_bytes())

# What no page can break, or none alone, only a fault in parse: these are tested with rows, in tests/validate.
NOT_BY_A_PAGE = {
    "body_present",
    "byline_is_on_the_page",
    "identity_known",
    "local_and_utc_time_agree",
    "standfirst_is_no_ticker_line",
    "timezone_is_the_sites",
}


pytestmark = pytest.mark.xdist_group("sample_marts")


@pytest.fixture(scope="module")
def marts(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(partitions.published_path(sample_home)), read_only=True) as connection:
        yield connection


def test_outcomes(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.sql("SELECT source_path, outcome, is_revision FROM marts.captures").fetchall()
    outcomes = {path: "revision" if revision else outcome for path, outcome, revision in found}
    assert outcomes == {path: expected["outcome"] for path, expected in EXPECTED.items()}


def test_reasons(marts: duckdb.DuckDBPyConnection) -> None:
    found: dict[str, list[tuple[str, str, str | None]]] = {}
    rows = marts.sql("SELECT source_path, stage, reason_code, expectation FROM marts.quarantine").fetchall()
    for path, *reason in rows:
        found.setdefault(path, []).append(tuple(reason))
    quarantined = {path: row for path, row in EXPECTED.items() if row["outcome"] == "quarantined"}
    assert set(found) == set(quarantined)
    for path, row in quarantined.items():
        assert {stage for stage, _, _ in found[path]} == {row["stage"]}, path
        assert row["reason_code"] in {reason for _, reason, _ in found[path]}, path
        broken = sorted(expectation for _, _, expectation in found[path] if expectation)
        assert broken == row.get("expectations", []), path
    not_articles = marts.sql(
        "SELECT source_path, reason_code FROM marts.captures WHERE outcome = 'not_article'"
    ).fetchall()
    assert dict(not_articles) == {
        path: row["reason_code"] for path, row in EXPECTED.items() if row["outcome"] == "not_article"
    }


def test_articles_are_the_golden_records(marts: duckdb.DuckDBPyConnection) -> None:
    """One row an article, in its latest text."""
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    for path in sorted((story.HERE / "golden").rglob("*.json")):
        record = json.loads(path.read_bytes())
        latest[record["publisher"], record["headline"]] = record
    query = """
        SELECT publisher, headline, standfirst, byline, published_local, body_text
        FROM marts.articles JOIN marts.article_texts USING (article_id)
    """
    found = {(row[0], row[1]): row[2:] for row in marts.sql(query).fetchall()}
    assert set(found) == set(latest)
    for key, record in latest.items():
        blocks = ["\n".join(block.get("items", [block.get("text")])) for block in record["body"]]
        standfirst, byline, published_local, body_text = found[key]
        assert (standfirst, byline) == (record["standfirst"], record["byline"])
        assert published_local.isoformat() == record["published_local"]
        assert body_text == "\n\n".join(blocks)


@pytest.mark.parametrize("suite", ["al_mayadeen_articles", "nour_news_articles"])
def test_every_critical_expectation_has_a_page_that_breaks_it(suite: str) -> None:
    contract = json.loads(Path(PROJECT_ROOT, "expectations", f"{suite}.json").read_bytes())
    critical = {row["meta"]["id"] for row in contract["expectations"] if row["severity"] == "critical"}
    broken = Counter(name for row in EXPECTED.values() for name in row.get("expectations", []))
    assert critical - set(broken) == NOT_BY_A_PAGE & critical
