"""Damage in a home: what ``newsmarts verify`` names, what a backup leaves out, what a new run puts right."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.core import schemas
from newsmarts.core.errors import DamagedHome, DamagedPartition, DamagedRelease
from newsmarts.core.partitions import candidate_path, objects_path, published_path, warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.marts.run import publish
from newsmarts.ops.backup.make import make_backup
from newsmarts.ops.maintenance.steps import verification
from newsmarts.ops.verify import verify
from newsmarts.release.reader import connect
from newsmarts.release.summary import read_summary

pytestmark = pytest.mark.xdist_group("sample_marts")


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(sample_home, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def flip(path: Path, position: int) -> None:
    """Change one bit of a file, whatever its mode is."""
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def first_object(home: Path) -> Path:
    return min(path for path in objects_path(home).rglob("*") if path.is_file() and len(path.name) == 64)


def middle_of_a_database(path: Path) -> None:
    flip(path, path.stat().st_size // 2)


def staged_file(home: Path) -> Path:
    return min((home / "staged" / "validated").rglob("articles.parquet"))


DAMAGES: dict[str, tuple[Callable[[Path], Path], Callable[[Path], None], str]] = {
    "raw": (first_object, lambda path: flip(path, 10), "Put it back from a backup"),
    "missing": (first_object, Path.unlink, "it is missing"),
    "staged": (staged_file, lambda path: flip(path, 100), "again from validate"),
    "manifest": (
        lambda home: min((home / "raw" / "manifest").rglob("captures.parquet")),
        lambda path: flip(path, path.stat().st_size - 6),
        "from land",
    ),
    "warehouse": (warehouse_path, middle_of_a_database, "newsmarts rebuild"),
    "candidate": (candidate_path, middle_of_a_database, "Remove it"),
    "release": (lambda home: published_path(home).resolve(), middle_of_a_database, "publishes it again"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_named_with_what_to_do(home: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    find, damage, remedy = DAMAGES[kind]
    path = find(home)
    damage(path)
    assert main(["verify", "--home", str(home), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["damages"]
    assert found["path"] == str(path)
    assert remedy in f"{found['problem']}. {found['remedy']}"


@pytest.mark.slow
def test_a_sound_home_is_read_whole_in_parts(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = verify(Settings(home=home))
    parts = [verify(Settings(home=home), part=part, parts=4) for part in (1, 2, 3, 4)]
    assert whole.objects == len({path for path in objects_path(home).rglob("*") if path.is_file()})
    assert sum(part.objects for part in parts) == whole.objects
    assert sum(part.files for part in parts) == whole.files
    assert not whole.damages
    assert main(["verify", "--home", str(home)]) == 0
    assert "nothing is damaged" in capsys.readouterr().out


@pytest.mark.slow
def test_each_of_four_weeks_reads_another_part(home: Path) -> None:
    path = first_object(home)
    flip(path, 10)
    settings = Settings(home=home)
    damaged = 0
    for day in (5, 12, 19, 26):
        try:
            verification(settings, now=datetime(2026, 1, day, tzinfo=UTC))
        except DamagedHome as error:
            assert str(path) in str(error)  # noqa: PT017 - it is raised in one of the weeks
            damaged += 1
    assert damaged == 1


def test_a_backup_leaves_damaged_bytes_out_and_says_so(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = first_object(home)
    flip(path, 10)
    assert main(["backup", "--home", str(home), "--to", str(tmp_path / "backups")]) == 1
    (folder,) = (tmp_path / "backups").iterdir()
    name = path.relative_to(home).as_posix()
    assert f"{name} is damaged" in capsys.readouterr().out
    assert json.loads((folder / "backup.json").read_text())["damaged"] == [name]
    assert not (folder / "home" / name).exists()
    assert name not in (folder / "SHA256SUMS").read_text()


@pytest.mark.slow
def test_a_file_whose_time_and_size_are_as_before_comes_from_the_earlier_backup(
    home: Path, tmp_path: Path
) -> None:
    settings, path = Settings(home=home), first_object(home)
    sound = path.read_bytes()
    make_backup(settings, tmp_path / "backups")
    before = path.stat()
    flip(path, 10)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    made = make_backup(settings, tmp_path / "backups")
    assert made.damaged == ()
    assert (made.folder / "home" / path.relative_to(home)).read_bytes() == sound


def test_a_damaged_current_release_is_named_and_published_again(home: Path) -> None:
    settings, path = Settings(home=home), published_path(home).resolve()
    path.chmod(0o644)
    path.write_bytes(b"not a database" * 1000)
    for read in (lambda: read_summary(home), lambda: connect(home)):
        with pytest.raises(DamagedRelease, match=str(path)):
            read()
    again = publish(settings)
    assert again.published
    assert read_summary(home).release_id == again.release_id
    assert published_path(home).resolve() != path


@pytest.mark.slow
def test_any_flipped_bit_in_a_footer_is_damage(home: Path, tmp_path: Path) -> None:
    data = staged_file(home).read_bytes()
    footer = int.from_bytes(data[-8:-4], "little")
    sound = schemas.read_table(staged_file(home), schemas.ARTICLES)
    path = tmp_path / "flipped.parquet"
    step = max(1, footer // 400)
    for position in range(len(data) - 8 - footer, len(data), step):
        path.write_bytes(data[:position] + bytes([data[position] ^ 0x80]) + data[position + 1 :])
        with contextlib.suppress(DamagedPartition):
            assert schemas.read_table(path, schemas.ARTICLES).equals(sound)  # as in an unused statistic
