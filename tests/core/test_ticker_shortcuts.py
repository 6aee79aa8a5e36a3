"""The shortcuts that find ticker lines quickly change no answer."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from newsmarts.core.leak_rule import shipped_leak_rule
from newsmarts.core.ticker import TickerIndex
from newsmarts.core.ticker_lines import Line
from newsmarts.core.ticker_words import normalise_line, prepared
from tests.core import plain_ticker

LINES = (
    "Harbour Office: Ferry crossings to Marrow Island suspended until Thursday morning",
    'Mayor Quillon: We will "rebuild" the north pier, whatever the winter costs us.',
    "Storm warning lifted",
    "Ærø ferry crews demand a straße of their own by the water…",
    "مراسلنا في الجنوب: توقف حركة العبّارات حتى صباح الخميس",
    "McDunmore's iShips reach Cape Dunmore after forty days adrift",
    "Sea calm",
)
WORDS = [word for line in LINES for word in line.split()]
INSIDE = [
    "BREAKING", "14:35", "the", "summer", "winterStorm", "O’Neil", "naïve", "ﬁre", "İstanbul", "ٱلخميس",
    "_", "²", "ΑΣ", "pic.twitter.com/a1", "epic.twitter.com/b", "— Ines (@ines)", "|", "•", "…", "...",
    "\u200b", "\u2028", "½", "\x07",
]  # fmt: skip
pieces = st.one_of(
    st.sampled_from(LINES),
    st.sampled_from(LINES).flatmap(lambda line: st.integers(1, len(line)).map(lambda end: line[:end])),
    st.sampled_from(LINES).flatmap(lambda line: st.integers(0, len(line)).map(lambda start: line[start:])),
    st.sampled_from(WORDS),
    st.sampled_from(INSIDE),
    st.sampled_from(LINES).map(str.upper),
    st.text(max_size=3),
)
texts = st.lists(st.tuples(pieces, st.sampled_from(["", " ", " ", ". ", ", ", "\n"])), max_size=6).map(
    lambda found: "".join(text + gap for text, gap in found)
)
FAST = TickerIndex(LINES)
PLAIN = plain_ticker.PlainIndex(LINES)


@given(st.lists(texts, max_size=5))
@example(["Harbour Office: Ferry crossings to Marrow", "Island suspended until Thursday morning"])
@example(["summerStorm warning lifted", "Sea calmStorm warning lifted"])
def test_a_body_has_the_leak_that_is_found_without_shortcuts(lines: list[str]) -> None:
    assert FAST.first_leak(lines) == PLAIN.first_leak(lines)


@given(st.one_of(texts, st.text()))
@example("a_b\u00b2 _ \x1c ǅ\u0345")
def test_words_are_those_that_are_found_one_by_one(text: str) -> None:
    assert prepared(text) == plain_ticker.prepared(text)
    assert normalise_line(text) == plain_ticker.normalise_line(text)
    rule = shipped_leak_rule()
    line, plain = Line(text, rule), plain_ticker.PlainLine(text, rule)
    assert (line.folded, line.letters, line.starts) == (plain.folded, plain.letters, plain.starts)
    assert [end - start for start, end in line.words] == [len(word) for word in line.folded]
    assert line.glued() == plain.glued()


def test_repeated_ticker_lines_change_nothing() -> None:
    again = TickerIndex([*LINES, *LINES])
    assert (len(again), again.first_leak([LINES[0]])) == (len(FAST), LINES[0])
