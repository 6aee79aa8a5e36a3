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
# A dash excludes what follows: not inside a word, and not before a blank.
_TOKEN = re.compile(
    rf"""\s*(?P<token>
    (?P<bracket>[()])
    | (?P<minus>(?<![^\s(])-(?=[^\s-]))
    | (?P<option>{"|".join(_OPTIONS)}):(?=\S)
    | (?:(?P<field>{"|".join(FIELDS)}):(?=\S))?
      (?:(?P<no_word>[()]) | (?P<quote>[\"“”„«»]) | (?P<bare>[^\s()\"“”„«»]+))
    )""",
    re.VERBOSE | re.IGNORECASE,
)


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
    while match := _TOKEN.match(query, at):
        start, at = match.start("token"), match.end()
        fields = (match["field"].lower(),) if match["field"] else FIELDS
        text = match["bare"]
        if match["bracket"]:
            tokens.append(_Token(match["bracket"], start, match["bracket"]))
        elif match["minus"]:
            tokens.append(_Token("NOT", start, "-"))
        elif match["option"]:
            name = match["option"].lower()
            raise QueryError(query, start, f"{name}: isn't part of a query; use the option {_OPTIONS[name]}")
        elif match["no_word"] == "(":
            advice = f"{fields[0]}: takes one word or phrase; write it before each word"
            raise QueryError(query, start, advice)
        elif match["no_word"]:
            raise QueryError(query, start, "there is no word here; write one or leave it out")
        elif match["quote"]:
            at = _end_of_phrase(query, match.start("quote"))
            text = query[match.start("quote") : at]
            if found := tuple(words(text)):
                tokens.append(_Token("word", start, text, Find(found, True, fields)))
        elif text in {"AND", "OR", "NOT"} and not match["field"]:
            tokens.append(_Token(text, start, text))
        elif "*" in text:
            advice = "* isn't a wildcard; write whole words, which are found in all their forms"
            raise QueryError(query, match.start("bare") + text.index("*"), advice)
        elif found := tuple(words(text)):
            tokens.append(_Token("word", start, text, Find(found, len(found) > 1, fields)))
    return tokens


def _end_of_phrase(query: str, quote: int) -> int:
    """Where the quotation ends that begins here."""
    closers = _QUOTES[query[quote]]
    end = next((at for at in range(quote + 1, len(query)) if query[at] in closers), None)
    if end is None:
        raise QueryError(query, quote, f"this quotation isn't closed; write {closers[0]} where it ends")
    return end + 1


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
