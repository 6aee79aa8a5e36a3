"""Far too much: pages of a gigabyte, and captures without number.

``FAULTS_CAPTURES=1000000`` makes it a million one-byte captures; by default they are twenty thousand.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.reader import connect
from tests.faults import marts
from tests.faults.report import Case
from tests.faults.scene import SECOND, THIRD, Scene

pytestmark = pytest.mark.faults

GIGABYTE = 1 << 30
# A line of JSON may be six times as long as the largest page (20 MB), and is copied once when it is read.
_MOST_GROWTH_BYTES = dict.fromkeys(("page", "zip", "tar", "warc"), 48 << 20) | {"jsonl": 288 << 20}
CAPTURES = int(os.environ.get("FAULTS_CAPTURES", "20000"))

# Lands a day in a process of its own, and reports the most memory that it ever had (Linux: VmHWM, of this
# program alone, whatever started it).
LAND = """
import sys
from datetime import date
from newsmarts.land.run import run
from newsmarts.core.settings import load_settings

settings = load_settings(home=sys.argv[1], inbox=sys.argv[2], settle_seconds=0)
result = run(date.fromisoformat(sys.argv[3]), settings)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(result.landed, result.rejected, int(peak.split()[1]) * 1024)
"""


def landed(scene: Scene, home: str) -> tuple[int, int, int]:
    """Captures, rejections and peak memory in bytes of landing the third day into a new home."""
    place = scene.home.with_name(home)
    done = subprocess.run(
        [sys.executable, "-c", LAND, str(place), str(scene.inbox), str(THIRD)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    captures, rejected, peak_bytes = map(int, done.stdout.split())
    return captures, rejected, peak_bytes


def in_folder(inbox: Path) -> None:
    with (inbox / str(THIRD) / "huge.html").open("wb") as file:
        file.truncate(GIGABYTE)


def in_zip(inbox: Path) -> None:
    """Which a gigabyte of zeros makes a bomb."""
    with (
        zipfile.ZipFile(inbox / str(THIRD) / "huge.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("huge.html", "w", force_zip64=True) as page,
    ):
        for _ in range(GIGABYTE >> 20):
            page.write(bytes(1 << 20))


def in_tar(inbox: Path) -> None:
    header = tarfile.TarInfo("huge.html")
    header.size = GIGABYTE
    with (inbox / str(THIRD) / "huge.tar").open("wb") as file:
        file.write(header.tobuf())
        file.truncate(512 + GIGABYTE + 1024)


def in_warc(inbox: Path) -> None:
    head = (
        "WARC/1.0\r\nWARC-Type: resource\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        f"WARC-Date: {THIRD}T10:00:00Z\r\nWARC-Target-URI: https://nournews.ir/en/news/1/huge\r\n"
        f"Content-Type: text/html\r\nContent-Length: {GIGABYTE}\r\n\r\n"
    )
    with (inbox / str(THIRD) / "huge.warc").open("wb") as file:
        file.write(head.encode())
        file.truncate(len(head) + GIGABYTE)
        file.seek(0, io.SEEK_END)
        file.write(b"\r\n\r\n")


def in_line(inbox: Path) -> None:
    """One line of JSON without an end."""
    with (inbox / str(THIRD) / "huge.jsonl").open("wb") as file:
        file.write(b'{"url": "https://nournews.ir/en/news/1/huge", "html": "')
        file.truncate(GIGABYTE)


HUGE = {"page": in_folder, "zip": in_zip, "tar": in_tar, "warc": in_warc, "jsonl": in_line}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("where", HUGE)
def test_gigabyte(scene: Scene, case: Case, where: str) -> None:
    case.broke(f"a page of 1 GB, {'in the inbox' if where == 'page' else f'in a file .{where}'}")
    captures, rejected, plain_bytes = landed(scene, "plain")
    HUGE[where](scene.inbox)
    with_it = landed(scene, "huge")
    assert with_it[0] == captures
    assert with_it[1] > rejected
    growth = with_it[2] - plain_bytes
    assert growth < _MOST_GROWTH_BYTES[where], growth
    with scene.watched_loosely():
        scene.recover()
    with connect(scene.home) as release:
        found = release.execute(
            "SELECT DISTINCT reason_code FROM marts.quarantine WHERE source_path LIKE '%huge%'"
        ).fetchall()
    assert found
    reasons = ", ".join(sorted(reason for (reason,) in found))
    rest = marts.read_marts(scene.home)
    assert rest["articles"] == scene.world.new_marts["articles"]
    marts.check_conservation(scene.home)
    case.saw(
        f"rejected ({reasons}); landing it took {max(0, growth) >> 20} MiB more memory than without",
        "same articles as without it",
    )


@pytest.mark.timeout(3600)
def test_one_byte_captures(scene: Scene, case: Case) -> None:
    case.broke(f"{CAPTURES:,} captures of one byte each, in a ZIP file")
    with zipfile.ZipFile(scene.inbox / f"{SECOND}-tiny.zip", "w") as archive:
        for number in range(CAPTURES):
            archive.writestr(f"{number:07}.txt", bytes([33 + number % 90]))
    scene.more |= {"quarantine_fail_share": 1.0}
    with scene.watched_loosely():
        scene.recover()
    with connect(scene.home) as release:
        row = release.execute(
            "SELECT captures, quarantined FROM marts.partition_outcomes WHERE capture_day = $day",
            {"day": SECOND},
        ).fetchone()
    assert row is not None
    assert row[0] >= CAPTURES
    assert row[1] >= CAPTURES
    marts.check_conservation(scene.home)
    objects = marts.check_raw(scene.home)
    lost = {path for path in scene.sources() if "tiny.zip" in path} - marts.accounted_sources(scene.home)
    assert not lost
    rest = marts.read_marts(scene.home)
    assert rest["articles"] == scene.world.new_marts["articles"]
    case.saw(
        f"{row[1]:,} of the day's {row[0]:,} captures in quarantine with a reason",
        f"their bytes stored once ({objects} raw objects)",
        "same articles as without them",
    )
