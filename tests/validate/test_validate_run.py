"""The stage as a whole: files in, files out, and what it raises and logs."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core import schemas
from newsmarts.core.contracts import article_contract_path
from newsmarts.core.errors import MissingPartition, SettingsError, TooManyQuarantined
from newsmarts.core.partitions import docs_path, partition_path
from newsmarts.core.publishers import slugs
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.land.run import run as land
from newsmarts.parse.run import run as parse
from newsmarts.validate.run import accept, run
from tests.contract_files import write_brief_contracts
from tests.validate.days import (
    DAY,
    PARAGRAPHS,
    Row,
    article,
    blocks,
    page_link,
    read_rows,
    ticker_item,
    ticker_witness,
    turned_away,
    write_day,
)

PAGES = PROJECT_ROOT.parent / "shared" / "pages"
TICKER_LINE = "Harbour Office: Ferry crossings to Marrow Island suspended until Thursday"


def _settings(home: Path, **overrides: Any) -> Settings:
    return load_settings(home=home, settle_seconds=0, **overrides)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _mixed_day(home: Path) -> None:
    """Four valid pages, three that break a contract, two unparsed and one rejected."""
    clean = article("clean")
    leaking = article("leaking", body=blocks(*PARAGRAPHS, f"• {TICKER_LINE.upper()}"))
    undated = article("undated", published_at=None, published_local=None, byline="Ines Calloway")
    nour = article("nour", "nour_news")
    form = article("form", "nour_news", body=blocks(*PARAGRAPHS, "first name & last name"))
    quoting = article("quoting", body=blocks(*PARAGRAPHS, f"A notice that read {TICKER_LINE} hung there."))
    plain = article("plain", standfirst=None)
    articles = [plain, quoting, form, nour, undated, leaking, clean]
    write_day(
        home,
        articles,
        ticker=[
            # the line is on a page that is itself quarantined, and only there
            ticker_item(undated, TICKER_LINE),
            ticker_item(clean, "Mayor opens the north pier", 1),
            ticker_item(clean, "BREAKING", 2),
        ],
        links=[
            page_link(clean, "Lighthouse keeper retires"),
            page_link(leaking, "Lighthouse keeper retires"),
        ],
        unparsed=[
            turned_away(article("strange"), "other_host"),
            turned_away(article("bodyless"), "missing_body", publisher="al_mayadeen"),
        ],
        rejected=[turned_away(article("huge"), "file_too_large", stage="land")],
    )


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The expectations that these tests break, and two others of each contract."""
    broken = (
        "byline_present",
        "byline_is_the_house",
        "headline_present",
        "text_is_no_label",
        "position_in_range",
    )
    return write_brief_contracts(tmp_path_factory.mktemp("brief") / "expectations", also=broken)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    home = tmp_path_factory.mktemp("mixed")
    _mixed_day(home)
    return home, run(DAY, _settings(home), run_id="manual__1")


def _expectations() -> Counter[str]:
    """How many expectations a day is checked against, by contract."""
    folder = Settings().contracts_dir
    paths = {f"{slug}_articles": article_contract_path(folder, slug) for slug in slugs()}
    paths["ticker_items"] = folder / "ticker_items.json"
    return Counter({name: len(json.loads(path.read_bytes())["expectations"]) for name, path in paths.items()})


def _by_page(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["source_path"].removeprefix("2025-08-25/").removesuffix(".txt"), []).append(row)
    return found


def test_the_result_counts_every_capture_once(mixed: tuple[Path, Any]) -> None:
    _, result = mixed
    assert (result.captures, result.parsed, result.valid) == (10, 7, 4)
    assert (result.not_article, result.quarantined) == (1, 5)
    assert result.by_reason == {
        "file_too_large": 1,
        "form_text_in_body": 1,
        "missing_body": 1,
        "missing_published_at": 1,
        "ticker_in_body": 1,
        "unexpected_byline": 1,
        "other_host": 1,
    }
    assert result.warned
    assert result.refusal is None


def test_valid_rows_go_on_in_order(mixed: tuple[Path, Any]) -> None:
    home, _ = mixed
    assert list(_by_page(read_rows(home, "articles"))) == ["clean", "nour", "plain", "quoting"]
    assert [row["headline"] for row in read_rows(home, "page_links")] == ["Lighthouse keeper retires"]
    assert [row["text"] for row in read_rows(home, "ticker_items")] == [
        "Mayor opens the north pier",
        TICKER_LINE,  # of a page that is quarantined: the line itself is sound
    ]


def test_quarantine_keeps_the_reasons_of_all_stages(mixed: tuple[Path, Any]) -> None:
    home, _ = mixed
    rows = _by_page(read_rows(home, "quarantine"))
    reported = {
        page: [(row["stage"], row["reason_code"], row["expectation"], row["subject"]) for row in found]
        for page, found in rows.items()
    }
    assert reported == {
        "bodyless": [("parse", "missing_body", None, "page")],
        "clean": [("validate", "label_in_ticker", "text_is_no_label", "ticker_item")],
        "form": [("validate", "form_text_in_body", "no_form_text_in_body", "page")],
        "huge": [("land", "file_too_large", None, "page")],
        "leaking": [("validate", "ticker_in_body", "no_ticker_line_in_body", "page")],
        "strange": [("parse", "other_host", None, "page")],
        "undated": [
            ("validate", "missing_published_at", "published_at_present", "page"),
            ("validate", "unexpected_byline", "byline_is_the_house", "page"),
        ],
    }
    assert list(rows) == sorted(rows)
    assert rows["leaking"][0]["detail"] == f"A body line holds the ticker line: {TICKER_LINE}"
    assert rows["form"][0]["detail"] == "The body holds form text: first name & last name"
    assert rows["undated"][1]["detail"] == "The byline is Ines Calloway."


def test_results_are_stored_for_every_expectation(mixed: tuple[Path, Any]) -> None:
    home, _ = mixed
    rows = read_rows(home, "contract_results")
    assert Counter(row["contract"] for row in rows) == _expectations()
    broken = {(row["contract"], row["expectation"]): row for row in rows if not row["passed"]}
    leak = broken["al_mayadeen_articles", "no_ticker_line_in_body"]
    assert (leak["severity"], leak["evaluated_rows"], leak["unexpected_rows"]) == ("critical", 5, 1)
    # a warning is recorded, and its page goes on
    assert broken["al_mayadeen_articles", "standfirst_present"]["unexpected_rows"] == 1


def test_the_outcome_adds_up(mixed: tuple[Path, Any]) -> None:
    home, _ = mixed
    (outcome,) = read_rows(home, "outcome")
    assert outcome["captures"] == outcome["landed"] + outcome["rejected"] == 10
    assert outcome["captures"] == outcome["valid"] + outcome["not_article"] + outcome["quarantined"]
    assert (outcome["ticker_items"], outcome["ticker_items_quarantined"]) == (2, 1)
    assert (outcome["accepted"], outcome["refusal"], outcome["run_id"]) == (True, None, "manual__1")
    assert len(outcome["fingerprint"]) == 64


@pytest.mark.slow
def test_a_run_in_another_home_gives_the_same_bytes(mixed: tuple[Path, Any], tmp_path: Path) -> None:
    home, result = mixed
    _mixed_day(tmp_path)
    assert run(DAY, _settings(tmp_path), run_id="manual__1") == result
    first = _hashes(partition_path(home, "validated", DAY))
    assert _hashes(partition_path(tmp_path, "validated", DAY)) == first
    assert _hashes(docs_path(tmp_path)) == _hashes(docs_path(home))
    assert set(first) == {schemas.SHARES_FILE, *(f"{name}.parquet" for name in schemas.VALIDATED)}


@pytest.mark.slow
def test_a_day_without_captures_has_results_too(tmp_path: Path) -> None:
    write_day(tmp_path)
    result = run(DAY, _settings(tmp_path))
    assert (result.captures, result.valid, result.quarantined, result.warned) == (0, 0, 0, False)
    assert len(read_rows(tmp_path, "contract_results")) == _expectations().total()
    assert (docs_path(tmp_path) / "2025-08-25" / "index.html").is_file()


def test_too_many_bad_pages_refuse_the_day_but_show_it(
    tmp_path: Path, contracts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = _settings(tmp_path, contracts_dir=contracts)
    broken = [article(f"broken {number}", headline=None, byline="Ines\nCalloway") for number in range(3)]
    write_day(tmp_path, [*broken, article("clean")])
    assert run(DAY, settings).refusal
    with pytest.raises(TooManyQuarantined) as caught:
        accept(DAY, settings)
    message = str(caught.value)
    assert "2025-08-25: 3 of 4 article pages (75 %) were quarantined for reasons that hint at" in message
    assert "- missing_headline (al_mayadeen_articles.headline_present): 3 pages: " in message
    assert "'2025-08-25/broken 0.txt'" in message
    assert str(docs_path(tmp_path) / "2025-08-25") in message
    (outcome,) = read_rows(tmp_path, "outcome")
    assert outcome["accepted"] is False
    assert outcome["refusal"].startswith("2025-08-25: 3 of 4 article pages (75 %)")
    assert str(tmp_path) not in outcome["refusal"]  # a row has nothing of this machine
    assert len(read_rows(tmp_path, "articles")) == 1
    index = (docs_path(tmp_path) / "2025-08-25" / "index.html").read_text(encoding="utf-8")
    assert "This day was not accepted." in index

    # the same day, accepted by a setting: nothing else differs
    result = run(DAY, settings.model_copy(update={"quarantine_fail_share": 0.8}))
    assert (result.valid, result.quarantined, result.warned) == (1, 3, True)
    with caplog.at_level(logging.INFO, logger="newsmarts.validate.run"):
        accept(DAY, settings)
    assert "Accepted 2025-08-25: 4 captures, 1 valid, 3 quarantined." in caplog.text
    (again,) = read_rows(tmp_path, "outcome")
    assert again == outcome | {"accepted": True, "refusal": None}
    assert not [record for record in caplog.records if "\nCalloway" in record.getMessage()]


def test_a_day_warns_above_the_warning_share_only(
    tmp_path: Path, contracts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = _settings(tmp_path, contracts_dir=contracts)
    pages = [article(f"page {number}") for number in range(9)]
    bad = article("bad", headline=None)
    with caplog.at_level(logging.WARNING, logger="newsmarts.validate.run"):
        write_day(tmp_path, [*pages, bad])
        assert not run(DAY, settings).warned
        assert not caplog.records
        write_day(tmp_path, [*pages[:8], bad])
        assert run(DAY, settings).warned
    assert [record.getMessage() for record in caplog.records] == [
        "2025-08-25: 1 of 9 article pages (11 %) were quarantined, more than the 10 % that log a warning:\n"
        "- missing_headline (al_mayadeen_articles.headline_present): 1 page: '2025-08-25/bad.txt'"
    ]


@pytest.mark.slow
def test_a_second_run_gives_the_same_bytes_and_logs_what_it_did(
    mixed: tuple[Path, Any], caplog: pytest.LogCaptureFixture
) -> None:
    home, result = mixed
    folders = (partition_path(home, "validated", DAY), docs_path(home))
    before = [_hashes(folder) for folder in folders]
    with caplog.at_level(logging.INFO, logger="newsmarts.validate.run"):
        assert run(DAY, _settings(home), run_id="manual__1") == result
    assert [_hashes(folder) for folder in folders] == before
    reported = "\n".join(record.getMessage() for record in caplog.records)
    assert "Quarantined page of '2025-08-25/leaking.txt': ticker_in_body (no_ticker_line_in_body)" in reported
    assert "al_mayadeen_articles: 1 of 5 rows break standfirst_present (warning)" in reported
    assert "Validated 2025-08-25: 10 captures = 4 valid + 1 not_article" in reported
    assert str(partition_path(home, "validated", DAY)) in reported


def test_a_publisher_without_a_contract_of_its_own_is_held_to_the_shared_one(
    tmp_path: Path, contracts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pages = [article(name, publisher="harbour_times") for name in "abc"]
    write_day(tmp_path, [*pages, article("untitled", publisher="harbour_times", headline=None)])
    with caplog.at_level(logging.INFO, logger="newsmarts.core.contracts"):
        result = run(DAY, _settings(tmp_path, contracts_dir=contracts, quarantine_fail_share=1))
    assert (result.valid, result.by_reason) == (3, {"missing_headline": 1})
    results = [row for row in read_rows(tmp_path, "contract_results") if row["evaluated_rows"] == 4]
    assert {row["contract"] for row in results} == {"harbour_times_articles"}
    assert "Pages of harbour_times have no contract of their own" in caplog.text
    assert "Pages of al_mayadeen" not in caplog.text


def test_a_day_of_persons_bylines_and_lists_is_accepted(tmp_path: Path, contracts: Path) -> None:
    settings = _settings(tmp_path, contracts_dir=contracts)
    opinions = [article(f"opinion {number}", byline="Ines Calloway") for number in range(5)]
    lists = [
        turned_away(article(f"list {number}"), "tag_page", publisher="al_mayadeen") for number in range(9)
    ]
    write_day(tmp_path, [article("clean"), *opinions], unparsed=lists)
    result = run(DAY, settings)
    assert (result.valid, result.not_article, result.quarantined, result.refusal) == (1, 9, 5, None)
    accept(DAY, settings)


@pytest.mark.slow
def test_a_body_is_compared_with_ticker_lines_of_pages_that_gave_no_article(
    tmp_path: Path, contracts: Path
) -> None:
    leaking = article("leaking", body=blocks(*PARAGRAPHS, TICKER_LINE))
    gone = turned_away(article("gone"), "error_page")
    write_day(
        tmp_path, [leaking, article("clean")], unparsed=[gone], witnesses=[ticker_witness(gone, TICKER_LINE)]
    )
    result = run(DAY, _settings(tmp_path))
    assert result.by_reason == {"error_page": 1, "ticker_in_body": 1}
    assert [row["text"] for row in read_rows(tmp_path, "ticker_witnesses")] == [TICKER_LINE]


def test_no_contract_at_all_stops_the_day(tmp_path: Path) -> None:
    contracts = tmp_path / "expectations"
    shutil.copytree(PROJECT_ROOT / "expectations", contracts)
    (contracts / "articles.json").unlink()
    write_day(tmp_path, [article("a", publisher="harbour_times")])
    with pytest.raises(SettingsError, match=r"harbour_times_articles\.json: there is no contract"):
        run(DAY, _settings(tmp_path, contracts_dir=contracts))
    assert not partition_path(tmp_path, "validated", DAY).exists()


def test_each_contract_of_one_publisher_is_of_one_that_there_are_rules_for() -> None:
    """Under a wrong name it would never be evaluated, and its publisher be held to less."""
    names = {path.stem for path in Settings().contracts_dir.glob("*_articles.json")} - {"marts_articles"}
    assert {"al_mayadeen_articles", "nour_news_articles"} <= names
    assert names <= {f"{slug}_articles" for slug in slugs()}


def test_a_broken_contract_stops_the_day_and_keeps_what_was_there(tmp_path: Path, contracts: Path) -> None:
    own = tmp_path / "expectations"
    shutil.copytree(contracts, own)
    write_day(tmp_path, [article()])
    settings = _settings(tmp_path, contracts_dir=own)
    run(DAY, settings)
    before = _hashes(partition_path(tmp_path, "validated", DAY))
    (own / "ticker_items.json").write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"ticker_items\.json: not valid JSON"):
        run(DAY, settings)
    assert _hashes(partition_path(tmp_path, "validated", DAY)) == before


def test_a_day_that_wasnt_landed(tmp_path: Path) -> None:
    with pytest.raises(MissingPartition, match="Run land for 2025-08-25 first"):
        run(DAY, _settings(tmp_path))


def test_hundreds_of_bad_pages_are_all_turned_away(tmp_path: Path, contracts: Path) -> None:
    bad = [article(f"bad {number:03}", byline=None) for number in range(230)]
    lines = [ticker_item(bad[0], "BREAKING", number) for number in range(1, 202)]
    write_day(tmp_path, [article("clean"), *bad], ticker=lines)
    result = run(DAY, _settings(tmp_path, contracts_dir=contracts, quarantine_fail_share=1))
    assert (result.valid, result.quarantined) == (1, 230)
    subjects = Counter(row["subject"] for row in read_rows(tmp_path, "quarantine"))
    # 201 labels, and the last line's place is out of range
    assert subjects == {"page": 230, "ticker_item": 202}
    assert read_rows(tmp_path, "ticker_items") == []


@pytest.mark.slow
@pytest.mark.skipif(not PAGES.is_dir(), reason="the real captures (../shared/pages) are not on this machine")
def test_real_captures_pass_every_expectation(tmp_path: Path) -> None:
    day = date(2025, 12, 6)
    inbox = tmp_path / "inbox" / day.isoformat()
    inbox.mkdir(parents=True)
    for page in PAGES.glob("*.txt"):
        shutil.copy(page, inbox)
    settings = _settings(tmp_path)
    land(day, settings)
    parse(day, settings)
    result = run(day, settings)
    assert (result.captures, result.valid, result.quarantined) == (5, 5, 0)
    rows = read_rows(tmp_path, "contract_results", day)
    assert [row["expectation"] for row in rows if not row["passed"]] == []
    assert len(read_rows(tmp_path, "ticker_items", day)) == 40
