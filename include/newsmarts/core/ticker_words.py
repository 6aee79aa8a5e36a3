"""Words of ticker and body lines as they are compared: one spelling for what looks alike."""

from __future__ import annotations

import re
import unicodedata

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
_ASCII_MARKS = {code: None for code in range(128) if not chr(code).isalnum() and not chr(code).isspace()}
_ASCII_SPACES = dict.fromkeys(_ASCII_MARKS, " ")


def prepared(line: str) -> str:
    """The line with one spelling for what looks alike; case and punctuation are kept."""
    if line.isascii() and line.isprintable():
        return line
    text = unicodedata.normalize("NFKD", line).translate(_FOLDED)
    if len(text.casefold()) != len(text):  # ß: folding mustn't move the letters after it
        text = "".join(char if len(char.casefold()) == 1 else char.casefold() for char in text)
    return text


def normalise_line(line: str) -> str:
    """The line's words without case, punctuation, accents and invisible characters."""
    folded = prepared(line).casefold()
    words = folded.translate(_ASCII_MARKS) if folded.isascii() else _MARKS.sub("", folded)
    return " ".join(words.split())


def words_of(folded: str) -> list[str]:
    """Runs of letters and digits."""
    # for ASCII three times as fast
    return folded.translate(_ASCII_SPACES).split() if folded.isascii() else WORD.findall(folded)
