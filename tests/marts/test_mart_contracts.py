"""The marts' contracts: whole marts pass, and every expectation turns some broken mart away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from newsmarts.core.contracts import read_contract
from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.marts import audit, catalogue
from newsmarts.marts.run import build
from tests.marts.derived_mart_breaks import BREAKS as DERIVED_BREAKS
from tests.marts.factory import DAY, Page, acknowledge_page, day_after, load_days

TICKER = "Ferries stay in port as the storm nears"

# For every expectation of every mart's contract: one change to sound marts that it must notice.
BREAKS: dict[str, dict[str, str]] = {
    "articles": {
        "article_id_present": "UPDATE marts.articles SET article_id = NULL WHERE news_id = '7'",
        "article_id_unique": "INSERT INTO marts.articles FROM marts.articles LIMIT 1",
        "article_id_well_formed": "UPDATE marts.articles SET article_id = upper(article_id)",
        "publisher_present": "UPDATE marts.articles SET publisher = NULL",
        "publisher_known": "UPDATE marts.articles SET publisher = 'someone'",
        "headline_present": "UPDATE marts.articles SET headline = NULL",
        "headline_not_blank": "UPDATE marts.articles SET headline = '  '",
        "published_at_present": "UPDATE marts.articles SET published_at = NULL",
        "published_local_present": "UPDATE marts.articles SET published_local = NULL",
        "dates_match_times": "UPDATE marts.articles SET published_date = published_date + 1",
        "published_before_captured": "UPDATE marts.articles SET published_at = '2030-01-01 00:00:00Z'",
        "al_mayadeen_byline_present": "UPDATE marts.articles SET byline = NULL",
        "al_mayadeen_byline_is_the_house": "UPDATE marts.articles SET byline = 'A. Person'",
        "al_mayadeen_ar_byline_present": (
            "UPDATE marts.articles SET byline = NULL, publisher = 'al_mayadeen_ar'"
        ),
        # the English edition's name isn't this one's
        "al_mayadeen_ar_byline_is_the_house": "UPDATE marts.articles SET publisher = 'al_mayadeen_ar'",
        "nour_news_has_news_id": "UPDATE marts.articles SET news_id = NULL",
        "nour_news_id_unique": "UPDATE marts.articles SET news_id = '7', publisher = 'nour_news'",
        "no_ticker_line_of_neighbouring_days_in_body": (
            "INSERT INTO marts.quarantine BY NAME SELECT capture_id, 'publish' AS stage FROM marts.captures"
        ),
        "word_count_in_range": "UPDATE marts.articles SET word_count = 0",
        "body_length_chars_in_range": "UPDATE marts.articles SET body_length_chars = 0",
        "capture_sha256_present": "UPDATE marts.articles SET capture_sha256 = NULL",
        "has_text": "DELETE FROM marts.article_texts",
        "stands_on_its_latest_capture": "UPDATE marts.articles SET capture_sha256 = 'another'",
        "capture_times_match_captures": "UPDATE marts.articles SET first_captured_at = '2025-01-01'",
        "published_from_known": "UPDATE marts.articles SET published_from = 'feed'",
        "first_captured_at_precision_known": "UPDATE marts.articles SET first_captured_at_precision = 'hour'",
        "last_captured_at_precision_known": "UPDATE marts.articles SET last_captured_at_precision = 'hour'",
        "precision_of_its_captures": "UPDATE marts.captures SET captured_at_precision = 'second'",
        "lag_of_known_times": "UPDATE marts.articles SET capture_lag_minutes = 5",
        "section_source_known": "UPDATE marts.articles SET section_source = 'guess'",
        "section_with_source": "UPDATE marts.articles SET section_source = NULL",
        "section_as_listed": "DELETE FROM marts.page_links",
        "revisions_in_range": "UPDATE marts.articles SET revisions = 0",
    },
    "article_texts": {
        "article_id_present": "UPDATE marts.article_texts SET article_id = NULL",
        "article_id_unique": "INSERT INTO marts.article_texts FROM marts.article_texts",
        "body_text_present": "UPDATE marts.article_texts SET body_text = NULL",
        "body_not_empty": "UPDATE marts.article_texts SET body_text = e' \\n '",
        "article_known": "UPDATE marts.article_texts SET article_id = 'unknown'",
        "length_as_told": "UPDATE marts.article_texts SET body_text = body_text || '!'",
        "text_of_its_blocks": "DELETE FROM marts.article_blocks WHERE position = 2",
        "no_ticker_line_in_body": f"UPDATE marts.article_texts SET body_text = e'Boats.\\n\\n{TICKER}'",
    },
    "article_tags": {
        "article_id_present": "UPDATE marts.article_tags SET article_id = NULL",
        "position_present": "UPDATE marts.article_tags SET position = NULL",
        "key_unique": "UPDATE marts.article_tags SET tag = 'x'",
        "position_in_range": "UPDATE marts.article_tags SET position = position - 1",
        "tag_present": "UPDATE marts.article_tags SET tag = NULL",
        "tag_not_blank": "UPDATE marts.article_tags SET tag = ''",
        "article_known": "DELETE FROM marts.articles",
        "tag_raw_present": "UPDATE marts.article_tags SET tag_raw = NULL",
        "position_unique": "UPDATE marts.article_tags SET position = 1",
        "tag_known": "DELETE FROM marts.tags",
    },
    "ticker_items": {
        "ticker_item_id_present": "UPDATE marts.ticker_items SET ticker_item_id = NULL",
        "ticker_item_id_unique": "INSERT INTO marts.ticker_items FROM marts.ticker_items",
        "ticker_item_id_well_formed": "UPDATE marts.ticker_items SET ticker_item_id = 'x'",
        "publisher_present": "UPDATE marts.ticker_items SET publisher = NULL",
        "publisher_known": "UPDATE marts.ticker_items SET publisher = 'someone'",
        "text_present": 'UPDATE marts.ticker_items SET "text" = NULL',
        "text_not_blank": "UPDATE marts.ticker_items SET \"text\" = ' '",
        "line_unique": "UPDATE marts.ticker_items SET \"text\" = 'one line'",
        "sightings_in_range": "UPDATE marts.ticker_items SET sightings = 0",
        "seen_in_order": "UPDATE marts.ticker_items SET last_seen_at = '2020-01-01 00:00:00Z'",
        "first_seen_at_precision_known": "UPDATE marts.ticker_items SET first_seen_at_precision = 'hour'",
        "last_seen_at_precision_known": "UPDATE marts.ticker_items SET last_seen_at_precision = 'hour'",
        "precision_of_its_captures": "UPDATE marts.captures SET captured_at_precision = 'second'",
        "canonical_name_with_speaker": "UPDATE marts.ticker_items SET speaker_canonical = 'A. Orm'",
        "one_canonical_name_a_speaker": """
            UPDATE marts.ticker_items SET speaker = 'Orm', speaker_canonical = "text"
        """,
        "adds_up_with_sightings": "UPDATE marts.ticker_items SET sightings = sightings + 1",
    },
    "ticker_sightings": {
        "ticker_item_id_present": "UPDATE marts.ticker_sightings SET ticker_item_id = NULL",
        "capture_id_present": "UPDATE marts.ticker_sightings SET capture_id = NULL",
        "key_unique": "INSERT INTO marts.ticker_sightings FROM marts.ticker_sightings",
        "position_in_range": "UPDATE marts.ticker_sightings SET position = 0",
        "ticker_item_known": "DELETE FROM marts.ticker_items",
        "capture_known": "UPDATE marts.ticker_sightings SET captured_at = captured_at + INTERVAL 1 HOUR",
    },
    "captures": {
        "capture_id_present": "UPDATE marts.captures SET capture_id = NULL",
        "capture_id_unique": "INSERT INTO marts.captures FROM marts.captures",
        "capture_id_well_formed": "UPDATE marts.captures SET capture_id = 'x' || capture_id",
        "source_path_present": "UPDATE marts.captures SET source_path = NULL",
        "captured_at_present": "UPDATE marts.captures SET captured_at = NULL",
        "captured_at_precision_present": "UPDATE marts.captures SET captured_at_precision = NULL",
        "captured_at_precision_known": "UPDATE marts.captures SET captured_at_precision = 'hour'",
        "day_is_of_its_time": "UPDATE marts.captures SET captured_at = captured_at + INTERVAL 1 DAY",
        "outcome_present": "UPDATE marts.captures SET outcome = NULL",
        "outcome_known": "UPDATE marts.captures SET outcome = 'lost'",
        "capture_sha256_well_formed": "UPDATE marts.captures SET capture_sha256 = upper(capture_sha256)",
        "article_when_accepted": "UPDATE marts.captures SET article_id = NULL",
        "article_known": "DELETE FROM marts.articles",
        "quarantined_with_a_reason": "DELETE FROM marts.quarantine",
        "accepted_or_quarantined": "UPDATE marts.captures SET outcome = 'loaded'",
        "reason_unless_accepted": "UPDATE marts.captures SET reason_code = NULL",
        "share_count_in_range": "UPDATE marts.captures SET share_count = -1",
        "shares_of_articles": "UPDATE marts.captures SET share_count = 3",
        "one_first_capture_an_article": "UPDATE marts.captures SET is_revision = true",
    },
    "quarantine": {
        "capture_id_present": "UPDATE marts.quarantine SET capture_id = NULL",
        "stage_present": "UPDATE marts.quarantine SET stage = NULL",
        "stage_known": "UPDATE marts.quarantine SET stage = 'bin'",
        "reason_code_present": "UPDATE marts.quarantine SET reason_code = NULL",
        "reason_code_well_formed": "UPDATE marts.quarantine SET reason_code = 'Not good'",
        "detail_present": "UPDATE marts.quarantine SET detail = NULL",
        "subject_known": "UPDATE marts.quarantine SET subject = 'tag'",
        "subject_present": "UPDATE marts.quarantine SET subject = NULL",
        "contract_names_expectation": "UPDATE marts.quarantine SET expectation = NULL",
        "reason_once_a_page": "INSERT INTO marts.quarantine FROM marts.quarantine",
        "capture_known": "DELETE FROM marts.captures",
        "acknowledged_wholly": "UPDATE marts.quarantine SET acknowledged_reason = NULL",
        "acknowledged_with_words": "UPDATE marts.quarantine SET acknowledged_reason = ' '",
        "acknowledged_date_matches_time": (
            "UPDATE marts.quarantine SET acknowledged_at = acknowledged_at + INTERVAL 1 DAY"
        ),
        "acknowledged_stays_out": "UPDATE marts.captures SET outcome = 'loaded'",
    },
    "contract_results": {
        "capture_day_present": "UPDATE marts.contract_results SET capture_day = NULL",
        "contract_present": "UPDATE marts.contract_results SET contract = NULL",
        "expectation_present": "UPDATE marts.contract_results SET expectation = NULL",
        "key_unique": "INSERT INTO marts.contract_results FROM marts.contract_results",
        "severity_known": "UPDATE marts.contract_results SET severity = 'fatal'",
        "severity_present": "UPDATE marts.contract_results SET severity = NULL",
        "passed_present": "UPDATE marts.contract_results SET passed = NULL",
        "counts_make_sense": "UPDATE marts.contract_results SET unexpected_rows = evaluated_rows + 1",
        "day_known": "DELETE FROM marts.partition_outcomes",
    },
    "partition_outcomes": {
        "capture_day_present": "UPDATE marts.partition_outcomes SET capture_day = NULL",
        "capture_day_unique": "INSERT INTO marts.partition_outcomes FROM marts.partition_outcomes",
        "captures_are_accounted_for": "UPDATE marts.partition_outcomes SET repeats = repeats + 1",
        "loaded_is_new_or_revised": "UPDATE marts.partition_outcomes SET revisions = revisions + 1",
        "captures_as_listed": "DELETE FROM marts.captures",
        "quarantined_as_listed": "DELETE FROM marts.quarantine",
        "withheld_as_listed": "UPDATE marts.partition_outcomes SET withheld = withheld + 1",
        "first_captures_are_articles": "DELETE FROM marts.articles",
        "quarantined_share_in_range": "UPDATE marts.partition_outcomes SET quarantined_share = 1.5",
        "quarantined_share_present": "UPDATE marts.partition_outcomes SET quarantined_share = NULL",
        "outcome_present": "UPDATE marts.partition_outcomes SET outcome = NULL",
        "outcome_known": "UPDATE marts.partition_outcomes SET outcome = 'lost'",
        "refused_without_articles": "UPDATE marts.partition_outcomes SET outcome = 'refused', refusal = 'x'",
    },
    **DERIVED_BREAKS,
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A candidate with something in every mart."""
    settings = load_settings(home=tmp_path_factory.mktemp("sound"))
    load_days(
        settings,
        {
            DAY: [
                Page("a", tags=("x", "y"), ticker=(TICKER, "Market in the old town opens at noon")),
                Page("b", headline="B", quarantined="byline_not_house"),
                Page("c", rejected=True, quarantined="file_too_large"),
            ],
            day_after(1): [
                Page(
                    "a",
                    body=("Boats stayed in port.", "The sea was rough."),
                    extra={"coverage": ["The Ferry Talks", "In Five"]},
                    tags=("x", "y"),
                    most_read=("harbour reopens!", "Other"),
                ),
                Page("n", headline="N", publisher="nour_news", news_id="7", ticker=(TICKER,)),
                Page("leak", headline="Leaks", body=(TICKER,), tags=("x",)),
            ],
        },
    )
    quarantined_page = Page("b", headline="B", quarantined="byline_not_house")
    acknowledge_page(settings, quarantined_page, DAY, reason="A guest's column")
    assert build(settings).withheld == 1
    return settings


@pytest.fixture
def broken(sound: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A copy of the sound candidate, to be broken."""
    settings = load_settings(home=tmp_path)
    candidate_path(tmp_path).parent.mkdir(parents=True)
    shutil.copyfile(candidate_path(sound.home), candidate_path(tmp_path))
    yield settings
    candidate_path(tmp_path).unlink()


def contract_of(mart: str) -> dict[str, Any]:
    return read_contract(PROJECT_ROOT / "expectations" / f"marts_{mart}.json")


def _asking_only(settings: Settings, mart: str, expectation: str) -> Settings:
    """Settings whose contract for the mart is this one expectation, so that a test evaluates no others."""
    document = contract_of(mart)
    document["expectations"] = [
        entry for entry in document["expectations"] if entry["meta"]["id"] == expectation
    ]
    folder = settings.home / "contracts"
    folder.mkdir()
    (folder / f"marts_{mart}.json").write_text(json.dumps(document), encoding="utf-8")
    return settings.model_copy(update={"contracts_dir": folder})


def test_every_mart_has_a_contract_and_every_expectation_its_break() -> None:
    assert set(BREAKS) == {mart.name for mart in catalogue.marts()}
    for mart, breaks in BREAKS.items():
        assert set(breaks) == {entry["meta"]["id"] for entry in contract_of(mart)["expectations"]}, mart


@pytest.mark.slow
def test_sound_marts_pass_counted_and_by_great_expectations(
    sound: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(audit, "load_contract", None)  # counting alone finds that all hold
        findings = audit.run_contracts(sound)
    assert audit.run_contracts(sound, count_first=False) == findings
    assert [finding.summary() for finding in findings if not finding.passed] == []
    assert len(findings) == sum(len(breaks) for breaks in BREAKS.values())


@pytest.mark.slow
def test_empty_marts_pass(settings: Settings) -> None:
    load_days(settings, {DAY: []})
    build(settings)
    assert [finding.summary() for finding in audit.run_contracts(settings) if not finding.passed] == []


@pytest.mark.parametrize(
    ("mart", "expectation"),
    [
        # one of each mart in the fast suite
        pytest.param(mart, name, marks=[pytest.mark.slow] if number else [])
        for mart, breaks in BREAKS.items()
        for number, name in enumerate(breaks)
    ],
)
def test_each_expectation_notices_its_break(broken: Settings, mart: str, expectation: str) -> None:
    with duckdb.connect(str(candidate_path(broken.home))) as connection:
        connection.execute("SET TimeZone = 'Asia/Tehran'")  # contracts mustn't lean on the session's zone
        connection.execute(BREAKS[mart][expectation])
    [found] = audit.run_contracts(_asking_only(broken, mart, expectation), only=mart)
    assert found.expectation == expectation
    assert not found.passed
    assert found.unexpected_rows >= 1


def test_only_oddities_of_the_results_themselves_do_not_hold_a_release_back() -> None:
    kinds = {
        (mart, entry["meta"]["id"]): entry["severity"]
        for mart in BREAKS
        for entry in contract_of(mart)["expectations"]
    }
    assert {name for name, severity in kinds.items() if severity != "critical"} == {
        ("contract_results", "counts_make_sense")
    }
