"""The commands ``quarantine`` and ``acknowledge``: what they print, keep and refuse."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.core.acknowledgements import read_decisions
from tests.desk.day_files import LeftOut, write_day


@pytest.fixture
def home(tmp_path: Path) -> Path:
    pages = [
        LeftOut("a\u202e.txt", "missing_body", "No <b>body</b>."),
        LeftOut("b.txt", "missing_byline", "No byline."),
        LeftOut("list.html", "section_page", "Its address.", stage="parse", outcome="not_article"),
    ]
    write_day(tmp_path, date(2025, 9, 1), left_out=pages)
    return tmp_path


def listed(home: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, str]]:
    capsys.readouterr()
    assert main(["quarantine", "--home", str(home), "--json", *options]) == 0
    answer: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return answer


def test_pages_are_listed_acknowledged_and_opened_again(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quarantine", "--home", str(home)]) == 0
    out = capsys.readouterr().out
    assert "a\\u202e.txt" in out
    assert out.endswith("2 of 2 pages\n")

    assert main(["quarantine", "--home", str(home), "--state", "not_article"]) == 0
    out = capsys.readouterr().out
    assert "parse: section_page. Its address." in out
    assert out.endswith("1 of 1 page\n")

    filters = ("--reason", "missing_byline", "--day", "2025-09-01", "--stage", "validate")
    (found,) = listed(home, capsys, *filters)
    captures = ["--home", str(home), "--by", "ada", found["capture_id"]]
    assert main(["acknowledge", *captures, "--why", "A guest"]) == 0
    assert "acknowledged by ada: 1 reason." in capsys.readouterr().out
    assert [each["source_path"] for each in listed(home, capsys)] == ["a\u202e.txt"]
    (acknowledged,) = listed(home, capsys, "--state", "acknowledged")
    assert (acknowledged["acknowledged_by"], acknowledged["acknowledged_reason"]) == ("ada", "A guest")
    assert main(["quarantine", "--home", str(home), "--state", "acknowledged"]) == 0
    assert "A guest" in capsys.readouterr().out

    assert main(["acknowledge", *captures, "--undo"]) == 0
    assert len(listed(home, capsys)) == 2
    assert [record.decision for record in read_decisions(home)] == ["acknowledged", "undone"]


def test_all_pages_of_a_day_are_acknowledged_at_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["acknowledge", "--home", str(home), "--day", "2025-09-01", "--why", "The site was down"]) == 0
    )
    assert "2 reasons." in capsys.readouterr().out
    assert listed(home, capsys) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["nothing", "--why", "Seen"], "Not in quarantine: nothing"),
        (["CAPTURE"], "needs a reason"),
        (["--why", "Seen"], "Name captures, or a day"),
        (["CAPTURE", "--day", "2025-09-01", "--why", "Seen"], "Name captures, or a day"),
        (["--day", "2025-08-01", "--why", "Seen"], "None of that"),
        (["CAPTURE", "--undo"], "None of that is acknowledged"),
    ],
)
def test_what_cannot_be_decided_is_an_error(
    home: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    capture_id = listed(home, capsys)[0]["capture_id"]
    given = [capture_id if option == "CAPTURE" else option for option in options]
    assert main(["acknowledge", "--home", str(home), *given]) == 2
    assert message in capsys.readouterr().err
    assert list(read_decisions(home)) == []
