"""WARC files as a feed: which records are captures, of which day, with which bytes."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd

from newsmarts.core import partitions
from newsmarts.core.errors import UsageError
from newsmarts.core.records import capture_id_of
from newsmarts.core.settings import Settings
from newsmarts.land import run
from tests.land.inbox_files import DAY, InboxDay, inbox_days, reasons, rows
from tests.land.warc_files import by_fastwarc, declared, member_offsets, resource, response, revisit, written

PAGE = b"<html><body>" + b"<p>Some words of a page.</p>" * 50 + b"</body></html>"
OTHER_DAY = date(2025, 8, 26)


def body_of(settings: Settings, row: dict[str, Any]) -> bytes:
    return partitions.raw_object_path(settings.home, row["sha256"]).read_bytes()


def test_a_record_becomes_a_row(with_crawls: Settings, crawls: Path) -> None:
    parts = [
        response(PAGE, url="https://user:secret@english.almayadeen.net/news/a?q=1#top"),
        response(PAGE, at="2025-08-26T00:00:00Z"),
    ]
    (crawls / "deep").mkdir()
    (crawls / "deep" / "a.warc.gz").write_bytes(b"".join(parts))
    result = run.run(DAY, with_crawls)
    assert (result.landed, result.new, result.rejected) == (1, 1, 0)
    assert result.other_days == {OTHER_DAY: 1}
    (row,) = rows(with_crawls, "captures")
    del row["landed_at"]
    captured_at = datetime(2025, 8, 25, 10, 30, tzinfo=UTC)
    assert row == {
        "capture_id": capture_id_of("crawls", "deep/a.warc.gz!/0", captured_at, row["sha256"]),
        "sha256": row["sha256"],
        "publisher": "al_mayadeen",
        "feed": "crawls",
        "source_path": "deep/a.warc.gz!/0",
        "captured_at": captured_at,
        "capture_day": DAY,
        "media_type": "text/html",
        "size_bytes": len(PAGE),
        "url": "https://english.almayadeen.net/news/a?q=1",
        "http_status": 200,
        "charset": "utf-8",
        "captured_at_precision": "second",
    }
    assert body_of(with_crawls, row) == PAGE
    assert run.run(OTHER_DAY, with_crawls).landed == 1
    (row,) = rows(with_crawls, "captures", OTHER_DAY)
    assert row["source_path"] == f"deep/a.warc.gz!/{len(parts[0])}"


@pytest.mark.parametrize("compression", ["", "gzip", "zstd"])
def test_files_by_fastwarc(with_crawls: Settings, crawls: Path, compression: str) -> None:
    days = ["2025-08-25T01:02:03.456789Z", "2025-08-26T00:00:00Z", "2025-08-25T23:59:59Z"]
    records = [
        {"url": f"https://h.example/{n}", "at": at, "body": PAGE + b"%d" % n} for n, at in enumerate(days)
    ]
    # the name doesn't say how it is compressed
    (crawls / "a.warc").write_bytes(by_fastwarc(records, compression))
    for _ in range(2):  # by reading through, and by the index
        assert run.run(DAY, with_crawls).landed == 2
    found = {row["url"]: body_of(with_crawls, row) for row in rows(with_crawls, "captures")}
    assert found == {"https://h.example/0": PAGE + b"0", "https://h.example/2": PAGE + b"2"}
    assert run.run(OTHER_DAY, with_crawls).landed == 1


def test_a_file_with_a_zstd_dictionary(with_crawls: Settings, crawls: Path) -> None:
    plain = [response(PAGE + b"%d" % n, url=f"https://h.example/{n}", gzip=False) for n in range(20)]
    dictionary = zstd.train_dict(plain, 4096)
    for content in (dictionary.dict_content, zstd.compress(dictionary.dict_content)):
        frame = b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content
        data = frame + b"".join(zstd.compress(part, zstd_dict=dictionary) for part in plain)
        (crawls / "a.warc.zst").write_bytes(data)
        assert run.run(DAY, with_crawls).landed == 20
        assert run.run(DAY, with_crawls).landed == 20
        for path in with_crawls.home.rglob("*.parquet"):
            path.unlink()


def test_a_whole_file_in_one_gzip_member(with_crawls: Settings, crawls: Path) -> None:
    parts = [response(PAGE + b"%d" % n, url=f"https://h.example/{n}", gzip=False) for n in range(5)]
    (crawls / "a.warc.gz").write_bytes(gzip.compress(b"".join(parts)))
    for _ in range(2):
        assert run.run(DAY, with_crawls).landed == 5
    offsets = [f"a.warc.gz!/0+{offset}" if offset else "a.warc.gz!/0" for offset in member_offsets(parts)]
    assert [row["source_path"] for row in rows(with_crawls, "captures")] == sorted(offsets)


CHUNKED = b"5\r\n<html\r\n1;x=y\r\n>\r\n4\r\npage\r\n0\r\nTrailer: x\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ([("Transfer-Encoding", "chunked")], CHUNKED, b"<html>page"),
        ([("Transfer-Encoding", "chunked")], PAGE, PAGE),  # as crawlers write that put the chunks together
        ([("Content-Encoding", "gzip")], gzip.compress(PAGE), PAGE),
        ([("Content-Encoding", "gzip")], PAGE, PAGE),
        ([("Content-Encoding", "deflate")], zlib.compress(PAGE), PAGE),
        ([("Content-Encoding", "br")], brotli.compress(PAGE), PAGE),
        ([("Content-Encoding", "zstd")], zstd.compress(PAGE), PAGE),
        ([("Content-Encoding", "gzip, br")], brotli.compress(gzip.compress(PAGE)), PAGE),
        (
            [("Transfer-Encoding", "chunked"), ("Content-Encoding", "br")],
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(brotli.compress(PAGE)), brotli.compress(PAGE)),
            PAGE,
        ),
    ],
    ids=[
        "chunked",
        "chunks put together",
        "gzip",
        "gzip undone",
        "deflate",
        "br",
        "zstd",
        "gzip and br",
        "chunked br",
    ],
)
def test_bodies_are_decoded(
    with_crawls: Settings, crawls: Path, headers: list[tuple[str, str]], body: bytes, expected: bytes
) -> None:
    (crawls / "a.warc.gz").write_bytes(response(body, headers=tuple(headers)))
    assert run.run(DAY, with_crawls).landed == 1
    assert body_of(with_crawls, rows(with_crawls, "captures")[0]) == expected


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"status": "301 Moved Permanently"}, "http_redirect"),
        ({"status": "404 Not Found", "content_type": "text/plain"}, "http_error_status"),
        ({"status": "503 Unavailable", "content_type": None}, "http_error_status"),
        ({"status": "404 Not Found", "WARC_Block_Digest": "sha1:" + "A" * 32}, "http_error_status"),
        ({"status": "404 Not Found", "body": b"a" * 200_000}, "http_error_status"),
        (
            {"headers": (("Content-Encoding", "sdch"),), "body": b"\x01\x02"},
            "unsupported_content_encoding",
        ),
        ({"headers": (("Transfer-Encoding", "chunked"),), "body": CHUNKED[:12]}, "truncated_record"),
        ({"WARC_Truncated": "length"}, "truncated_record"),
        ({"WARC_Segment_Number": "1"}, "truncated_record"),
        ({"WARC_Payload_Digest": "sha1:" + "A" * 32, "WARC_Block_Digest": "x:y"}, "bad_digest"),
        ({"WARC_Block_Digest": "sha1:" + "A" * 32}, "bad_digest"),
        ({"content_type": None, "body": b"\x00\x01"}, "unsupported_media_type"),
        (
            {"headers": (("Content-Encoding", "gzip"),), "body": gzip.compress(b"a" * 10**6)},
            "decompressed_too_large",
        ),
        ({"body": b"a" * 200_000}, "record_too_large"),
        ({"body": b"a" * 110_000}, "record_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_records_that_are_turned_away(
    with_crawls: Settings, crawls: Path, options: dict[str, Any], reason: str
) -> None:
    settings = with_crawls.model_copy(update={"max_file_bytes": 100_000})
    parts = [response(PAGE), response(**options), response(PAGE, url="https://h.example/after")]
    (crawls / "a.warc.gz").write_bytes(b"".join(parts))
    for _ in range(2):
        result = run.run(DAY, settings)
        assert (result.landed, result.rejected) == (2, 1)
    assert reasons(settings) == {f"a.warc.gz!/{len(parts[0])}": reason}


@pytest.mark.parametrize("options", [{}, {"body": b""}, {"WARC_Truncated": "length"}], ids=str)
def test_an_error_page_is_kept_with_its_status(
    with_crawls: Settings, crawls: Path, options: dict[str, Any]
) -> None:
    body = options.get("body", b"<html><title>404</title></html>")
    facts = {"body": body, "status": "404 Not Found", **options}
    (crawls / "a.warc.gz").write_bytes(response(PAGE) + response(**facts, url="https://h.example/gone"))
    for _ in range(2):
        result = run.run(DAY, with_crawls)
        assert (result.landed, result.rejected) == (2, 0)
    found = {row["http_status"]: body_of(with_crawls, row) for row in rows(with_crawls, "captures")}
    assert found == {200: PAGE, 404: body}


def test_the_digest_may_be_of_what_was_stored_or_of_what_it_means(
    with_crawls: Settings, crawls: Path
) -> None:
    packed = gzip.compress(PAGE)
    digests = [f"sha1:{hashlib.sha1(data, usedforsecurity=False).hexdigest()}" for data in (packed, PAGE)] + [
        "sha256:" + hashlib.sha256(PAGE).hexdigest(),
        "crc32:00",
        "nonsense",
    ]
    parts = [
        response(
            packed,
            url=f"https://h.example/{n}",
            headers=(("Content-Encoding", "gzip"),),
            WARC_Payload_Digest=digest,
            WARC_Block_Digest="none",
        )
        for n, digest in enumerate(digests)
    ]
    (crawls / "a.warc.gz").write_bytes(b"".join(parts))
    assert run.run(DAY, with_crawls).landed == len(digests)


def test_what_is_no_capture_is_passed_over_and_counted(with_crawls: Settings, crawls: Path) -> None:
    parts = [
        written("warcinfo", "", b"software: test", content_type="application/warc-fields"),
        written("request", "https://h.example/", b"GET / HTTP/1.1\r\n\r\n", content_type="application/http"),
        written("metadata", "https://h.example/", b"x: y", content_type="application/warc-fields"),
        response(b"\x89PNG", content_type="image/png"),
        response(b"{}", content_type="application/json"),
        response(b"User-agent: *", url="https://h.example/robots.txt", content_type="text/plain"),
        written("response", "dns:h.example", b"h.example. 1 IN A 192.0.2.1", content_type="text/dns"),
        response(b"A page as text", content_type="text/plain; charset=utf-8"),
        resource(PAGE),
        resource(b"\x89PNG", content_type="image/png"),
        response(PAGE, content_type=None),
    ]
    (crawls / "a.warc.gz").write_bytes(b"".join(parts))
    (crawls / "notes.txt").write_bytes(b"not a WARC file")
    for _ in range(2):
        result = run.run(DAY, with_crawls)
        assert (result.landed, result.rejected) == (3, 0)
        assert result.passed_over == {
            "metadata_record": 1,
            "no_warc_file": 1,
            "not_a_page": 4,
            "not_http": 1,
            "request_record": 1,
        } | {"warcinfo_record": 1}
    assert {row["media_type"] for row in rows(with_crawls, "captures")} == {"text/html", "text/plain"}


def test_only_the_feeds_hosts(settings: Settings, crawls: Path) -> None:
    hosts = ["news.example.org", "www.news.example.org", "cdn.example.net", "example.net", "evil-example.net"]
    parts = [response(PAGE, url=f"https://{host.upper()}:8443/") for host in hosts]
    (crawls / "a.warc.gz").write_bytes(b"".join(parts))
    settings = declared(
        settings,
        crawls,
        'hosts = ["news.example.org", "*.example.net"]\npublishers = {"*.example.net" = "nour_news"}\n',
    )
    for _ in range(2):
        result = run.run(DAY, settings)
        assert (result.landed, result.passed_over) == (2, {"other_host": 3})
    assert {row["url"]: row["publisher"] for row in rows(settings, "captures")} == {
        "https://NEWS.EXAMPLE.ORG:8443/": None,
        "https://CDN.EXAMPLE.NET:8443/": "nour_news",
    }


def test_a_folder_that_is_missing(settings: Settings, crawls: Path) -> None:
    crawls.rmdir()
    with pytest.raises(UsageError, match=r"crawls.*is not a folder.*feeds.toml"):
        run.run(DAY, declared(settings, crawls))


def test_links_and_other_files_of_the_folder(with_crawls: Settings, crawls: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.warc.gz").write_bytes(response(PAGE))
    (crawls / "2025-08-25").mkdir()
    (crawls / "2025-08-25" / "out.warc.gz").symlink_to(tmp_path / "outside.warc.gz")
    (crawls / "growing.warc.gz.part").write_bytes(b"")
    result = run.run(DAY, with_crawls)
    assert result.waiting == ("growing.warc.gz.part",)
    assert reasons(with_crawls) == {"2025-08-25/out.warc.gz": "symlink_outside_inbox"}


def test_days_are_known_without_reading_again(
    with_crawls: Settings, crawls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = crawls / "a.warc.gz"
    path.write_bytes(response(PAGE) + response(PAGE, at="2025-08-26T00:00:00Z") + response(status="404 Gone"))
    before = [InboxDay(DAY, 2, 2), InboxDay(OTHER_DAY, 1, 1)]
    assert inbox_days(with_crawls) == before
    run.run(DAY, with_crawls)
    path.chmod(0)
    monkeypatch.setattr("newsmarts.land.reading.os.open", None)  # not even opened
    assert inbox_days(with_crawls) == [InboxDay(DAY, 2, 0), before[1]]


def test_a_file_that_has_grown_is_read_again(with_crawls: Settings, crawls: Path) -> None:
    path = crawls / "a.warc.gz"
    path.write_bytes(response(PAGE))
    run.run(DAY, with_crawls)
    assert inbox_days(with_crawls) == [InboxDay(DAY, 1, 0)]
    with path.open("ab") as handle:
        handle.write(response(PAGE, url="https://h.example/b"))
    assert inbox_days(with_crawls) == [InboxDay(DAY, 2, 2)]
    assert run.run(DAY, with_crawls).new == 1
    assert len(list((with_crawls.home / "raw" / "index").iterdir())) == 1


def test_a_damaged_index_is_made_again(with_crawls: Settings, crawls: Path) -> None:
    (crawls / "a.warc.gz").write_bytes(response(PAGE))
    run.run(DAY, with_crawls)
    (index,) = (with_crawls.home / "raw" / "index").iterdir()
    index.write_bytes(index.read_bytes()[:100])
    assert run.run(DAY, with_crawls).landed == 1
    assert inbox_days(with_crawls) == [InboxDay(DAY, 1, 0)]


def test_landing_again_reads_its_own_records_only(
    with_crawls: Settings, crawls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (crawls / "a.warc").write_bytes(
        response(b"<p>early</p>" * 100_000, gzip=False)
        + response(PAGE, at="2025-08-26T00:00:00Z", gzip=False)
    )
    run.run(DAY, with_crawls)
    spent: list[int] = []
    monkeypatch.setattr("newsmarts.land.archives.entry.Budget.spend", lambda _self, size: spent.append(size))
    run.run(OTHER_DAY, with_crawls)
    assert sum(spent) < 10_000


class TestRevisits:
    def test_by_record_id_by_address_and_by_digest(self, with_crawls: Settings, crawls: Path) -> None:
        digest = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
        one = response(b"", url="https://h.example/1", WARC_Record_ID="<urn:uuid:1>")
        two = response(PAGE + b"2", url="https://h.example/2", at="2025-08-20T00:00:00Z")
        three = response(
            b"", url="https://h.example/3", at="2025-08-20T00:00:00Z", WARC_Payload_Digest=digest
        )
        (crawls / "originals.warc.gz").write_bytes(one + two + three)
        (crawls / "a-revisits.warc.gz").write_bytes(
            revisit("https://h.example/1", at="2025-08-25T12:00:00Z", WARC_Refers_To="<urn:uuid:1>")
            + revisit(
                "https://h.example/2",
                at="2025-08-25T13:00:00Z",
                http=False,
                WARC_Refers_To_Target_URI="https://h.example/2",
                WARC_Refers_To_Date="2025-08-20T00:00:00Z",
            )
            + revisit("https://h.example/3b", at="2025-08-25T14:00:00Z", WARC_Payload_Digest=digest)
        )
        for _ in range(2):
            result = run.run(DAY, with_crawls)
            assert (result.landed, result.rejected) == (4, 0)
        found = {row["url"]: row for row in rows(with_crawls, "captures") if "revisits" in row["source_path"]}
        assert {url: body_of(with_crawls, row) for url, row in found.items()} == {
            "https://h.example/1": b"",
            "https://h.example/2": PAGE + b"2",
            "https://h.example/3b": b"",
        }
        assert {row["http_status"] for row in found.values()} == {200}
        assert found["https://h.example/2"]["captured_at"] == datetime(2025, 8, 25, 13, tzinfo=UTC)

    def test_unresolved_until_the_original_is_there(self, with_crawls: Settings, crawls: Path) -> None:
        (crawls / "b.warc.gz").write_bytes(revisit(at="2025-08-25T12:00:00Z", WARC_Refers_To="<urn:uuid:1>"))
        run.run(DAY, with_crawls)
        assert reasons(with_crawls) == {"b.warc.gz!/0": "unresolved_revisit"}
        (crawls / "a.warc.gz").write_bytes(
            response(PAGE, at="2025-08-01T00:00:00Z", WARC_Record_ID="<urn:uuid:1>")
        )
        result = run.run(DAY, with_crawls)
        assert (result.landed, result.rejected) == (1, 0)

    def test_of_what_was_no_page(self, with_crawls: Settings, crawls: Path) -> None:
        (crawls / "a.warc.gz").write_bytes(
            response(b"", at="2025-08-01T00:00:00Z", status="404 Gone", WARC_Record_ID="<urn:uuid:1>")
            + response(b"", content_type="image/png", WARC_Record_ID="<urn:uuid:2>")
            + revisit(at="2025-08-25T12:00:00Z", http=False, WARC_Refers_To="<urn:uuid:1>")
            + revisit(at="2025-08-25T12:00:00Z", http=False, WARC_Refers_To="<urn:uuid:2>")
        )
        result = run.run(DAY, with_crawls)
        assert (result.landed, result.rejected, result.passed_over) == (1, 0, {"not_a_page": 2})
        assert [row["http_status"] for row in rows(with_crawls, "captures")] == [404]
