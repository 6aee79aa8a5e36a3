"""Commands about published releases: what they print and return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from tests.release_files import Table, make_release

NUMBERS = {"n": "BIGINT"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two releases of a mart."""
    for number in (1, 2):
        make_release(tmp_path, number, {"articles": Table.of(NUMBERS, *((n,) for n in range(number)))})
    return tmp_path


def test_releases_lists_what_is_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["releases", "--home", str(home)]) == 0
    header, new, old = (line.split() for line in capsys.readouterr().out.splitlines())
    assert header[0] == "release"
    assert (new[0], new[-2:]) == ("000002-000000000002", ["2", "current"])
    assert (old[0], old[-1]) == ("000001-000000000001", "1")

    assert main(["releases", "--home", str(home), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [(each["release_id"], each["current"], each["rows"]) for each in answer] == [
        ("000002-000000000002", True, {"articles": 2}),
        ("000001-000000000001", False, {"articles": 1}),
    ]
    assert Path(answer[1]["path"]).is_file()
    assert answer[0]["published_at"].endswith("Z")


def test_before_the_first_release_there_is_nothing_to_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["releases", "--home", str(tmp_path)]) == 1
    assert "newsmarts run" in capsys.readouterr().err


def test_export_writes_files_and_lists_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = home / "exports" / "articles"
    argv = ["export", "articles", "--format", "csv", "--home", str(home), "--out", str(out)]
    assert main(argv) == 0
    output = capsys.readouterr().out
    assert output.splitlines()[0] == f"Release 000002-000000000002 in {str(out)!r}"
    assert output.splitlines()[-1].split() == ["2", "marts.articles", "articles.csv", "0.0", "MiB"]
    assert (out / "articles.csv").read_bytes() == b'"n"\r\n0\r\n1\r\n'

    assert main([*argv, "--as-of", "1", "--no-formula-guard", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["release_id"] == "000001-000000000001"
    assert answer["marts"] == {"articles": {"rows": 1, "files": ["articles.csv"], "size_bytes": 8}}
    assert json.loads((out / "export.json").read_text())["formula_guard"] is False


@pytest.mark.parametrize("argv", [["summary", "--as-of", "7"], ["export", "--out", "x", "--as-of", "7"]])
def test_a_release_that_is_not_kept_is_bad_usage(
    argv: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*argv, "--home", str(home)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "There is no release '7'. Kept are 000001-000000000001, 000002-000000000002" in output.err


def test_a_release_of_another_version_is_an_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "--as-of", "1", "--home", str(home)]) == 1
    assert "has other marts than this version reads" in capsys.readouterr().err
