"""``newsmarts show``: where the page goes, which contract is checked, and the errors."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.core.partitions import parse_day
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.land import run as land
from newsmarts.parse import run as parse
from newsmarts.show.capture import look_at
from newsmarts.show.contracts import answers_for
from samples import story, text
from tests.parse.pages import ARTICLE, HEADLINE

INBOX = story.HERE / "inbox"
EXPECTED = json.loads((story.HERE / "expected.json").read_bytes())
DAY = parse_day("2025-09-03")
BROKEN = [
    "2025-09-03/al_mayadeen/ticker-in-body.txt",
    "2025-09-03/al_mayadeen/published-in-the-future.html",
    "2025-09-03/nour_news/comment-form-in-body.txt",
]
SOUND = "2025-09-03/al_mayadeen/velmora-ferry-talks.html"


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(text.render(ARTICLE), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one of the samples' days has been parsed."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, inbox=INBOX, settle_seconds=0)
    land.run(DAY, settings)
    parse.run(DAY, settings)
    return home


def test_into_a_file(capture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.html"
    assert main(["show", str(capture), "-o", str(out), "--no-contracts"]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert HEADLINE in page
    assert "wasn&#39;t evaluated" in page


def test_the_same_file_gives_the_same_page(capture: Path, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        assert main(["show", str(capture), "-o", str(tmp_path / name), "--no-contracts"]) == 0
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_to_standard_output(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr("sys.stdout", stream)
    assert main(["show", str(capture), "-o", "-", "--no-contracts"]) == 0
    stream.flush()
    assert stream.buffer.getvalue().startswith(b"<!doctype html>")


@pytest.mark.parametrize("opens", [True, False])
def test_into_a_browser(
    opens: bool, capture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = []

    def browser(address: str) -> bool:
        opened.append(address)
        return opens

    monkeypatch.setattr("webbrowser.open", browser)
    assert main(["show", str(capture), "--no-contracts"]) == 0
    said = capsys.readouterr()
    written = Path(said.out.strip())
    try:
        assert opened == [written.as_uri()]
        assert written.stat().st_mode & 0o077 == 0, "others of the machine can't read it"
        assert HEADLINE in written.read_text(encoding="utf-8")
        assert ("open the file yourself" in said.err) is not opens
    finally:
        with contextlib.suppress(FileNotFoundError):
            written.unlink()


@pytest.mark.parametrize(
    ("data", "title"),
    [
        ("Who knows.\n", "Quarantined by parse: unknown_publisher"),
        ("<title>Just a moment...</title><p>Checking your browser", "Not an article: challenge_page"),
    ],
)
def test_a_page_that_is_left_out_is_shown_all_the_same(data: str, title: str, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    (tmp_path / "page.txt").write_text(data)
    assert main(["show", str(tmp_path / "page.txt"), "-o", str(out)]) == 0
    assert title in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.txt"], "No such file"),
        (["."], "No such file"),
        (["page.txt", "-o", "page.txt"], "the capture itself"),
        (["page.txt", "-o", "link.txt"], "the capture itself"),
        (["page.txt", "-o", "."], "is a folder"),
        (["page.txt", "-o", "nowhere/out.html"], "can't be written"),
    ],
)
def test_bad_usage(
    arguments: list[str],
    said: str,
    capture: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = capture.read_bytes()
    monkeypatch.chdir(capture.parent)
    (capture.parent / "link.txt").symlink_to("page.txt")
    assert main(["show", *arguments, "--no-contracts"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error
    assert capture.read_bytes() == before


def test_no_file_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show"]) == 2
    assert "Missing argument 'FILE'" in capsys.readouterr().err


def test_a_file_too_large_is_a_failure(
    capture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEWS_MAX_FILE_BYTES", "10")
    assert main(["show", str(capture), "-o", str(capture.parent / "out.html")]) == 1
    assert "file_too_large" in capsys.readouterr().err
    assert not (capture.parent / "out.html").exists()


@pytest.mark.parametrize("name", [*BROKEN, SOUND])
def test_contracts_answer_as_in_the_days_run(name: str, home: Path) -> None:
    settings = Settings(home=home)
    seen = look_at(INBOX / name, settings)
    assert seen.page is not None
    answers = answers_for(seen.capture, seen.page, settings)
    away = [answer for answer in answers.evaluated if answer.turns_away]
    assert sorted(answer.expectation for answer in away) == EXPECTED[name].get("expectations", [])
    assert all(answer.offending and answer.reason_code for answer in away)
    assert {answer.contract for answer in answers.evaluated} == {
        f"{seen.capture.publisher}_articles",
        "ticker_items",
    }
    assert len(answers.broken) + len(answers.held) == len(answers.evaluated)


def test_offending_text_is_shown(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    assert main(["show", str(INBOX / BROKEN[0]), "-o", str(out), "--home", str(home)]) == 0
    page = out.read_text(encoding="utf-8")
    assert "Quarantined by its contract: ticker_in_body" in page
    assert "Fuel convoy of 40 trucks leaves Ruvia" in page.partition("<main")[0]


def test_without_its_day_a_page_knows_only_its_own_ticker(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    seen = look_at(INBOX / BROKEN[0], settings)
    assert seen.page is not None
    answers = answers_for(seen.capture, seen.page, settings)
    assert answers.other_ticker_lines is None
    assert not [answer for answer in answers.evaluated if answer.turns_away]


def test_a_missing_contract_costs_only_its_answers(
    capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    for name in ("ticker_items.json", "bylines.toml", "reasons.toml"):
        shutil.copy(PROJECT_ROOT / "expectations" / name, contracts)
    monkeypatch.setenv("NEWS_CONTRACTS_DIR", str(contracts))
    assert main(["show", str(capture), "-o", str(tmp_path / "out.html")]) == 0
    assert "al_mayadeen_articles.json" in capsys.readouterr().err
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "its contract couldn&#39;t be evaluated" in page
    assert 'id="f-headline"' in page
