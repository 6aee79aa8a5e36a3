"""A damaged record costs that record only, and is reported with its place, the same at every landing."""

from __future__ import annotations

import gzip
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.settings import Settings, load_settings
from newsmarts.land import run
from tests.land.inbox_files import DAY, reasons, rows
from tests.land.warc_files import declared, member_offsets, response

BODIES = [b"<html>%d " % number + b"words of a page " * 200 + b"</html>" for number in range(4)]


def parts_of(*, packed: bool) -> list[bytes]:
    return [
        response(body, url=f"https://h.example/{number}", gzip=packed) for number, body in enumerate(BODIES)
    ]


def with_length(part: bytes, change: int) -> bytes:
    """The record with another Content-Length, packed as it was."""
    packed = part.startswith(b"\x1f\x8b")
    plain = gzip.decompress(part) if packed else part
    found = re.search(rb"Content-Length: (\d+)", plain)
    assert found
    plain = plain.replace(found[0], b"Content-Length: %d" % (int(found[1]) + change), 1)
    return gzip.compress(plain) if packed else plain


def flipped(part: bytes, at: int) -> bytes:
    return part[:at] + bytes([part[at] ^ 0x40]) + part[at + 1 :]


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "cut off in the middle": (lambda part: part[: len(part) // 2], {"truncated_record", "bad_record"}),
    "cut off in its header": (lambda part: part[:12], {"truncated_record", "bad_record"}),
    "a byte less": (lambda part: with_length(part, -1), {"bad_record"}),
    "100 bytes less": (lambda part: with_length(part, -100), {"bad_record"}),
    "100 bytes more": (lambda part: with_length(part, 100), {"bad_record", "truncated_record"}),
    "a terabyte more": (lambda part: with_length(part, 10**12), {"bad_record", "truncated_record"}),
    "a flipped bit": (lambda part: flipped(part, len(part) // 2), {"bad_digest", "bad_record"}),
    "no record": (lambda part: b"these bytes are no record" * 3, {"bad_record"}),
}


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("which", [0, 1, 3], ids=["first", "second", "last"])
def test_the_other_records_land(
    with_crawls: Settings, crawls: Path, packed: bool, damage: str, which: int
) -> None:
    parts = parts_of(packed=packed)
    make, expected = DAMAGES[damage]
    parts[which] = make(parts[which])
    name = "a.warc.gz" if packed else "a.warc"
    (crawls / "2025-08-25").mkdir()  # gives the day of what has no date, and nothing before it
    (crawls / "2025-08-25" / name).write_bytes(b"".join(parts))
    for _ in range(2):
        result = run.run(DAY, with_crawls)
        assert (result.landed, result.rejected) == (3, 1)
    assert {row["url"] for row in rows(with_crawls, "captures")} == {
        f"https://h.example/{number}" for number in range(4) if number != which
    }
    ((place, reason),) = reasons(with_crawls).items()
    assert place == f"2025-08-25/{name}!/{member_offsets(parts)[which]}"
    assert reason in expected
    detail = rows(with_crawls, "rejected")[0]["detail"]
    assert len(detail) > 30
    assert detail.endswith(".")


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_garbage_between_records_is_one_row(with_crawls: Settings, crawls: Path, packed: bool) -> None:
    parts = parts_of(packed=packed)
    parts.insert(2, b"\x00\x1f\x8b\x08garbage\r\n\r\nmore garbage\r\n\r\n" * 500)
    (crawls / "a.warc").write_bytes(b"".join(parts))
    assert run.run(DAY, with_crawls).landed == 4
    assert reasons(with_crawls) == {f"a.warc!/{member_offsets(parts)[2]}": "bad_record"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no WARC file at all\n" * 100, "bad_record"),
        (gzip.compress(b"no WARC file at all\n" * 100), "bad_record"),
        (b"\x1f\x8b\x08", "truncated_record"),
        (b"\x28\xb5\x2f\xfdtoo short", "bad_record"),
        (b"\x5d\x2a\x4d\x18\xff\xff\xff\x00", "truncated_record"),
        (b"WARC/1.0\r\n" + b"X-Long: " + b"x" * 100_000, "bad_record"),
        (b"WARC/1.0\r\nContent-Length: -1\r\n\r\n", "bad_record"),
        (b"WARC/1.0\r\nContent-Length: 1e9\r\n\r\n", "bad_record"),
        (b"WARC/1.0\r\nContent-Length: 0\r\n\r\n", "bad_record"),
        (b"", None),
    ],
    ids=range(10),
)
def test_files_that_are_no_warc_files(
    settings: Settings, tmp_path: Path, data: bytes, reason: str | None
) -> None:
    folder = tmp_path / "2025-08-25"  # gives the day of what has no date
    folder.mkdir()
    (folder / "a.warc.gz").write_bytes(data)
    settings = declared(settings, tmp_path)
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (0, 0 if reason is None else 1)
    assert set(reasons(settings).values()) == ({reason} if reason else set())


@pytest.mark.parametrize("at", ["2025-08-25", "yesterday", "1850-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_date_that_is_none(with_crawls: Settings, crawls: Path, at: str) -> None:
    parts = [response(BODIES[0]), response(BODIES[1], at=at), response(BODIES[2])]
    (crawls / "a.warc.gz").write_bytes(b"".join(parts))
    result = run.run(DAY, with_crawls)
    # reported on the day of the record before it
    assert (result.landed, result.rejected) == ((3, 0) if at == "2025-08-25" else (2, 1))
    assert result.other_days == {}


def test_a_response_that_is_no_http(with_crawls: Settings, crawls: Path) -> None:
    record = response(BODIES[0], gzip=False, WARC_Block_Digest="none", WARC_Payload_Digest="none")
    (crawls / "a.warc").write_bytes(record.replace(b"HTTP/1.1 200 OK", b"FTP! no 200 OK!"))
    run.run(DAY, with_crawls)
    assert set(reasons(with_crawls).values()) == {"bad_record"}


def test_a_bomb_costs_no_memory_and_ends_the_archive(with_crawls: Settings, crawls: Path) -> None:
    settings = with_crawls.model_copy(update={"max_file_bytes": 1 << 20, "max_archive_ratio": 2})
    bomb = response(b"a" * (100 << 20))
    assert len(bomb) < 1 << 20
    (crawls / "a.warc.gz").write_bytes(response(BODIES[0]) + bomb + response(BODIES[1]))
    tracemalloc.start()
    try:
        result = run.run(DAY, settings)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.landed == 1
    assert reasons(settings) == {"a.warc.gz": "archive_too_large"}
    assert "NEWS_MAX_ARCHIVE_BYTES" in rows(settings, "rejected")[0]["detail"]
    assert peak_bytes < 30 << 20


def test_too_many_records(with_crawls: Settings, crawls: Path) -> None:
    settings = with_crawls.model_copy(update={"max_archive_records": 2})
    (crawls / "a.warc.gz").write_bytes(b"".join(parts_of(packed=True)))
    assert run.run(DAY, settings).landed == 2
    assert reasons(settings) == {"a.warc.gz": "archive_too_large"}
    # with the limit raised, the rest follows, and the row goes
    assert run.run(DAY, with_crawls).landed == 4


@given(
    packed=st.booleans(),
    cuts=st.lists(st.tuples(st.integers(0, 2**16), st.binary(max_size=12)), min_size=1, max_size=3),
)
def test_no_damage_stops_a_landing(
    tmp_path_factory: pytest.TempPathFactory, packed: bool, cuts: list[tuple[int, bytes]]
) -> None:
    """Whatever bytes are overwritten, a landing ends, and a second one by the index says the same."""
    home = tmp_path_factory.mktemp("warc")
    data = b"".join(parts_of(packed=packed))
    for where, junk in cuts:
        at = where % len(data)
        data = data[:at] + junk + data[at + len(junk) :]
    crawls = home / "crawls"
    crawls.mkdir()
    (crawls / "a.warc").write_bytes(data)
    settings = declared(load_settings(home=home / "data", settle_seconds=0), crawls)
    first = run.run(DAY, settings)
    rejected = rows(settings, "rejected")
    assert run.run(DAY, settings).landed == first.landed
    assert rows(settings, "rejected") == rejected
    assert first.landed + first.rejected + sum(first.other_days.values()) > 0
