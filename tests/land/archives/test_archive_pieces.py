"""Properties of reading archives: what is written is read, whatever the pieces it comes in."""

from __future__ import annotations

import gzip
import io
import os
import re
import threading
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from newsmarts.core.errors import CaptureError, ReadFailed
from newsmarts.core.settings import Settings
from newsmarts.land.archives import opening, units
from newsmarts.land.archives.archive import Archives, _size_bytes, prefetch
from newsmarts.land.archives.entry import Budget, Content, Unverified
from newsmarts.land.archives.stream import Stream
from newsmarts.land.archives.units import units_of
from newsmarts.land.archives.warc import WarcReader
from newsmarts.land.capture import Found, Item, PassedOver
from newsmarts.land.scan import scan
from tests.land.inbox_files import MIDNIGHT
from tests.land.warc_files import AT, by_fastwarc, response

STEPS = ["peek", "take", "skip", "until", "skip_to"]
NEWLINE = re.compile(rb"\n")
NOBODY = datetime(1999, 1, 1, tzinfo=UTC)
quick = hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
bodies = st.lists(
    st.binary(max_size=300) | st.just(b"\r\n\r\nWARC/1.0\r\n") | st.just(b"x" * 5000), max_size=5
)


def budget(data: bytes) -> Budget:
    return Budget(len(data), 1 << 40, 1000, 10**6)


def read(data: bytes, name: str = "a.warc") -> list[bytes]:
    """The bodies of a WARC file, read through, and then once more one by one, from the last to the first."""
    reader = WarcReader(io.BytesIO(data), name, budget(data), NOBODY, 1 << 20)
    found = [(entry, finished(content)) for entry, content in reader.records(lambda _: True)]
    assert all(entry.outcome == "page" for entry, _ in found), found
    again = [finished(content) for _, content in reader.at([entry for entry, _ in reversed(found)])]
    assert again == [body for _, body in reversed(found)]
    return [body for _, body in found]


def finished(content: object) -> bytes:
    page = content.content() if isinstance(content, Unverified) else content
    assert isinstance(page, Content), page
    return page.data


@quick
@given(bodies=bodies, piece=st.integers(1, 600), raw=st.integers(12, 600))
@pytest.mark.parametrize("kind", ["plain", "members", "one member", "zstd", "fastwarc"])
def test_what_is_written_is_read_whatever_the_pieces(
    monkeypatch: pytest.MonkeyPatch, kind: str, bodies: list[bytes], piece: int, raw: int
) -> None:
    monkeypatch.setattr(units, "_PIECE_BYTES", piece)
    monkeypatch.setattr(units, "_RAW_BYTES", raw)
    if kind == "fastwarc":
        data = by_fastwarc([{"url": "https://h.example/", "at": AT, "body": body} for body in bodies], "gzip")
    else:
        parts = [response(body, gzip=kind == "members") for body in bodies]
        data = b"".join(zstd.compress(part) for part in parts) if kind == "zstd" else b"".join(parts)
        data = gzip.compress(data) if kind == "one member" else data
    assert read(data) == bodies


@quick
@given(
    data=st.one_of(st.binary(max_size=400), st.text("ab\n", max_size=400).map(str.encode)),
    steps=st.lists(
        st.tuples(st.sampled_from(["peek", "take", "skip", "until", "skip_to"]), st.integers(0, 60))
    ),
    piece=st.integers(1, 50),
    packed=st.booleans(),
)
def test_a_stream_gives_every_byte_once_in_its_order(
    monkeypatch: pytest.MonkeyPatch, data: bytes, steps: list[tuple[str, int]], piece: int, packed: bool
) -> None:
    monkeypatch.setattr(units, "_PIECE_BYTES", piece)
    monkeypatch.setattr(units, "_RAW_BYTES", max(piece, 5))
    stored = gzip.compress(data) if packed else b"plain " + data
    expected = data if packed else stored
    source = units_of(io.BytesIO(stored), budget(stored), "a")
    assert source.next_unit()
    stream = Stream(source)
    at = 0
    for step, size in steps:
        wanted = expected[at : at + size]
        assert stream.position == at
        if step == "peek":
            assert stream.peek(size) == wanted
        elif step == "take":
            assert stream.take(size) == wanted
            at += len(wanted)
        elif step == "until":
            end = expected.find(b"\n", at, at + size) + 1
            assert stream.until(NEWLINE, size, overlap=1) == (expected[at:end] if end else None)
            at = end or at
        elif step == "skip_to":
            end = expected.find(b"\n", at)
            assert stream.skip_to(NEWLINE, 1) is (end >= 0)
            at = end if end >= 0 else len(expected)
        else:
            assert stream.skip(size) == len(wanted)
            at += len(wanted)
    assert stream.take(10_000) == expected[at:]
    assert stream.peek(1) == b""


def test_a_long_line_is_copied_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a line without an end takes the square of its length: 76 s for 120 MB, as it once did."""
    monkeypatch.setattr(units, "_RAW_BYTES", 16)
    line = b"x" * 16_000 + b"\n"
    source = units_of(io.BytesIO(line), budget(line), "a")
    assert source.next_unit()
    stream = Stream(source)
    copies = 0
    fill = Stream._fill

    def counted(*arguments: int) -> bool:
        nonlocal copies
        copies += 1
        return fill(stream, *arguments)

    monkeypatch.setattr(stream, "_fill", counted)
    assert stream.until(NEWLINE, 20_000, overlap=1) == line
    assert copies < 20  # of a thousand pieces


def test_what_the_system_cannot_read_is_no_damage_of_a_record(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "a.warc", os.O_WRONLY | os.O_CREAT)
    try:
        with pytest.raises(ReadFailed, match="Bad file descriptor"):
            opening._ArchiveFile(descriptor, "rb", closefd=False).read(1)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("name", ["a.warc", "a.zip", "a.tar", "a.jsonl"])
def test_a_read_error_rejects_the_archive_and_not_its_records(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    class Unreadable(io.FileIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise ReadFailed("Input/output error")

    settings.inbox_dir.mkdir(parents=True, exist_ok=True)
    (settings.inbox_dir / name).write_bytes(b"x" * 100)
    [file] = scan(str(settings.inbox_dir), settings)
    monkeypatch.setattr(opening, "_ArchiveFile", Unreadable)
    with (
        pytest.raises(CaptureError, match=r"reading it failed: Input/output error\. Copy it anew\."),
        opening.opened(file, settings) as reader,
    ):
        list(reader.records(lambda _entry: True))


class TestAhead:
    def test_items_come_in_their_order_from_another_thread(self) -> None:
        read_in: set[int] = set()

        def items() -> Generator[int, None, None]:
            for number in range(1000):
                read_in.add(threading.get_ident())
                yield number

        assert list(prefetch(items(), lambda _: 1)) == list(range(1000))
        assert len(read_in - {threading.get_ident()}) == 1

    def test_pages_are_checked_by_the_thread_that_stores(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked_in: set[int] = set()
        content = Unverified.content

        def noted(page: Unverified) -> Content | CaptureError:
            checked_in.add(threading.get_ident())
            return content(page)

        monkeypatch.setattr(Unverified, "content", noted)
        settings.inbox_dir.mkdir(parents=True, exist_ok=True)
        (settings.inbox_dir / "a.warc").write_bytes(response(b"<p>a page", gzip=False))
        files = list(scan(str(settings.inbox_dir), settings))
        (found,) = [
            item for item in Archives(settings).captures(files, MIDNIGHT.date()) if isinstance(item, Found)
        ]
        assert found.data == b"<p>a page"
        assert checked_in == {threading.get_ident()}

    def test_an_error_comes_after_what_was_before_it(self) -> None:
        def items() -> Generator[Item, None, None]:
            yield PassedOver("a")
            raise ZeroDivisionError

        reading = prefetch(items(), _size_bytes)
        assert next(reading) == PassedOver("a")
        with pytest.raises(ZeroDivisionError):
            next(reading)

    def test_whoever_stops_early_leaves_no_thread_and_nothing_open(self) -> None:
        closed_in: list[int] = []

        def items() -> Generator[Item, None, None]:
            thread = threading.get_ident()
            try:
                while True:
                    yield Found("a", MIDNIGHT, "text/html", b"x" * 100_000)
            finally:
                assert threading.get_ident() == thread  # locks and files are a thread's own
                closed_in.append(thread)

        before = threading.active_count()
        reading: Iterator[Item] = prefetch(items(), _size_bytes)
        next(reading)
        assert threading.active_count() == before + 1
        reading.close()  # type: ignore[attr-defined]
        assert threading.active_count() == before
        assert len(closed_in) == 1
        assert closed_in != [threading.get_ident()]
