"""Archives as units: a gzip file as its members, a zstd file as its frames, a plain file as one.

A unit is unpacked piece by piece. When one is damaged, the next is looked for by its first bytes.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from backports import zstd
from isal import igzip_lib

from newsmarts.core.errors import DamagedUnit
from newsmarts.land.archives.entry import Budget

_DAMAGES: tuple[type[Exception], ...] = (igzip_lib.IsalError, zstd.ZstdError)  # type: ignore[assignment] # isal calls it a variable
_PLAIN_WARC = b"WARC/"
_RAW_BYTES = 1 << 17  # read from the file at a time
_PIECE_BYTES = 1 << 20  # unpacked at a time, at most


def units_of(handle: BinaryIO, budget: Budget, name: str) -> Units:
    """The file's units, by what it begins with; by its name when that is damaged."""
    handle.seek(0)
    magic = handle.read(5)
    if magic.startswith(GzipUnits.magic):
        return GzipUnits(handle, budget)
    if magic.startswith(ZstdUnits.magic) or _is_skippable(magic[:4]):
        return ZstdUnits(handle, budget)
    if name.lower().endswith((".gz", ".tgz")) and magic != _PLAIN_WARC:
        return GzipUnits(handle, budget)
    if name.lower().endswith(".zst") and magic != _PLAIN_WARC:
        return ZstdUnits(handle, budget)
    return PlainUnits(handle, budget)


class PlainUnits:
    """A file that isn't compressed: one unit, from wherever it is begun."""

    is_plain = True

    def __init__(self, handle: BinaryIO, budget: Budget) -> None:
        self.offset = 0
        self._handle = handle
        self._budget = budget
        self._next = 0

    def next_unit(self) -> bool:
        self.offset = self._handle.seek(self._next)
        self._next = self._handle.seek(0, 2)
        self._handle.seek(self.offset)
        return self.offset < self._next

    def more(self) -> bytes:
        piece = self._handle.read(_RAW_BYTES)
        self._budget.spend(len(piece))
        return piece

    def skip(self, size_bytes: int) -> int:
        """Pass over bytes unread, to the file's end at most; returns how many."""
        at = self._handle.tell()
        return self._handle.seek(min(at + size_bytes, self._next)) - at

    def seek(self, offset: int) -> None:
        self._next = offset

    def resync(self) -> None:
        raise NotImplementedError  # records of a plain file are looked for by its reader


class _CompressedUnits:
    """A file as a run of units, read forward; ``offset`` is where in the file the present one begins."""

    is_plain = False
    magic: bytes
    name: str
    _decoder: igzip_lib.IgzipDecompressor | zstd.ZstdDecompressor

    def __init__(self, handle: BinaryIO, budget: Budget) -> None:
        self.offset = 0
        self._handle = handle
        self._budget = budget
        self._raw = b""
        self._raw_end = handle.seek(0)
        self._ended = True

    def next_unit(self) -> bool:
        """Begin the unit after the present one; False at the end of the file.

        Raises:
            DamagedUnit: what follows isn't a unit.
        """
        while not self._ended:
            self.more()
        if not self._fill(len(self.magic)):
            return False
        self.offset = self._raw_end - len(self._raw)
        self._ended = not self._begin()
        return True

    def more(self) -> bytes:
        """The unit's next piece; empty at its end.

        Raises:
            DamagedUnit: it is damaged.
            ArchiveTooLarge: the archive unpacks to too much.
        """
        while not self._ended:
            if not self._raw and self._decoder.needs_input and not self._fill(1):
                self._ended = True
                raise DamagedUnit(
                    "truncated_record", f"the file ends within this {self.name}. Copy or download it again."
                )
            try:
                piece = self._decoder.decompress(self._raw, _PIECE_BYTES)
            except _DAMAGES as error:
                self._ended = True
                raise DamagedUnit(
                    "bad_record", f"its {self.name} is damaged: {error}. Copy or download the file again."
                ) from None
            self._ended = self._decoder.eof
            self._raw = self._decoder.unused_data if self._ended else b""
            if piece:
                self._budget.spend(len(piece))
                return piece
        return b""

    def seek(self, offset: int) -> None:
        """Let the unit that begins at this offset be the next."""
        at = self._raw_end - len(self._raw)
        if at <= offset <= self._raw_end:
            self._raw = self._raw[offset - at :]
        else:
            self._raw = b""
            self._raw_end = self._handle.seek(offset)
        self._ended = True

    def resync(self) -> None:
        """Let the next be the first that may begin behind the present one's first byte."""
        self.seek(self.offset + 1)
        while self._fill(len(self.magic)):
            found = self._raw.find(self.magic)
            if found >= 0:
                self._raw = self._raw[found:]
                return
            self._raw = self._raw[1 - len(self.magic) :]
        self._raw = b""

    def _fill(self, least_bytes: int) -> bool:
        """Have as many bytes of the file at hand, and more; False when the file hasn't that many."""
        while len(self._raw) < least_bytes:
            chunk = self._handle.read(_RAW_BYTES)
            if not chunk:
                return False
            self._raw_end += len(chunk)
            self._raw += chunk
        return True

    def _begin(self) -> bool:
        """Make the decoder of the unit that begins here; False when there is nothing to unpack.

        Raises:
            DamagedUnit: no unit begins here.
        """
        raise NotImplementedError


class GzipUnits(_CompressedUnits):
    """A gzip file as its members. ISA-L inflates half as fast again as zlib-ng does."""

    magic = b"\x1f\x8b\x08"
    name = "gzip member"

    def _begin(self) -> bool:
        if not self._raw.startswith(self.magic):
            raise DamagedUnit(
                "bad_record", "these bytes are no gzip member. Copy or download the file again."
            )
        self._decoder = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        return True


class ZstdUnits(_CompressedUnits):
    """A zstd file as its frames; a dictionary may stand in front (IIPC's WARC zstd specification)."""

    magic = b"\x28\xb5\x2f\xfd"
    name = "zstd frame"
    _dictionary: zstd.ZstdDict | None = None

    def _begin(self) -> bool:
        while _is_skippable(self._raw[:4]):
            self._skip_frame()
            if not self._fill(len(self.magic)):
                return False
            self.offset = self._raw_end - len(self._raw)
        if not self._raw.startswith(self.magic):
            raise DamagedUnit("bad_record", "these bytes are no zstd frame. Copy or download the file again.")
        options = {int(zstd.DecompressionParameter.window_log_max): 27}
        self._decoder = zstd.ZstdDecompressor(self._dictionary, options)
        return True

    def _skip_frame(self) -> None:
        if not self._fill(8):
            raise DamagedUnit("truncated_record", "the file ends within a zstd frame. Copy it again.")
        kind, size_bytes = struct.unpack("<II", self._raw[:8])
        is_dictionary = kind == 0x184D2A5D and self._dictionary is None
        if not is_dictionary or size_bytes > 16 << 20:
            self.seek(self._raw_end - len(self._raw) + 8 + size_bytes)
            return
        if not self._fill(8 + size_bytes):
            raise DamagedUnit("truncated_record", "the file ends within its zstd dictionary. Copy it again.")
        content, self._raw = self._raw[8 : 8 + size_bytes], self._raw[8 + size_bytes :]
        try:
            if content.startswith(self.magic):
                content = zstd.ZstdDecompressor().decompress(content, 16 << 20)
            self._dictionary = zstd.ZstdDict(content)
        except (zstd.ZstdError, ValueError) as error:
            raise DamagedUnit("bad_record", f"its zstd dictionary is damaged: {error}.") from None


Units = PlainUnits | GzipUnits | ZstdUnits


def _is_skippable(magic: bytes) -> bool:
    return len(magic) == 4 and magic[1:] == b"\x2a\x4d\x18" and magic[0] & 0xF0 == 0x50
