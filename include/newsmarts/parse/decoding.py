"""Bytes to text: which encoding a capture has, whatever it claims, and one spelling for its white space."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from newsmarts.core import mojibake
from newsmarts.core.embedded import without_embedded
from newsmarts.core.errors import UnreadablePage

_BOMS = (
    # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = tuple(mark for mark, _ in _BOMS)
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
_SAMPLE_BYTES = 4096
_MARKUP = re.compile(rb"<!--|<\?xml|<(?:meta|script|style|body)\b", re.IGNORECASE)
_NAMED = rb"""\s{0,20}=\s{0,20}["']?\s{0,20}([A-Za-z0-9_.:-]{2,40})"""
_CHARSET = re.compile(rb"(?:charset|encoding)" + _NAMED, re.IGNORECASE)
_OWN_CHARSET = re.compile(rb"""(?:[^"']|"[^"]*"|'[^']*')*?\scharset""" + _NAMED, re.IGNORECASE)
_LONGEST_TAG_BYTES = 2_000
_LEGACY_CODEC = re.compile(r"(?:cp|iso8859|koi8|mac|big5|gb|euc|shift|iso2022|hz|ptcp|tis)[a-z0-9_-]*")
# https://encoding.spec.whatwg.org/#names-and-labels
_AS_BROWSERS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_FEW = 4  # so many times as much is right as is wrong
_MOST_CONTROLS = 4
_LONGEST_UTF8 = 4
MAX_LINE_CHARS = 1_000_000  # a long article as a whole has some 50,000
_LINE_END = re.compile(r"\r+\n|\r")
_PLAIN_ASCII = bytes((*range(0x20, 0x7F), 0x0A))
_CONTROL = frozenset(chr(code) for code in (*range(0x20), 0x7F)) - frozenset("\t\n\v\f\r\x1b")

# Invisible and of no width: they only hint where a line may or mayn't break.
_DELETED = frozenset("\u200b\u2060\ufeff\u00ad")
# No-break space, the typographic spaces and the odd line ends; all are one space to a reader. Text captures
# have "Russia's\xa0National", "they\xa0called for\xa0 the": see the golden pages of both publishers.
_SPACES = frozenset("\t\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | frozenset(
    map(chr, range(0x2000, 0x200B))
)
# They tell a browser which way to write what is beside right-to-left letters; elsewhere they mean nothing.
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT = re.compile("[A-Za-z]")
_DELETE = {ord(char): None for char in _DELETED}


class Decoded(NamedTuple):
    """A capture's text without byte order mark, its characters that aren't plain ASCII, and its encoding."""

    text: str
    rare: frozenset[str]
    encoding: str


def decode(data: bytes, charset: str | None = None) -> Decoded:
    """The text of a capture; ``charset`` is what the HTTP answer, or what came with the page, declares.

    In order: a byte order mark; UTF-16 recognised by its zero bytes; UTF-8 when it decodes (whatever header
    and page claim: a wrong charset is common, accidental UTF-8 is not), or does so but for a few bytes, which
    become U+FFFD; ``charset``; the charset that the page claims; UTF-8 when more of it is right than wrong;
    Windows-1252. A character cut off at the very end is dropped, and so are a few NUL characters.

    Raises:
        UnreadablePage: ``empty_file`` or ``binary_file``.
    """
    if data.startswith(_MAGIC_NUMBERS):
        what = next(what for magic, what in _MAGIC if data.startswith(magic))
        raise _binary(f"is {what}")
    text, encoding = _decode(without_embedded(data), charset)
    if not text or text.isspace():
        raise UnreadablePage("empty_file", "The file holds no text. Capture the page anew.")
    # one fast pass leaves little to look at
    utf_8 = data if encoding == "utf-8" else text.encode("utf-8", "replace")
    rare = frozenset(utf_8.translate(None, _PLAIN_ASCII).decode("utf-8", "replace"))
    if not rare.isdisjoint(_CONTROL):
        control = sum(text.count(char) for char in rare & _CONTROL)
        if control > max(_MOST_CONTROLS, len(text) // 100):
            raise _binary("holds binary data")
        if "\0" in rare:  # browsers drop it as well
            text, rare = text.replace("\0", ""), rare - {"\0"}
    return Decoded(text, rare, encoding)


def fold_spaces(decoded: Decoded) -> str:
    """The text with line ends as ``\\n`` and other white space as plain spaces; no words are glued."""
    text, rare, _ = decoded
    if "\r" in rare:  # some tools write CR CR LF
        text = _LINE_END.sub("\n", text)
    for char in rare & _DELETED:
        text = text.replace(char, "")
    for char in rare & _SPACES:
        text = text.replace(char, " ")
    if _DIRECTIONS.search("".join(rare)):
        text = "\n".join(map(_without_directions, text.split("\n")))
    return text


def fold_line(text: str) -> str:
    """The text on one line: any white space as one space, none at its ends, no zero-width characters.

    Raises:
        UnreadablePage: ``line_too_long``.
    """
    if len(text) > MAX_LINE_CHARS:
        raise line_too_long(len(text))
    if not text.isascii():
        text = _without_directions(text.translate(_DELETE))
    return " ".join(text.split())


def _without_directions(line: str) -> str:
    """The line without marks of direction, unless it has letters that are written from right to left."""
    if _DIRECTIONS.search(line) and not _RIGHT_TO_LEFT.search(line):
        return _DIRECTIONS.sub("", line)
    return line


def without_directions(line: str) -> str:
    """A short line as it is compared: marks of direction kept only beside letters of both directions."""
    return line if line.isascii() or _LEFT_TO_RIGHT.search(line) else _DIRECTIONS.sub("", line)


def line_too_long(length_chars: int) -> UnreadablePage:
    """The error for a line or paragraph that no page has."""
    return UnreadablePage(
        "line_too_long",
        f"A line of the page has {length_chars} characters; no article has over {MAX_LINE_CHARS}. "
        "Look at the page.",
    )


def _binary(what: str) -> UnreadablePage:
    return UnreadablePage("binary_file", f"The file {what}, not a page. Capture the page as text or HTML.")


def _decode(data: bytes, charset: str | None) -> tuple[str, str]:
    """The text and the name of its encoding."""
    if data.startswith(_MARKS):
        mark, encoding = next(each for each in _BOMS if data.startswith(each[0]))
        return data[len(mark) :].decode(encoding, errors="replace").rstrip("\ufffd"), encoding
    if b"\0" in data[:_SAMPLE_BYTES] and (encoding := _utf_16_without_mark(data[:_SAMPLE_BYTES])):
        return data.decode(encoding, errors="replace").rstrip("\ufffd"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.start >= len(data) - _LONGEST_UTF8 + 1 and error.start > 0:
            # the capture was cut off inside a character
            return data[: error.start].decode("utf-8"), "utf-8"
    return _legacy(data, charset)


def _utf_16_without_mark(sample: bytes) -> str:
    """The encoding, when the zero bytes are all on even or all on odd places; else empty."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if min(even, odd) > len(sample) // 50 or max(even, odd) < len(sample) // 5:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _legacy(data: bytes, charset: str | None) -> tuple[str, str]:
    """The text of bytes that aren't UTF-8 as a whole.

    A header that a server sends with every page may contradict the page's own claim: of charsets that fit,
    the first wins that doesn't give letters which stand together in no language.
    """
    repaired = data.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd")
    intact = len(repaired) - len(repaired.encode("ascii", "ignore")) - broken
    if intact > _FEW * broken:
        return repaired.rstrip("\ufffd"), "utf-8"
    fitting = []
    for codec in dict.fromkeys(filter(None, map(_codec_of, (charset, charset_in_markup(data))))):
        text = data.decode(codec, errors="replace")
        if text.count("\ufffd") * _FEW <= intact + broken:
            if not mojibake.WRONG_LETTERS.search(text):
                return text, codec
            fitting.append((text, codec))
    if fitting:
        return fitting[0]
    if intact > broken:
        return repaired, "utf-8"
    return data.decode("cp1252", errors="replace"), "cp1252"


def _codec_of(charset: str | None) -> str | None:
    """The codec that browsers use for a charset that isn't Unicode; None for any other name."""
    name = (charset or "").lower().removeprefix("x-").replace("windows-", "cp")
    try:
        name = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    name = _AS_BROWSERS.get(name, name)
    return name if _LEGACY_CODEC.fullmatch(name) else None


def charset_in_markup(data: bytes) -> str | None:
    """The charset that a page's meta element or XML declaration names, however far down in its head.

    What only looks like one, in a script, a style or a comment, doesn't count.
    """
    at = 0
    while found := _MARKUP.search(data, at):
        at = found.end()
        word = found[0].lower()
        if word == b"<body":
            return None
        if word in (b"<meta", b"<?xml"):
            tag = data[at : at + _LONGEST_TAG_BYTES].partition(b">")[0].partition(b"<")[0]
            is_anywhere = word == b"<?xml" or b"http-equiv" in tag.lower()
            named = _CHARSET.search(tag) if is_anywhere else _OWN_CHARSET.match(tag)
            if named:
                return named[1].decode("ascii").lower()
            continue
        closing = b"-->" if word == b"<!--" else b"</" + word[1:]
        end = _find_ignoring_case(data, closing, at)
        if end < 0:
            return None
        at = end
    return None


def _find_ignoring_case(data: bytes, word: bytes, at: int) -> int:
    found = re.compile(re.escape(word), re.IGNORECASE).search(data, at)
    return found.start() if found else -1
