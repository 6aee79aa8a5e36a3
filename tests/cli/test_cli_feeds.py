"""``newsmarts run`` over feeds: which ones, which days, and what is reported when one fails."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.core.settings import PROJECT_ROOT
from tests.land.warc_files import response

SAMPLES = PROJECT_ROOT / "samples" / "inbox" / "2025-09-01"
FEEDS = """
[feeds.inbox]
kind = "inbox"

[feeds.crawls]
kind = "warc"
folder = "crawls"

[feeds.archive]
kind = "wayback"
hosts = ["h.example"]
enabled = false
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brief_contracts: Path, quick_audit: None) -> Path:
    (tmp_path / "feeds.toml").write_text(FEEDS)
    monkeypatch.setenv("NEWS_FEEDS_FILE", str(tmp_path / "feeds.toml"))
    monkeypatch.setenv("NEWS_SETTLE_SECONDS", "0")
    monkeypatch.setenv("NEWS_CONTRACTS_DIR", str(brief_contracts))
    shutil.copytree(SAMPLES, tmp_path / "inbox" / "2025-09-01")
    return tmp_path


def crawl(home: Path) -> None:
    page = next((PROJECT_ROOT / "samples" / "inbox" / "2025-09-02").rglob("*.html")).read_bytes()
    (home / "crawls").mkdir()
    (home / "crawls" / "a.warc.gz").write_bytes(response(page, at="2025-09-02T10:00:00Z"))


@pytest.mark.slow
def test_all_enabled_feeds_and_their_days(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crawl(home)
    assert main(["run", "--home", str(home), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["run"]["days"] == ["2025-09-01", "2025-09-02"]
    assert answer["run"]["failed_feeds"] == {}


@pytest.mark.slow
def test_one_feed_and_a_range_of_days(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crawl(home)
    assert main(["run", "--home", str(home), "--json", "--feed", "crawls"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["run"]["days"] == ["2025-09-02"]
    assert answer["captures"]["landed"] == 1
    days = ["--from-date", "2025-08-31", "--to-date", "2025-09-01"]
    assert main(["run", "--home", str(home), "--json", "--feed", "inbox", "--feed", "crawls", *days]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["run"]["days"] == ["2025-08-31", "2025-09-01"]
    assert not (home / "staged" / "parsed" / "capture_day=2025-08-31").exists()  # no feed has it


def test_a_feed_that_fails_is_reported_and_the_others_go_through(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsmarts.core.errors import FeedUnavailable
    from newsmarts.land.feeds.folders import WarcFeed

    crawl(home)

    def away(*_: object) -> None:
        raise FeedUnavailable("the share isn't mounted")

    monkeypatch.setattr(WarcFeed, "captures", away)
    assert main(["run", "--jobs", "1", "--home", str(home), "--json"]) == 1
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert answer["captures"]["landed"] > 0
    assert answer["run"]["failed_feeds"] == {"crawls": "2025-09-02: the share isn't mounted"}
    assert "feed crawls failed, last on 2025-09-02: the share isn't mounted" in captured.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--feed", "archive"], "no enabled feed 'archive'"),
        (["--feed", "inbx"], "Enabled: inbox, crawls"),
        (["--from-date", "soon"], "not a day: 'soon'"),
        (["--to-date", "2025-09-01"], "--to-date needs --from-date"),
        (["--from-date", "2025-09-02", "--to-date", "2025-09-01"], "lies before"),
        ([], "crawls' is not a folder"),
    ],
)
def test_bad_usage(home: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str) -> None:
    assert main(["run", "--home", str(home), *options]) == 2
    assert message in capsys.readouterr().err


def test_a_feed_of_the_web_needs_days(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / "feeds.toml"
    path.write_text(FEEDS.replace("enabled = false", ""))
    assert main(["run", "--home", str(home), "--feed", "archive"]) == 2
    assert "--from-date" in capsys.readouterr().err
