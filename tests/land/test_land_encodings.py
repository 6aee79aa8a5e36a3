"""Content encodings are undone whole or not at all, and a bomb costs little memory."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.errors import CaptureError
from newsmarts.land.encodings import decode, decode_page

LIMIT = 1_000_000


def _bare_deflate(data: bytes) -> bytes:
    encoder = zlib.compressobj(wbits=-15)
    return encoder.compress(data) + encoder.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-Gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", _bare_deflate),
    "brotli": ("br", lambda data: brotli.compress(data, quality=3)),
    "zstd": ("zstd", zstd.compress),
    "none": ("identity", lambda data: data),
}


def reason(data: bytes, encoding: str, max_bytes: int = LIMIT) -> str:
    with pytest.raises(CaptureError) as caught:
        decode(data, encoding, max_bytes=max_bytes)
    return caught.value.reason_code


@pytest.mark.parametrize("kind", ENCODERS)
@given(data=st.binary(max_size=300_000))
def test_every_encoding_is_undone(kind: str, data: bytes) -> None:
    name, encode = ENCODERS[kind]
    assert decode(encode(data), name, max_bytes=LIMIT) == data


def test_no_header_leaves_the_bytes() -> None:
    assert decode(b"page", None, max_bytes=1) == b"page"


def test_encodings_are_undone_last_first() -> None:
    assert decode(brotli.compress(gzip.compress(b"page")), "gzip, br", max_bytes=LIMIT) == b"page"


def test_gzip_of_several_members_is_one_body() -> None:
    data = gzip.compress(b"one, ") + gzip.compress(b"two") + b"\0\0padding"
    assert decode(data, "gzip", max_bytes=LIMIT) == b"one, two"


def test_a_gzip_header_over_a_plain_body_is_what_archives_keep() -> None:
    assert decode(b"<html>", "gzip", max_bytes=LIMIT) == b"<html>"


def test_an_empty_body_has_no_encoding() -> None:
    assert decode(b"", "br", max_bytes=LIMIT) == b""


@pytest.mark.parametrize("kind", ["gzip", "deflate", "bare deflate", "brotli", "zstd"])
def test_a_body_that_ends_too_early_is_refused_at_any_length(kind: str) -> None:
    name, encode = ENCODERS[kind]
    data = encode(bytes(range(256)) * 20)
    for length in range(2, len(data)):
        assert reason(data[:length], name) == "bad_content_encoding"


@pytest.mark.parametrize("name", ["deflate", "br", "zstd"])
def test_other_bytes_than_the_header_says_are_refused(name: str) -> None:
    assert reason(b"\xff\x01<html>no such thing</html>", name) == "bad_content_encoding"


@pytest.mark.parametrize(
    "name", ["none", "UTF-8", "binary", "windows-1256", "br", "deflate", "zstd", "gzip, br"]
)
def test_a_plain_body_is_plain_whatever_its_header_says(name: str) -> None:
    page = "<html lang='ar'>\u0645\u064a\u0646\u0627\u0621</html>"
    for charset in ("utf-8", "windows-1256"):
        assert decode(page.encode(charset), name, max_bytes=LIMIT) == page.encode(charset)


@pytest.mark.parametrize("name", [None, "", "none", "utf-8", "identity", "sdch"])
def test_a_packed_page_is_recognised_without_a_header(name: str | None) -> None:
    packed = gzip.compress(gzip.compress(b"<html>page</html>"))
    assert decode_page(packed, name, max_bytes=LIMIT) == b"<html>page</html>"


def test_a_packed_page_without_a_header_has_the_same_bounds() -> None:
    with pytest.raises(CaptureError) as caught:
        decode_page(gzip.compress(b"\0" * 30_000_000), max_bytes=LIMIT)
    assert caught.value.reason_code == "decompressed_too_large"
    with pytest.raises(CaptureError) as caught:
        decode_page(gzip.compress(b"<html>page</html>")[:-9], max_bytes=LIMIT)
    assert caught.value.reason_code == "bad_content_encoding"


@pytest.mark.parametrize("name", ["compress", "aes128gcm", "gzip, gzip, gzip"])
def test_encodings_that_nobody_should_use_are_refused(name: str) -> None:
    assert reason(b"page", name) == "unsupported_content_encoding"


@pytest.mark.parametrize("kind", ["gzip", "deflate", "brotli", "zstd"])
def test_a_bomb_is_refused_at_the_limit(kind: str) -> None:
    name, encode = ENCODERS[kind]
    bomb = encode(b"\0" * 30_000_000)
    tracemalloc.start()
    try:
        assert reason(bomb, name) == "decompressed_too_large"
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 10 * LIMIT
