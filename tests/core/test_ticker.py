"""Both sides of the line between a leaked ticker line and a body's own words.

The lines are invented, in the manner of the ones that pages show.
"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from newsmarts.core.ticker import TickerIndex
from newsmarts.core.ticker_words import normalise_line

FERRY = "Harbour Office: Ferry crossings to Marrow Island suspended until Thursday morning"
MAYOR = 'Mayor Quillon: We will "rebuild" the north pier, whatever the winter costs us.'
COAST = "Coast guard finds the 'Silver Heron' adrift 40 miles off Cape Dunmore"
BRIEF = "Storm warning lifted"
ARABIC = "مراسلنا في الجنوب: توقف حركة العبّارات حتى صباح الخميس"
LINES = [FERRY, MAYOR, COAST, BRIEF, ARABIC]
INDEX = TickerIndex(LINES)

LEAKS = {
    "as it stands": (FERRY, FERRY),
    "other case": (FERRY.upper(), FERRY),
    "small capitals gone": (MAYOR.casefold(), MAYOR),
    "curly quotes": (COAST.replace("'", "’"), COAST),
    "no quotes": (COAST.replace("'", ""), COAST),
    "other quotes": (MAYOR.replace('"', "«"), MAYOR),
    "no-break spaces": (FERRY.replace(" ", "\u00a0"), FERRY),
    "broken over two lines": (FERRY.replace("crossings ", "crossings\n"), FERRY),
    "a bar set into it": (FERRY.replace(": ", " | "), FERRY),
    "doubled spaces and tabs": (FERRY.replace(" ", " \t "), FERRY),
    "zero-width spaces": (FERRY.replace("r", "r\u200b"), FERRY),
    "zero-width joiners and a byte-order mark": ("\ufeff" + FERRY.replace("s", "s\u200d"), FERRY),
    "soft hyphens": (FERRY.replace("ss", "s\u00ads"), FERRY),
    "wide letters": (FERRY.replace("Ferry", "Ｆｅｒｒｙ"), FERRY),
    "accents": (FERRY.replace("Marrow", "Márröw"), FERRY),
    "full stop added": (FERRY + ".", FERRY),
    "full stop gone": (MAYOR.rstrip("."), MAYOR),
    "bullet": ("  • " + FERRY, FERRY),
    "square bullet": ("▪ " + FERRY, FERRY),
    "red dot": ("🔴️ " + FERRY, FERRY),
    "dashes": ("— " + FERRY + " —", FERRY),
    "stars": ("*** " + FERRY + " ***", FERRY),
    "its source behind it": (
        "Ferry crossings to Marrow Island suspended until Thursday morning, Harbour Office says",
        FERRY,
    ),
    "its source behind it in brackets": (
        "Ferry crossings to Marrow Island suspended until Thursday morning (Harbour Office)",
        FERRY,
    ),
    "its last words gone": ("Harbour Office: Ferry crossings to Marrow Island suspended until", FERRY),
    "its last words gone, and a full stop": (f"{FERRY.removesuffix(' Thursday morning')}.", FERRY),
    "its first words gone": ("Ferry crossings to Marrow Island suspended until Thursday morning", FERRY),
    "after a sentence, with a time behind a dash": (f"It was a long night. {FERRY} - 14:05", FERRY),
    "in a post, with a time behind a dash": (
        f"It was a long night. {FERRY} - 14:05 — Someone (@someone) May 1, 2024",
        FERRY,
    ),
    "label": ("BREAKING " + FERRY, FERRY),
    "label and colon": ("Breaking news: " + FERRY, FERRY),
    "time": ("14:35 | " + FERRY, FERRY),
    "time without a bar": ("9:05 pm " + FERRY, FERRY),
    "number": ("3. " + FERRY, FERRY),
    "closing cross": (FERRY + " x", FERRY),
    "under a post's picture": (
        f"The quay at night. pic.twitter.com/4af8fea9 {COAST} — Pell (@pell) May 4, 2024",
        COAST,
    ),
    "as a post's words": (f"{FERRY} — Pell (@pell) May 4, 2024", FERRY),
    "after words without a full stop, with its own": (f"A seat for Marrow Island {MAYOR}", MAYOR),
    "after words without a full stop": (f"A seat for Marrow Island {FERRY}", FERRY),
    "short, the whole line": (BRIEF, BRIEF),
    "short, beside a label": ("URGENT: " + BRIEF + "!", BRIEF),
    "Arabic": (ARABIC + ".", ARABIC),
    "Arabic without marks, stretched": (
        "".join(c for c in unicodedata.normalize("NFD", ARABIC) if not unicodedata.combining(c)).replace(
            "حتى", "حتـــى"
        ),
        ARABIC,
    ),
    "two run together": (f"{FERRY} {COAST}", FERRY),
    "two run together without a space": (FERRY + COAST, FERRY),
    "two on lines of their own": (f"{COAST}\n{BRIEF}", COAST),
    "short ones run together": (f"{BRIEF} {BRIEF}", BRIEF),
    "between bars": (f"The pier stays shut | {BRIEF} | The rest is well", BRIEF),
    "after another unknown line": (f"Fishermen tell of high seas all night long\n{BRIEF}", BRIEF),
    "two together amid words": (f"and so the {FERRY} {COAST} as ever", COAST),
    "after a sentence": (f"The pier stays shut. {FERRY}", FERRY),
    "after a sentence in quotes": (f"“The pier stays shut.” {FERRY}", FERRY),
    "before a sentence": (f"{MAYOR} The council meets on Monday.", MAYOR),
    "before a new line glued on": (f"{FERRY} Fishermen tell of high seas", FERRY),
    "glued on without a space": (f"The pier stays shut.{FERRY}", FERRY),
    "glued to the next without a space": (f"{FERRY}Fishermen tell of high seas", FERRY),
    "glued to the word before": (f"The pier stays shutHarbour{FERRY.removeprefix('Harbour')}", FERRY),
    "a sentence in the middle": (f"It rained. {MAYOR} It rained on.", MAYOR),
}

LEAKS |= {
    "cut short with dots": ("Harbour Office: Ferry crossings…", FERRY),
    "cut short with three dots": ("Coast guard finds the 'Silver Her...", COAST),
    "cut short amid a word": ("Harbour Office: Ferry crossings to Marrow Isl", FERRY),
    "cut short under a label": ("BREAKING: Harbour Office: Ferry cross…", FERRY),
    "its source left out": (FERRY.removeprefix("Harbour Office: "), FERRY),
    "a slash and its translation": (f"{FERRY} / عاجل من الميناء", FERRY),
    "a letter wrong": (FERRY.replace("suspended", "suspenced"), FERRY),
    "a letter missing": (FERRY.replace("Thursday", "Thurday"), FERRY),
    "a letter too many": (COAST.replace("Dunmore", "Dunnmore"), COAST),
    "letters changed places": (FERRY.replace("crossings", "corssings"), FERRY),
    "the other spelling, capitals": (FERRY.replace("Harbour", "Harbor").upper(), FERRY),
}

OWN_WORDS = {
    "its source left out, a verb changed": FERRY.removeprefix("Harbour Office: ").replace(
        "suspended", "halted"
    ),
    "its first words": "Harbour Office: Ferry crossings to Marrow Island",
    "its first words in the singular": "Harbour Office: Ferry crossing",
    "few of its words, then dots": "Harbour Office: Ferry…",
    "a letter wrong in a sentence": f"The notice read {FERRY.replace('Thursday', 'Thurday')} all day.",
    "the same news": "Ferries to Marrow Island will not run before Thursday, the Harbour Office said.",
    "a part in quotes": 'He promised to "rebuild the north pier, whatever the winter costs us" on Monday.',
    "a part, then its own words": "Coast guard finds the 'Silver Heron' adrift after a night at sea.",
    "inside a sentence": f"A notice that read {FERRY} hung on the gate.",
    "after a colon": f"The notice reads: {FERRY}, and nobody argued.",
    "quoted whole inside a sentence": f'The screen said "{COAST}" for an hour.',
    "goes on after a comma": f"{FERRY}, the office's spokeswoman said.",
    "goes on in small letters": f"{COAST} after a night-long search.",
    "goes on with a day": f"{COAST} Monday, its owner said.",
    "goes on with a dash": f"{COAST} – Officials said it had no crew.",
    "after initials": f"The U.S. {COAST}.",
    "short in a sentence of its own": f"The sea was calm. {BRIEF}. The pier opened.",
    "short at the start": f"{BRIEF} for the whole coast.",
    "another order": " ".join(reversed(FERRY.split())),
    "label alone": "BREAKING",
    "number alone": "14",
    "nothing": "",
    "white space": " \u00a0\u200b\n",
    "punctuation": "— … •",
}

LEAKS |= {
    "two words wrong": (FERRY.replace("suspended", "suspenced").replace("Thursday", "Thurday"), FERRY),
    "another short word": (COAST.replace("Cape", "Cove"), COAST),
    "another number": (COAST.replace("40", "41"), COAST),
    "a part": ("Ferry crossings to Marrow Island suspended until Thursday morning", FERRY),
    "goes on in the same word": (f"{FERRY}s", FERRY),
    "possessive": (f"{COAST}'s lighthouse.", COAST),
    "begins in the middle of a word": (f"Anti{FERRY.casefold()}", FERRY),
    "after a title": (f"Capt. {COAST}.", COAST),
    "two letters wrong": (FERRY.replace("suspended", "suspenbeb"), FERRY),
    "a date behind it": (f"{FERRY} (30 Nov 2025)", FERRY),
    "the hour behind it": (f"{FERRY} - 2 hours ago", FERRY),
    "a new label": (f"JUST IN: {FERRY}", FERRY),
    "the house behind it": (f"{COAST} - Al Mayadeen", COAST),
    "an Arabic label": (f"عاجل | {ARABIC}", ARABIC),
    "the day and time in Arabic": (f"اليوم 14:02 {ARABIC}", ARABIC),
    "an Arabic month": (f"٥ أيلول {ARABIC}", ARABIC),
    "how long ago, in Arabic": (f"منذ 3 ساعات {ARABIC}", ARABIC),
    "how many minutes ago, in Arabic": (f"قبل ٥ دقائق {ARABIC}", ARABIC),
    "the house behind it, in Arabic": (f"{ARABIC} - الميادين نت", ARABIC),
    "the number in Arabic digits": (COAST.replace("40", "٤٠"), COAST),
    "Persian letters": (ARABIC.replace("ي", "ی"), ARABIC),
    "Cyrillic letters": (FERRY.replace("o", "о").replace("c", "с"), FERRY),
}


@pytest.mark.parametrize("case", LEAKS)
def test_a_leak_is_found(case: str) -> None:
    line, leaked = LEAKS[case]
    assert INDEX.leak_in(line) == leaked


@pytest.mark.parametrize("case", OWN_WORDS)
def test_own_words_are_no_leak(case: str) -> None:
    assert INDEX.leak_in(OWN_WORDS[case]) is None


def test_the_first_leak_of_a_body_is_found() -> None:
    assert INDEX.first_leak(["The pier stays shut.", COAST, FERRY]) == COAST
    assert INDEX.first_leak(["The pier stays shut."]) is None
    assert INDEX.first_leak([]) is None


def test_an_index_of_nothing_finds_nothing() -> None:
    for index in (TickerIndex([]), TickerIndex(["", "  ", "—", "BREAKING", "Live 14:35"])):
        assert len(index) == 0
        assert index.leak_in(FERRY) is None
        assert index.leak_in("BREAKING") is None


def test_spellings_of_one_line_count_once_and_the_smallest_is_shown() -> None:
    spellings = [FERRY.upper(), FERRY, FERRY + "."]
    for order in (spellings, spellings[::-1]):
        index = TickerIndex(order)
        assert len(index) == 1
        assert index.leak_in(FERRY) == min(spellings)


def test_words_without_case_punctuation_and_invisible_characters() -> None:
    assert normalise_line(" •  The\u00a0Mayor’s “Pier” —\u200b Opening ") == "the mayors pier opening"


# Properties

WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäéßñابتثجح", min_size=1, max_size=9)
LONG_LINE = st.lists(WORD, min_size=4, max_size=14).map(" ".join)
ANY_LINE = st.lists(WORD, min_size=1, max_size=14).map(" ".join)
ANY_TEXT = st.text(max_size=60)
DECORATIONS = st.sampled_from(
    ["", "• ", "— ", "“", "(", "🔴 ", "BREAKING ", "14:35 ", "\u200b", "\ufeff", "» "]
)
ENDINGS = st.sampled_from(["", ".", "!", "…", "”", " x", "\u00a0", " —", ")"])
RESPELLINGS = st.sampled_from(
    [
        str,
        str.upper,
        str.casefold,
        str.title,
        lambda line: line.replace(" ", "\u00a0"),
        lambda line: line.replace(" ", "  "),
        "\u200b".join,
        lambda line: unicodedata.normalize("NFD", line),
        lambda line: line.replace(" ", " “", 1),
    ]
)


SPELT = st.builds(
    lambda line, decoration, respell, ending: (line, decoration + respell(line) + ending),
    ANY_LINE,
    DECORATIONS,
    RESPELLINGS,
    ENDINGS,
)


@given(spelt=SPELT, others=st.lists(ANY_LINE, max_size=5), own=st.lists(ANY_TEXT, max_size=5), data=st.data())
def test_a_leaked_line_is_found_wherever_it_stands_and_however_it_is_spelt(
    spelt: tuple[str, str], others: list[str], own: list[str], data: st.DataObject
) -> None:
    line, leaked = spelt
    assume(len(TickerIndex([line])) == 1)  # one of labels only is no ticker line
    lines = data.draw(st.permutations([line, *others]))
    blocks = data.draw(st.permutations([leaked, *own]))
    assert TickerIndex(lines).first_leak(blocks) is not None


@given(lines=st.lists(LONG_LINE, min_size=2, max_size=6), glue=st.sampled_from(["", " ", "\n", " | ", " • "]))
def test_lines_run_together_are_found(lines: list[str], glue: str) -> None:
    assert TickerIndex(lines).leak_in(glue.join(lines)) is not None


@given(leaked=LONG_LINE, before=st.sampled_from(["It rained. ", "It rained!\n", ""]), after=ENDINGS)
def test_a_line_that_stands_as_a_sentence_is_found(leaked: str, before: str, after: str) -> None:
    assume(len(TickerIndex([leaked])) == 1)
    assert TickerIndex([leaked]).leak_in(f"{before}{leaked}{after}") == leaked


@given(lines=st.lists(ANY_TEXT, max_size=8), body=ANY_TEXT, data=st.data())
def test_the_answer_never_depends_on_the_order_of_the_lines(
    lines: list[str], body: str, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(lines))
    body = data.draw(st.sampled_from([body, *lines, " ".join(lines)]))
    assert TickerIndex(lines).leak_in(body) == TickerIndex(shuffled).leak_in(body)


@given(lines=st.lists(ANY_TEXT, max_size=5), more=st.lists(ANY_TEXT, max_size=5), body=ANY_TEXT)
def test_more_ticker_lines_never_hide_a_leak(lines: list[str], more: list[str], body: str) -> None:
    for line in [body, *lines]:
        if TickerIndex(lines).leak_in(line) is not None:
            assert TickerIndex(lines + more).leak_in(line) is not None


@given(line=ANY_TEXT, lines=st.lists(ANY_TEXT, max_size=5))
@example(line="ŉß ǰ", lines=["ŉß ǰ"])
@example(line="İstanbul'da feribot seferleri durdu", lines=["istanbul'da feribot seferleri durdu"])
def test_any_text_can_be_searched_and_what_is_found_is_a_ticker_line(line: str, lines: list[str]) -> None:
    for text in [line, *lines]:
        leak = TickerIndex(lines).leak_in(text)
        assert leak is None or leak in lines


@given(line=ANY_TEXT)
def test_normalising_twice_equals_once(line: str) -> None:
    once = normalise_line(line)
    assert normalise_line(once) == once


@pytest.mark.parametrize(
    "lines",
    [
        ["Harbour Office: Ferry crossings to", "Marrow Island suspended until Thursday morning"],
        [
            "It rained.",
            "Harbour Office:",
            "Ferry crossings to Marrow Island",
            "suspended until Thursday morning.",
        ],
        [
            "Harbour Office: Ferry cross",
            "ings to Marrow Island suspended until Thursday morning",
            "It rained.",
        ],
    ],
)
def test_a_line_spread_over_body_lines_is_found(lines: list[str]) -> None:
    assert INDEX.first_leak(lines) == FERRY
    assert INDEX.first_leak(lines[::-1]) is None
    assert (
        INDEX.first_leak([lines[0], "It rained all the more.", *lines[1:]]) is None
        or lines[0] == "It rained."
    )


@given(lines=st.lists(LONG_LINE, min_size=1, max_size=6), data=st.data())
def test_a_line_broken_anywhere_is_found(lines: list[str], data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(lines))
    assume(len(TickerIndex([line])) == 1)
    at = data.draw(st.integers(1, len(line) - 1))
    assert TickerIndex(lines).first_leak(["It rained.", line[:at], line[at:], "It rained on."]) is not None
