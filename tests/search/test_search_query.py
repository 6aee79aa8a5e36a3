"""The query language: how queries are parsed, and the place and advice of each error."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsmarts.core.errors import QueryError, UsageError
from newsmarts.search.query import FIELDS, MAX_CHARS, MAX_DEPTH, MAX_WORDS, Any, Find, Node, parse


def notation(node: Node) -> str:
    """A query as one line: (a & b !c), (a | b), "exact words", headline:a."""
    if isinstance(node, Find):
        text = f'"{" ".join(node.words)}"' if node.exact else " ".join(node.words)
        return text if node.fields == FIELDS else f"{','.join(node.fields)}:{text}"
    if isinstance(node, Any):
        return f"({' | '.join(map(notation, node.parts))})"
    unwanted = "".join(f" !{notation(part)}" for part in node.unwanted)
    return f"({' & '.join(map(notation, node.wanted))}{unwanted})"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("grain", "grain"),
        ("Grain exchange", "(grain & exchange)"),
        ("grain AND exchange", "(grain & exchange)"),
        ("grain and exchange", "(grain & and & exchange)"),
        ('"grain exchange"', '"grain exchange"'),
        ("“grain exchange” «wheat»", '("grain exchange" & "wheat")'),
        ("grain OR wheat barley", "(grain | (wheat & barley))"),
        ("(grain OR wheat) barley", "((grain | wheat) & barley)"),
        ("grain -wheat", "(grain !wheat)"),
        ("NOT wheat grain", "(grain !wheat)"),
        ("grain -(wheat OR barley)", "(grain !(wheat | barley))"),
        ("grain - wheat", "(grain & wheat)"),
        ("cease-fire U.S. Iran’s", '("cease fire" & "u s" & iran)'),
        ("Headline:grain body:“x y” standfirst:z", '(headline:grain & body:"x y" & standfirst:z)'),
        ("Iran: talks [live]? ~ ^2 {now} a/b", '(iran & talks & live & 2 & now & "a b")'),
        ("النِّفط OR «إيران»", '(النفط | "ايران")'),
        ('"" ... grain', "grain"),
        ("((grain))", "grain"),
    ],
)
def test_what_a_query_asks(query: str, expected: str) -> None:
    assert notation(parse(query)) == expected


@pytest.mark.parametrize(
    ("query", "position", "advice"),
    [
        ("", 0, "write at least one word"),
        (" ... ", 0, "write at least one word"),
        ("AND", 0, "write at least one word"),
        ("grain (wheat", 6, "write ) where it ends"),
        ("grain) wheat", 5, "leave it out or open one"),
        ("grain ()", 7, "a word is missing before )"),
        ('grain "wheat barley', 6, 'write " where it ends'),
        ("grain “wheat", 6, "write ” where it ends"),
        ("grain AND", 9, "write a word there"),
        ("OR grain", 0, "a word is missing before OR"),
        ("grain AND OR wheat", 10, "a word is missing before OR"),
        ("-grain", 0, "add a word to look for"),
        ("wheat OR -grain", 9, "add a word to look for"),
        ("wheat (-grain)", 7, "add a word to look for"),
        ("grain har*", 9, "write whole words"),
        ("/.*/", 2, "write whole words"),
        ("grain tag:Iran", 6, "use the option --tag"),
        ("publisher:nour_news", 0, "use the option --publisher"),
        ("headline:(a b)", 0, "takes one word or phrase"),
        ("x" * (MAX_CHARS + 1), MAX_CHARS, f"at most {MAX_CHARS} characters"),
        ("x " * (MAX_WORDS + 1), 2 * MAX_WORDS, f"at most {MAX_WORDS} words"),
        ("(" * (MAX_DEPTH + 1) + "x" + ")" * (MAX_DEPTH + 1), MAX_DEPTH, f"at most {MAX_DEPTH} deep"),
        ("(" * 900 + "x", MAX_DEPTH, f"at most {MAX_DEPTH} deep"),
    ],
)
def test_what_cannot_be_read_and_what_to_write(query: str, position: int, advice: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse(query)
    assert raised.value.position == position
    assert advice in raised.value.advice
    assert f"at character {position + 1}" in str(raised.value)
    assert isinstance(raised.value, UsageError)


def test_a_message_is_one_harmless_line() -> None:
    with pytest.raises(QueryError) as raised:
        parse("grain \x1b[31m\n(" + "x" * 500)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 200


@given(st.text(alphabet=st.one_of(st.sampled_from("()\"“”«»-: *ANDORNOTab'’"), st.characters()), max_size=60))
@example("headline:")
@example("-")
@example("--x")
@example('headline:"')
def test_any_text_is_parsed_or_rejected(query: str) -> None:
    position = None
    try:
        parse(query)
    except QueryError as error:
        position = error.position
    assert position is None or 0 <= position <= len(query)
