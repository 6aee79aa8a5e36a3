"""A few of the cases on the marts of the samples, for every run of the tests, with no contract evaluated."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from newsmarts.core.partitions import partition_path, search_path, set_aside_path, warehouse_path
from tests.faults import child
from tests.faults.child import Fault
from tests.faults.forks import Forks
from tests.faults.report import Case
from tests.faults.scene import FIRST, SAMPLES, Scene, World, damage

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample_marts")]


@pytest.fixture(scope="module")
def settled(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The samples' marts, and nothing left to do."""
    folder = tmp_path_factory.mktemp("settled")
    return World.of_samples(folder, sample_home, Forks(folder, "tests.faults.preload_short"))


@pytest.fixture
def scene(settled: World, tmp_path: Path) -> Scene:
    """A copy of the samples' home."""
    shutil.copytree(settled.folder / "home-new", tmp_path / "home", symlinks=True)
    return Scene(settled, tmp_path / "home", SAMPLES)


def killed_and_run_again(scene: Scene, case: Case, fault: Fault) -> None:
    case.broke(fault.reported())
    with scene.watched() as watch:
        ended = scene.run(fault)
        assert ended.code == -signal.SIGKILL, ended.reported[-3000:]
        scene.recover()
    case.saw(watch.reported(), scene.check())


def test_short_killed_in_raw(scene: Scene, case: Case) -> None:
    shutil.rmtree(scene.home / "raw")
    killed_and_run_again(scene, case, Fault("os.replace", nth=case.rng.randint(1, 12)))


def test_short_killed_in_warehouse(scene: Scene, case: Case) -> None:
    warehouse_path(scene.home).unlink()
    killed_and_run_again(scene, case, Fault("newsmarts.load.warehouse._check_conservation", nth=3))


def test_short_killed_in_index(scene: Scene, case: Case) -> None:
    shutil.rmtree(search_path(scene.home))
    killed_and_run_again(scene, case, Fault("newsmarts.search.index._write_documents", "after"))


@pytest.mark.parametrize("at", ["releases.adopt", "releases.make_current"])
def test_short_killed_in_publish(scene: Scene, case: Case, at: str) -> None:
    """Between checkpoint and swap: of a first release, whose audit is there already."""
    fault = Fault(f"newsmarts.release.{at}")
    case.broke(fault.reported())
    shutil.rmtree(scene.home / "marts")
    assert scene.run(fault, work=child.stage, name="publish").killed
    assert not os.path.lexists(scene.home / "marts" / "current")
    assert scene.run(work=child.stage, name="publish").code == 0
    case.saw(scene.check())


def test_short_killed_in_staged_swap(scene: Scene, case: Case) -> None:
    """The moment at which a staged folder gets its new content: it is never missing."""
    fault = Fault("newsmarts.core.files.put_in_place", "after")
    case.broke(fault.reported())
    assert scene.run(fault, work=child.stage, name="parse", day=FIRST).killed
    assert (partition_path(scene.home, "parsed", FIRST) / "articles.parquet").exists()
    assert scene.leftovers()
    assert scene.run(work=child.stage, name="parse", day=FIRST).code == 0
    assert not scene.leftovers()
    case.saw("the day was there at once, and what was left is gone", scene.check())


def test_short_damaged_warehouse(scene: Scene, case: Case) -> None:
    path = warehouse_path(scene.home)
    case.broke("the warehouse's first 16 KiB overwritten")
    damage(path, lambda data: data.__setitem__(slice(0, 16384), case.rng.randbytes(16384)))
    with scene.watched() as watch:
        ended = scene.run()
        assert ended.code == 1
        assert "newsmarts rebuild" in ended.error
        assert scene.run(work=child.rebuild).code == 0
        assert (set_aside_path(scene.home) / "000001" / path.name).exists()
    case.saw("set aside and rebuilt", watch.reported(), scene.check())


def test_short_damaged_candidate(scene: Scene, case: Case) -> None:
    case.broke("the candidate torn off in the middle")
    path = scene.home / "warehouse" / "candidate" / "news.duckdb"
    damage(path, lambda data: data.__delitem__(slice(len(data) // 2, None)))
    with scene.watched() as watch:
        scene.recover()
    case.saw("rebuilt", watch.reported(), scene.check())
