"""Files whose bytes have changed: torn, flipped, emptied."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from newsmarts.core.partitions import partition_path, raw_object_path, set_aside_path
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.land.run import run as land
from newsmarts.release.reader import connect
from newsmarts.release.releases import current_release
from tests.faults import marts
from tests.faults.child import Fault, stage
from tests.faults.report import Case
from tests.faults.scene import FIRST, SECOND, THIRD, Scene, World, damage

pytestmark = pytest.mark.faults

Damage = Callable[[bytearray, Random], str]


def torn(data: bytearray, rng: Random) -> str:
    """As after a power cut of a disk that doesn't keep its word."""
    kept = rng.randrange(len(data) // 4, len(data))
    size_bytes = len(data)
    del data[kept:]
    return f"torn off after {kept} of {size_bytes} bytes"


def emptied(data: bytearray, _rng: Random) -> str:
    """As after a crash of a file system that keeps names before contents."""
    data.clear()
    return "empty"


def zeroed(data: bytearray, rng: Random) -> str:
    """A block that the disk lost."""
    start = rng.randrange(max(1, len(data) - 4096)) // 512 * 512
    length = min(4096, len(data) - start)
    data[start : start + length] = bytes(length)
    return f"zeros in {length} bytes from {start}"


def flipped(data: bytearray, rng: Random) -> str:
    """Single bits."""
    places = sorted(rng.randrange(len(data)) for _ in range(max(3, len(data) // 20_000)))
    for place in places:
        data[place] ^= 1 << rng.randrange(8)
    return f"{len(places)} bits flipped, the first at {places[0]}"


def beheaded(data: bytearray, rng: Random) -> str:
    """The beginning overwritten by something else."""
    data[: min(16384, len(data))] = rng.randbytes(min(16384, len(data)))
    return "the first 16 KiB overwritten"


DAMAGES: dict[str, Damage] = {each.__name__: each for each in (torn, emptied, zeroed, flipped, beheaded)}


def harm(path: Path, how: str, case: Case) -> None:
    """Damage a file, and say how."""
    reported = ""

    def change(data: bytearray) -> None:
        nonlocal reported
        reported = DAMAGES[how](data, case.rng)

    damage(path, change)
    case.broke(f"{path.parent.name}/{path.name}: {reported}")


@pytest.mark.parametrize("how", ["torn", "emptied", "flipped"])
@pytest.mark.parametrize("name", ["articles", "quarantine", "outcome"])
def test_damaged_validated(world: World, tmp_path: Path, case: Case, name: str, how: str) -> None:
    scene = world.scene(tmp_path, home="new")
    harm(partition_path(scene.home, "validated", FIRST) / f"{name}.parquet", how, case)
    with scene.watched() as watch:
        scene.recover()
    case.saw("the day was parsed again", watch.reported(), scene.check())


@pytest.mark.parametrize("how", ["torn", "flipped"])
def test_damaged_parsed(scene: Scene, case: Case, how: str) -> None:
    """Parse is done again whenever its day is: a run that was killed after it reads it no more."""
    assert scene.run(Fault("newsmarts.pipeline.parse", "after")).killed
    harm(partition_path(scene.home, "parsed", SECOND) / "articles.parquet", how, case)
    with scene.watched() as watch:
        scene.recover()
    case.saw(watch.reported(), scene.check())


@pytest.mark.parametrize("name", ["captures.parquet", "rejected.parquet", "sources.json"])
@pytest.mark.parametrize("how", ["torn", "emptied"])
def test_damaged_manifest(scene: Scene, case: Case, name: str, how: str) -> None:
    path = partition_path(scene.home, "manifest", SECOND) / name
    if not path.exists():
        path.write_text("{}")
    harm(path, how, case)
    with scene.watched() as watch:
        ended = scene.run()
        if ended.code:
            assert str(path) in ended.error, ended.reported[-3000:]
            assert "land" in ended.error.lower()
            case.saw("the run named the file; it was moved away, and the day landed again from the inbox")
            path.rename(path.with_name(path.name + ".damaged"))
        scene.recover()
    case.saw(watch.reported(), scene.check())


@pytest.mark.parametrize("how", ["torn", "flipped"])
def test_damaged_archive_index(scene: Scene, case: Case, how: str) -> None:
    assert scene.run(work=_land_third).code == 0
    (path,) = (scene.home / "raw" / "index").glob("*.parquet")
    harm(path, how, case)
    with scene.watched() as watch:
        ended = scene.run()
        if ended.code:  # damage within the rows: no checksum, and they would have been wrong
            assert ended.error.startswith(f"StoreUnavailable: land of {THIRD}: The index {path}")
            assert not path.exists()
            case.saw("the run named the index, and removed it")
        scene.recover()
    case.saw("the index was rebuilt", watch.reported(), scene.check())


def _land_third(settings: Settings) -> None:
    land(THIRD, settings)


@pytest.mark.parametrize("how", ["torn", "flipped"])
def test_damaged_raw_object(world: World, tmp_path: Path, case: Case, how: str) -> None:
    """A raw object that doesn't match its name is reported, and replaced by landing its page again."""
    scene = world.scene(tmp_path, home="new")
    with connect(scene.home) as release:
        rows = release.execute(
            "SELECT capture_sha256 FROM marts.captures WHERE capture_day = $day AND outcome = 'loaded' "
            "ORDER BY source_path",
            {"day": FIRST},
        ).fetchall()
    path = raw_object_path(scene.home, case.rng.choice(rows)[0])
    harm(path, how, case)
    scene.recover()
    if how == "torn":
        case.saw("landing again found the wrong size and wrote it again")
    else:
        ended = scene.run(work=stage, name="parse", day=FIRST)
        assert "raw_bytes_damaged" in ended.reported
        path.unlink()
        scene.recover()
        case.saw("parse named it (raw_bytes_damaged); removed, it landed again")
    case.saw(scene.check())


def rebuild(scene: Scene) -> str:
    """The one command."""
    done = subprocess.run(
        [sys.executable, "-m", "newsmarts", "rebuild", "--home", str(scene.home), "--json"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert Path(answer["set_aside"]).parent == set_aside_path(scene.home)
    return f"`rebuild` made a new one from {len(answer['days'])} days"


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_warehouse(scene: Scene, case: Case, how: str) -> None:
    path = scene.home / "warehouse" / "news.duckdb"
    harm(path, how, case)
    damaged = path.read_bytes()
    with scene.watched() as watch:
        ended = scene.run()
        assert ended.code in (0, 1), ended.reported[-3000:]
        if ended.code:
            assert "newsmarts rebuild" in ended.error, ended.reported[-3000:]
            assert str(path) in ended.error
            case.saw("the run said: newsmarts rebuild")
            case.saw(rebuild(scene))
            assert (set_aside_path(scene.home) / "000001" / "news.duckdb").exists()
            if path.read_bytes() == damaged:
                raise AssertionError("the damaged file is still there")
            scene.recover()
        else:
            case.saw("nothing that the run read was hit")
    case.saw(watch.reported(), scene.check())


@pytest.mark.parametrize("how", ["torn", "emptied", "flipped"])
def test_damaged_warehouse_log(scene: Scene, case: Case, how: str) -> None:
    """A load that was killed after its commit leaves DuckDB's log, and that is damaged too."""
    assert scene.run(Fault("newsmarts.load.warehouse.replace_day", "after")).killed
    path = scene.home / "warehouse" / "news.duckdb.wal"
    harm(path, how, case)
    with scene.watched() as watch:
        ended = scene.run()
        assert ended.code in (0, 1), ended.reported[-3000:]
        if ended.code:
            assert "newsmarts rebuild" in ended.error, ended.reported[-3000:]
            case.saw("the run said: newsmarts rebuild", rebuild(scene))
            scene.recover()
        else:
            case.saw("DuckDB left out what it couldn't read, and the day was loaded again")
    case.saw(watch.reported(), scene.check())


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_candidate(scene: Scene, case: Case, how: str) -> None:
    harm(scene.home / "warehouse" / "candidate" / "news.duckdb", how, case)
    with scene.watched() as watch:
        scene.recover()
    case.saw("the run rebuilt it", watch.reported(), scene.check())


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_index(scene: Scene, case: Case, how: str) -> None:
    place = scene.home / "warehouse" / "candidate" / "search" / "index"
    files = sorted(path for path in place.iterdir() if path.suffix in {".store", ".idx", ".term", ".fast"})
    path = case.rng.choice(files)
    path = _own_copy(path)  # the release has the same file under another name
    harm(path, how, case)
    with scene.watched() as watch:
        scene.recover()
    case.saw("the index was rebuilt", watch.reported(), scene.check())


def _own_copy(path: Path) -> Path:
    data, mode = path.read_bytes(), path.stat().st_mode
    path.unlink()
    path.write_bytes(data)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("name", ["held.duckdb", "index/about.json", "index/meta.json"])
def test_damaged_index_bookkeeping(scene: Scene, case: Case, name: str) -> None:
    harm(scene.home / "warehouse" / "candidate" / "search" / name, "torn", case)
    with scene.watched() as watch:
        scene.recover()
    case.saw("the index was rebuilt", watch.reported(), scene.check())


def test_damaged_audit(scene: Scene, case: Case) -> None:
    harm(scene.home / "warehouse" / "candidate" / "audit.json", "torn", case)
    with scene.watched() as watch:
        scene.recover()
    case.saw("the candidate got a full audit", watch.reported(), scene.check())


@pytest.mark.parametrize("how", ["torn", "emptied"])
def test_damaged_release(world: World, tmp_path: Path, case: Case, how: str) -> None:
    """Readers of a damaged release get an error, never wrong rows; removed, it is published again."""
    scene = world.scene(tmp_path, home="new")
    release = current_release(scene.home)
    assert release is not None
    harm(release.path, how, case)
    try:
        marts.read_marts(scene.home)
        case.saw("no reader met it")
    except Exception as error:  # noqa: BLE001 - whatever it is, it isn't wrong rows
        case.saw(f"readers got {type(error).__name__}")
    shutil.rmtree(release.folder)
    scene.recover()
    case.saw("its folder removed, the next run published it again", scene.check())


@pytest.mark.parametrize("what", ["dangling", "gone", "a folder's name"])
def test_damaged_link(scene: Scene, case: Case, what: str) -> None:
    link = scene.home / "marts" / "current"
    link.unlink()
    if what != "gone":
        link.symlink_to("releases/000099-000000000000" if what == "dangling" else "releases")
    case.broke(f"marts/current is {what}")
    scene.recover()
    case.saw("published again", scene.check())
