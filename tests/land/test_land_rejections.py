"""Files that can't be landed become rows with a reason, and nothing outside the inbox is read."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.records import capture_id_of
from newsmarts.core.settings import Settings, load_settings
from newsmarts.land import run
from tests.land.inbox_files import DAY, MIDNIGHT, put, reasons, rows, tree


def test_other_endings_are_rejected_and_dotfiles_passed_over(settings: Settings) -> None:
    for name in ("a.pdf", "b", "c.css.gz", ".hidden.txt", ".folder/d.txt"):
        put(settings, f"2025-08-25/al_mayadeen/{name}")
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (0, 3)
    assert set(reasons(settings).values()) == {"unsupported_media_type"}
    row = rows(settings, "rejected")[0]
    assert row == {
        "capture_id": capture_id_of("inbox", "2025-08-25/al_mayadeen/a.pdf", MIDNIGHT, ""),
        "capture_sha256": None,
        "publisher": "al_mayadeen",
        "stage": "land",
        "reason_code": "unsupported_media_type",
        "expectation": None,
        "detail": "only names that end in .txt, .text, .html, .htm, .xhtml, .warc, .warc.gz, .warc.zst, "
        ".wacz, .zip, .tar, .tar.gz, .tgz, .jsonl, .jsonl.gz, .mhtml, .mht are read. "
        "Rename it or take it away.",
        "source_path": "2025-08-25/al_mayadeen/a.pdf",
        "captured_at": MIDNIGHT,
        "capture_day": DAY,
        "subject": "page",
        "outcome": None,
    }


def test_a_file_over_the_limit_is_rejected_and_one_at_it_lands(settings: Settings) -> None:
    settings = settings.model_copy(update={"max_file_bytes": 10})
    put(settings, "2025-08-25/at.txt", b"x" * 10)
    put(settings, "2025-08-25/over.txt", b"x" * 11)
    assert run.run(DAY, settings).landed == 1
    assert reasons(settings) == {"2025-08-25/over.txt": "file_too_large"}
    assert "11 bytes" in rows(settings, "rejected")[0]["detail"]


def test_links(settings: Settings, tmp_path: Path) -> None:
    folder = settings.inbox_dir / "2025-08-25"
    put(settings, "2025-08-25/real/page.txt", b"inside")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_bytes(b"secret")
    (folder / "in.txt").symlink_to("real/page.txt")
    (folder / "out.txt").symlink_to(outside / "secret.txt")
    (folder / "out").symlink_to(outside)
    (folder / "through.txt").symlink_to(folder / "out" / "secret.txt")
    (folder / "gone.txt").symlink_to("nothing.txt")
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "real" / "up").symlink_to("..")
    (folder / "zero.txt").symlink_to("/dev/zero")
    result = run.run(DAY, settings)
    assert [row["source_path"] for row in rows(settings, "captures")] == [
        "2025-08-25/in.txt",
        "2025-08-25/real/page.txt",
    ]
    assert reasons(settings) == {
        "2025-08-25/gone.txt": "broken_symlink",
        "2025-08-25/out": "symlink_outside_inbox",
        "2025-08-25/out.txt": "symlink_outside_inbox",
        "2025-08-25/self.txt": "broken_symlink",
        "2025-08-25/through.txt": "symlink_outside_inbox",
        "2025-08-25/zero.txt": "symlink_outside_inbox",
    }
    assert result.new == 2
    assert not any(b"secret" in data for data, _ in tree(settings.home / "raw" / "objects").values())


def test_what_is_no_file_is_rejected_without_being_opened(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = settings.inbox_dir / "2025-08-25"
    folder.mkdir()
    os.mkfifo(folder / "pipe.txt")
    monkeypatch.chdir(folder)  # a socket's path has to be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
        (folder / "link.txt").symlink_to("pipe.txt")
        run.run(DAY, settings)
    assert reasons(settings) == {
        f"2025-08-25/{name}.txt": "not_a_regular_file" for name in ("link", "pipe", "socket")
    }
    details = {row["source_path"]: row["detail"] for row in rows(settings, "rejected")}
    assert "a named pipe" in details["2025-08-25/pipe.txt"]


def test_a_device_is_rejected(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # Making a device node takes a privilege, so the one file is declared to be one.
    path = put(settings, "2025-08-25/device.txt")
    real = os.lstat

    def lstat(name: Any, **kwargs: Any) -> os.stat_result:
        status = real(name, **kwargs)
        if os.fspath(name) == os.fspath(path):
            return os.stat_result((stat.S_IFCHR | 0o644, *status[1:]))
        return status

    monkeypatch.setattr(os, "lstat", lstat)
    run.run(DAY, settings)
    assert reasons(settings) == {"2025-08-25/device.txt": "not_a_regular_file"}


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's right to read everything, which a plain user never had."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_that_may_not_be_read_is_rejected() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folder is closed to other users
        home = Path(folder, "home")
        inbox = Path(folder, "inbox")
        settings = load_settings(home=home, inbox=inbox, settle_seconds=0)
        for path in (Path(folder), home, inbox, inbox / "2025-08-25"):
            path.mkdir(exist_ok=True)
            path.chmod(0o777)
        put(settings, "2025-08-25/closed.txt").chmod(0)
        put(settings, "2025-08-25/open.txt").chmod(0o644)
        (inbox / "2025-08-25" / "shut").mkdir(mode=0)
        with as_nobody():
            result = run.run(DAY, settings)
        assert (result.landed, result.rejected) == (1, 2)
        assert reasons(settings) == {
            "2025-08-25/closed.txt": "unreadable_file",
            "2025-08-25/shut": "unreadable_folder",
        }
        assert "readable" in rows(settings, "rejected")[0]["detail"]


def test_a_read_error_rejects_that_file_only(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    put(settings, "2025-08-25/bad.txt", b"bad sector")
    put(settings, "2025-08-25/good.txt", b"good")
    real = os.read

    def read(descriptor: int, size: int) -> bytes:
        data = real(descriptor, size)
        if data.startswith(b"bad"):
            raise OSError(5, "Input/output error")
        return data

    monkeypatch.setattr(os, "read", read)
    assert run.run(DAY, settings).landed == 1
    assert reasons(settings) == {"2025-08-25/bad.txt": "unreadable_file"}


def test_a_rejection_goes_when_the_path_lands(settings: Settings) -> None:
    small = settings.model_copy(update={"max_file_bytes": 3})
    path = put(settings, "2025-08-25/a.txt", b"four")
    put(settings, "2025-08-25/b.pdf")
    run.run(DAY, small)
    assert set(reasons(settings)) == {"2025-08-25/a.txt", "2025-08-25/b.pdf"}
    run.run(DAY, settings)
    assert set(reasons(settings)) == {"2025-08-25/b.pdf"}
    path.unlink()
    run.run(DAY, settings)
    assert set(reasons(settings)) == {"2025-08-25/b.pdf"}


def test_a_path_has_one_rejection_however_often_it_changes(settings: Settings) -> None:
    path = put(settings, "page.pdf")
    os.utime(path, (1_756_100_000, 1_756_100_000))
    run.run(DAY, settings)
    os.utime(path, (1_756_100_001, 1_756_100_001))
    assert run.run(DAY, settings).rejected == 1


def test_an_impossible_mtime_is_rejected_on_the_first_day_there_is(settings: Settings) -> None:
    path = put(settings, "page.txt")
    os.utime(path, (-86_400, -86_400))
    first = date(1970, 1, 1)
    assert run.run(first, settings).rejected == 1
    assert [row["reason_code"] for row in rows(settings, "rejected", first)] == ["impossible_mtime"]
