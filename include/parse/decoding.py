"""Bytes to text: which encoding a capture has, whatever it claims, and one spelling for its white space."""

from __future__ import annotations

import codecs
import re

from include.errors import UnreadablePage

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
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_LONGEST_UTF8 = 4

# Invisible and of no width: they only hint where a line may or mayn't break.
_DELETED = ("\u200b", "\u2060", "\ufeff", "\u00ad")
# No-break space, the typographic spaces and the odd line ends; all are one space to a reader. Text captures
# have "Russia's\xa0National", "they\xa0called for\xa0 the": see the golden pages of both publishers.
_SPACES = ("\xa0", "\t", "\u202f", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\u3000", "\u205f", "\u1680")
_DELETE = {ord(char): None for char in _DELETED}
_EN_QUAD, _HAIR_SPACE = "\u2000", "\u200a"
_ANY_TYPOGRAPHIC = re.compile(f"[{_EN_QUAD}-{_HAIR_SPACE}]")


def decode(data: bytes) -> str:
    """The text of a capture, without byte order mark.

    In order: a byte order mark; UTF-16 told by its zero bytes; UTF-8 when it decodes (whatever the page
    claims: a wrong charset in the head is common, accidental UTF-8 is not); the charset that the page
    claims; UTF-8 with U+FFFD for broken bytes when more of it is right than wrong; Windows-1252. A character
    cut off at the very end is dropped.

    Raises:
        UnreadablePage: ``empty_file`` or ``binary_file``.
    """
    if not data or data.isspace():
        raise UnreadablePage("empty_file", "The file holds no text. Capture the page anew.")
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise UnreadablePage(
                "binary_file", f"The file is {what}, not a page. Capture the page as text or HTML."
            )
    text = _decode(data)
    sample = text[:65536]
    if "\x00" in text or len(_CONTROL.findall(sample)) > len(sample) // 100:
        raise UnreadablePage(
            "binary_file", "The file holds binary data, not text. Capture the page as text or HTML."
        )
    if not text or text.isspace():
        raise UnreadablePage("empty_file", "The file holds no text. Capture the page anew.")
    return text


def fold_spaces(text: str) -> str:
    """The text with line ends as ``\\n`` and other white space as plain spaces; no words are glued."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for char in _DELETED:
        if char in text:
            text = text.replace(char, "")
    for char in _SPACES:
        if char in text:
            text = text.replace(char, " ")
    if _ANY_TYPOGRAPHIC.search(text):
        text = _ANY_TYPOGRAPHIC.sub(" ", text)
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace").rstrip("\ufffd")
    if b"\0" in data[:4096]:
        return _utf_16_without_mark(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.start >= len(data) - _LONGEST_UTF8 + 1 and error.start > 0:
            # the capture was cut off inside a character
            return data[: error.start].decode("utf-8")
    return _legacy(data)


def _utf_16_without_mark(data: bytes) -> str:
    """UTF-16 of mostly Latin text has its zero bytes all on even or all on odd places."""
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if min(even, odd) > len(sample) // 50 or max(even, odd) < len(sample) // 5:
        raise UnreadablePage(
            "binary_file", "The file holds binary data, not text. Capture the page as text or HTML."
        )
    return data.decode(encoding, errors="replace").rstrip("\ufffd")


def _legacy(data: bytes) -> str:
    claimed = _CHARSET.search(data[:4096])
    if claimed:
        name = claimed.group(1).decode("ascii").lower()
        # browsers read these two as Windows-1252 as well
        name = "cp1252" if name in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"} else name
        try:
            if not name.startswith(("utf", "unicode")):
                return data.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    repaired = data.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd")
    whole = sum(1 for char in repaired if char > "\x7f") - broken
    return repaired if whole > broken else data.decode("cp1252", errors="replace")


def fold_line(text: str) -> str:
    """The text on one line: any white space as one space, none at its ends, no zero-width characters."""
    if not text.isascii():
        text = text.translate(_DELETE)
    return " ".join(text.split())
