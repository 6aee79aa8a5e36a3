"""The index follows the marts: bit by bit or at once, after a crash at any point, and after damage."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from newsmarts.core.errors import DiskFull, NewsError
from newsmarts.core.partitions import search_path
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.marts.run import build
from newsmarts.search import index as private
from newsmarts.search import open_index, schema
from newsmarts.search.about import read_about
from tests.examples import one_fast
from tests.marts.factory import DAY, Page, day_after, load_days
from tests.search.releases import answers, article, found, release

QUERIES = ["harbour", "market OR boats", '"another text"', "headline:news"]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which articles are put into an index, by headline."""
    names: list[str] = []
    to_document = schema.to_document

    def spy(record: schema.Record) -> object:
        names.append(record.headline)
        return to_document(record)

    monkeypatch.setattr("newsmarts.search.schema.to_document", spy)
    return names


def load_and_build(settings: Settings, *pages: Page, day: int = 0) -> None:
    load_days(settings, {day_after(day): list(pages)})
    build(settings, rewrite_below=0)


def test_only_what_changed_is_written_again(settings: Settings, written: list[str]) -> None:
    one, two, three = article("One"), article("Two"), article("Three", on="2025-08-26")
    load_and_build(settings, one, two)
    assert sorted(written) == ["One", "Two"]
    written.clear()
    # another day, and captures of known articles that say nothing new
    load_and_build(settings, article("One"), three, day=1)
    assert written == ["Three"]
    written.clear()
    # the day is another one now, and one article of it
    load_and_build(settings, one, article("Two", "New text."), article("Four"), day=0)
    assert sorted(written) == ["Four", "Two"]
    written.clear()
    build(settings, rewrite_below=10**6)  # every mart is rewritten
    build(settings)
    assert written == []


@pytest.mark.slow
def test_only_what_was_written_since_the_last_audit_is_looked_at(
    settings: Settings, written: list[str]
) -> None:
    release(settings, article("Harbour"), article("Market"))
    with duckdb.connect(search_path(settings.home) / "held.duckdb") as held:
        held.execute("UPDATE articles SET stamp = 0, content = 0")
    written.clear()
    load_and_build(settings, article("Boats"), day=1)
    assert written == ["Boats"]
    written.clear()
    load_and_build(settings, article("Nets"), day=2)  # no audit has passed in between
    assert sorted(written) == ["Harbour", "Market", "Nets"]


@pytest.mark.slow
def test_an_index_that_lacks_an_article_of_the_marts_is_rebuilt(
    settings: Settings, written: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    release(settings, article("Harbour"), article("Market"))
    with duckdb.connect(search_path(settings.home) / "held.duckdb") as held:
        held.execute("DELETE FROM articles")
    written.clear()
    load_and_build(settings, article("Boats"), day=1)
    assert sorted(written[1:]) == ["Boats", "Harbour", "Market"]
    assert "it has 1 articles, and the marts have 3" in caplog.text


@pytest.mark.parametrize(
    "after",
    one_fast(
        [
            article("Harbour", "Another text."),
            article("Harbour", on="2025-08-19"),
            article("Harbour", standfirst="Another standfirst."),
            article("Harbour", tags=("Ports",)),
            article("Harbour", url="https://example.org/harbour"),
        ]
    ),
    ids=["body", "date", "standfirst", "tags", "url"],
)
def test_whatever_changes_of_an_article_is_found_and_shown(
    settings: Settings, after: Page, written: list[str]
) -> None:
    release(settings, article("Harbour"), article("Market"))
    written.clear()
    # the same name: the same file, captured again
    release(settings, after, article("Market"))
    assert written == ["Harbour"]
    changed = answers(settings, QUERIES)
    release(settings, after, article("Market"), full=True)
    assert answers(settings, QUERIES) == changed


@pytest.mark.slow
def test_what_an_earlier_capture_says_of_an_article_is_followed_too(
    settings: Settings, written: list[str]
) -> None:
    # the latest capture names no address, so the marts have that of the one before
    load_and_build(settings, article("Harbour"), day=1)
    release(settings, article("Harbour", url="https://example.org/a"))
    written.clear()
    release(settings, article("Harbour", url="https://example.org/b"))
    assert written == ["Harbour"]
    with open_index(settings.home) as index:
        assert [hit.url for hit in index.search("harbour").hits] == ["https://example.org/b"]


def test_an_article_that_goes_is_gone(settings: Settings) -> None:
    release(settings, article("Harbour"), article("Market"))
    release(settings, article("Market"))
    assert found(settings, "harbour OR market") == ["Market"]
    release(settings)
    assert found(settings, "harbour OR market") == []


def test_a_headline_that_changes_is_one_article(settings: Settings) -> None:
    first = article("Harbour closes", known_by=("/a",), name="a")
    release(settings, first)
    load_days(settings, {day_after(1): [article("Harbour opens", known_by=("/a",), name="a")]})
    release(settings, first)
    assert found(settings, "harbour") == ["Harbour opens"]


def test_nothing_new_opens_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    load_and_build(settings, article("Harbour"))

    def forbidden(*_: object) -> None:
        raise AssertionError("the index was opened")

    monkeypatch.setattr("newsmarts.search.index._opened", forbidden)
    build(settings)


KILLED_BUILD = """
import os, sys
from pathlib import Path
from newsmarts.marts.run import build
from newsmarts.search import index
from newsmarts.core.settings import load_settings

point, seen = sys.argv[2], 0

def die(*_, **__):
    os.kill(os.getpid(), 9)

def die_at(name):
    run = index._run
    def stepped(connection, step, **parameters):
        if step == name:
            die()
        return run(connection, step, **parameters)
    index._run = stepped

opened = index._opened
class Dying:
    def __init__(self, writer):
        self.writer = writer
    def __getattr__(self, name):
        return getattr(self.writer, name)
    def commit(self):
        if point == "committed":
            self.writer.commit()
        die()

class Opened:
    def __init__(self, index):
        self.index = index
    def __getattr__(self, name):
        return getattr(self.index, name)
    def writer(self, **options):
        return Dying(self.index.writer(**options))

if point in ("committing", "committed"):
    index._opened = lambda place: Opened(opened(place))
elif point == "about":
    write_about = index.write_about
    index.write_about = lambda place, fingerprint, articles: (
        die() if fingerprint else write_about(place, fingerprint, articles)
    )
elif point == "candidate":
    index.update_index = die
elif point == "renaming":
    os.rename = die
else:
    die_at(point)
build(load_settings(home=Path(sys.argv[1])), rewrite_below=0)
"""
POINTS = [
    "candidate",
    "doubt",
    "doubt_new",
    "outdated",
    "committing",
    "committed",
    "forget",
    "remember",
    "about",
]


def kill_build(settings: Settings, point: str) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_BUILD, str(settings.home), point],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        check=False,
    )
    assert killed.returncode == -9


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.slow
def test_after_a_crash_at_any_point_the_next_build_puts_it_right(settings: Settings, point: str) -> None:
    before = [article("Harbour"), article("Market"), article("Boats")]
    after = [article("Harbour", "Another text."), article("Market"), article("News")]
    load_and_build(settings, *before)
    load_days(settings, {DAY: after})
    kill_build(settings, point)
    # and what was being written is something else again by then
    final = [
        article("Harbour", "Another text."),
        article("Market", "Another text."),
        article("Boats", tags=("x",)),
    ]
    if point in {"committed", "remember"}:
        after = final
    release(settings, *after)
    healed = answers(settings, QUERIES)
    assert sum(total for total, _ in healed) > 0
    release(settings, *after, full=True)
    assert answers(settings, QUERIES) == healed


@pytest.mark.slow
def test_a_crash_that_lost_as_many_articles_as_it_doubled_is_put_right(
    settings: Settings, written: list[str]
) -> None:
    load_and_build(settings, article("Harbour"))
    load_days(settings, {DAY: [article("Market")]})
    kill_build(settings, "committed")
    written.clear()
    release(settings, article("Harbour"), article("Market"))
    assert sorted(found(settings, "harbour OR market")) == ["Harbour", "Market"]
    assert sorted(written) == ["Harbour", "Market"]  # and not all there is, however much that is


@pytest.mark.parametrize("point", one_fast(["committing", "committed", "about", "renaming"]))
@pytest.mark.slow
def test_after_a_crash_of_the_first_build_too(settings: Settings, point: str) -> None:
    load_days(settings, {DAY: [article("Harbour"), article("Market")]})
    kill_build(settings, point)
    release(settings, article("Harbour"), article("Market"))
    assert sorted(found(settings, "harbour OR market")) == ["Harbour", "Market"]
    assert {entry.name for entry in search_path(settings.home).parent.iterdir() if entry.is_dir()} == {
        "search"
    }


def truncate(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-10])


def damaged(folder: Path, kind: str) -> None:
    segment = max((folder / "index").glob("*.idx"), key=lambda path: path.stat().st_size)
    if kind == "truncated":
        truncate(segment)
    elif kind == "missing":
        segment.unlink()
    elif kind == "no bookkeeping":
        (folder / "held.duckdb").unlink()
    elif kind == "other bookkeeping":
        (folder / "held.duckdb").write_bytes(b"no database" * 1000)
    elif kind == "no meta":
        (folder / "index" / "meta.json").unlink()
    elif kind == "no about":
        (folder / "index" / "about.json").unlink()
    elif kind == "all":
        shutil.rmtree(folder)


DAMAGES = ["truncated", "missing", "no bookkeeping", "other bookkeeping", "no meta", "no about", "all"]


@pytest.mark.parametrize(
    ("kind", "changed"),
    one_fast([*((kind, False) for kind in DAMAGES), ("truncated", True), ("no bookkeeping", True)]),
)
def test_a_damaged_index_is_rebuilt(settings: Settings, kind: str, *, changed: bool) -> None:
    load_and_build(settings, article("Harbour"), article("Market"))
    damaged(search_path(settings.home), kind)
    release(settings, article("Harbour"), article("Market"), *([article("Boats")] if changed else []))
    assert sorted(found(settings, "harbour OR market OR boats")) == ["Boats"] * changed + [
        "Harbour",
        "Market",
    ]


@pytest.mark.slow
def test_an_index_of_another_version_is_rebuilt(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, written: list[str]
) -> None:
    first = release(settings, article("Harbour"))
    written.clear()
    monkeypatch.setattr("newsmarts.search.about.search_version", lambda: "another")
    # the marts are the same, and yet readers of this version can't search the release that there is
    again = release(settings, article("Harbour"))
    assert written == ["Harbour"]
    assert again.published
    assert again.release_id.partition("-")[2] == first.release_id.partition("-")[2]
    assert not release(settings, article("Harbour")).published


def test_the_bookkeeping_and_the_index_must_agree(settings: Settings, written: list[str]) -> None:
    load_and_build(settings, article("Harbour"), article("Market"))
    # as after a restore of one and not of the other
    shutil.copytree(search_path(settings.home), settings.home / "kept")
    load_and_build(settings, article("Boats"), day=1)
    shutil.copyfile(settings.home / "kept" / "held.duckdb", search_path(settings.home) / "held.duckdb")
    written.clear()
    load_and_build(settings, article("News"), day=2)
    assert sorted(written[-4:]) == ["Boats", "Harbour", "Market", "News"]
    about = read_about(search_path(settings.home) / "index")
    assert about is not None
    assert about.articles == 4


def test_a_build_that_can_never_work_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    load_days(settings, {DAY: [article("Harbour")]})
    with (
        monkeypatch.context() as patched,
        pytest.raises(DiskFull, match=r"build: .*search can.t be written: .* Make room for at least"),
    ):
        patched.setattr("newsmarts.search.index._write_documents", full)
        build(settings)
    assert not search_path(settings.home).exists()
    build(settings)
    about = read_about(search_path(settings.home) / "index")
    assert about is not None
    assert about.articles == 1


def test_an_index_of_other_marts_is_never_released(settings: Settings) -> None:
    load_and_build(settings, article("Harbour"))
    with pytest.raises(NewsError, match="isn't that of the candidate"):
        private.put_into(settings, "0" * 64, settings.home / "search")
    assert not (settings.home / "search").exists()
