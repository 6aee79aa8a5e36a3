"""What a line's own words say: whether it ends like a sentence, could be a headline, or heads a paragraph."""

from __future__ import annotations

import re

MAX_HEADLINE_CHARS = 150
_FIRST_LETTERS = 5

_CLOSING = "'\"’”»)]"  # after the end of a sentence these don't count: “We won't,” he said.”
_ENDS = frozenset(".!?…:;,؟۔")
_QUESTIONS = frozenset("?!؟")
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


def ends_like_sentence(text: str) -> bool:
    """Whether a line ends as sentences do, or promises something (a colon)."""
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
