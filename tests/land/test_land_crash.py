"""A landing that is killed leaves whole objects or none, and the next one finishes the work."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from newsmarts.core import partitions
from newsmarts.core.errors import DiskFull
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.land import run, store
from tests.examples import one_fast

DAY = date(2025, 8, 25)

# Lands a day and kills itself, as a power cut would, at the n-th of the system calls that make a file whole.
KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from newsmarts.land import run
from newsmarts.core.settings import load_settings

call, countdown = sys.argv[3], int(sys.argv[4])
real = getattr(os, call)

def deadly(*args, **kwargs):
    global countdown
    countdown -= 1
    if countdown == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)

setattr(os, call, deadly)
run.run(date(2025, 8, 25), load_settings(home=sys.argv[1], inbox=sys.argv[2], settle_seconds=0))
"""


def keep(home: Path, data: bytes) -> str:
    with store.ObjectWriter(home) as objects:
        sha256 = objects.put(data)
        objects.commit()
    return sha256


@pytest.mark.parametrize(
    ("call", "countdown"),
    one_fast([("replace", 4), ("fsync", 1), ("replace", 1), ("fsync", 3), ("replace", 3)]),
    ids=["between its files", "in the first object", "before its rename", "in the second", "in the manifest"],
)
def test_killed_in_mid_write(tmp_path: Path, call: str, countdown: int) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    (inbox / "2025-08-25").mkdir(parents=True)
    for name in ("a", "b"):
        (inbox / "2025-08-25" / f"{name}.txt").write_bytes(name.encode() * 100_000)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(home), str(inbox), call, str(countdown)],
        cwd=PROJECT_ROOT,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    for path in (home / "raw" / "objects").rglob("*"):
        if path.is_file() and not path.name.startswith(".tmp-"):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    settings = load_settings(home=home, inbox=inbox, settle_seconds=0)
    assert run.run(DAY, settings).landed == 2
    manifest = partitions.partition_path(home, "manifest", DAY)
    assert {"captures.parquet", "rejected.parquet"} <= {path.name for path in manifest.iterdir()}


def test_a_full_disk_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match=r"objects can.t be written"):
        keep(tmp_path, b"page")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("data", [b"page", b""])
def test_a_commit_waits_for_every_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    def broken(_group: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(store, "_write", broken)
    with pytest.raises(OSError, match="Input/output"):
        keep(tmp_path, data)


def test_a_damaged_object_is_mended(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sha256 = keep(tmp_path, b"page")
    path = partitions.raw_object_path(tmp_path, sha256)
    inode = path.stat().st_ino
    assert keep(tmp_path, b"page") == sha256
    assert path.stat().st_ino == inode  # there already: not written again
    path.unlink()
    path.write_bytes(b"pa")
    keep(tmp_path, b"page")
    assert path.read_bytes() == b"page"
    assert "damaged" in caplog.text
