"""A query as tantivy runs it, and the marks in texts that match it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from tantivy import FieldType, Occur, Query

from newsmarts.search import schema
from newsmarts.search.query import FIELDS, All, Any, Find, Node
from newsmarts.search.words import loose, spans

# The fields that must have all wanted words, best first: each level contains the one before it.
LEVELS: tuple[tuple[str, ...], ...] = (("headline",), ("headline", "standfirst"), FIELDS)
_ARABIC = re.compile(r"[\u0621-\u064a]{4,}")
# "and", "so", "by", "for", "as", written as one word with the next
_PROCLITICS = tuple(first + second for first in ("", "و", "ف") for second in ("", "ب", "ل", "ك"))


def to_query(node: Node, fields: Sequence[str]) -> Query:
    """Articles with the wanted words in these fields, and the unwanted ones nowhere."""
    if isinstance(node, Find):
        return _either([_find(node, field) for field in fields if field in node.fields])
    if isinstance(node, Any):
        return _either([to_query(part, fields) for part in node.parts])
    return Query.boolean_query(
        [
            *((Occur.Must, to_query(part, fields)) for part in node.wanted),
            *((Occur.MustNot, to_query(part, FIELDS)) for part in node.unwanted),
        ]
    )


def filtered(
    found: Query,
    *,
    publishers: Sequence[str] = (),
    tags: Sequence[str] = (),
    first_day: date | None = None,
    last_day: date | None = None,
) -> Query:
    """The query, limited to publishers, articles with every tag, and days (both included)."""
    fields = schema.schema()
    filters = [_either([_term("tag", schema.tag_key(tag))]) for tag in tags]
    if publishers:
        filters.append(_either([_term("publisher", publisher) for publisher in publishers]))
    if first_day is not None or last_day is not None:
        # an article without a day has 0, and is in no span of days
        lower = schema.day_number(first_day) if first_day is not None else 1
        upper = schema.day_number(last_day) if last_day is not None else None
        filters.append(Query.range_query(fields, "day", FieldType.Unsigned, lower, upper))
    return Query.boolean_query([(Occur.Must, found), *((Occur.Must, each) for each in filters)])


def _find(find: Find, field: str) -> Query:
    if not find.exact:
        return _either([_term(schema.any_form(field), form) for form in sorted(_forms(find.words[0]))])
    if len(find.words) == 1:
        return _term(field, find.words[0])
    return Query.phrase_query(schema.schema(), field, list(find.words))


def _forms(word: str) -> set[str]:
    """The loose forms by which a word is found.

    A short Arabic word is found without proclitics only: with one it is often another (طن, ton; وطن, home).
    """
    form = loose(word)
    return {before + form for before in _PROCLITICS} if _ARABIC.fullmatch(form) else {form}


def _term(field: str, value: str) -> Query:
    return Query.term_query(schema.schema(), field, value, "basic")


def _either(queries: list[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, each) for each in queries]) if queries else Query.empty_query()


class Marker:
    """Finds in a field's text the words that match a query."""

    def __init__(self, node: Node) -> None:
        found = list(_wanted(node))
        self._loose = {
            field: {
                form
                for find in found
                if not find.exact and field in find.fields
                for form in _forms(find.words[0])
            }
            for field in FIELDS
        }
        self._exact = {
            field: {find.words for find in found if find.exact and field in find.fields} for field in FIELDS
        }

    def marks(self, field: str, text: str) -> list[tuple[int, int]]:
        """Start and end of each matching word in a field's text, in order, none overlapping."""
        if not self._loose[field] and not self._exact[field]:
            return []
        marks: list[tuple[int, int]] = []
        for start, end in spans(text, lambda found: sorted(self._numbers(field, found))):
            if not marks or start >= marks[-1][1]:  # several words may be one sign, as in ½
                marks.append((start, end))
        return marks

    def _numbers(self, field: str, found: list[str]) -> set[int]:
        """Which words of a text are wanted, counted from 0."""
        forms = self._loose[field]
        hits = {word for word in set(found) if loose(word) in forms} if forms else set()
        numbers = {number for number, word in enumerate(found) if word in hits} if hits else set()
        for phrase in self._exact[field]:
            size = len(phrase)
            for number, word in enumerate(found):
                if word == phrase[0] and tuple(found[number : number + size]) == phrase:
                    numbers.update(range(number, number + size))
        return numbers


def _wanted(node: Node) -> Iterator[Find]:
    if isinstance(node, Find):
        yield node
    else:
        for part in node.wanted if isinstance(node, All) else node.parts:
            yield from _wanted(part)
