"""Bytes to text: which encoding a capture has, whatever it claims, and one spelling for its white space."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from newsmarts.core.errors import UnreadablePage

_BOMS = (
    # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "an SQLite file"),
)
_MAGIC_NUMBERS = tuple(magic for magic, _ in _MAGIC)
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_LONGEST_UTF8 = 4
MAX_LINE_CHARS = 1_000_000  # a long article as a whole has some 50,000
_PLAIN_ASCII = bytes((*range(0x20, 0x7F), 0x0A))
_CONTROL = frozenset(chr(code) for code in (*range(0x20), 0x7F)) - frozenset("\t\n\v\f\r\x1b")

# Invisible and of no width: they only hint where a line may or mayn't break.
_DELETED = frozenset("\u200b\u2060\ufeff\u00ad")
# No-break space, the typographic spaces and the odd line ends; all are one space to a reader. Text captures
# have "Russia's\xa0National", "they\xa0called for\xa0 the": see the golden pages of both publishers.
_SPACES = frozenset("\t\v\f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | frozenset(
    map(chr, range(0x2000, 0x200B))
)
_DELETE = {ord(char): None for char in _DELETED}


class Decoded(NamedTuple):
    """A capture's text without byte order mark, its characters that aren't plain ASCII, and its encoding."""

    text: str
    rare: frozenset[str]
    encoding: str


def decode(data: bytes) -> Decoded:
    """The text of a capture.

    In order: a byte order mark; UTF-16 recognised by its zero bytes; UTF-8 when it decodes (whatever the page
    claims: a wrong charset in the head is common, accidental UTF-8 is not); the charset that the page
    claims; UTF-8 with U+FFFD for broken bytes when more of it is right than wrong; Windows-1252. A character
    cut off at the very end is dropped.

    Raises:
        UnreadablePage: ``empty_file`` or ``binary_file``.
    """
    if data.startswith(_MAGIC_NUMBERS):
        what = next(what for magic, what in _MAGIC if data.startswith(magic))
        raise _binary(f"is {what}")
    text, encoding = _decode(data)
    if not text or text.isspace():
        raise UnreadablePage("empty_file", "The file holds no text. Capture the page anew.")
    # one fast pass leaves little to look at
    utf_8 = data if encoding == "utf-8" else text.encode("utf-8", "replace")
    rare = frozenset(utf_8.translate(None, _PLAIN_ASCII).decode("utf-8", "replace"))
    if not rare.isdisjoint(_CONTROL):
        control = sum(text.count(char) for char in rare & _CONTROL)
        if "\x00" in rare or control > len(text) // 100:
            raise _binary("holds binary data")
    return Decoded(text, rare, encoding)


def fold_spaces(decoded: Decoded) -> str:
    """The text with line ends as ``\\n`` and other white space as plain spaces; no words are glued."""
    text, rare, _ = decoded
    if "\r" in rare:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for char in rare & _DELETED:
        text = text.replace(char, "")
    for char in rare & _SPACES:
        text = text.replace(char, " ")
    return text


def fold_line(text: str) -> str:
    """The text on one line: any white space as one space, none at its ends, no zero-width characters.

    Raises:
        UnreadablePage: ``line_too_long``.
    """
    if len(text) > MAX_LINE_CHARS:
        raise line_too_long(len(text))
    if not text.isascii():
        text = text.translate(_DELETE)
    return " ".join(text.split())


def line_too_long(length_chars: int) -> UnreadablePage:
    """The error for a line or paragraph that no page has."""
    return UnreadablePage(
        "line_too_long",
        f"A line of the page has {length_chars} characters; no article has over {MAX_LINE_CHARS}. "
        "Look at the page.",
    )


def _binary(what: str) -> UnreadablePage:
    return UnreadablePage("binary_file", f"The file {what}, not a page. Capture the page as text or HTML.")


def _decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace").rstrip("\ufffd"), encoding
    if b"\0" in data[:4096]:
        return _utf_16_without_mark(data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.start >= len(data) - _LONGEST_UTF8 + 1 and error.start > 0:
            # the capture was cut off inside a character
            return data[: error.start].decode("utf-8"), "utf-8"
    return _legacy(data)


def _utf_16_without_mark(data: bytes) -> tuple[str, str]:
    """UTF-16 of mostly Latin text has its zero bytes all on even or all on odd places."""
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if min(even, odd) > len(sample) // 50 or max(even, odd) < len(sample) // 5:
        raise _binary("holds binary data")
    return data.decode(encoding, errors="replace").rstrip("\ufffd"), encoding


def _legacy(data: bytes) -> tuple[str, str]:
    claimed = _CHARSET.search(data[:4096])
    if claimed:
        name = claimed.group(1).decode("ascii").lower()
        # browsers read these two as Windows-1252 as well
        name = "cp1252" if name in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"} else name
        try:
            if not name.startswith(("utf", "unicode")):
                return data.decode(name), name
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    repaired = data.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd")
    intact = sum(1 for char in repaired if char > "\x7f") - broken
    if intact > broken:
        return repaired, "utf-8"
    return data.decode("cp1252", errors="replace"), "cp1252"
