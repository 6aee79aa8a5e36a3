"""Words of ticker and body lines as they are compared: one spelling for what looks alike."""

from __future__ import annotations

import re
import unicodedata
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
# ASCII is looked at as bytes, which takes a third of the time
_ASCII_MARKS = bytes(code for code in range(128) if not chr(code).isalnum() and not chr(code).isspace())
_SPACED = bytes.maketrans(_ASCII_MARKS, b" " * len(_ASCII_MARKS))
_SHAPES = bytes(
    ord("A") if chr(code).isupper() else ord("a") if chr(code).isalnum() else ord(" ") for code in range(256)
)
_CAPITALS = "".join(char for char in map(chr, range(0x10000)) if char.isupper())
_CAPITAL_IN_WORD = re.compile(rf"(?<=[^\W_{_CAPITALS}])[{_CAPITALS}]")


def prepared(line: str) -> str:
    """The line with one spelling for what looks alike; case and punctuation are kept."""
    if line.isascii() and line.isprintable():
        return line
    return _prepared(line)


@lru_cache(maxsize=256)  # a body's lines, which are compared with more than one thing
def _prepared(line: str) -> str:
    text = unicodedata.normalize("NFKD", line).translate(_FOLDED)
    if len(text.casefold()) != len(text):  # ß: folding mustn't move the letters after it
        text = "".join(char if len(char.casefold()) == 1 else char.casefold() for char in text)
    return text


def normalise_line(line: str) -> str:
    """The line's words without case, punctuation, accents and invisible characters."""
    folded = prepared(line).casefold()
    if folded.isascii():
        return " ".join(folded.encode().translate(None, _ASCII_MARKS).decode().split())
    return " ".join(_MARKS.sub("", folded).split())


def words_of(folded: str) -> list[str]:
    """Runs of letters and digits."""
    if folded.isascii():
        return folded.encode().translate(_SPACED).decode().split()
    return WORD.findall(folded)


def has_capital_in_word(text: str) -> bool:
    """Whether a word of the text has a capital behind another letter or a digit, as in "iPhone"."""
    if text.isascii():
        return b"aA" in text.encode().translate(_SHAPES)
    return _CAPITAL_IN_WORD.search(text) is not None
