"""How well the time of a capture is known: to the second, or by its day only."""

from __future__ import annotations

import io
import json
import os
import tarfile

import pytest

from newsmarts.core.settings import Settings
from newsmarts.land import run
from tests.land.inbox_files import DAY, MIDNIGHT, put, rows
from tests.land.warc_files import response

NOON = MIDNIGHT.replace(hour=12)


def precisions(settings: Settings) -> dict[str, str]:
    run.run(DAY, settings)
    run.run(DAY, settings)  # archives by their index
    return {row["source_path"]: row["captured_at_precision"] for row in rows(settings, "captures")}


def test_a_day_in_the_path_and_a_modification_time(settings: Settings) -> None:
    put(settings, "2025-08-25/page.txt")
    os.utime(put(settings, "page.html"), (NOON.timestamp(), NOON.timestamp()))
    assert precisions(settings) == {"2025-08-25/page.txt": "day", "page.html": "second"}


@pytest.mark.parametrize(
    ("written", "precision"),
    [("2025-08-25T10:00:00Z", "second"), ("2025-08-25 10:00", "second"), ("2025-08-25", "day")],
)
def test_a_sidecar_and_a_line_of_json(settings: Settings, written: str, precision: str) -> None:
    put(settings, "a.html")
    put(settings, "a.json", json.dumps({"captured_at": written}).encode())
    put(settings, "b.jsonl", json.dumps({"captured_at": written, "html": "b"}).encode())
    assert precisions(settings) == {"a.html": precision, "b.jsonl!/1": precision}


def test_archives(settings: Settings) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("a.html", "2025-08-25/b.html"):
            info = tarfile.TarInfo(name)
            info.mtime = int(NOON.timestamp())
            archive.addfile(info)
    put(settings, "a.tar", out.getvalue())
    put(settings, "2025-08-25/b.jsonl", b'{"html": "b"}')
    put(settings, "c.warc.gz", response(b"<p>A page.</p>"))
    assert precisions(settings) == {
        "a.tar!/a.html": "second",
        "a.tar!/2025-08-25/b.html": "day",
        "2025-08-25/b.jsonl!/1": "day",
        "c.warc.gz!/0": "second",
    }
