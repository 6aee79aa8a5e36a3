"""``newsmarts``, as a person or a program uses it: answers, exit codes, and the real captures."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from newsmarts.cli.main import main
from newsmarts.core.errors import ContractError
from newsmarts.core.partitions import published_path
from newsmarts.core.settings import Settings
from tests.contract_files import write_brief_contracts

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT.parent / "shared" / "pages"
SAMPLES = ROOT / "samples" / "inbox"
DATED = "published_at_present"
PUBLISHED = "  • 31 Aug 2025 21:40\n"
GOOD = SAMPLES / "2025-09-01" / "al_mayadeen" / "velmora-ferry-talks.txt"

needs_captures = pytest.mark.skipif(
    not PAGES.is_dir(), reason="the real captures (../shared/pages) are not on this machine"
)


def undated(number: int) -> str:
    """The sample page without its date, one of several: a reason that stops a day when most pages have it."""
    page = GOOD.read_text(encoding="utf-8")
    assert PUBLISHED in page
    return page.replace(PUBLISHED, "").replace("Velmora", f"Velmora{number}")


@pytest.fixture
def dated_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_audit: None) -> None:
    """Few expectations, among them the one on times that these tests break; the marts pass at once."""
    contracts = write_brief_contracts(tmp_path / "contracts", each=1, also=[DATED])
    monkeypatch.setenv("NEWS_CONTRACTS_DIR", str(contracts))
    monkeypatch.setenv("NEWS_SETTLE_SECONDS", "0")


def _answers(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@needs_captures
def test_parse_prints_the_golden_records(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(PAGES.glob("*.txt"))
    assert main(["parse", *map(str, files)]) == 0
    answers = _answers(capsys)
    assert [answer["file"] for answer in answers] == [str(path) for path in files]
    for path, answer in zip(files, answers, strict=True):
        golden = json.loads((PAGES / "golden" / f"{path.stem}.json").read_text(encoding="utf-8"))
        assert json.dumps(answer["article"]) == json.dumps(golden)


def test_parse_reports_why_a_page_is_rejected_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "list.txt").write_text("bread\nmilk\n")
    files = [tmp_path / "empty.txt", tmp_path / "list.txt", GOOD]
    assert main(["parse", *map(str, files)]) == 0
    empty, shopping, good = _answers(capsys)
    assert set(empty) == {"file", "quarantine"}
    assert empty["quarantine"]["reason_code"] == "empty_file"
    assert shopping["quarantine"]["reason_code"] == "unknown_publisher"
    assert shopping["quarantine"]["detail"]
    assert good["article"]["publisher"] == "al_mayadeen"


def test_a_file_name_that_is_no_utf8_survives_the_json(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/page-\xff.txt"
    shutil.copyfile(GOOD, path)
    answer = subprocess.run(
        [sys.executable, "-m", "newsmarts", "parse", path], cwd=ROOT, capture_output=True, check=True
    )
    assert os.fsencode(json.loads(answer.stdout)["file"]) == path


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["parse"],
        ["parse", "no-such-page.txt"],
        ["run", "--inbox", "no-such-folder"],
        ["run", "--days", "3"],
        ["unknown"],
    ],
)
def test_bad_usage_exits_2_and_names_the_fault(
    argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    try:
        code = main(argv)
    except SystemExit as usage:  # argparse's own
        code = usage.code  # type: ignore[assignment]
    captured = capsys.readouterr()
    assert code == 2
    assert "error" in captured.err
    assert captured.out == ""


def test_a_summary_of_nothing_exits_1_and_names_the_command_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["summary", "--home", str(tmp_path)]) == 1
    assert "newsmarts run" in capsys.readouterr().err


def test_an_inbox_without_captures_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    assert main(["run", "--inbox", str(inbox), "--home", str(tmp_path / "home")]) == 1
    assert "holds no captures yet" in capsys.readouterr().err


def test_a_refused_day_is_reported_with_its_pages_and_is_in_the_marts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dated_contracts: None
) -> None:
    day = tmp_path / "inbox" / "2025-09-02"
    day.mkdir(parents=True)
    for number in range(2):
        (day / f"undated-{number}.txt").write_text(undated(number), encoding="utf-8")
    assert main(["run", "--inbox", str(day.parent), "--home", str(tmp_path / "home"), "--json"]) == 1
    output = capsys.readouterr()
    assert "2025-09-02: refused" in output.err
    assert "undated-1.txt" in output.err
    (shown,) = json.loads(output.out)["days"]
    assert (shown["outcome"], shown["captures"], shown["quarantined"]) == ("refused", 2, 2)


def test_when_no_day_can_be_loaded_every_reason_is_reported(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    dated_contracts: None,
) -> None:
    for number in (1, 2):
        day = tmp_path / "inbox" / f"2025-09-0{number}"
        day.mkdir(parents=True)
        shutil.copy(GOOD, day)

    def fail(day: date, _settings: Settings) -> None:
        raise ContractError(f"{day}: its contracts can't be evaluated.")

    monkeypatch.setattr("newsmarts.pipeline.validate", fail)
    folders = ["--inbox", str(tmp_path / "inbox"), "--home", str(tmp_path / "home")]
    assert main(["run", "--jobs", "1", *folders]) == 1
    output = capsys.readouterr().err
    assert "No day could be loaded" in output
    assert "2025-09-01: its contracts can't be evaluated." in output
    assert "2025-09-02: its contracts can't be evaluated." in output


@pytest.mark.slow
def test_the_exit_code_is_0_with_rows_in_quarantine_and_1_when_a_day_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dated_contracts: None
) -> None:
    inbox, home = tmp_path / "inbox", tmp_path / "home"
    good_day, bad_day = inbox / "2025-09-01", inbox / "2025-09-02"
    good_day.mkdir(parents=True)
    bad_day.mkdir()
    shutil.copy(GOOD, good_day)
    (good_day / "shopping.txt").write_text("bread\nmilk\n")
    assert main(["run", "--inbox", str(inbox), "--home", str(home), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["captures"]["loaded"] == 1
    assert first["quarantined_by_reason"] == {"unknown_publisher": 1}
    assert first["run"]["published"] is True

    for number in range(3):
        (bad_day / f"undated-{number}.txt").write_text(undated(number), encoding="utf-8")
    assert main(["run", "--inbox", str(inbox), "--home", str(home), "--json"]) == 1
    captured = capsys.readouterr()
    second = json.loads(captured.out)
    assert list(second["run"]["failed_days"]) == ["2025-09-02"]
    assert DATED in captured.err
    what_loaded = ("loaded", "new_articles", "revisions", "repeats")
    assert {name: second["captures"][name] for name in what_loaded} == {
        name: first["captures"][name] for name in what_loaded
    }
    assert [day["outcome"] for day in second["days"]] == ["accepted", "refused"]
    assert second["captures"]["quarantined"] == first["captures"]["quarantined"] + 3
    assert second["run"]["published"] is True, "a refused day's captures are in the marts, with their reasons"

    assert main(["summary", "--home", str(home)]) == 0
    shown = capsys.readouterr().out
    assert second["release_id"] in shown
    assert "marts.articles" in shown


@pytest.mark.slow
@needs_captures
def test_run_loads_the_real_captures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_SETTLE_SECONDS", "0")
    inbox, home = tmp_path / "inbox", tmp_path / "home"
    (inbox / "2025-12-01").mkdir(parents=True)
    for path in PAGES.glob("*.txt"):
        shutil.copy(path, inbox / "2025-12-01")
    assert main(["run", "--inbox", str(inbox), "--home", str(home), "--timings"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "quarantine 0" in shown
    assert re.search(rf"validate \S+ s \S+ s {len(list(PAGES.glob('*.txt')))} \S+ ms \S+ MiB", shown)
    with duckdb.connect(str(published_path(home)), read_only=True) as marts:
        rows = marts.sql(
            "SELECT publisher, headline, published_at::VARCHAR, body_text FROM marts.articles "
            "JOIN marts.article_texts USING (article_id)"
        ).fetchall()
        assert len(marts.sql("FROM marts.quarantine").fetchall()) == 0
    goldens = [json.loads(path.read_text(encoding="utf-8")) for path in (PAGES / "golden").glob("*.json")]
    assert len(rows) == len(goldens) == 5
    texts = {(row[0], row[1]): row[3] for row in rows}
    for golden in goldens:
        blocks = ["\n".join(block.get("items", [block.get("text")])) for block in golden["body"]]
        assert texts[golden["publisher"], golden["headline"]] == "\n\n".join(blocks)
