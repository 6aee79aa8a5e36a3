"""Archives of saved pages in the inbox: ZIP, tar, JSON Lines, MHTML, and WARC."""

from __future__ import annotations

import base64
import gzip
import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core import partitions
from newsmarts.core.settings import Settings
from newsmarts.land import reading, run
from tests.land.inbox_files import DAY, MIDNIGHT, InboxDay, inbox_days, put, reasons, rows, tree
from tests.land.warc_files import response

OTHER_DAY = date(2025, 8, 26)
TEN = datetime(2025, 8, 25, 10, tzinfo=UTC)
PAGE = b"<html><p>A page.</p></html>"
Pack = Callable[[Mapping[str, bytes]], bytes]


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2025, 8, 25, 10, 0, 0))
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


def tarred(members: Mapping[str, bytes | tarfile.TarInfo]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name = name
            info.mtime = int(TEN.timestamp())
            if isinstance(data, bytes):
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
            else:
                archive.addfile(info)
    return out.getvalue()


def tgz(members: Mapping[str, bytes]) -> bytes:
    return gzip.compress(tarred(members))


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def landed(settings: Settings, day: date = DAY) -> dict[str, bytes]:
    return {
        row["source_path"]: partitions.raw_object_path(settings.home, row["sha256"]).read_bytes()
        for row in rows(settings, "captures", day)
    }


KINDS = pytest.mark.parametrize(("name", "pack"), [("a.zip", zipped), ("a.tar", tarred), ("a.TGZ", tgz)])


@KINDS
def test_members_become_rows(settings: Settings, name: str, pack: Pack) -> None:
    data = pack(
        {
            "2025-08-25/al_mayadeen/a.html": b"a",
            "2025-08-26/b.txt": b"b",
            "2025-08-25/2025-08-26/c.htm": b"c",  # the deepest folder
            "d.html": b"d",  # its modification time
            "2025-08-25/e.pdf": b"e",
            "2025-08-25/inner.zip": zipped({"a.html": b"a"}),
            "2025-08-25/.hidden.html": b"f",
            "__MACOSX/2025-08-25/a.html": b"g",
        }
    )
    put(settings, f"saved/{name}", data)
    for _ in range(2):  # by reading through, and by the index
        result = run.run(DAY, settings)
        assert (result.landed, result.rejected, result.waiting) == (2, 2, ())
        assert result.other_days == {OTHER_DAY: 2}
        assert result.passed_over == {"hidden_file": 2}
    place = f"saved/{name}!"
    assert landed(settings) == {f"{place}/2025-08-25/al_mayadeen/a.html": b"a", f"{place}/d.html": b"d"}
    found = {row["source_path"]: row for row in rows(settings, "captures")}
    first = found[f"{place}/2025-08-25/al_mayadeen/a.html"]
    assert (first["captured_at"], first["publisher"], first["feed"]) == (MIDNIGHT, "al_mayadeen", "inbox")
    assert first["media_type"] == "text/html"
    assert found[f"{place}/d.html"]["captured_at"] == TEN
    assert reasons(settings) == {
        f"{place}/2025-08-25/e.pdf": "unsupported_media_type",
        f"{place}/2025-08-25/inner.zip": "nested_archive",
    }
    assert run.run(OTHER_DAY, settings).landed == 2


@KINDS
def test_the_archives_own_day(settings: Settings, name: str, pack: Pack) -> None:
    put(settings, f"saved-2025-08-26/{name}", pack({"page.html": b"a", "page-2025-08-25.html": b"b"}))
    assert run.run(OTHER_DAY, settings).landed == 2  # a folder's date before a file name's


@KINDS
def test_names_never_become_paths(settings: Settings, tmp_path: Path, name: str, pack: Pack) -> None:
    hostile = [
        "../../../etc/2025-08-25/passwd.html",
        "2025-08-25/../../up.html",
        "/2025-08-25/absolute.html",
        "C:/2025-08-25/drive.html",
        "2025-08-25\\..\\..\\back.html",
        "..",
    ]
    before = {path.name for path in tmp_path.rglob("*")}
    fine = "2025-08-25/line\nbreak \x1b[31m'; DROP TABLE x--.html"
    put(settings, f"2025-08-25-{name}", pack({**dict.fromkeys(hostile, b"x"), fine: b"fine"}))
    run.run(DAY, settings)
    assert list(landed(settings).values()) == [b"fine"]
    found = reasons(settings)
    assert set(found.values()) == {"unsafe_member_name"}
    # zipfile itself takes what a slash is in the name
    assert len(found) == len(hostile)
    after = {path.name for path in tmp_path.rglob("*")}
    assert not any("passwd" in each or "up.html" in each for each in after - before)


@KINDS
def test_the_same_name_twice(settings: Settings, name: str, pack: Pack) -> None:
    out = io.BytesIO()
    if name.endswith("zip"):
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("2025-08-25/a.html", b"one")
            with pytest.warns(UserWarning, match="Duplicate name"):
                archive.writestr("2025-08-25/a.html", b"two")
    else:
        with tarfile.open(fileobj=out, mode="w:gz" if name.endswith("TGZ") else "w") as tar:
            for data in (b"one", b"two"):
                info = tarfile.TarInfo("2025-08-25/a.html")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    put(settings, name, out.getvalue())
    run.run(DAY, settings)
    place = f"{name}!/2025-08-25/a.html"
    assert landed(settings) == {place: b"one", f"{place}#2": b"two"}


@KINDS
def test_a_page_over_the_limit(settings: Settings, name: str, pack: Pack) -> None:
    settings = settings.model_copy(update={"max_file_bytes": 1000})
    put(settings, name, pack({"2025-08-25/a.html": b"x" * 1000, "2025-08-25/b.html": b"x" * 1001}))
    assert run.run(DAY, settings).landed == 1
    assert reasons(settings) == {f"{name}!/2025-08-25/b.html": "record_too_large"}


@pytest.mark.parametrize(("name", "pack"), [("a.zip", zipped), ("a.tgz", tgz)])
def test_a_bomb(settings: Settings, name: str, pack: Pack) -> None:
    settings = settings.model_copy(update={"max_archive_ratio": 2, "max_file_bytes": 200 << 20})
    members = {"2025-08-25/a.html": b"a", "2025-08-25/bomb.html": b"\0" * (100 << 20)}
    put(settings, f"2025-08-25/{name}", pack(members))
    for _ in range(2):
        assert run.run(DAY, settings).landed == 1
    assert set(reasons(settings).values()) == {"archive_too_large"}


@KINDS
def test_a_damaged_archive(settings: Settings, name: str, pack: Pack) -> None:
    data = pack({f"2025-08-25/{number}.html": bytes([number]) * 5000 for number in range(50)})
    put(settings, f"2025-08-25/cut-{name}", data[: len(data) // 2])
    put(settings, f"2025-08-25/junk-{name}", b"junk" * 1000)
    put(settings, f"2025-08-25/empty-{name}", b"")
    for _ in range(2):
        run.run(DAY, settings)
    found = reasons(settings)
    assert found[f"2025-08-25/cut-{name}"] in ("bad_archive", "truncated_record")
    assert found[f"2025-08-25/junk-{name}"] in ("bad_archive", "bad_record")
    # a ZIP file's directory is at its end; of a tar file there are the whole members before the cut
    if name == "a.tar":
        assert len(landed(settings)) == 25
        assert found["2025-08-25/cut-a.tar!/2025-08-25/25.html"] == "truncated_record"


@KINDS
def test_sidecars_in_an_archive(settings: Settings, name: str, pack: Pack) -> None:
    note = {
        "url": "https://english.almayadeen.net/a",
        "captured_at": "2025-08-25T11:00:00+01:00",
        "more": [1],
    }
    put(
        settings,
        name,
        pack(
            {
                "a.html": PAGE,
                "a.json": json.dumps(note).encode(),
                "b.html": PAGE,
                "b.json": b'{"captured_at": "last week"}',
                "alone.json": b"{}",
            }
        ),
    )
    for _ in range(2):
        assert run.run(DAY, settings).landed == 1
    (row,) = rows(settings, "captures")
    assert (row["captured_at"], row["url"], row["publisher"]) == (TEN, note["url"], "al_mayadeen")
    assert reasons(settings) == {
        f"{name}!/b.html": "bad_sidecar",
        f"{name}!/alone.json": "unsupported_media_type",
    }


def test_encrypted_and_linked_members_of_a_zip(settings: Settings) -> None:
    data = bytearray(zipped({"2025-08-25/a.html": b"a", "2025-08-25/b.html": b"/etc/passwd"}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # the directory says that the first member is encrypted
    at = data.index(b"PK\x01\x02", at + 4)
    data[at + 38 : at + 42] = ((stat.S_IFLNK | 0o777) << 16).to_bytes(4, "little")
    data[at + 5] = 3  # made on a Unix system
    put(settings, "a.zip", bytes(data))
    assert run.run(DAY, settings).landed == 0
    assert reasons(settings) == {
        "a.zip!/2025-08-25/a.html": "encrypted_member",
        "a.zip!/2025-08-25/b.html": "not_a_regular_file",
    }


def test_damaged_members_of_a_zip(settings: Settings) -> None:
    names = ["checksum", "method", "size", "good"]
    data = bytearray(zipped({f"2025-08-25/{n}.html": PAGE * 100 for n in names}, zipfile.ZIP_STORED))
    data[data.index(PAGE)] ^= 1
    at = -1
    for name in names:
        at = data.index(b"PK\x01\x02", at + 1)
        if name == "method":
            data[at + 10 : at + 12] = b"\x63\x00"
        elif name == "size":
            data[at + 24 : at + 28] = (1 << 31).to_bytes(4, "little")
    put(settings, "a.zip", bytes(data))
    for _ in range(2):
        assert run.run(DAY, settings).landed == 1
    assert reasons(settings) == {
        "a.zip!/2025-08-25/checksum.html": "bad_record",
        "a.zip!/2025-08-25/method.html": "bad_record",
        "a.zip!/2025-08-25/size.html": "record_too_large",
    }


def test_a_zip_with_an_enormous_directory_is_not_opened(settings: Settings) -> None:
    data = bytearray(zipped({"2025-08-25/a.html": b"a"}))
    at = data.index(b"PK\x05\x06")
    data[at + 12 : at + 16] = (1 << 30).to_bytes(4, "little")
    put(settings, "2025-08-25/a.zip", bytes(data))
    run.run(DAY, settings)
    assert set(reasons(settings).values()) <= {"archive_too_large", "bad_archive"}
    assert len(reasons(settings)) == 1


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE]
)
def test_links_and_devices_of_a_tar(settings: Settings, kind: bytes) -> None:
    info = tarfile.TarInfo()
    info.type = kind
    info.linkname = "/etc/passwd"
    data = tarred({"2025-08-25/a.html": b"a", "2025-08-25/b.html": info, "2025-08-25/c.html": b"c"})
    put(settings, "a.tar", data)
    assert run.run(DAY, settings).landed == 2
    assert reasons(settings) == {"a.tar!/2025-08-25/b.html": "not_a_regular_file"}


def test_a_damaged_header_of_a_tar_is_reported(settings: Settings) -> None:
    data = bytearray(tarred({f"2025-08-25/{number}.html": b"x" for number in range(5)}))
    data[2 * 1024 + 100] ^= 0xFF  # in the third header
    put(settings, "2025-08-25/a.tar", bytes(data))
    assert run.run(DAY, settings).landed == 2
    assert reasons(settings) == {"2025-08-25/a.tar": "bad_archive"}


def test_an_absurdly_long_name_in_a_tar_takes_no_memory(settings: Settings) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 1 << 40
    put(settings, "2025-08-25/a.tar", info.tobuf(tarfile.GNU_FORMAT) + b"x" * 10_000)
    run.run(DAY, settings)
    assert reasons(settings) == {"2025-08-25/a.tar": "bad_archive"}


class TestJsonLines:
    @pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
    def test_lines_become_rows(self, settings: Settings, name: str) -> None:
        url = "https://nournews.ir/en/news/1"
        data = lines(
            {"url": url, "captured_at": "2025-08-25T10:00:00Z", "html": "<p>é</p>"},
            {"captured_at": "2025-08-26", "text": "other day"},
            {"captured_at": "2025-08-25T10:00:00Z", "text": "words"},
            {"captured_at": "2025-08-25", "content_base64": base64.b64encode(b"\xff\x00").decode()},
            {"captured_at": "2025-08-25", "text": "<html>", "content_type": "text/html; charset=utf-8"},
        )
        data += b"\r\n\n" + lines({"captured_at": "2025-08-25", "text": "no end"})[:-1]
        put(settings, name, gzip.compress(data) if name.endswith("gz") else data)
        for _ in range(2):
            result = run.run(DAY, settings)
            assert (result.landed, result.rejected, result.other_days) == (5, 0, {OTHER_DAY: 1})
        assert landed(settings) == {
            f"{name}!/1": "<p>é</p>".encode(),
            f"{name}!/3": b"words",
            f"{name}!/4": b"\xff\x00",
            f"{name}!/5": b"<html>",
            f"{name}!/8": b"no end",
        }
        found = {row["source_path"].partition("!/")[2]: row for row in rows(settings, "captures")}
        assert (found["1"]["url"], found["1"]["publisher"]) == (url, "nour_news")
        assert [found[n]["media_type"] for n in "1345"] == [
            "text/html",
            "text/plain",
            "text/html",
            "text/html",
        ]

    @pytest.mark.parametrize(
        "line",
        [
            b"{",
            b"[]",
            b"\xff\xfe",
            b'{"html": 1}',
            b"{}",
            b'{"html": "a", "text": "b"}',
            b'{"html": "\\ud800"}',
            b'{"content_base64": "***"}',
            b'{"html": "a", "captured_at": "soon"}',
            b'{"html": "a", "captured_at": 20250825}',
            b'{"html": "a", "content_type": "image/png"}',
            b'{"html": "a", "url": "file:///etc/passwd"}',
            b"[" * 100_000,
            b'{"a": ' + b"9" * 10_000 + b"}",
        ],
        ids=range(14),
    )
    def test_a_bad_line_costs_that_line(self, settings: Settings, line: bytes) -> None:
        good = lines({"captured_at": "2025-08-25", "html": "a"})
        put(settings, "2025-08-25/a.jsonl", good + line + b"\n" + good)
        for _ in range(2):
            assert run.run(DAY, settings).landed == 2
        assert reasons(settings) == {"2025-08-25/a.jsonl!/2": "bad_json_line"}
        detail = rows(settings, "rejected")[0]["detail"]
        assert detail.endswith("Mend the line.")
        assert len(detail) < 400

    def test_a_line_over_the_limit(self, settings: Settings) -> None:
        settings = settings.model_copy(update={"max_file_bytes": 1000})
        good = lines({"captured_at": "2025-08-25", "html": "a"})
        put(settings, "2025-08-25/a.jsonl", good + b'{"html": "' + b"x" * 500_000 + b'"}\n' + good)
        put(settings, "2025-08-25/b.jsonl", lines({"html": "x" * 1001}))
        assert run.run(DAY, settings).landed == 2
        assert set(reasons(settings).values()) == {"record_too_large"}

    @pytest.mark.slow
    def test_a_damaged_gzip(self, settings: Settings) -> None:
        data = gzip.compress(lines(*[{"text": str(number)} for number in range(20_000)]))
        put(settings, "2025-08-25/a.jsonl.gz", data[: len(data) - 20])
        assert run.run(DAY, settings).rejected == 1


MHTML = b"""From: <Saved by Blink>
Snapshot-Content-Location: https://english.almayadeen.net/news/a
Date: Mon, 25 Aug 2025 10:00:00 -0000
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="b"

--b
Content-Type: image/png
Content-Transfer-Encoding: base64

AAAA
--b
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable

<html>caf=C3=A9=
</html>
--b--
""".replace(b"\n", b"\r\n")


class TestMhtml:
    def test_the_page_is_taken(self, settings: Settings) -> None:
        put(settings, "page.mhtml", MHTML)
        result = run.run(DAY, settings)
        assert (result.landed, result.rejected) == (1, 0)
        assert landed(settings) == {"page.mhtml": "<html>café</html>".encode()}
        (row,) = rows(settings, "captures")
        assert (row["captured_at"], row["media_type"], row["publisher"]) == (TEN, "text/html", "al_mayadeen")
        assert row["url"] == "https://english.almayadeen.net/news/a"
        assert inbox_days(settings) == [InboxDay(DAY, 1, 0)]

    @KINDS
    def test_in_an_archive(self, settings: Settings, name: str, pack: Pack) -> None:
        put(settings, name, pack({"page.mht": MHTML}))
        for _ in range(2):
            assert run.run(DAY, settings).landed == 1
        assert landed(settings) == {f"{name}!/page.mht": "<html>café</html>".encode()}
        assert rows(settings, "captures")[0]["captured_at"] == TEN

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\x00\xff" * 100,
            MHTML.replace(b"text/html", b"text/css"),
            b"Content-Type: text/plain\r\n\r\nx",
        ],
        ids=range(4),
    )
    def test_without_a_page(self, settings: Settings, data: bytes) -> None:
        put(settings, "2025-08-25/page.mhtml", data)
        run.run(DAY, settings)
        assert list(reasons(settings).values()) in (["bad_record"], [])


def test_warc_files_in_the_inbox(settings: Settings) -> None:
    put(settings, "any/a.warc.gz", response(PAGE, url="https://nournews.ir/en/news/1") + response(PAGE))
    for _ in range(2):
        assert run.run(DAY, settings).landed == 2
    assert {row["publisher"] for row in rows(settings, "captures")} == {"nour_news", None}


def test_landing_archives_again_changes_nothing(settings: Settings) -> None:
    put(settings, "a.zip", zipped({"2025-08-25/a.html": b"a", "2025-08-25/b.pdf": b"b"}))
    put(settings, "b.jsonl", lines({"captured_at": "2025-08-25", "text": "c"}))
    put(settings, "c.warc.gz", response(PAGE))
    first = run.run(DAY, settings)
    before = tree(settings.home)
    again = run.run(DAY, settings)
    assert (first.new, again.new, again.landed, again.rejected) == (3, 0, 3, 1)
    assert tree(settings.home) == before


def test_inbox_days_know_the_days_inside(settings: Settings) -> None:
    put(settings, "2025-08-25/page.txt")
    put(
        settings,
        "a.zip",
        zipped({"2025-08-25/a.html": b"a", "2025-08-26/b.html": b"b", "2025-08-26/c.x": b""}),
    )
    put(settings, "b.tgz", tgz({"2025-08-26/a.html": b"a"}))
    assert inbox_days(settings) == [InboxDay(DAY, 2, 2), InboxDay(OTHER_DAY, 3, 3)]
    run.run(OTHER_DAY, settings)
    assert inbox_days(settings) == [InboxDay(DAY, 2, 2), InboxDay(OTHER_DAY, 3, 0)]
    run.run(DAY, settings)
    assert inbox_days(settings) == [InboxDay(DAY, 2, 0), InboxDay(OTHER_DAY, 3, 0)]
    put(settings, "a.zip", zipped({"2025-08-25/a.html": b"other bytes"}))
    assert inbox_days(settings) == [InboxDay(DAY, 2, 1), InboxDay(OTHER_DAY, 1, 0)]


def test_an_archive_that_moves_waits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(settings, "a.zip", zipped({"2025-08-25/a.html": b"a"}))
    put(settings, "b.zip.part", b"")

    def meddle(_files: object, _settle_seconds: float) -> None:
        path.write_bytes(path.read_bytes() + b"more")

    monkeypatch.setattr(reading, "let_settle", meddle)
    result = run.run(DAY, settings)
    assert result.landed == 0
    assert "a.zip" in result.waiting
    assert list((settings.home / "raw" / "index").glob("*.parquet")) == []


def test_a_raised_limit_makes_an_archive_new(settings: Settings) -> None:
    small = settings.model_copy(update={"max_file_bytes": 3})
    put(settings, "a.zip", zipped({"2025-08-25/a.html": b"four"}))
    run.run(DAY, small)
    assert inbox_days(small) == [InboxDay(DAY, 1, 0)]
    assert inbox_days(settings) == [InboxDay(DAY, 1, 1)]
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (1, 0)
