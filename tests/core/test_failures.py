"""A full or broken disk and a store that is away: one kind of error, with the file and the next step."""

from __future__ import annotations

import errno
import gc
import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from upath import UPath

from newsmarts.core.errors import DiskFull, MissingPartition, StoreUnavailable
from newsmarts.core.failures import failure_of, room_for, stage
from newsmarts.core.files import is_there, replacing_folder


def error_of(number: int, path: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (error_of(errno.ENOSPC, "/x/y"), DiskFull, "/x/y can't be written: its disk is full, with"),
        (error_of(errno.ENOSPC), DiskFull, "No space left on device. Make room"),
        (error_of(errno.EDQUOT, "/x/y"), DiskFull, "Make room for at least 1.0 MiB"),
        (error_of(errno.EFBIG, "/x/y"), DiskFull, "ulimit -f"),
        (error_of(errno.EROFS, "/x/y"), StoreUnavailable, "Fix the disk or its permissions"),
        (ConnectionResetError("gone"), StoreUnavailable, "The object store doesn't give or take"),
        (TimeoutError(), StoreUnavailable, "(TimeoutError)"),
        (error_of(errno.ENOENT, "/x/y"), None, ""),
        (ValueError("No space left on device"), None, ""),
    ],
)
def test_failures_of_the_machine(error: Exception, kind: type[Exception] | None, text: str) -> None:
    failure = failure_of(error)
    if kind is None:
        assert failure is None
    else:
        assert type(failure) is kind
        assert text in str(failure)


def test_a_disk_without_inodes_is_not_called_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SimpleNamespace(f_bavail=10, f_frsize=4096, f_files=100, f_favail=0)
    monkeypatch.setattr(os, "statvfs", lambda _path: disk)
    with pytest.raises(DiskFull, match="no inode left for another file"), room_for(tmp_path / "a", 1):
        raise error_of(errno.ENOSPC)


def test_a_folder_needs_what_it_had_or_twice_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "day"
    with replacing_folder(path) as folder:
        (folder / "rows").write_bytes(bytes(3 << 20))
    with (
        pytest.raises(DiskFull, match=r"day can.t be written: .* at least 4\.0 MiB"),
        replacing_folder(path) as folder,
    ):
        (folder / "rows").write_bytes(bytes(2 << 20))
        raise error_of(errno.ENOSPC)
    with pytest.raises(DiskFull, match=r"at least 3\.0 MiB"), replacing_folder(path) as folder:
        raise error_of(errno.ENOSPC)
    assert (path / "rows").stat().st_size == 3 << 20


def test_a_stage_names_itself_and_the_day() -> None:
    @stage("load")
    def work(day: date, error: Exception) -> None:
        raise error

    day = date(2025, 9, 1)
    with pytest.raises(StoreUnavailable, match=r"^load of 2025-09-01: .*gone"):
        work(day, ConnectionResetError("gone"))
    with pytest.raises(DiskFull, match=r"^load of 2025-09-01: some"):
        work(day, DiskFull("some"))
    with pytest.raises(MissingPartition, match=r"^none$"):
        work(day, MissingPartition("none"))


def test_a_store_that_does_not_answer_is_not_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """The is_file() of s3fs is False then: a day would seem to lack a file."""
    path = UPath("memory://away/rows.parquet")
    assert not is_there(path)
    path.write_bytes(b"some")
    assert is_there(path)

    def fail(*_: object, **__: object) -> None:
        raise error_of(errno.EIO)

    monkeypatch.setattr(type(path.fs), "info", fail)
    with pytest.raises(OSError, match="Input/output"):
        is_there(path)


def test_a_stage_collects_garbage_less_often_and_gives_its_memory_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, released = gc.get_threshold(), []
    monkeypatch.setattr("newsmarts.core.failures.release_memory", lambda: released.append(True))
    assert stage("parse")(gc.get_threshold)()[0] > before[0]
    with pytest.raises(ValueError, match="broken"):
        stage("parse")(_raise_broken)()
    assert gc.get_threshold() == before
    assert len(released) == 2


def _raise_broken() -> None:
    raise ValueError("broken")
