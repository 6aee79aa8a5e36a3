"""The audit as a gate: what it says when a contract is broken, and what stays in place then."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from newsmarts.core.db import reading
from newsmarts.core.errors import AuditFailed, ContractError, MissingPartition, NewsError, SettingsError
from newsmarts.core.partitions import candidate_path, current_release_path, published_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.load.run import run as load
from newsmarts.marts.audit import report_path
from newsmarts.marts.candidate import needs_full_audit
from newsmarts.marts.run import audit, build, publish
from tests.contract_files import write_brief_contracts
from tests.marts.factory import DAY, Page, day_after, load_days, write_day


def corrupt(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(candidate_path(settings.home))) as connection:
        connection.execute(sql)


BRIEF = (
    "al_mayadeen_byline_is_the_house",
    "article_known",
    "captures_as_listed",
    "captured_at_present",
    "capture_id_unique",
    "first_captures_are_articles",
    "has_text",
    "headline_present",
    "label_present",
    "text_present",
)


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What these tests break and a little more; test_mart_contracts.py checks all of it."""
    return write_brief_contracts(tmp_path_factory.mktemp("brief") / "expectations", also=BRIEF)


@pytest.fixture
def settings(tmp_path: Path, contracts: Path) -> Settings:
    return load_settings(home=tmp_path, contracts_dir=contracts)


@pytest.fixture(scope="module")
def home_with_release(tmp_path_factory: pytest.TempPathFactory, contracts: Path) -> tuple[Path, str]:
    """A first release is out, and a changed candidate is ready."""
    settings = load_settings(home=tmp_path_factory.mktemp("published"), contracts_dir=contracts)
    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    audit(settings)
    release_id = publish(settings).release_id
    load_days(settings, {day_after(1): [Page("b", headline="B")]})
    build(settings)
    return settings.home, release_id


@pytest.fixture
def published(settings: Settings, home_with_release: tuple[Path, str]) -> str:
    """A copy of that home; the release's id."""
    home, release_id = home_with_release
    shutil.copytree(home, settings.home, symlinks=True, dirs_exist_ok=True)
    return release_id


def test_a_broken_candidate_names_contract_expectation_count_and_keys(
    settings: Settings, published: str, caplog: pytest.LogCaptureFixture
) -> None:
    corrupt(settings, "UPDATE marts.articles SET byline = e'Eve\\nINFO forged line' WHERE headline = 'B'")
    with reading(candidate_path(settings.home)) as connection:
        [(article_id,)] = connection.execute(
            "SELECT article_id FROM marts.articles WHERE headline = 'B'"
        ).fetchall()
    with caplog.at_level(logging.ERROR), pytest.raises(AuditFailed) as raised:
        audit(settings)
    message = str(raised.value)
    assert "marts_articles.al_mayadeen_byline_is_the_house: 1 row" in message
    assert article_id in message
    assert r"'Eve\nINFO forged line'" in message
    assert "\n" not in message
    assert "al_mayadeen_byline_is_the_house" in caplog.text
    assert current_release_path(settings.home).readlink().name == published


@pytest.mark.slow
def test_what_failed_its_audit_is_not_published(settings: Settings, published: str) -> None:
    corrupt(settings, "DELETE FROM marts.article_texts")
    with pytest.raises(AuditFailed, match="has_text"):
        audit(settings)
    with pytest.raises(AuditFailed, match="Run audit, then publish"):
        publish(settings)
    assert current_release_path(settings.home).readlink().name == published
    assert build(settings).changed  # rebuilt: the candidate may be damaged
    audit(settings)
    assert publish(settings).release_id != published
    assert not build(settings).changed


def test_what_changed_after_its_audit_is_not_published(settings: Settings, published: str) -> None:
    audit(settings)
    load_days(settings, {day_after(2): [Page("c", headline="C")]})
    build(settings)
    with pytest.raises(AuditFailed, match="hasn't passed an audit since it was built"):
        publish(settings)
    assert current_release_path(settings.home).readlink().name == published


def test_every_broken_expectation_is_reported(settings: Settings, published: str) -> None:
    corrupt(settings, "DELETE FROM marts.articles")
    with pytest.raises(AuditFailed) as raised:
        audit(settings)
    for name in (
        "marts_article_texts.article_known",
        "marts_captures.article_known",
        "first_captures_are_articles",
    ):
        assert name in str(raised.value)


def test_without_a_candidate_there_is_nothing_to_audit(settings: Settings) -> None:
    with pytest.raises(MissingPartition, match="Run build first"):
        audit(settings)


@pytest.mark.slow
def test_a_damaged_candidate_says_what_to_do(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    candidate_path(settings.home).write_bytes(b"no database" * 1000)
    with pytest.raises(NewsError, match="Run build"):
        audit(settings)
    build(settings)
    audit(settings)


def _with_contracts(settings: Settings, tmp_path: Path, change: Any) -> Settings:
    folder = tmp_path / "contracts"
    shutil.copytree(settings.contracts_dir, folder)
    path = folder / "marts_articles.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    return settings.model_copy(update={"contracts_dir": folder})


def test_a_warning_is_reported_and_holds_nothing_back(settings: Settings, tmp_path: Path) -> None:
    def warn(document: dict[str, Any]) -> None:
        document["expectations"].append(
            {
                "type": "expect_column_values_to_not_be_null",
                "kwargs": {"column": "agency"},
                "severity": "warning",
                "meta": {"id": "agency_present", "notes": "Good to have."},
            }
        )

    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    result = audit(_with_contracts(settings, tmp_path, warn))
    assert len(result.warnings) == 1
    assert result.warnings[0].startswith("marts_articles.agency_present: 1 row")


def test_an_expectation_that_cannot_be_asked_fails(settings: Settings, tmp_path: Path) -> None:
    def misspell(document: dict[str, Any]) -> None:
        document["expectations"][0]["kwargs"]["column"] = "artikle_id"

    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    wrong = _with_contracts(settings, tmp_path, misspell)
    with pytest.raises(ContractError, match="article_id_present"):
        audit(wrong)
    with pytest.raises(AuditFailed):
        publish(wrong)


def test_a_missing_contract_is_named(settings: Settings, tmp_path: Path) -> None:
    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    contracts = tmp_path / "contracts"
    shutil.copytree(settings.contracts_dir, contracts)
    (contracts / "marts_articles.json").unlink()
    with pytest.raises(SettingsError, match=r"marts_articles\.json"):
        audit(settings.model_copy(update={"contracts_dir": contracts}))


def test_a_home_with_awkward_letters_is_audited(tmp_path: Path, contracts: Path) -> None:
    settings = load_settings(home=tmp_path / "it's [my] data 100% * $HOME #&=", contracts_dir=contracts)
    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    audit(settings)
    assert publish(settings).rows["articles"] == 1


def test_marts_with_the_log_of_a_killed_build_pass(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    path = candidate_path(settings.home)
    copy = path.with_name("copy.duckdb")
    log = path.with_name(path.name + ".wal")
    with duckdb.connect(str(path), config={"checkpoint_threshold": "1GB"}) as connection:
        connection.execute("UPDATE marts.articles SET excerpt = 'In the log'")
        shutil.copyfile(path, copy)
        shutil.copyfile(log, log.with_name("copy.wal"))
    shutil.move(copy, path)
    shutil.move(log.with_name("copy.wal"), log)
    audit(settings)
    release = publish(settings)
    with duckdb.connect(str(release.path), read_only=True) as connection:
        assert connection.execute("SELECT excerpt FROM marts.articles").fetchall() == [("In the log",)]


@pytest.mark.slow
def test_after_a_full_audit_only_new_rows_are_evaluated(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a", tags=("x",)), Page("b", headline="B", tags=("y",))]})
    build(settings, rewrite_below=0)
    assert not needs_full_audit(settings)
    assert audit(settings).full  # no audit yet
    load_days(
        settings, {day_after(1): [Page("c", headline="C", tags=("y",), ticker=("One line of the ticker",))]}
    )
    build(settings, rewrite_below=0)
    assert not audit(settings).full
    evaluated = {
        (row["contract"], row["expectation"]): row["evaluated_rows"]
        for row in json.loads(report_path(settings).read_text(encoding="utf-8"))["results"]
    }
    assert evaluated["marts_articles", "headline_present"] == 1
    assert evaluated["marts_captures", "captured_at_present"] == 1
    assert evaluated["marts_tags", "label_present"] == 1
    assert evaluated["marts_ticker_items", "text_present"] == 1
    with reading(candidate_path(settings.home)) as connection:
        assert connection.execute("SELECT count(*) FROM meta.unaudited").fetchone() == (0,)


@pytest.fixture(scope="module")
def home_with_new_rows(tmp_path_factory: pytest.TempPathFactory, contracts: Path) -> Path:
    """Marts that passed an audit, and a further day in them."""
    settings = load_settings(home=tmp_path_factory.mktemp("new-rows"), contracts_dir=contracts)
    load_days(settings, {DAY: [Page("a")]})
    build(settings, rewrite_below=0)
    audit(settings)
    load_days(settings, {day_after(1): [Page("c", headline="C")]})
    build(settings, rewrite_below=0)
    return settings.home


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("UPDATE marts.articles SET byline = 'A. Person' WHERE headline = 'C'", "al_mayadeen_byline"),
        (
            "INSERT INTO marts.captures FROM marts.captures WHERE capture_day = '2025-08-26'",
            "capture_id_unique",
        ),
        ("DELETE FROM marts.article_texts", "has_text"),
        # rows from before, found by comparing whole marts
        ("DELETE FROM marts.captures WHERE capture_day = '2025-08-25'", "captures_as_listed"),
    ],
)
def test_a_broken_row_is_found_among_new_rows(
    settings: Settings, home_with_new_rows: Path, change: str, message: str
) -> None:
    shutil.copytree(home_with_new_rows, settings.home, symlinks=True, dirs_exist_ok=True)
    corrupt(settings, change)
    with pytest.raises(AuditFailed, match=message):
        audit(settings)


@pytest.mark.slow
def test_all_rows_are_evaluated_again_in_time_and_after_a_change_of_contracts(
    settings: Settings, tmp_path: Path
) -> None:
    load_days(settings, {DAY: [Page("a")]})
    settings = settings.model_copy(update={"audit_whole_every": 3})
    build(settings, rewrite_below=0)
    assert [audit(settings).full for _ in range(4)] == [True, False, True, False]
    publish(settings)
    assert build(settings).released_as

    contracts = tmp_path / "contracts"
    shutil.copytree(settings.contracts_dir, contracts)
    path = contracts / "marts_tags.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"reason_code": "', '"reason_code": "other_', 1))
    changed = settings.model_copy(update={"contracts_dir": contracts})
    assert build(changed).released_as is None
    with pytest.raises(AuditFailed, match="hasn't passed an audit"):
        publish(changed)
    assert audit(changed).full
    assert publish(changed).published


@pytest.mark.slow
def test_a_late_page_of_a_refused_run_is_published_with_its_reason(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    load_days(settings, {DAY: [Page("a")]})
    build(settings)
    publish_audited(settings)
    late = [Page("a"), Page("late", headline="Late"), Page("list", quarantined="tag_page")]
    write_day(settings.home, DAY, late, accepted=False, refusal="9 of 10 pages lack a body")
    load(DAY, settings)
    assert build(settings).days == (DAY,)
    publish_audited(settings)
    with reading(published_path(settings.home)) as connection:
        captures = connection.execute("SELECT source_path, outcome, reason_code FROM marts.captures")
        assert {path.split("/")[1]: tuple(facts) for path, *facts in captures.fetchall()} == {
            "a.txt": ("loaded", None),
            "late.txt": ("quarantined", "day_refused"),
            "list.txt": ("not_article", "tag_page"),
        }
        (day,) = connection.execute(
            "SELECT outcome, refusal, captures, articles_loaded, not_article, quarantined "
            "FROM marts.partition_outcomes"
        ).fetchall()
        assert day == ("accepted", "9 of 10 pages lack a body", 3, 1, 1, 1)
    load(DAY, settings)
    assert build(settings).released_as


def publish_audited(settings: Settings) -> None:
    audit(settings)
    publish(settings)
