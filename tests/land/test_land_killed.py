"""A landing of archives that is killed at any moment, and run again, lands every capture exactly once."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import time
import zipfile
from pathlib import Path

import pytest

from newsmarts.core import partitions
from newsmarts.core.settings import Settings, load_settings
from newsmarts.land import run, store
from tests.examples import one_fast
from tests.land.inbox_files import DAY, inbox_days, rows
from tests.land.killed_landing import start
from tests.land.warc_files import declared, response

RECORDS = 200


@pytest.fixture
def archives(tmp_path: Path) -> Settings:
    """A WARC feed of 200 records, and an inbox with a ZIP file of 50 pages."""
    home, crawls = tmp_path / "home", tmp_path / "crawls"
    inbox = home / "inbox"
    inbox.mkdir(parents=True)
    crawls.mkdir()
    (crawls / "a.warc.gz").write_bytes(
        b"".join(
            response(f"<html>{n}</html>".encode() * 500, url=f"https://h.example/{n}") for n in range(RECORDS)
        )
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(50):
            archive.writestr(f"2025-08-25/{number}.html", f"page {number}" * 2000)
    (inbox / "b.zip").write_bytes(out.getvalue())
    settings = load_settings(home=home, inbox=inbox, settle_seconds=0)
    return declared(settings, crawls, '[feeds.inbox]\nkind = "inbox"\n')


def check(settings: Settings) -> None:
    """Whatever has a name is whole; and landing again has everything once."""
    for path in (settings.home / "raw" / "objects").rglob("*"):
        if path.is_file() and not path.name.startswith(".tmp-"):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    if (partitions.partition_path(settings.home, "manifest", DAY) / "captures.parquet").exists():
        for row in rows(settings, "captures"):
            assert partitions.raw_object_path(settings.home, row["sha256"]).exists()
    assert run.run(DAY, settings).landed == RECORDS + 50
    found = rows(settings, "captures")
    assert len({row["capture_id"] for row in found}) == len(found) == RECORDS + 50
    assert len({(row["feed"], row["source_path"]) for row in found}) == RECORDS + 50
    assert rows(settings, "rejected") == []
    assert sum(day.new for day in inbox_days(settings)) == 0


@pytest.mark.parametrize(
    ("call", "countdown"),
    [
        ("write", 1),
        ("fsync", 5),
        ("replace", 1),
        *one_fast(
            [
                ("replace", 201),
                ("write", 100),
                ("fsync", 150),
                ("replace", 100),
                ("replace", 200),
                ("replace", 202),
                ("replace", 203),
                ("replace", 204),
                ("replace", 230),
                ("replace", 255),
                ("replace", 256),
                ("replace", 257),
            ]
        ),
    ],
)
def test_killed_at_a_system_call(archives: Settings, call: str, countdown: int) -> None:
    process, _begins = start(archives, DAY, call, countdown)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    check(archives)


@pytest.mark.parametrize("milliseconds", [0, 40, 90, 160])
def test_killed_at_any_moment(archives: Settings, milliseconds: int) -> None:
    process, begins = start(archives, DAY)
    assert begins.recv() == "ready"
    time.sleep(milliseconds / 1000)
    process.kill()
    process.join()
    check(archives)


def test_what_killed_landings_left_is_swept_a_day_later(archives: Settings) -> None:
    process, _begins = start(archives, DAY, "replace", 50)
    process.join()
    objects = archives.home / "raw" / "objects"
    (left,) = objects.glob(".tmp-*")
    old = next(path for path in objects.iterdir() if not path.name.startswith(".")) / ".tmp-of-old"
    old.write_bytes(b"")  # as landings left them before there were batches
    check(archives)
    assert left.exists()  # it may be another run's, at work
    two_days_ago = time.time() - 2 * 86400
    for path in (left, old):
        os.utime(path, (two_days_ago, two_days_ago))
    assert store.sweep(archives.home) == 0  # looked through a moment ago
    assert store.sweep(archives.home, now=time.time() + 90_000) >= 2
    assert not left.exists()
    assert not old.exists()
    check(archives)
