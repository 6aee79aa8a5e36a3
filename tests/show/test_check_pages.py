"""``newsmarts check-pages`` and ``newsmarts show --text``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from newsmarts.cli.main import main
from newsmarts.core.settings import PROJECT_ROOT

SAMPLES = PROJECT_ROOT / "samples"
PAGE = "2025-09-01/nour_news/tarsane-rail-link.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one page and its record."""
    shutil.copy(SAMPLES / "inbox" / PAGE, tmp_path / "rail.txt")
    shutil.copy(SAMPLES / "golden" / f"{PAGE}.json", tmp_path / "rail.json")
    return tmp_path


def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = main(["check-pages", str(folder)])
    return code, capsys.readouterr().out.replace(f"{folder}/", "").splitlines()


def rewrite(record: Path, **changes: Any) -> None:
    record.write_text(json.dumps(json.loads(record.read_bytes()) | changes), encoding="utf-8")


def test_a_page_as_expected(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(folder, capsys) == (
        0,
        ["as expected rail.txt", "1 as expected, 0 different, 0 without a record"],
    )
    printed = {"file": "rail.txt", "article": json.loads((folder / "rail.json").read_bytes())}
    (folder / "rail.json").write_text(json.dumps(printed), encoding="utf-8")
    assert check(folder, capsys)[0] == 0


def test_each_difference_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = json.loads((folder / "rail.json").read_bytes())["body"]
    rewrite(folder / "rail.json", news_id="7", body=[*body[1:], {"kind": "paragraph", "text": "More."}])
    code, lines = check(folder, capsys)
    assert code == 1
    assert lines[0] == "differs     rail.txt"
    assert lines[1].startswith('    news_id: "')
    assert lines[1].endswith(', expected "7"')
    assert lines[2] == '    body: missing {"kind": "paragraph", "text": "More."}'
    assert lines[3].startswith("    body: unexpected ")
    rewrite(folder / "rail.json", body=body[::-1])
    assert "    body: its entries are in another order" in check(folder, capsys)[1]
    rewrite(folder / "rail.json", body=[*body, body[0]])
    assert f"    body: {len(body)} entries, expected {len(body) + 1}" in check(folder, capsys)[1]


def test_a_page_that_should_not_be_an_article(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rail.json").write_text('{"reason_code": "truncated_page"}', encoding="utf-8")
    assert "    it is an article, expected truncated_page" in check(folder, capsys)[1]
    whole = (folder / "rail.txt").read_text(encoding="utf-8")
    (folder / "rail.txt").write_text(whole[: len(whole) // 2], encoding="utf-8")
    assert check(folder, capsys)[0] == 0
    (folder / "rail.json").write_text('{"reason_code": "mojibake"}', encoding="utf-8")
    assert '    reason_code: "truncated_page", expected "mojibake"' in check(folder, capsys)[1]


def test_pages_without_a_record_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rail.json").unlink()
    assert check(folder, capsys) == (
        1,
        ["no record   rail.txt", "0 as expected, 0 different, 1 without a record"],
    )


@pytest.mark.parametrize(
    ("record", "said"), [("{", "can't be read as JSON"), ("[]", "is not a record"), (None, "no pages")]
)
def test_what_can_not_be_checked(
    folder: Path, capsys: pytest.CaptureFixture[str], record: str | None, said: str
) -> None:
    if record is None:
        (folder / "rail.txt").unlink()
    else:
        (folder / "rail.json").write_text(record, encoding="utf-8")
    assert main(["check-pages", str(folder)]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_the_blocks_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--text", str(folder / "rail.txt")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["1", "text", "news_id", "News"]
    assert lines[-1].startswith("article of nour_news, rules nour_news/")
    (folder / "rail.txt").write_text("Once upon a time.\n", encoding="utf-8")
    main(["show", "--text", str(folder / "rail.txt")])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "   1 text     -                  Once upon a time."
    assert lines[1].startswith("quarantined: unknown_publisher: ")
