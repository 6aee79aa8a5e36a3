"""The query language: a query as typed, parsed into a tree, or an error with its place.

::

    grain exchange          both words, each in any of its forms, anywhere in the article
    "grain exchange"        these words, exactly so, side by side
    grain OR wheat          either; AND binds closer, brackets group: (grain OR wheat) exchange
    grain -exchange         without the second word; NOT exchange means the same
    headline:grain          only in the headline; so do standfirst: and body:

A word of several parts (cease-fire, U.S.) is found as a phrase. Other punctuation separates words, as in any
text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsmarts.core.errors import QueryError
from newsmarts.search.words import words

MAX_CHARS = 1000
MAX_WORDS = 50
MAX_DEPTH = 10
FIELDS = ("headline", "standfirst", "body")
_QUOTES = {'"': '"', "“": '”„“"', "„": '”“"', "”": '”"', "«": "»", "»": "«»"}
_OPTIONS = {
    "publisher": "--publisher",
    "tag": "--tag",
    "date": "--from and --to",
    "from": "--from",
    "to": "--to",
}
_PREFIX = re.compile(r"([A-Za-z]+):(?=\S)")
_BARE = re.compile(r"[^\s()\"“”„«»]+")


@dataclass(frozen=True, slots=True)
class Find:
    """Folded words side by side in one of the fields; ``exact``, or in any of their forms."""

    words: tuple[str, ...]
    exact: bool
    fields: tuple[str, ...] = FIELDS


@dataclass(frozen=True, slots=True)
class All:
    """All of ``wanted``, and none of ``unwanted``; something is wanted."""

    wanted: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """One of the parts, or several."""

    parts: tuple[Node, ...]


Node = Find | All | Any


@dataclass(frozen=True, slots=True)
class _Token:
    """``kind``: word, (, ), AND, OR, NOT, end."""

    kind: str
    start: int
    text: str
    find: Find | None = None


def parse(query: str) -> Node:
    """Parse a query.

    Raises:
        QueryError: it can't be read, is empty or too long; with the place, and what to write.
    """
    if len(query) > MAX_CHARS:
        raise QueryError(query, MAX_CHARS, f"a query has at most {MAX_CHARS} characters; shorten it")
    tokens = [*_tokens(query), _Token("end", len(query), "")]
    found = [token for token in tokens if token.find]
    if not found:
        raise QueryError(query, 0, "there is no word in it; write at least one word to look for")
    if sum(len(token.find.words) for token in found if token.find) > MAX_WORDS:
        raise QueryError(query, found[-1].start, f"a query has at most {MAX_WORDS} words; use fewer")
    return _Parser(query, tokens).parse()


def _tokens(query: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(query):
        character = query[at]
        if character.isspace():
            at += 1
        elif character in "()":
            tokens.append(_Token(character, at, character))
            at += 1
        elif character == "-" and at + 1 < len(query) and _is_minus_sign(query, at):
            tokens.append(_Token("NOT", at, "-"))
            at += 1
        else:
            token, at = _read_word(query, at)
            if token:
                tokens.append(token)
    return tokens


def _is_minus_sign(query: str, at: int) -> bool:
    """Whether a dash excludes what follows: not inside a word, and not before a blank."""
    before = query[at - 1] if at else " "
    return (before.isspace() or before == "(") and not query[at + 1].isspace() and query[at + 1] != "-"


def _read_word(query: str, start: int) -> tuple[_Token | None, int]:
    at = start
    fields: tuple[str, ...] = FIELDS
    if prefix := _PREFIX.match(query, at):
        name = prefix[1].lower()
        if name in _OPTIONS:
            raise QueryError(query, start, f"{name}: isn't part of a query; use the option {_OPTIONS[name]}")
        if name in FIELDS:
            at, fields = prefix.end(), (name,)
            if query[at] == "(":
                raise QueryError(query, start, f"{name}: takes one word or phrase; write it before each word")
    if query[at] in _QUOTES:
        return _read_phrase(query, start, at, fields)
    bare = _BARE.match(query, at)
    if bare is None:
        raise QueryError(query, start, "there is no word here; write one or leave it out")
    text = bare[0]
    if at == start and text in {"AND", "OR", "NOT"}:
        return _Token(text, start, text), bare.end()
    if (star := text.find("*")) >= 0:
        raise QueryError(
            query, at + star, "* isn't a wildcard; write whole words, which are found in all their forms"
        )
    found = tuple(words(text))
    token = _Token("word", start, text, Find(found, len(found) > 1, fields)) if found else None
    return token, bare.end()


def _read_phrase(query: str, start: int, quote: int, fields: tuple[str, ...]) -> tuple[_Token | None, int]:
    closers = _QUOTES[query[quote]]
    end = next((at for at in range(quote + 1, len(query)) if query[at] in closers), None)
    if end is None:
        raise QueryError(query, quote, f"this quotation isn't closed; write {closers[0]} where it ends")
    text = query[quote : end + 1]
    found = tuple(words(text))
    return _Token("word", start, text, Find(found, True, fields)) if found else None, end + 1


class _Parser:
    """Parses tokens by precedence: OR joins what AND, explicit or not, has joined."""

    def __init__(self, query: str, tokens: list[_Token]) -> None:
        self._query = query
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._any()
        token = self._token
        if token.kind == ")":
            raise self._error(token, "this bracket closes nothing; leave it out or open one before it")
        return node

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _error(self, token: _Token, advice: str) -> QueryError:
        return QueryError(self._query, token.start, advice)

    def _any(self) -> Node:
        parts = [self._all()]
        while self._token.kind == "OR":
            self._next += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _all(self) -> Node:
        first = self._token
        wanted: list[Node] = []
        unwanted: list[Node] = []
        while True:
            negated = self._token.kind == "NOT"
            if negated:
                self._next += 1
            (unwanted if negated else wanted).append(self._one())
            if self._token.kind == "AND":
                self._next += 1
            elif self._token.kind not in {"word", "(", "NOT"}:
                break
        if not wanted:
            raise self._error(first, "this only excludes words; add a word to look for")
        return wanted[0] if len(wanted) == 1 and not unwanted else All(tuple(wanted), tuple(unwanted))

    def _one(self) -> Node:
        token = self._token
        if token.find:
            self._next += 1
            return token.find
        if token.kind == "(":
            return self._group(token)
        if token.kind == "end":
            raise self._error(token, "something is missing at the end; write a word there")
        raise self._error(token, f"a word is missing before {token.text}; write one, or put it in quotes")

    def _group(self, opening: _Token) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(opening, f"brackets go at most {MAX_DEPTH} deep; use fewer")
        self._next += 1
        node = self._any()
        if self._token.kind != ")":
            raise self._error(opening, "this bracket isn't closed; write ) where it ends")
        self._next += 1
        self._depth -= 1
        return node
