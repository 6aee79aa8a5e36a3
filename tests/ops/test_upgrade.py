"""What a new version makes of a home that an older one has filled: looked at, never changed."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from newsmarts.cli import main as cli
from newsmarts.cli.home import render_outlook
from newsmarts.core import versions
from newsmarts.core.locks import writer_lock
from newsmarts.core.partitions import candidate_path, partition_path, published_path
from newsmarts.core.settings import Settings
from newsmarts.ops import upgrade

pytestmark = pytest.mark.xdist_group("sample_marts")
DAYS = [date(2025, 9, number) for number in range(1, 6)]


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(sample_home, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def test_a_home_of_this_version_wants_nothing(home: Path) -> None:
    outlook = upgrade.look(Settings(home=home))
    release = published_path(home).resolve().parent.name
    assert (outlook.days, outlook.current, outlook.again, outlook.unreadable) == (5, 5, {}, ())
    assert outlook.warehouse == "has this version's tables"
    assert outlook.marts == f"release {release} holds what this version would publish"
    assert "5 are as this version would make them" in render_outlook(outlook)


def test_every_reason_is_counted_and_nothing_is_changed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other contracts for all days; one has other captures, one no results, one results of other columns."""
    shutil.rmtree(partition_path(home, "validated", DAYS[0]))
    nothing = partition_path(home, "manifest", date(2025, 9, 6))  # a day that no feed had anything of
    shutil.copytree(partition_path(home, "manifest", DAYS[0]), nothing)
    for file in nothing.glob("*.parquet"):
        pq.write_table(pq.read_table(file).slice(0, 0), file)
    manifest = partition_path(home, "manifest", DAYS[1]) / "captures.parquet"
    pq.write_table(pq.read_table(manifest).slice(1), manifest)
    articles = partition_path(home, "validated", DAYS[2]) / "articles.parquet"
    pq.write_table(pq.read_table(articles).drop_columns(["headline"]), articles)
    monkeypatch.setattr(versions, "contracts_version", lambda _folder: "another")
    monkeypatch.setattr(versions, "warehouse_version", lambda: "another")
    candidate_path(home).unlink()

    def content() -> dict[Path, bytes]:
        files = (path for path in home.rglob("*") if path.is_file() and path.suffix != ".lock")
        return {path: path.read_bytes() for path in files}

    before = content()
    assert cli.main(["upgrade-check", "--home", str(home), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert content() == before
    assert answer["again"] == {"unfinished": 1, "captures": 1, "contracts": 3}
    assert (answer["days"], answer["current"]) == (5, 0)
    assert (answer["first_again"], answer["last_again"]) == ("2025-09-01", "2025-09-05")
    assert answer["unreadable"] == ["2025-09-03"]
    assert "rebuilds it" in answer["warehouse"]
    assert "from nothing" in answer["marts"]

    text = render_outlook(upgrade.look(Settings(home=home)))
    assert "backfill 2025-09-01 to 2025-09-05" in text
    assert "can't load the stored results of 2025-09-03" in text


def test_days_read_by_other_code_and_an_empty_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "code_version", lambda: "another")
    assert upgrade.look(Settings(home=home)).again == {"code": 5}
    empty = upgrade.look(Settings(home=tmp_path / "empty"))
    assert (empty.days, empty.again, empty.warehouse) == (0, {}, "there is none yet")
    assert empty.marts == "nothing is published yet"
    assert not (tmp_path / "empty").exists()


def test_a_run_is_not_disturbed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "_LOCK_SECONDS", 0.1)
    with writer_lock(Settings(home=home)):
        outlook = upgrade.look(Settings(home=home))
    assert "look again when it is done" in outlook.warehouse
    assert outlook.current == 5
