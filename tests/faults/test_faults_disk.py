"""Disks that are full, folders that can't be written to, and folders that go away."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import marts
from tests.faults.child import BALLAST, Fault, Limits, fill, run, stage
from tests.faults.forks import Ended
from tests.faults.report import Case
from tests.faults.scene import SECOND, THIRD, Scene, World

pytestmark = pytest.mark.faults

# At which moment the disk fills up, and how many bytes at most are left then: fewer than are needed.
FULL = {
    "raw": ("newsmarts.pipeline.land", 8_000),
    "parsed": ("newsmarts.pipeline.parse", 12_000),
    "validated": ("newsmarts.pipeline.validate", 12_000),
    "warehouse": ("newsmarts.pipeline.load", 200_000),
    "candidate": ("newsmarts.pipeline.build", 200_000),
    "index": ("newsmarts.search.index._update", 4_000),
    "audit": ("newsmarts.marts.audit.write_report", 4_000),
    "release": ("newsmarts.pipeline.publish", 4_000),
    "release_index": ("newsmarts.search.index.put_into", 0),
}


@contextlib.contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Something mounted on a folder while the block runs; skips, saying why, where that isn't allowed."""
    done = subprocess.run(["mount", *options, str(folder)], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"mounting isn't allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small_disk(world: World, tmp_path: Path) -> Iterator[Scene]:
    """A home on a disk of its own, of 64 MB and 4,000 inodes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted(disk, "-t", "tmpfs", "-o", "size=64m,nr_inodes=4000", "faults"):
        yield world.scene(disk)


_NAMED = re.compile(
    r"(\S+) can't be written: its disk is full, with \S+ \w+ free. Make room for at least (\S+) MiB"
)


def named(scene: Scene, ended: Ended) -> tuple[str, int]:
    """The file of the home that a run couldn't write, and the bytes that it needs."""
    assert ended.code == 1, ended.reported[-3000:]
    found = _NAMED.search(ended.error)
    assert found, ended.error
    assert found[1].startswith(str(scene.home)), ended.error
    return found[1], int(float(found[2]) * (1 << 20))


@pytest.mark.parametrize("place", FULL)
def test_disk_full(small_disk: Scene, case: Case, place: str) -> None:
    at, most = FULL[place]
    left = case.rng.randint(0, most) // 4096 * 4096
    case.broke(f"the disk fills up before {at.removeprefix('newsmarts.')}, but for {left // 1024} KiB")
    with small_disk.watched() as watch:
        ended = small_disk.run(Fault(at, action="fill", left_bytes=left))
        path, needed = named(small_disk, ended)
        case.saw(f"the run ended with “{ended.error}”")
        (small_disk.home / BALLAST).unlink()
        fill(small_disk.home, needed)
        again = small_disk.run()
        if again.code:  # that file was written, and the next one needs more
            next_path, next_needed = named(small_disk, again)
            assert (next_path, next_needed) != (path, needed), again.error
        case.saw("with so much room " + ("the next file was named" if again.code else "it ended well"))
        (small_disk.home / BALLAST).unlink()
        small_disk.recover()
    case.saw(watch.reported(), small_disk.check())


@pytest.mark.parametrize("place", FULL)
def test_disk_without_inodes(small_disk: Scene, case: Case, place: str) -> None:
    at, _ = FULL[place]
    left = case.rng.randint(0, 1)
    case.broke(f"inodes are used up but for {left} before {at.removeprefix('newsmarts.')}")
    with small_disk.watched() as watch:
        ended = small_disk.run(Fault(at, action="use up inodes", left_inodes=left))
        assert ended.code == 1, ended.reported[-3000:]
        assert re.search(r"^DiskFull: .*home/\S+ can't be written: its disk has no inode left", ended.error)
        case.saw(f"the run ended with “{ended.error}”")
        shutil.rmtree(small_disk.home / BALLAST)
        small_disk.recover()
    case.saw(watch.reported(), small_disk.check())


@pytest.mark.parametrize("name", ["load", "build", "publish"])
@pytest.mark.parametrize("deadly", [False, True], ids=["fails", "kills"])
def test_file_size_limit(scene: Scene, case: Case, name: str, deadly: bool) -> None:
    """The second way to fill a disk: a file may not grow further, and the write fails, or kills."""
    written = {
        "load": scene.world.folder / "home-new" / "warehouse" / "news.duckdb",
        "build": scene.world.folder / "home-new" / "warehouse" / "candidate" / "news.duckdb",
        "publish": scene.world.folder / "home-new" / "warehouse" / "candidate" / "news.duckdb",
    }[name]
    limit = int(written.stat().st_size * case.rng.uniform(0.05, 0.5))
    what = "kills the process" if deadly else "fails"
    case.broke(f"a write of {name} beyond {limit // 1024} KiB of a file {what} (RLIMIT_FSIZE)")
    for day in (SECOND, THIRD):
        for each in ("land", "parse", "validate"):
            assert scene.run(work=stage, name=each, day=day).code == 0
    before: list[dict[str, Any]] = [{"name": "load", "day": SECOND}, {"name": "load", "day": THIRD}]
    earlier: dict[str, list[dict[str, Any]]] = {
        "load": [],
        "build": before,
        "publish": [*before, {"name": "build"}, {"name": "audit"}],
    }
    for step in earlier[name]:
        assert scene.run(work=stage, **step).code == 0
    target = {"name": name} | ({"day": SECOND} if name == "load" else {})
    with scene.watched() as watch:
        ended = scene.run(work=stage, limits=Limits(limit, deadly), **target)
        # a release takes the candidate's file; only the candidate's own copy is written
        fails = 0 if name == "publish" else 1
        assert ended.code == (-signal.SIGXFSZ if deadly else fails), ended.reported[-3000:]
        if name == "publish" and not deadly:
            assert "the next build does it" in ended.reported
            case.saw("the release was published, and the candidate's copy left to the next build")
        case.saw(f"the stage ended with “{ended.error}”" if ended.code == 1 else "")
        scene.recover()
    case.saw(watch.reported(), scene.check())


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing can be written below a folder, by root either."""
    if os.geteuid() == 0:
        with mounted(folder, "--bind", str(folder)):
            subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
            yield
        return
    modes = {path: path.stat().st_mode for path in [folder, *folder.rglob("*")] if path.is_dir()}
    for path in modes:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.mark.parametrize(
    "folder", ["raw", "staged", "staged/validated", "docs", "warehouse", "marts", "marts/releases"]
)
def test_read_only(scene: Scene, case: Case, folder: str) -> None:
    case.broke(f"{folder}/ is read-only")
    with scene.watched() as watch:
        with read_only(scene.home / folder):
            ended = scene.run()
            assert ended.code == 1, ended.reported[-3000:]
        case.saw(f"the run ended with “{ended.error.replace(str(scene.home), '…')[:150]}”")
        scene.recover()
    case.saw(watch.reported(), scene.check())


@pytest.mark.parametrize(
    "folder",
    [
        "raw/objects",
        "raw/manifest",
        "raw/index",
        "staged",
        "staged/validated",
        "docs",
        "warehouse",
        "warehouse/news.duckdb",
        "warehouse/candidate",
        "warehouse/candidate/search",
    ],
)
def test_vanished(world: World, tmp_path: Path, case: Case, folder: str) -> None:
    case.broke(f"{folder} vanishes between two runs")
    scene = world.scene(tmp_path, home="new" if folder == "raw/index" else "old")
    path = scene.home / folder
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with scene.watched() as watch:
        scene.recover()
    case.saw(watch.reported(), scene.check())


def test_vanished_marts(scene: Scene, case: Case) -> None:
    case.broke("marts/ vanishes between two runs")
    shutil.rmtree(scene.home / "marts")
    scene.recover()
    case.saw("a first release again", scene.check())


@pytest.mark.parametrize(
    ("folder", "at"),
    [
        ("raw/objects", "newsmarts.pipeline.parse"),
        ("staged/parsed", "newsmarts.pipeline.validate"),
        ("staged/validated", "newsmarts.pipeline.load"),
        ("warehouse/news.duckdb", "newsmarts.pipeline.build"),
        ("warehouse/candidate", "newsmarts.pipeline.audit"),
        ("marts/current", "newsmarts.pipeline.publish"),
    ],
)
def test_vanished_meanwhile(scene: Scene, case: Case, folder: str, at: str) -> None:
    case.broke(f"{folder} vanishes before {at.removeprefix('newsmarts.')}, in the middle of a run")
    ended = scene.run(Fault(at, action="vanish", target=str(scene.home / folder)))
    assert ended.code in (0, 1), ended.reported[-3000:]
    case.saw("the run ended well" if ended.code == 0 else f"the run ended with “{ended.error[:150]}”")
    scene.recover()
    case.saw(scene.check())


def test_vanished_inbox(scene: Scene, case: Case) -> None:
    case.broke("the inbox is gone for one run")
    away = scene.inbox.with_name("away")
    scene.inbox.rename(away)
    with scene.watched() as watch:
        ended = scene.run()
        assert ended.code == 1
        away.rename(scene.inbox)
        scene.recover()
    case.saw(f"the run ended with “{ended.error[:100]}”", watch.reported(), scene.check())


def test_vanished_inbox_for_good(world: World, tmp_path: Path, case: Case) -> None:
    """What has landed doesn't need the inbox any more, whatever else is lost of it afterwards."""
    case.broke("the inbox's files and the warehouse are gone for good")
    scene = world.scene(tmp_path, home="new", inbox="new")
    inbox = scene.inbox.with_name("away")
    scene.inbox.rename(inbox)
    scene.inbox.mkdir()
    (scene.home / "warehouse" / "news.duckdb").unlink()
    (scene.inbox / str(THIRD)).mkdir()
    page = next((inbox / str(THIRD)).rglob("*.txt"))
    shutil.copy2(page, scene.inbox / page.relative_to(inbox).parent.parent / page.name)
    ended = scene.run(work=run)
    assert ended.code == 0, ended.reported[-3000:]
    (scene.inbox / str(THIRD) / page.name).unlink()
    have = marts.accounted_sources(scene.home)
    want = marts.accounted_sources(world.folder / "home-new")
    assert want <= have, want - have
    case.saw(f"every one of {len(want)} captures is in the marts, from staged/")
