"""Files that change while they are being landed wait for the next run."""

from __future__ import annotations

import os
import threading

import pytest

from newsmarts.core.settings import Settings
from newsmarts.land import reading, run
from tests.land.inbox_files import DAY, inbox_days, put, reasons, rows


def test_two_landings_at_once_lose_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    put(settings, "2025-08-25/a.txt", b"a")
    patient = settings.model_copy(update={"settle_seconds": 5.0})

    def land_meanwhile(_files: object, _settle_seconds: float) -> None:
        monkeypatch.undo()
        other = put(settings, "2025-08-25/b.txt", b"b")
        assert run.run(DAY, settings).new == 2
        other.unlink()

    monkeypatch.setattr(reading, "let_settle", land_meanwhile)
    result = run.run(DAY, patient)
    assert (result.landed, result.new) == (2, 0)
    assert len(rows(settings, "captures")) == 2


def test_names_of_unfinished_files_wait(settings: Settings) -> None:
    path = put(settings, "2025-08-25/a.txt.part")
    put(settings, "2025-08-25/b.txt~")
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (0, 0)
    assert result.waiting == ("2025-08-25/a.txt.part", "2025-08-25/b.txt~")
    assert inbox_days(settings) == []
    path.rename(path.with_suffix(""))
    assert run.run(DAY, settings).landed == 1


def test_a_growing_file_waits_for_the_next_run(settings: Settings) -> None:
    settings = settings.model_copy(update={"settle_seconds": 0.5})
    path = put(settings, "2025-08-25/growing.txt", b"start")
    put(settings, "2025-08-25/still.txt")
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as handle:
            while not stop.wait(0.01):
                handle.write(b"more")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        result = run.run(DAY, settings)
    finally:
        stop.set()
        writer.join()
    assert result.waiting == ("2025-08-25/growing.txt",)
    assert [row["source_path"] for row in rows(settings, "captures")] == ["2025-08-25/still.txt"]
    assert run.run(DAY, settings).landed == 2
    assert rows(settings, "captures")[0]["size_bytes"] == path.stat().st_size


def test_one_sleep_a_run_and_none_without_young_files(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings.model_copy(update={"settle_seconds": 5.0})
    naps: list[float] = []
    monkeypatch.setattr("time.sleep", naps.append)
    old = put(settings, "2025-08-25/old.txt")
    os.utime(old, (1_756_100_000, 1_756_100_000))
    assert run.run(DAY, settings).landed == 1
    assert naps == []
    put(settings, "2025-08-25/young.txt")
    put(settings, "2025-08-25/younger.txt")
    assert run.run(DAY, settings).landed == 3
    assert naps == [5.0]


@pytest.mark.parametrize("change", ["grow", "touch", "replace", "remove", "link", "pipe"])
def test_a_file_that_changes_after_the_scan_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    settings = settings.model_copy(update={"settle_seconds": 5.0})
    path = put(settings, "2025-08-25/a.txt", b"seen by the scan")
    secret = put(settings, "2025-08-26/secret.txt", b"secret")

    def meddle(_files: object, _settle_seconds: float) -> None:
        if change == "grow":
            path.write_bytes(path.read_bytes() + b" and more")
        elif change == "touch":
            os.utime(path, (1, 1))
        else:
            path.unlink()
            if change == "replace":
                path.write_bytes(b"SEEN BY THE SCAN")
            elif change == "link":
                path.symlink_to(secret)
            elif change == "pipe":
                os.mkfifo(path)

    monkeypatch.setattr(reading, "let_settle", meddle)
    result = run.run(DAY, settings)
    assert result.landed == 0
    if change == "link":
        assert reasons(settings) == {"2025-08-25/a.txt": "unreadable_file"}
    else:
        assert result.waiting == ("2025-08-25/a.txt",)


def test_a_file_that_grows_while_it_is_read_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(settings, "2025-08-25/a.txt", b"start")
    real = os.read

    def read(descriptor: int, size: int) -> bytes:
        data = real(descriptor, size)
        if data == b"start":
            with path.open("ab") as handle:
                handle.write(b", more")
        return data

    monkeypatch.setattr(os, "read", read)
    assert run.run(DAY, settings).waiting == ("2025-08-25/a.txt",)
    assert rows(settings, "captures") == []
