"""Backups of a real home, taken while it is written, and what becomes of them in an empty one."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from newsmarts.cli import main as cli
from newsmarts.core.acknowledgements import QuarantineKey, record_decision, standing
from newsmarts.core.errors import LockTimeout, NewsError, UsageError
from newsmarts.core.files import replacing_folder
from newsmarts.core.locks import writer_lock
from newsmarts.core.partitions import partition_path, published_path
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.ops.backup import copying
from newsmarts.ops.backup.copying import HomeCopy
from newsmarts.ops.backup.make import Backup, backups, make_backup
from newsmarts.ops.backup.restore import restore
from newsmarts.pipeline import run
from newsmarts.release.reader import connect

pytestmark = pytest.mark.xdist_group("sample_marts")
SAMPLES = PROJECT_ROOT / "samples" / "inbox"
DAY = date(2025, 9, 1)


def everything(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every mart."""
    with connect(home) as marts:
        names = [name for (name,) in marts.sql("SHOW TABLES FROM marts").fetchall()]
        return {name: marts.sql(f"SELECT * FROM marts.{name} ORDER BY ALL").fetchall() for name in names}


def files(folder: Path) -> dict[str, tuple[int, int, str | bytes]]:
    """Every file below a folder with its mode, time and content; links as such."""
    found: dict[str, tuple[int, int, str | bytes]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = (0, 0, str(path.readlink()))
        elif path.is_file() and not copying.is_passing(path.name) and ".locks" not in path.parts:
            status = path.stat()
            found[name] = (status.st_mode, status.st_mtime_ns, path.read_bytes())
    return found


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples' home, with an inbox and a decision in it."""
    home = tmp_path_factory.mktemp("backed-up") / "home"
    shutil.copytree(sample_home, home, symlinks=True)
    (home / "inbox").mkdir(exist_ok=True)
    (home / "inbox" / "page.txt").write_text("a page")
    entry = QuarantineKey(DAY, "a" * 64, "page", "foreign_byline", "house_byline")
    record_decision(
        "acknowledged",
        Settings(home=home),
        [entry],
        by="ada",
        at=datetime(2025, 9, 9, tzinfo=UTC),
        reason="seen",
    )
    return home


@pytest.fixture(scope="module")
def made(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    return make_backup(Settings(home=home), tmp_path_factory.mktemp("backups") / "of ours")


def test_a_backup_has_all_but_inbox_and_locks(home: Path, made: Backup) -> None:
    expected = {name: entry for name, entry in files(home).items() if not name.startswith("inbox/")}
    assert files(made.folder / "home") == expected
    assert (made.days, made.release) == (5, published_path(home).resolve().parent.name)
    assert made.files == len([entry for entry in expected.values() if entry[0]])
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=made.folder, check=True)
    assert json.loads((made.folder / "backup.json").read_bytes())["days"] == 5
    assert made.folder.parent.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_restored_home_is_the_same_and_works(made: Backup, home: Path, tmp_path: Path) -> None:
    target = Settings(home=tmp_path / "new home", inbox=tmp_path / "inbox")
    assert restore(target, made.folder.parent) == made.folder
    assert files(target.home) == files(made.folder / "home")
    assert everything(target.home) == everything(home)
    assert [record.by for record in standing(target.home).values()] == ["ada"]

    new = tmp_path / "inbox" / "2025-09-08" / "al_mayadeen"
    new.mkdir(parents=True)
    shutil.copy2(SAMPLES / "2025-09-01" / "al_mayadeen" / "halden-census.txt", new)
    result = run(target)
    assert result.published
    assert result.days == (date(2025, 9, 8),)
    before, after = everything(home), everything(target.home)
    assert len(after["partition_outcomes"]) == 6
    assert len(after["captures"]) == len(before["captures"]) + 1


def test_what_has_not_changed_is_linked_and_each_backup_stands_alone(
    home: Path, made: Backup, tmp_path: Path
) -> None:
    first = tmp_path / "kept" / made.folder.name
    shutil.copytree(made.folder, first, symlinks=True)
    entry = QuarantineKey(DAY, "b" * 64, "page", "foreign_byline", "house_byline")
    record_decision(
        "acknowledged",
        Settings(home=home),
        [entry],
        by="bob",
        at=datetime(2025, 9, 9, tzinfo=UTC),
        reason="seen",
    )
    second = make_backup(Settings(home=home), tmp_path / "kept")
    assert (second.files, second.linked) == (made.files + 1, made.files)
    assert backups(tmp_path / "kept") == [first, second.folder]
    shutil.rmtree(first)
    restore(Settings(home=tmp_path / "home"), tmp_path / "kept")
    assert everything(tmp_path / "home") == everything(home)


@pytest.mark.parametrize("held", ["raw", "stray.txt"])
def test_a_home_that_is_not_empty_is_left_alone(
    made: Backup, tmp_path: Path, held: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    (tmp_path / "home" / "inbox" / "page.txt").touch()
    (tmp_path / "home" / "marts").mkdir()  # a volume's place
    there = tmp_path / "home" / held / "x" if held == "raw" else tmp_path / "home" / held
    there.parent.mkdir(exist_ok=True)
    there.write_text("somebody's")
    assert cli.main(["restore", "--from", str(made.folder), "--home", str(tmp_path / "home")]) == 2
    output = capsys.readouterr().err
    assert f"isn't empty (it holds {held})" in output
    assert "mv " in output
    there.unlink()
    assert cli.main(["restore", "--from", str(made.folder), "--home", str(tmp_path / "home")]) == 0
    assert (tmp_path / "home" / "inbox" / "page.txt").exists()


@pytest.mark.parametrize("damage", ["changed", "missing", "escaping"])
def test_a_damaged_backup_restores_nothing(made: Backup, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "backup"
    shutil.copytree(made.folder, folder, symlinks=True)
    objects = (folder / "home" / "raw" / "objects").rglob("*")
    victim = next(path for path in objects if path.is_file())
    if damage == "changed":
        victim.chmod(0o644)
        victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    elif damage == "missing":
        victim.unlink()
    else:
        with (folder / "SHA256SUMS").open("a") as handle:
            handle.write(f"{'0' * 64}  home/../../escaped\n")
    (tmp_path / "home" / "marts").mkdir(parents=True)
    with pytest.raises(NewsError, match={"escaping": "leads out"}.get(damage, "should be")):
        restore(Settings(home=tmp_path / "home"), folder)
    assert list((tmp_path / "home").rglob("*.parquet")) == []
    assert not (tmp_path / "home" / "raw").exists()


def test_a_stopped_restore_is_reported(made: Backup, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".restoring").touch()
    with pytest.raises(UsageError, match="was stopped half way"):
        restore(Settings(home=tmp_path / "home"), made.folder)


def test_what_cannot_be_backed_up_is_reported(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to back up"):
        make_backup(Settings(home=tmp_path / "none"), tmp_path / "to")
    with pytest.raises(UsageError, match=r"is in .* itself"):
        make_backup(Settings(home=home), home / "backups")
    with pytest.raises(UsageError, match="no backup in"):
        restore(Settings(home=tmp_path / "home"), tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(NewsError, match="No backup was made"):
        make_backup(Settings(home=home), tmp_path / "file")
    with (
        writer_lock(Settings(home=home)),
        pytest.raises(LockTimeout, match="warehouse"),
    ):
        make_backup(Settings(home=home, lock_timeout_seconds=0.1), tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


@pytest.fixture
def replaced(tmp_path: Path) -> Iterator[Path]:
    """A day whose folder is replaced again and again, two files that must fit together in it."""
    day = partition_path(tmp_path, "validated", DAY)
    stop = threading.Event()

    def write(number: int) -> None:
        with replacing_folder(day) as folder:
            for name in ("articles.parquet", "outcome.parquet"):
                (folder / name).write_text(f"{number}")

    def keep_writing() -> None:
        number = 1
        while not stop.wait(0.002):
            write(number)
            number += 1

    write(0)
    writer = threading.Thread(target=keep_writing)
    writer.start()
    yield day
    stop.set()
    writer.join()


def test_a_folder_that_is_replaced_meanwhile_is_copied_whole(replaced: Path, tmp_path: Path) -> None:
    seen: set[str] = set()
    copies = count()
    # a busy machine may copy often before the folder is replaced once
    while (number := next(copies)) < 40 or len(seen) < 2:
        target = tmp_path / "copies" / str(number)
        copied = HomeCopy(tmp_path, target)
        copied.copy_tree("staged")
        day = partition_path(target, "validated", DAY).relative_to(target).parent.name
        texts = {path.read_text() for path in (target / "staged" / day).rglob("*.parquet")}
        assert len(texts) == 1
        assert len(copied.digests) == 2
        seen |= texts


def test_the_command_reports_it(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["backup", "--to", str(tmp_path), "--home", str(home)]) == 0
    output = capsys.readouterr().out
    assert str(tmp_path) in output
    assert "5 days" in output
    assert cli.main(["backup", "--to", str(home / "x"), "--home", str(home)]) == 2
    assert "is in" in capsys.readouterr().err
