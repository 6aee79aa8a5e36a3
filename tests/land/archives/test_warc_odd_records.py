"""Records that are odd and yet in use: interim answers, crawlers' notes, wrong dates, undeclared packing."""

from __future__ import annotations

import gzip
import hashlib
from datetime import date
from pathlib import Path

import pytest

from newsmarts.core import partitions
from newsmarts.core.settings import Settings
from newsmarts.land import run
from tests.land.inbox_files import DAY, inbox_days, rows
from tests.land.warc_files import resource, response, revisit, written

PAGE = b"<html><body>" + b"<p>Some words of a page.</p>" * 50 + b"</body></html>"
OK_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=Windows-1256\r\n\r\n"


def stored(settings: Settings, day: date = DAY) -> list[bytes]:
    return [
        partitions.raw_object_path(settings.home, row["sha256"]).read_bytes()
        for row in rows(settings, "captures", day)
    ]


def record(block: bytes, **fields: str) -> bytes:
    """A response record with this very block."""
    return written(
        "response",
        "https://news.example.org/a",
        block,
        content_type="application/http; msgtype=response",
        WARC_Block_Digest="x:y",
        WARC_Payload_Digest=fields.get("payload", "x:y"),
    )


@pytest.mark.parametrize(
    "interim",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
    ],
)
def test_the_answer_after_interim_ones_is_the_page(
    with_crawls: Settings, crawls: Path, interim: bytes
) -> None:
    (crawls / "a.warc.gz").write_bytes(record(interim + OK_HEAD + PAGE))
    assert run.run(DAY, with_crawls).landed == 1
    assert stored(with_crawls) == [PAGE]
    (row,) = rows(with_crawls, "captures")
    assert (row["http_status"], row["charset"]) == (200, "windows-1256")


def test_the_digest_of_what_follows_the_first_head_is_one_of_the_payload(
    with_crawls: Settings, crawls: Path
) -> None:
    digest = f"sha1:{hashlib.sha1(OK_HEAD + PAGE, usedforsecurity=False).hexdigest()}"
    data = record(b"HTTP/1.1 100 Continue\r\n\r\n" + OK_HEAD + PAGE, payload=digest)
    (crawls / "a.warc.gz").write_bytes(data)
    assert run.run(DAY, with_crawls).rejected == 0


def test_an_interim_answer_alone_is_no_page(with_crawls: Settings, crawls: Path) -> None:
    (crawls / "a.warc.gz").write_bytes(record(b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert run.run(DAY, with_crawls).reasons == {"http_error_status": 1}


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "text/html", None])
def test_a_packed_body_is_unpacked_without_a_header(
    with_crawls: Settings, crawls: Path, content_type: str | None
) -> None:
    (crawls / "a.warc.gz").write_bytes(response(gzip.compress(PAGE), content_type=content_type))
    assert run.run(DAY, with_crawls).landed == 1
    assert stored(with_crawls) == [PAGE]


def test_what_crawlers_note_about_a_page_is_counted_and_no_capture(
    with_crawls: Settings, crawls: Path
) -> None:
    page = "https://news.example.org/a"
    notes = [f"urn:{kind}:{page}" for kind in ("text", "textFinal", "pageinfo", "view", "thumbnail")]
    notes += ["metadata://example.org/wget/wget.log", f"<urn:text:{page}>", "urn:X-crawler:log"]
    parts = [resource(b"words of the page", url=uri, content_type="text/plain") for uri in notes]
    parts += [response(PAGE), resource(PAGE, url="file:///home/desk/page.html")]
    (crawls / "a.warc.gz").write_bytes(b"".join(parts))
    result = run.run(DAY, with_crawls)
    assert (result.landed, result.rejected) == (2, 0)
    assert result.passed_over == {"crawler_record": len(notes)}


@pytest.mark.parametrize("written_as", ["20250825103000", "2025-08-25T10:30:00+00:00", "2025-08-25 10:30"])
def test_a_record_with_a_wrong_date_is_rejected_on_its_own_day(
    with_crawls: Settings, crawls: Path, written_as: str
) -> None:
    (crawls / "a.warc.gz").write_bytes(response(PAGE, at=written_as))
    (day,) = inbox_days(with_crawls)
    assert day.day == DAY
    assert run.run(DAY, with_crawls).reasons == {"bad_record": 1}


def test_a_record_with_a_broken_header_is_rejected_on_its_own_day(
    with_crawls: Settings, crawls: Path
) -> None:
    broken = response(PAGE, gzip=False).replace(b"Content-Length", b"Content-Lenght")
    (crawls / "a.warc").write_bytes(broken)
    assert [day.day for day in inbox_days(with_crawls)] == [DAY]


def test_a_revisit_may_name_its_original_by_fourteen_digits(with_crawls: Settings, crawls: Path) -> None:
    (crawls / "a.warc.gz").write_bytes(response(PAGE))
    again = revisit(
        at="2025-08-26T09:00:00Z",
        WARC_Refers_To_Target_URI="https://news.example.org/a",
        WARC_Refers_To_Date="20250825103000",
    )
    (crawls / "b.warc.gz").write_bytes(again)
    assert run.run(date(2025, 8, 26), with_crawls).landed == 1
    assert stored(with_crawls, date(2025, 8, 26)) == [PAGE]


def test_a_space_in_an_address_is_escaped(with_crawls: Settings, crawls: Path) -> None:
    data = response(PAGE, gzip=False).replace(
        b"news.example.org/a\r\n", "news.example.org/café in port\r\n".encode()
    )
    (crawls / "a.warc").write_bytes(data)
    assert run.run(DAY, with_crawls).landed == 1
    assert rows(with_crawls, "captures")[0]["url"] == "https://news.example.org/café%20in%20port"
