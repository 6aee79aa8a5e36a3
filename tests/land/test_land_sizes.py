"""One limit for the size of a page, whatever it is packed in; what it embeds doesn't count."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from base64 import b64encode

import pytest

from newsmarts.core import partitions
from newsmarts.core.settings import Settings
from newsmarts.land import run
from tests.land.inbox_files import DAY, inbox_days, put, reasons, rows

LIMIT = 2_000
PICTURE = b64encode(bytes(range(256)) * 20)
PAGE = b"<html><p>Words of a page.</p></html>"
WITH_PICTURE = PAGE.replace(b"</html>", b'<img src="data:image/png;base64,' + PICTURE + b'"></html>')
LONG = PAGE.replace(b"Words", b"Words " * LIMIT)


def mhtml(page: bytes) -> bytes:
    head = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://news.example.org/a\r\n"
        b"Date: Mon, 25 Aug 2025 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="----edge"\r\n\r\n\r\n'
    )
    part = b"------edge\r\nContent-Type: text/html; charset=windows-1256\r\n\r\n%s\r\n" % page
    picture = (
        b"------edge\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n" % PICTURE
    )
    return head + part + picture + b"------edge--\r\n"


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
    return out.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def packed(data: bytes) -> dict[str, bytes]:
    return {
        f"{DAY}/a.html": data,
        f"{DAY}/b.html.gz": gzip.compress(data),
        f"{DAY}/c.html": gzip.compress(data),
        f"{DAY}/d.mhtml": mhtml(data),
        f"{DAY}/e.zip": zipped("page.html", data),
        f"{DAY}/f.zip": zipped("page.htm.gz", gzip.compress(data)),
        f"{DAY}/g.tar": tarred("page.mhtml", mhtml(data)),
    }


@pytest.fixture
def limited(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_file_bytes": LIMIT})


@pytest.mark.parametrize("data", [PAGE, WITH_PICTURE], ids=["plain", "with a picture"])
def test_a_page_lands_in_whatever_it_is_packed(limited: Settings, data: bytes) -> None:
    files = packed(data)
    for name, content in files.items():
        put(limited, name, content)
    result = run.run(DAY, limited)
    assert (result.landed, result.rejected) == (len(files), 0)
    for row in rows(limited, "captures"):
        assert row["media_type"] == "text/html"
        assert row["charset"] == ("windows-1256" if "mhtml" in row["source_path"] else None)
        assert partitions.raw_object_path(limited.home, row["sha256"]).read_bytes() == data
    assert [(day.files, day.new) for day in inbox_days(limited)] == [(len(files), 0)]


def test_a_page_over_the_limit_is_rejected_in_whatever_it_is_packed(limited: Settings) -> None:
    files = packed(LONG)
    for name, content in files.items():
        put(limited, name, content)
    assert run.run(DAY, limited).landed == 0
    assert set(reasons(limited).values()) == {"file_too_large", "record_too_large"}
    assert len(reasons(limited)) == len(files)


def test_a_file_is_not_read_when_no_page_can_be_in_it(limited: Settings) -> None:
    put(limited, f"{DAY}/a.html", PAGE + b" " * 9 * LIMIT)
    put(limited, f"{DAY}/b.html.gz", gzip.compress(b" " * 10_000_000))
    run.run(DAY, limited)
    assert reasons(limited) == {
        f"{DAY}/a.html": "file_too_large",
        f"{DAY}/b.html.gz": "decompressed_too_large",
    }


def test_a_sidecar_names_the_charset(settings: Settings) -> None:
    put(settings, f"{DAY}/page.html.gz", gzip.compress(PAGE))
    put(settings, f"{DAY}/page.json", b'{"content_type": "text/html; charset=Windows-1256"}')
    put(settings, f"{DAY}/pages.zip", zipped("x.html", PAGE))
    run.run(DAY, settings)
    assert [row["charset"] for row in rows(settings, "captures")] == ["windows-1256", None]
