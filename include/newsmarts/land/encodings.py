"""Undoing HTTP content encodings, and what wasn't declared, with a bound on what comes out."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator

import brotli
from backports import zstd

from newsmarts.core.embedded import TIMES_PAGE, without_embedded
from newsmarts.core.errors import CaptureError

_GZIP_MAGIC = b"\x1f\x8b"
_DEFLATED = 8  # the one method that gzip has; two bytes alone may begin a text in another charset
_STEP_BYTES = 1 << 16
# A server has one, rarely two; each doubles what a bomb can do.
_MAX_ENCODINGS = 2
# What servers send in this header although it encodes nothing; charsets too: see ``_is_plain``.
_NO_ENCODINGS = frozenset(
    {"", "identity", "none", "null", "binary", "plain", "7bit", "8bit", "utf-8", "utf8"}
)
_PLAIN_BYTES = 4096
# Compressed bytes have control characters all over; text has none but these.
_CONTROL = bytes(set(range(0x20)) - set(b"\t\n\f\r\x1b"))


def decode(data: bytes, content_encoding: str | None, *, max_bytes: int) -> bytes:
    """The body that these bytes encode; ``content_encoding`` is the header's value, None when it is missing.

    Memory stays near the sizes of both, whatever the bytes claim to unpack to. A body that is plain under a
    header that says otherwise is left as it is: archives keep the header of bodies that their crawler had
    already unpacked, and servers write charsets into it.

    Raises:
        CaptureError: ``unsupported_content_encoding``, ``decompressed_too_large`` (over ``max_bytes``) or
            ``bad_content_encoding`` (the bytes aren't what the header says, or end too early).
    """
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    names = [name for name in names if name not in _NO_ENCODINGS]
    if len(names) > _MAX_ENCODINGS:
        raise CaptureError("unsupported_content_encoding", f"it is encoded {len(names)} times over.")
    for name in reversed(names):  # the header has them in the order they were applied
        try:
            data = _decode_one(data, name, max_bytes)
        except CaptureError as error:
            is_unknown = error.reason_code == "unsupported_content_encoding"
            is_as_it_is = _is_plain(data) or (is_unknown and _is_gzip(data))
            if error.reason_code == "decompressed_too_large" or not is_as_it_is:
                raise
    return data


def decode_page(data: bytes, content_encoding: str | None = None, *, max_bytes: int) -> bytes:
    """A page's bytes as ``decode`` gives them, unpacked by their magic number where no header says gzip.

    Raises:
        CaptureError: as ``decode``.
    """
    data = decode(data, content_encoding, max_bytes=max_bytes)
    for _ in range(_MAX_ENCODINGS):
        if _is_gzip(data):
            data = _decode_one(data, "gzip", max_bytes)
    return data


def saved_page(data: bytes, *, max_bytes: int, reason_code: str = "record_too_large") -> bytes:
    """A saved page's bytes, unpacked when they are packed; what it embeds doesn't count for its size.

    Raises:
        CaptureError: as ``decode``; ``reason_code``: it has more than ``max_bytes`` without what it embeds.
    """
    data = decode_page(data, max_bytes=max_bytes * TIMES_PAGE)
    if len(data) > max_bytes:
        size_bytes = len(without_embedded(data))
        if size_bytes > max_bytes:
            raise CaptureError(
                reason_code,
                f"{size_bytes:,} bytes without embedded pictures, and the limit is {max_bytes:,}. "
                "Raise NEWS_MAX_FILE_BYTES if it is a page.",
            )
    return data


def _is_gzip(data: bytes) -> bool:
    return data.startswith(_GZIP_MAGIC) and data[2:3] == bytes((_DEFLATED,))


def _is_plain(data: bytes) -> bool:
    """Whether these bytes are text that can't be the output of a compressor."""
    beginning = data[:_PLAIN_BYTES]
    return len(beginning.translate(None, _CONTROL)) == len(beginning) and b"<" in beginning


def _decode_one(data: bytes, name: str, max_bytes: int) -> bytes:
    steps = _DECODERS.get(name)
    if steps is None:
        raise CaptureError(
            "unsupported_content_encoding",
            f"its content encoding {name[:40]!r} is none of {', '.join(sorted(_DECODERS))}.",
        )
    if not data:
        return b""
    parts = []
    size_bytes = 0
    try:
        for part in steps(data):
            size_bytes += len(part)
            if size_bytes > max_bytes:
                raise CaptureError(
                    "decompressed_too_large",
                    f"{len(data):,} bytes of {name} unpack to more than {max_bytes:,} bytes. If the page "
                    "really is that large, raise NEWS_MAX_FILE_BYTES.",
                )
            parts.append(part)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise CaptureError(
            "bad_content_encoding", f"its bytes aren't the {name} that its header says: {error}."
        ) from None
    return b"".join(parts)


def _gzip(data: bytes) -> Iterator[bytes]:
    if not data.startswith(_GZIP_MAGIC):
        # archives keep the header of bodies that their crawler had already unpacked
        yield data
        return
    while data.startswith(_GZIP_MAGIC):  # members may follow one another; other bytes after one mean nothing
        data = yield from _inflate(data, 31)


def _deflate(data: bytes) -> Iterator[bytes]:
    # RFC 9110 means zlib's format, some servers send it bare: zlib's first two bytes are a multiple of 31
    wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    yield from _inflate(data, 15 if wrapped else -15)


def _inflate(data: bytes, window_bits: int) -> Generator[bytes, None, bytes]:
    """Yield one stream's content; what follows the stream is returned."""
    decoder = zlib.decompressobj(window_bits)
    while not decoder.eof:
        part = decoder.decompress(data, _STEP_BYTES)
        data = decoder.unconsumed_tail
        if part:
            yield part
        elif not data and not decoder.eof:
            raise EOFError("they end too early")
    return decoder.unused_data


def _brotli(data: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    while not decoder.is_finished():
        part = decoder.process(data, output_buffer_limit=_STEP_BYTES)
        data = b""
        if part:
            yield part
        elif decoder.can_accept_more_data() and not decoder.is_finished():
            raise EOFError("they end too early")


def _zstd(data: bytes) -> Iterator[bytes]:
    while data:
        decoder = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 23})  # RFC 9659
        rest = data
        while not decoder.eof:
            part = decoder.decompress(rest, _STEP_BYTES)
            rest = b""
            if part:
                yield part
            elif decoder.needs_input and not decoder.eof:
                raise EOFError("they end too early")
        data = decoder.unused_data


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
