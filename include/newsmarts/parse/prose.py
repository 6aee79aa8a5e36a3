"""What a line's own words say: whether it ends like a sentence, could be a headline, or heads a paragraph."""

from __future__ import annotations

import re

MAX_HEADLINE_CHARS = 200
MAX_QUESTION_CHARS = 60  # a longer question is a sentence of the text
MAX_NAME_CHARS = 100  # of a tag
_FIRST_LETTERS = 5

_OPENING = "\"“‘'«"
_CLOSING = "'\"’”»)]"  # after the end of a sentence these don't count: “We won't,” he said.”
_ENDS = frozenset(".!?…:;,؟۔।॥。！？．｡、：；")
_QUESTIONS = frozenset("?!؟？！")
_NOTES = re.compile(r"(?: ?(?:\[[^\[\]]{1,3}\]|[*†‡¹²³⁴-⁹]))+$")  # footnotes: "signed in 2019.[1]"
# "We waited," he said, "and that is all": words spoken and who spoke them, no title
_SPEECH = re.compile(r"""["“”'‘«][^"“”«»]*[,.!?…]["”'’»],? \(?[a-z]""")
_NUMBERED = re.compile(r"(?:\(?\d{1,2}[.):]|[-–—•*]|\(?[a-z]\)) ?\S")
_ADDRESS = re.compile(r"https?://|\bwww\.|\b[\w-]+\.(?:com|org|net|ir|me)\b", re.IGNORECASE)
_LONG_QUOTATION = 8  # words: a title may quote a few
# "Robert F. Kennedy Jr.", "Apple Inc.", "Wall St."
_SHORT_FORM = re.compile(r"(?:^|[ (])(?:[A-Z][a-z]{0,4}|[A-Z](?:\.[A-Z])+)\.\)?$")
_NAME_WORDS = 6
SIGNS_BEFORE = "👉➡🔴📺🎥🎬📷📸🎧🔗📌⚡⬇🗞📰\ufe0f"
_SIGNS = f" .:…!|>»→►▶▼▾↓•+@–—[]()*-{SIGNS_BEFORE}"
_COMMON = frozenset(
    {
        "about", "after", "again", "against", "ahead", "also", "amid", "among", "around", "because",
        "been", "before", "being", "between", "both", "could", "does", "down", "during", "each", "even",
        "every", "first", "from", "have", "here", "into", "just", "last", "like", "made", "many", "more",
        "most", "much", "must", "near", "next", "only", "other", "over", "said", "says", "since", "some",
        "such", "take", "than", "that", "their", "them", "then", "there", "these", "they", "this",
        "those", "through", "today", "under", "until", "very", "want", "well", "were", "what", "when",
        "where", "which", "while", "will", "with", "within", "without", "would", "year", "years", "your",
    }
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{4,}")
_ARTICLES = frozenset({"The", "the", "THE", "A", "a", "An", "an", "AN"})
_FIRST_WORD = re.compile(rf"[{re.escape(_SIGNS)}]*+(?:(?:[Tt]he|THE|[Aa]n?|AN) )?+([^ :/]*)")
NEXT_SENTENCE = re.compile(r"[.!?]['\"’”»)]* +['\"‘“«(]?[A-Z0-9]")


def ends_like_sentence(text: str) -> bool:
    """Whether a line ends as sentences do, or promises something (a colon)."""
    last = text[-1:]
    if last in "]*†‡¹²³⁴⁵⁶⁷⁸⁹":
        text = _NOTES.sub("", text)
        last = text[-1:]
    if last in _CLOSING:
        text = text.rstrip(_CLOSING)
        last = text[-1:]
    if last == "." and text[-2:-1].isupper() and not text[-3:-2].isalnum():
        return False  # talks with the U.S.
    return last in _ENDS


def ends_like_question(text: str) -> bool:
    """Whether a line ends with a question or exclamation mark."""
    return text.rstrip(_CLOSING)[-1:] in _QUESTIONS


def looks_like_headline(text: str) -> bool:
    """Whether a line could be a headline: not long, and no full stop at its end; a question may be one."""
    if len(text) > MAX_HEADLINE_CHARS:
        return False
    return not ends_like_sentence(text) or ends_like_question(text)


def stems(text: str) -> set[str]:
    """A text's longer words, by their first letters, without those that any text has."""
    return {word[:_FIRST_LETTERS] for word in _WORD.findall(text.casefold()) if word not in _COMMON}


def shared_words(headline: str, paragraph: str) -> float:
    """The share of a headline's longer words that a paragraph has as well (by their first letters)."""
    words = stems(headline)
    return len(words & stems(paragraph)) / len(words) if words else 0.0


def first_word(text: str) -> str:
    """A line's first word in small letters, up to a colon or slash, whatever signs are before it.

    An article isn't counted: a word that every third line begins with would say nothing about it.
    """
    space = text.find(" ")
    word = text if space < 0 else text[:space]
    if word.isalpha() and word not in _ARTICLES:  # nearly all lines
        return word.lower()
    found = _FIRST_WORD.match(text)
    return found[1].rstrip(_SIGNS).lower() if found else ""


def may_head_text(text: str) -> bool:
    """Whether a line reads like a title: it isn't a sentence, speech, a long quotation or an address.

    A question may be one when it isn't itself a quotation.
    """
    if ends_like_sentence(text):
        return ends_like_question(text) and text[0] not in _OPENING and len(text) <= MAX_QUESTION_CHARS
    if text[0].islower() or text[0] in "—*[" or _has_address(text):
        return False
    if text[0] in _OPENING and text[-1] in _CLOSING and text.count(" ") >= _LONG_QUOTATION:
        return False
    return _SPEECH.search(text) is None and any(map(str.isalnum, text))


def _has_address(text: str) -> bool:
    """Whether a line has a web address."""
    return ("." in text or "//" in text) and _ADDRESS.search(text) is not None


def is_numbered(text: str) -> bool:
    """Whether a line begins as a point of a list does."""
    return _NUMBERED.match(text) is not None


def is_latin(text: str) -> bool:
    """Whether a line has any Latin letter, or no letter at all."""
    return any(char <= "\u024f" for char in text if char.isalpha()) or not any(map(str.isalpha, text))


def could_be_name(text: str, *, linked: bool = False) -> bool:
    """Whether a list's entry could be a tag; one that is a link may be a question or exclamation."""
    if len(text) > MAX_NAME_CHARS:
        return False
    if not ends_like_sentence(text):
        return True
    if text[-1] == ":":
        return text.count(" ") < _NAME_WORDS // 2
    if text[-1] in _QUESTIONS:
        return linked or text.count(" ") < _NAME_WORDS // 2
    return _SHORT_FORM.search(text) is not None and text.count(" ") < _NAME_WORDS
