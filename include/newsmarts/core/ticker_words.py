"""Words of ticker and body lines as they are compared: one spelling for what looks alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Format and control characters, accents and vowel signs, the Arabic stroke that stretches a word.
_IGNORED = dict.fromkeys(
    code
    for code in (*range(0x10000), *range(0xE0000, 0xE01F0))
    if unicodedata.category(chr(code)) in {"Cf", "Mn", "Me"} or (code < 32 and code not in range(9, 14))
) | {0x0640: None}
# Letters and digits that look alike, or are the same in another writing: one of each.
_ALIKE = {
    **dict(
        zip(
            map(ord, "аеорсухіѕјһӏԁАВЕКМНОРСТХУІЅЈοαΟΑΒΕΖΗΙΚΜΝΡΤΥΧیېکگہھىة"),
            "aeopcyxisjhldABEKMHOPCTXYISJoaOABEZHIKMNPTYXييككههيه",
            strict=True,
        )
    ),
    **{code: str(unicodedata.digit(chr(code))) for code in (*range(0x660, 0x66A), *range(0x6F0, 0x6FA))},
}
_FOLDED = _IGNORED | _ALIKE
WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"[^\w\s]+|_+")
_BETWEEN_LETTERS = re.compile(r"[^\w\n]+|_+")
_WORD_OR_SPACE = re.compile(r"[\w\s]")
_ASCII = bytes(range(128))
_PLAIN = _ASCII[32:127]
# ASCII is looked at as bytes, which takes a third of the time
_ASCII_MARKS = bytes(code for code in range(128) if not chr(code).isalnum() and not chr(code).isspace())
_ASCII_BETWEEN_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) != "\n")
_SMALL = bytes(range(256)).lower()
_SMALL_SPACED = _SMALL.translate(bytes.maketrans(_ASCII_MARKS, b" " * len(_ASCII_MARKS)))
_SHAPES = bytes(
    ord("A") if chr(code).isupper() else ord("a") if chr(code).isalnum() else ord(" ") for code in range(256)
)
_CAPITALS = "".join(char for char in map(chr, range(0x10000)) if char.isupper())
# a capital is looked for first, which takes a tenth of the time
_CAPITAL_IN_WORD = re.compile(rf"[{_CAPITALS}](?<=[^\W_{_CAPITALS}][{_CAPITALS}])")


def prepared(line: str) -> str:
    """The line with one spelling for what looks alike; case and punctuation are kept."""
    if line.isascii() and line.isprintable():
        return line
    return _prepared(line)


@lru_cache(maxsize=256)  # a body's lines, which are compared with more than one thing
def _prepared(line: str) -> str:
    text = unicodedata.normalize("NFKD", line)
    rare = _others(text, _PLAIN)  # nearly always a few quotation marks and dashes
    if not _FOLDED.keys().isdisjoint(map(ord, rare)):
        text = text.translate(_FOLDED)
    if len(rare.casefold()) != len(rare):  # ß: folding mustn't move the letters after it
        text = "".join(char if len(char.casefold()) == 1 else char.casefold() for char in text)
    return text


def _in_ascii(text: str) -> bytes | None:
    """A prepared text with "?" for signs beyond ASCII; None: it has letters, digits or spaces beyond it."""
    return text.encode() if text.isascii() else _signs_in_ascii(text)


@lru_cache(maxsize=256)  # as above
def _signs_in_ascii(text: str) -> bytes | None:
    return None if _WORD_OR_SPACE.search(_others(text, _ASCII)) else text.encode("ascii", "replace")


def _others(text: str, ascii_codes: bytes) -> str:
    """The text without these signs of ASCII, and without surrogates."""
    return text.encode("utf-8", "replace").translate(None, ascii_codes).decode()


def normalise_line(line: str) -> str:
    """The line's words without case, punctuation, accents and invisible characters."""
    text = prepared(line)
    if (in_ascii := _in_ascii(text)) is not None:
        words = in_ascii.translate(_SMALL, _ASCII_MARKS).decode()
        # to part and join them takes longer than all else
        return words.strip() if words.isprintable() and "  " not in words else " ".join(words.split())
    return " ".join(_MARKS.sub("", text.casefold()).split())


def folded_words(text: str) -> list[str]:
    """Runs of letters and digits of a prepared text, case folded."""
    if (in_ascii := _in_ascii(text)) is not None:
        return in_ascii.translate(_SMALL_SPACED).decode().split()
    return WORD.findall(text.casefold())


def letters_by_line(lines: Sequence[str]) -> list[str]:
    """The letters and digits of each line, case folded: its ``folded_words`` run together.

    Lines are read together, which takes a tenth of the time of one by one.
    """
    text = prepared("\n".join([line.replace("\n", " ") for line in lines]))
    in_ascii = _in_ascii(text)
    if in_ascii is None:
        letters = _BETWEEN_LETTERS.sub("", text.casefold())
    else:
        letters = in_ascii.translate(_SMALL, _ASCII_BETWEEN_LETTERS).decode()
    return letters.split("\n") if lines else []


def has_capital_in_word(text: str) -> bool:
    """Whether a word of the text has a capital behind another letter or a digit, as in "iPhone"."""
    if (in_ascii := _in_ascii(text)) is not None:
        return b"aA" in in_ascii.translate(_SHAPES)
    return _CAPITAL_IN_WORD.search(text) is not None
