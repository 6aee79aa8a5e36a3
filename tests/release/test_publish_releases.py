"""Publishing: what is on disk afterwards, and after a publish that was stopped at any point."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from newsmarts.core import versions
from newsmarts.core.db import reading
from newsmarts.core.errors import (
    AuditFailed,
    DiskFull,
    MissingPartition,
    NewsError,
    UsageError,
)
from newsmarts.core.partitions import candidate_path, current_release_path, published_path, releases_path
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.marts import build as marts_build
from newsmarts.marts.run import audit, build, publish, roll_back
from newsmarts.release import releases
from tests.examples import one_fast
from tests.marts.factory import DAY, Page, day_after, load_days, mart_rows
from tests.release.first_releases import build_and_publish
from tests.release.first_releases import publish_headline as release

pytestmark = pytest.mark.usefixtures("quick_audit")


def headlines(path: Path) -> list[str]:
    with reading(path) as connection:
        return [row[0] for row in connection.execute("SELECT headline FROM marts.articles").fetchall()]


def test_a_release_is_read_only_and_named_by_the_link(settings: Settings) -> None:
    result = release(settings, "One")
    link = current_release_path(settings.home)
    assert result.published
    assert result.path == published_path(settings.home) == link / "news.duckdb"
    assert link.readlink() == Path("releases", result.release_id)  # relative: the home can move
    assert stat.S_IMODE(result.path.stat().st_mode) == 0o444
    assert {entry.name for entry in link.iterdir()} == {"news.duckdb", "audit.json", "search"}
    assert result.rows["articles"] == 1
    assert headlines(result.path) == ["One"]


@pytest.mark.slow
def test_an_earlier_release_is_current_again_until_the_next_publish(settings: Settings) -> None:
    first = release(settings, "One")
    second = build_and_publish(settings, "Two")
    with pytest.raises(UsageError, match="no release '7'"):
        roll_back(settings, "7")
    assert roll_back(settings, "1").release_id == first.release_id
    assert headlines(first.path) == ["One"]
    build(settings)
    third = publish(settings)
    assert third.published
    assert third.release_id.partition("-")[2] == second.release_id.partition("-")[2]
    assert headlines(third.path) == ["Two"]


def test_the_catalog_is_called_news(settings: Settings) -> None:
    path = release(settings, "One").path
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("news",)
        assert connection.execute("SELECT count(*) FROM marts.articles").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM news.marts.articles").fetchone() == (1,)
        [(tags,)] = connection.execute(
            "SELECT tags FROM duckdb_databases() WHERE database_name = 'news'"
        ).fetchall()
    assert tags["storage_version"].startswith("v1.4.0")


def test_the_same_content_is_no_new_release(settings: Settings) -> None:
    first = release(settings, "One")
    again = release(settings, "One")
    assert (again.published, again.release_id, again.rows) == (False, first.release_id, first.rows)
    build(settings, full=True)
    audit(settings)
    assert not publish(settings).published


@pytest.mark.slow
def test_each_change_is_a_new_release_and_the_last_ones_are_kept(settings: Settings) -> None:
    ids = [release(settings, headline).release_id for headline in ("One", "Two", "Three", "Four")]
    assert [each.partition("-")[0] for each in ids] == ["000001", "000002", "000003", "000004"]
    kept = releases.all_releases(settings.home)
    assert [each.release_id for each in kept] == ids[-3:]
    assert [headlines(each.path) for each in kept] == [["Two"], ["Three"], ["Four"]]


def test_the_same_content_has_the_same_fingerprint_on_any_machine(settings: Settings, tmp_path: Path) -> None:
    first = release(settings, "One")
    elsewhere = settings.model_copy(update={"home": tmp_path / "elsewhere"})
    assert build_and_publish(elsewhere, "One").release_id == first.release_id


def test_content_that_comes_back_is_a_release_of_its_own(settings: Settings) -> None:
    first = release(settings, "One")
    release(settings, "Two")
    third = release(settings, "One")
    assert third.release_id.partition("-")[2] == first.release_id.partition("-")[2]
    assert third.release_id.startswith("000003-")
    assert headlines(published_path(settings.home)) == ["One"]


def test_without_an_audit_nothing_is_published(settings: Settings) -> None:
    load_days(settings, {DAY: [Page("a")]})
    with pytest.raises(MissingPartition, match="Run build first"):
        publish(settings)
    build(settings)
    with pytest.raises(AuditFailed, match="Run audit, then publish"):
        publish(settings)
    assert not current_release_path(settings.home).exists()


@pytest.mark.slow
def test_after_an_upgrade_the_old_candidate_is_neither_audited_nor_published(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_days(settings, {DAY: [Page("first")]})
    build(settings)
    monkeypatch.setattr(versions, "marts_version", lambda: "the next one")
    for step in (audit, publish):
        with pytest.raises(NewsError, match=r"by another version .* Run build"):
            step(settings)
    build(settings)
    audit(settings)
    assert publish(settings).published


@pytest.mark.slow
def test_a_build_that_was_stopped_between_parts_is_not_published_and_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {day_after(number): [Page(f"p{number}", headline=f"Article {number}")] for number in range(3)}
    load_days(settings, days)
    write, parts = marts_build._write_days, iter((1, 2))

    def stopped(*arguments: Any, **options: Any) -> None:
        if next(parts) == 2:
            raise KeyboardInterrupt
        write(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(marts_build, "_write_days", stopped)
        with pytest.raises(KeyboardInterrupt):
            build(settings, rewrite_below=0, captures_at_once=1)
    for step in (audit, publish):
        with pytest.raises(NewsError, match=r"is unfinished.* Run build"):
            step(settings)
    assert build(settings, rewrite_below=0, captures_at_once=1).days == (day_after(1), day_after(2))
    audit(settings)
    assert sorted(headlines(publish(settings).path)) == ["Article 0", "Article 1", "Article 2"]


def test_build_knows_when_there_is_nothing_to_publish(settings: Settings) -> None:
    released = release(settings, "One")
    assert build(settings).released_as == released.release_id
    load_days(settings, {DAY: [Page("a", headline="Two")]})
    assert build(settings).released_as is None


def test_a_full_disk_leaves_nothing_behind(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    old = release(settings, "One")

    def full(_source: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(DiskFull, match=r"publish: .*No space left"):
        patched.setattr("newsmarts.release.releases.copy_file", full)
        release(settings, "Two")
    assert [entry.name for entry in releases_path(settings.home).iterdir()] == [old.release_id]
    assert headlines(published_path(settings.home)) == ["One"]


KILLED_PUBLISH = """
import os, sys
from pathlib import Path
from newsmarts.core import files
from newsmarts.release import releases
from newsmarts.marts.run import publish
from newsmarts.core.settings import load_settings

def die(*_, **__):
    os.kill(os.getpid(), 9)

point = sys.argv[2]
if point == "copying":
    releases.fsync_path = die
elif point == "copied":
    releases.adopt = die
elif point == "adopted":
    releases.make_current = die
elif point == "linking":
    os.replace = die
elif point == "linked":
    files.copy_file = die
elif point == "candidate copied":
    releases.prune = die
publish(load_settings(home=Path(sys.argv[1])))
"""


@pytest.mark.parametrize(
    "point", one_fast(["copying", "copied", "adopted", "linking", "linked", "candidate copied"])
)
def test_a_killed_publish_leaves_a_whole_release(settings: Settings, point: str) -> None:
    old = release(settings, "One")
    load_days(settings, {DAY: [Page("a", headline="Two")]})
    build(settings)
    audit(settings)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_PUBLISH, str(settings.home), point],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        check=False,
    )
    assert killed.returncode == -9
    current = current_release_path(settings.home).readlink().name
    if point in {"linked", "candidate copied"}:
        assert current != old.release_id
    else:
        assert current == old.release_id
        assert headlines(published_path(settings.home)) == ["One"]

    result = publish(settings)
    assert headlines(published_path(settings.home)) == ["Two"]
    found = [entry.name for entry in releases_path(settings.home).iterdir()]
    assert [name for name in found if name.startswith(".")] == []
    assert sorted(found)[-1] == result.release_id
    assert {entry.name for entry in current_release_path(settings.home).parent.iterdir()} == {
        "current",
        "releases",
    }


@pytest.mark.parametrize("is_full", one_fast([False, True]))
def test_a_build_after_a_release_leaves_it_as_it_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, *, is_full: bool
) -> None:
    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        if is_full:  # after the release became current, when the candidate gets a file of its own
            patched.setattr("newsmarts.marts.run.unshare", full)
        path = build_and_publish(settings, "One").path.resolve()
    before = path.read_bytes()
    assert path.samefile(candidate_path(settings.home)) is is_full
    load_days(settings, {day_after(1): [Page("b", headline="Two")]})
    build(settings)
    assert path.read_bytes() == before
    assert sorted(headlines(candidate_path(settings.home))) == ["One", "Two"]


def test_a_reader_in_this_process_does_not_disturb(settings: Settings) -> None:
    first = release(settings, "One")
    with duckdb.connect(str(first.path), read_only=True) as connection:
        assert not release(settings, "One").published
        release(settings, "Two")
        assert connection.execute("SELECT headline FROM marts.articles").fetchall() == [("One",)]
    assert headlines(first.path) == ["Two"]


@pytest.mark.slow
def test_any_order_of_loading_gives_the_same_release(settings: Settings, tmp_path: Path) -> None:
    days = {
        DAY: [Page("a"), Page("x", rejected=True)],
        day_after(1): [Page("a", body=("Another text.",), ticker=("Ferries stay in port tonight",))],
        day_after(2): [Page("c", headline="C", body=("Boats.", "Ferries stay in port tonight"))],
    }
    results, rows = set(), []
    for number, order in enumerate(([0, 1, 2], [2, 1, 0], [1, 0, 2])):
        home = settings.model_copy(update={"home": tmp_path / str(number)})
        for day in order:
            load_days(home, {day_after(day): days[day_after(day)]})
            build(home)
        load_days(home, days)  # and all of it once more
        build(home)
        audit(home)
        result = publish(home)
        results.add(result.release_id)
        rows.append((mart_rows(result.path), mart_rows(result.path, order="")))
    assert len(results) == 1
    assert rows[0] == rows[1] == rows[2]
    assert len(rows[0][0]["quarantine"]) == 2
