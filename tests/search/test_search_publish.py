"""The index is part of the release: swapped, kept and pruned with it, and never in a reader's way."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from newsmarts.core.errors import DiskFull, MissingPartition, NewsError
from newsmarts.core.partitions import current_release_path, releases_path, search_path
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.marts.run import audit, build, publish
from newsmarts.release.releases import find_release
from newsmarts.search import open_index
from tests.examples import one_fast
from tests.marts.factory import DAY, load_days
from tests.search.releases import article, found, headlines, mart_texts, release


def index_files(settings: Settings) -> dict[str, Path]:
    """The files of the current release's index."""
    return {path.name: path for path in (current_release_path(settings.home) / "search").iterdir()}


def test_its_files_are_links_and_read_only(settings: Settings) -> None:
    release(settings, article("Harbour"))
    private = search_path(settings.home) / "index"
    files = index_files(settings)
    assert {path.suffix for path in files.values()} >= {".idx", ".term", ".store", ".json"}
    for name, path in files.items():
        assert stat.S_IMODE(path.stat().st_mode) == 0o444, name
        assert path.samefile(private / name) == (name != "about.json")


def test_a_disk_that_cannot_link_gets_copies(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuse)
    release(settings, article("Copied"))
    assert not any(
        path.samefile(search_path(settings.home) / "index" / name)
        for name, path in index_files(settings).items()
    )
    assert found(settings, "copied") == ["Copied"]


def test_the_same_content_is_no_new_release(settings: Settings) -> None:
    assert release(settings, article("Harbour")).published
    assert not release(settings, article("Harbour")).published
    build(settings, full=True)
    audit(settings)
    assert not publish(settings).published


@pytest.mark.parametrize("damage", ["none", "missing", "truncated"])
def test_a_release_without_a_whole_index_is_published_again(settings: Settings, damage: str) -> None:
    old = release(settings, article("Harbour"))
    files = index_files(settings)
    if damage == "none":  # as of a version that knew no search
        shutil.rmtree(current_release_path(settings.home) / "search")
        (current_release_path(settings.home) / "audit.json").touch()
    elif damage == "missing":
        max(files.values(), key=lambda path: path.stat().st_size).unlink()
    else:
        path = max(files.values(), key=lambda path: path.stat().st_size)
        path.chmod(0o644)
        os.truncate(path, path.stat().st_size - 5)
    with pytest.raises(MissingPartition, match="Publish again: newsmarts run"):
        open_index(settings.home)
    new = release(settings, article("Harbour"))
    assert new.published
    assert new.release_id.partition("-")[2] == old.release_id.partition("-")[2]
    assert found(settings, "harbour") == ["Harbour"]


def test_an_index_that_only_tantivy_can_tell_is_damaged(settings: Settings) -> None:
    release(settings, article("Harbour"))
    path = index_files(settings)["meta.json"]
    path.chmod(0o644)
    path.write_bytes(b" " * path.stat().st_size)
    with pytest.raises(NewsError, match=r"can't be read: .*Remove that release's folder"):
        open_index(settings.home)
    # the private index is that same file
    shutil.rmtree(current_release_path(settings.home).resolve())
    assert release(settings, article("Harbour")).published
    assert found(settings, "harbour") == ["Harbour"]


@pytest.mark.slow
def test_releases_are_pruned_with_their_index(settings: Settings) -> None:
    settings = settings.model_copy(update={"releases_kept": 2})
    for number in range(3):
        release(settings, article("Harbour", f"Text {number}."))
    kept = [
        entry for entry in releases_path(settings.home).iterdir() if (entry / "search" / "meta.json").exists()
    ]
    assert len(kept) == len(list(releases_path(settings.home).iterdir())) == settings.releases_kept
    for number, folder in zip((1, 2), sorted(kept), strict=True):
        with open_index(settings.home, as_of=folder.name) as index:
            assert index.search(f'"text {number}"').total == 1
            assert index.search('"text 0"').total == 0


@pytest.mark.slow
def test_an_open_index_outlives_its_release(settings: Settings) -> None:
    settings = settings.model_copy(update={"releases_kept": 1})
    release(settings, article("Harbour"))
    with open_index(settings.home) as index:
        release(settings, article("Market"))
        assert index.release_id not in {entry.name for entry in releases_path(settings.home).iterdir()}
        assert headlines(index, "harbour OR market") == ["Harbour"]
        assert index.search("harbour").hits[0].excerpt == "Nothing else is known."


# Searches the current release again and again, and compares each answer with the marts of the same release.
READER = """
import sys, time
from pathlib import Path
from newsmarts.core.db import reading
from newsmarts.release.releases import releases_path
from newsmarts.search import open_index

QUERY = "SELECT headline, body_text FROM marts.articles JOIN marts.article_texts USING (article_id)"
home, seen, checked = Path(sys.argv[1]), {}, set()
print("ready", flush=True)
while not any("LAST" in headline for headline, _ in seen.values()):
    with open_index(home) as index:
        answer = index.search("harbour")
    (hit,) = answer.hits
    shown = (hit.headline, hit.excerpt)
    assert seen.setdefault(answer.release_id, shown) == shown, (answer, seen)
    path = releases_path(home) / answer.release_id / "news.duckdb"
    try:
        with reading(path) as marts:
            assert marts.execute(QUERY).fetchall() == [shown], (answer, shown)
        checked.add(answer.release_id)
    except OSError:
        assert not path.exists()  # pruned meanwhile
    time.sleep(0.05)
print(len(seen), len(checked), flush=True)
"""


@pytest.mark.slow
def test_readers_through_publishes_always_get_one_whole_release(settings: Settings) -> None:
    release(settings, article("Harbour FIRST", name="a", known_by=("/a",)))
    command = [sys.executable, "-c", READER, str(settings.home)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    readers = [
        subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for number in [*range(3), "LAST"]:
        release(settings, article(f"Harbour {number}", name="a", known_by=("/a",)))
    for reader in readers:
        output, _ = reader.communicate(timeout=120)
        assert reader.returncode == 0
        seen, checked = map(int, output.split())
        assert seen >= checked >= 1


def test_a_full_disk_leaves_nothing_behind(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    old = release(settings, article("Harbour"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(DiskFull, match=r"publish: .*No space left"):
        patched.setattr("newsmarts.search.index.link_or_copy", full)
        release(settings, article("Market"))
    assert [entry.name for entry in releases_path(settings.home).iterdir()] == [old.release_id]
    assert found(settings, "harbour OR market") == ["Harbour"]
    assert release(settings, article("Market")).published


KILLED_PUBLISH = """
import os, sys
from pathlib import Path
from newsmarts.release import releases
from newsmarts.marts.run import publish
from newsmarts.search import index
from newsmarts.core.settings import load_settings

def die(*_, **__):
    os.kill(os.getpid(), 9)

if sys.argv[2] == "linking":
    index.link_or_copy = die
elif sys.argv[2] == "about":
    index.write_atomically = die
else:
    releases.adopt = die
publish(load_settings(home=Path(sys.argv[1])))
"""


@pytest.mark.parametrize("point", one_fast(["linking", "about", "adopting"]))
def test_a_killed_publish_leaves_marts_and_index_of_one_release(settings: Settings, point: str) -> None:
    release(settings, article("Harbour"))
    load_days(settings, {DAY: [article("Market")]})
    build(settings)
    audit(settings)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_PUBLISH, str(settings.home), point],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        check=False,
    )
    assert killed.returncode == -9
    assert found(settings, "harbour OR market") == ["Harbour"]
    publish(settings)
    assert found(settings, "harbour OR market") == ["Market"]
    assert not list(releases_path(settings.home).glob(".*"))


def test_a_publish_completes_what_a_stopped_build_left(settings: Settings) -> None:
    release(settings, article("Harbour"))
    load_days(settings, {DAY: [article("Market")]})
    with pytest.MonkeyPatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("newsmarts.search.index.update_index", _interrupted)
        build(settings)
    audit(settings)
    assert publish(settings).published
    assert found(settings, "harbour OR market") == ["Market"]
    assert [each["headline"] for each in mart_texts(settings)] == ["Market"]
    assert find_release(settings.home).sequence == 2


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
