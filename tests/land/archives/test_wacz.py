"""WACZ files: the records of all WARC files in them, by reading through and by the index."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from newsmarts.core import partitions
from newsmarts.core.settings import Settings
from newsmarts.land import run
from tests.land.inbox_files import DAY, put, reasons, rows
from tests.land.warc_files import resource, response, revisit

PAGE = b"<html><body>" + b"<p>Some words of a page.</p>" * 50 + b"</body></html>"
OTHER_DAY = date(2025, 8, 26)


def wacz(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("datapackage.json", '{"profile": "data-package", "resources": []}')
        archive.writestr("indexes/index.cdx.gz", b"\x1f\x8b not read")
        archive.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0"}\n')
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


CRAWL = {
    "archive/rec-0.warc.gz": response(PAGE + b"0", url="https://h.example/0")
    + resource(b"words", url="urn:text:https://h.example/0", content_type="text/plain")
    + response(PAGE + b"1", url="https://h.example/1"),
    "archive/rec-1.warc": response(PAGE + b"2", url="https://h.example/2", gzip=False)
    + response(PAGE + b"3", url="https://h.example/3", at="2025-08-26T01:00:00Z", gzip=False),
    "archive/rec-2.warc.gz": revisit(
        "https://h.example/1",
        at="2025-08-26T02:00:00Z",
        WARC_Refers_To_Target_URI="https://h.example/1",
        WARC_Refers_To_Date="2025-08-25T10:30:00Z",
    ),
}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_all_records_of_all_warc_files(with_crawls: Settings, crawls: Path, method: int) -> None:
    (crawls / "a.wacz").write_bytes(wacz(CRAWL, method))
    for _ in range(2):  # by reading through, and by the index
        result = run.run(DAY, with_crawls)
        assert (result.landed, result.rejected, dict(result.passed_over)) == (3, 0, {"crawler_record": 1})
    assert run.run(OTHER_DAY, with_crawls).landed == 2
    found = {
        row["url"]: partitions.raw_object_path(with_crawls.home, row["sha256"]).read_bytes()
        for day in (DAY, OTHER_DAY)
        for row in rows(with_crawls, "captures", day)
    }
    assert found == {f"https://h.example/{n}": PAGE + b"%d" % n for n in range(4)}
    paths = sorted(row["source_path"].rpartition("!/")[0] for row in rows(with_crawls, "captures"))
    assert paths == ["a.wacz!/archive/rec-0.warc.gz"] * 2 + ["a.wacz!/archive/rec-1.warc"]


def test_in_the_inbox(settings: Settings) -> None:
    put(settings, "crawl.wacz", wacz(CRAWL))
    assert run.run(DAY, settings).landed == 3


def test_a_damaged_warc_file_costs_its_records_only(with_crawls: Settings, crawls: Path) -> None:
    data = wacz(CRAWL)
    at = data.index(CRAWL["archive/rec-0.warc.gz"]) + 40
    (crawls / "a.wacz").write_bytes(data[:at] + b"\xff" * 40 + data[at + 40 :])
    result = run.run(DAY, with_crawls)
    assert result.landed >= 1
    assert any(row["url"] == "https://h.example/2" for row in rows(with_crawls, "captures"))


@pytest.mark.parametrize(
    "data", [b"PK no archive", wacz({}), wacz({})[:-30]], ids=["no ZIP file", "no WARC file", "torn"]
)
def test_what_is_no_wacz_file(settings: Settings, data: bytes) -> None:
    put(settings, f"{DAY}/a.wacz", data)
    assert run.run(DAY, settings).landed == 0
    assert reasons(settings) == {f"{DAY}/a.wacz": "bad_archive"}
