"""Writes are whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from newsmarts.core.errors import DiskFull
from newsmarts.core.files import TEMPORARY_PREFIX, copy_file, replacing_folder, write_atomically


def test_a_failed_write_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page"
    write_atomically(path, b"old")

    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("newsmarts.core.files.os.fsync", no_space)
    with pytest.raises(DiskFull, match=r"page can.t be written: its disk is full, .* at least 1\.0 MiB"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["page"]


def test_write_makes_folders_and_sets_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "page"
    write_atomically(path, b"bytes", mode=0o444)
    assert path.read_bytes() == b"bytes"
    assert path.stat().st_mode & 0o777 == 0o444


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "day"
    for content in ("first", "second"):
        with replacing_folder(path) as folder:
            (folder / content).write_text(content)
        assert [entry.name for entry in path.iterdir()] == [content]
    assert [entry.name for entry in tmp_path.iterdir()] == ["day"]


def test_an_error_while_filling_keeps_the_old_folder(tmp_path: Path) -> None:
    path = tmp_path / "day"
    with replacing_folder(path) as folder:
        (folder / "old").touch()
    with pytest.raises(RuntimeError), replacing_folder(path) as folder:
        (folder / "new").touch()
        raise RuntimeError
    assert [entry.name for entry in path.iterdir()] == ["old"]
    assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(TEMPORARY_PREFIX)]


def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that can't exchange two names."""
    monkeypatch.setattr("newsmarts.core.files.exchange_names", lambda _one, _other: False)


def test_a_replaced_folder_is_never_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "day"
    with replacing_folder(path) as folder:
        (folder / "old").touch()

    def never(*_: object) -> None:
        raise AssertionError("a rename while there is a folder")

    monkeypatch.setattr("newsmarts.core.files.os.rename", never)
    with replacing_folder(path) as folder:
        (folder / "new").touch()
    assert [entry.name for entry in path.iterdir()] == ["new"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["day"]


def test_where_names_cannot_be_exchanged_two_renames_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_exchange(monkeypatch)
    test_a_folder_is_replaced_whole(tmp_path)


def test_an_error_between_the_two_renames_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    without_exchange(monkeypatch)
    path = tmp_path / "day"
    with replacing_folder(path) as folder:
        (folder / "old").touch()
    real = os.rename

    def fail_on_the_new(source: Path, target: Path) -> None:
        if Path(target) == path and "-old" not in Path(source).name:
            raise OSError(5, "Input/output error")
        real(source, target)

    monkeypatch.setattr("os.rename", fail_on_the_new)
    with pytest.raises(OSError, match="Input/output"), replacing_folder(path) as folder:
        (folder / "new").touch()
    assert [entry.name for entry in path.iterdir()] == ["old"]


def test_the_next_writer_clears_up_after_a_killed_one(tmp_path: Path) -> None:
    """One killed between two renames had put the folder aside: it is put back first."""
    path, other = tmp_path / "day", tmp_path / "other"
    for each in (path, other):
        with replacing_folder(each) as folder:
            (folder / "old").touch()
    with replacing_folder(path) as folder:
        mine = folder.name
    with replacing_folder(other) as folder:
        others = folder.name
    (tmp_path / mine).mkdir()
    (tmp_path / others).mkdir()
    path.rename(tmp_path / f"{mine}-old")
    with pytest.raises(RuntimeError), replacing_folder(path) as folder:
        raise RuntimeError
    assert [entry.name for entry in path.iterdir()] == []  # what the block before wrote: nothing
    assert {entry.name for entry in tmp_path.iterdir()} == {"day", "other", others}


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EINVAL, errno.ENOTSUP])
def test_a_file_is_copied_where_the_disk_cannot_do_it_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """From its beginning, or from where the disk gave up."""
    source = tmp_path / "source"
    source.write_bytes(bytes(range(256)) * 10)
    copy_file(source, tmp_path / "by the disk")
    calls: list[int] = []
    by_disk = os.copy_file_range

    def gives_up(reading: int, writing: int, count: int) -> int:
        calls.append(count)
        if len(calls) > 1:
            raise OSError(number, os.strerror(number))
        return by_disk(reading, writing, 1000)

    monkeypatch.setattr(os, "copy_file_range", gives_up)
    copy_file(source, tmp_path / "half by the disk")
    copy_file(source, tmp_path / "by ourselves")
    assert len(calls) == 3
    for name in ("by the disk", "half by the disk", "by ourselves"):
        assert (tmp_path / name).read_bytes() == source.read_bytes()


def test_a_copy_that_fails_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "source").write_bytes(b"some")
    monkeypatch.setattr(os, "copy_file_range", full)
    with pytest.raises(DiskFull, match=r"target can.t be written"):
        copy_file(tmp_path / "source", tmp_path / "target")
