"""Words as search compares them: the same in an indexed text, a query, and an excerpt to be marked.

Every character is folded by itself: case, accents, tashkeel and tatweel, the forms of alef, ya and ta
marbuta, Persian forms of Arabic letters, digits of other scripts. A run of letters and digits is
then a word, without ``’s``. A word's *loose* form is the same for its English endings (strike,
strikes), and with and without the Arabic article, also behind a conjunction or a preposition (نفط, النفط,
والنفط, للنفط).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

import tantivy

# Raise it when a text gives other words, or a word another loose form, than before: an index with another
# number can't be searched by this version.
FOLDING = 1
# Longer ones (addresses, encoded data) are cut into pieces of this length, wherever they stand.
MAX_WORD_CHARS = 100

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(rf"[^\W_]{{1,{MAX_WORD_CHARS}}}")
# ASCII is parted as bytes, which takes a third of the time
_SEPARATORS = bytes(code for code in range(128) if not chr(code).isalnum())
_SPACED = bytes.maketrans(_SEPARATORS, b" " * len(_SEPARATORS))
_POSSESSIVE = re.compile(r"['ʼ]s(?![^\W_])")
# Letters that Unicode doesn't decompose, and that readers without the keyboard write otherwise.
_LETTERS = {
    **{"ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th"},
    # alef maksura, ta marbuta, alef wasla; Persian ye and kaf, Urdu forms of ha
    **{"ى": "ي", "ة": "ه", "ٱ": "ا", "ی": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه"},
    "\u0640": "",  # tatweel stretches a word and means nothing
    "’": "'",
    "\u200c": " ",  # the non-joiner separates parts of a Persian word as a space would
}
_ARABIC = re.compile(r"[\u0621-\u064a]")
# The article, with what may stand before it; at least three letters remain, so that the word is still one.
# Again and again: الالكتروني is the definite form of a word that begins like an article itself.
_ARTICLE = re.compile(r"(?:(?:[وف]?[بك]?ال|[وف]?لل)(?=...))+")


def words(text: str) -> list[str]:
    """The words of a text, folded, in their order."""
    folded = _without_possessives(fold(text))
    if folded.isascii():
        found = folded.encode().translate(_SPACED).decode().split()
        if max(map(len, found), default=0) <= MAX_WORD_CHARS:
            return found
    return _WORD.findall(folded)


def spans(text: str, wanted: Callable[[list[str]], Iterable[int]]) -> list[tuple[int, int]]:
    """Start and end of words in a text: of those whose numbers ``wanted`` picks."""
    parts: list[str] = []
    if all(each.isascii() or len(_folded_character(each)) == 1 for each in set(text)):
        folded = fold(text)
    else:
        parts = [each if each.isascii() else _folded_character(each) for each in text]
        folded = "".join(parts).lower()
    folded = _without_possessives(folded)
    numbers = list(wanted(_WORD.findall(folded)))
    if not numbers:
        return []
    matches = list(_WORD.finditer(folded))
    found = [matches[number].span() for number in numbers]
    if not parts:
        return found
    # by character of the folded text: which of the text's it is of
    origins = [index for index, part in enumerate(parts) for _ in part]
    return [(origins[start], _with_accents(parts, origins[end - 1] + 1)) for start, end in found]


def _with_accents(parts: list[str], end: int) -> int:
    """The end of a word, behind the accents that follow its last letter."""
    while end < len(parts) and not parts[end]:
        end += 1
    return end


def fold(text: str) -> str:
    """A text with every character folded; what is not a letter or digit separates words."""
    if text.isascii():
        return text.lower()
    return _NOT_ASCII.sub(lambda run: _folded_run(run.group()), text).lower()


def loose(word: str) -> str:
    """The loose form of a folded word."""
    return _forms[word]


def all_loose(found: Iterable[str]) -> set[str]:
    """The loose forms of folded words."""
    return set(map(_forms.__getitem__, set(found)))


class _Forms(dict[str, str]):
    """Loose forms by word, made on demand; quicker than lru_cache, whose order isn't needed."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _FORMS_KEPT:
            self.clear()
        form = self[word] = _loose(word)
        return form


_FORMS_KEPT = 200_000
_forms = _Forms()


def _loose(word: str) -> str:
    if _ARABIC.search(word):
        article = _ARTICLE.match(word)
        return word[article.end() :] if article else word
    if not word.isascii():
        return word
    stems: list[str] = _stemmer().analyze(word)
    return stems[0]


def _without_possessives(folded: str) -> str:
    # as many blanks: positions stay the same
    return _POSSESSIVE.sub("  ", folded)


@lru_cache(maxsize=200_000)
def _folded_run(run: str) -> str:
    return "".join(map(_folded_character, run))


@lru_cache(maxsize=20_000)
def _folded_character(character: str) -> str:
    if character in _LETTERS:
        return _LETTERS[character]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""  # soft hyphens, joiners, directions; which picture to draw
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    folded = "".join(_LETTERS.get(each, each) for each in folded if not unicodedata.combining(each))
    if folded and not character.isalnum():
        # ™ would make one word of "Name™"; and without their quotation marks most texts are ASCII
        return "'" if folded == "'" else " "
    return folded


_local = threading.local()


def _stemmer() -> tantivy.TextAnalyzer:
    """English endings taken off (Porter's second stemmer); an analyzer serves one thread at a time."""
    if not hasattr(_local, "stemmer"):
        builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        _local.stemmer = builder.filter(tantivy.Filter.stemmer("english")).build()
    stemmer: tantivy.TextAnalyzer = _local.stemmer
    return stemmer
