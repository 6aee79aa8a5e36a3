"""Words: what counts as the same, in English, in Arabic, and in text that means harm."""

from __future__ import annotations

import hashlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.search.words import FOLDING, MAX_WORD_CHARS, fold, loose, spans, words

# Any text, and often the kinds that are folded by a rule of their own.
ODD = st.sampled_from(list("اأإآٱىيةهـًَُِّٰ’'ʼsSİıßÅﬁ™½ﷺ٣۳\u00ad\u200c\u200d\u202e\ufe0f_-. \n\u0301éΣς"))
texts = st.lists(st.one_of(ODD, st.characters()), max_size=40).map("".join)


TEXTS = [
    ("Iran’s ports, the U.S. Navy", "iran ports the u s navy"),
    ("IRAN'S PORTS", "iran ports"),
    ("it's all Boss's", "it all boss"),
    ("cease-fire @some_body", "cease fire some body"),
    ("Erdoğan in KILIÇDAROĞLU's Kılıç", "erdogan in kilicdaroglu kilic"),
    ("STRASSE straße ﬁsh Name™ İstanbul", "strasse strasse fish name istanbul"),
    ("e\u0301cole co\u00adoperate", "ecole cooperate"),
    ("٢٠٢٥ ۲۰", "2025 20"),
    # tashkeel, tatweel, forms of alef, ya and ta marbuta
    ("وَالنَّفْطُ كتـــاب", "والنفط كتاب"),
    ("أحمد إيران آل ٱلكتاب", "احمد ايران ال الكتاب"),
    ("مدرسة على", "مدرسه علي"),
    ("مسؤول رئيس", "مسوول رييس"),
    ("ایران کتاب می\u200cشود", "ايران كتاب مي شود"),
    ("ﻻ ﷲ", "لا الله"),
    (
        "strikes striking cities national news والإلكتروني للمدرسة",
        "strikes striking cities national news والالكتروني للمدرسه",
    ),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_what_a_text_comes_to(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


# What the words of test_what_a_text_comes_to and their loose forms come to, by the number of the folding.
DIGESTS = {1: "b066ce250218739d"}


def test_another_folding_has_another_number() -> None:
    forms = repr([(word, loose(word)) for text, _ in TEXTS for word in words(text)])
    assert DIGESTS[FOLDING] == hashlib.sha256(forms.encode()).hexdigest()[:16], (
        "raise FOLDING, add its digest"
    )


@pytest.mark.parametrize(
    "forms",
    [
        ("strike", "strikes", "striking"),
        ("city", "cities"),
        ("نفط", "النفط", "والنفط", "بالنفط", "للنفط", "وللنفط", "فالنفط", "كالنفط", "وبالنفط", "النِّفط"),
        ("مدرسة", "المدرسة", "المدرسه", "للمدرسة"),
        # begins like an article itself
        ("إلكتروني", "الإلكتروني", "الكتروني", "والإلكتروني"),
        ("ألمانية", "الألمانية"),
    ],
)
def test_forms_of_one_word_are_found_as_one(forms: tuple[str, ...]) -> None:
    assert len({loose(word) for form in forms for word in words(form)}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # too short for an article before another word: father, now, allah, and what would be left of each
        ("والد", "د"),
        ("الآن", "ان"),
        ("الله", "له"),
        # a conjunction alone is no article: minister and jar, homeland and ton
        ("وزير", "زير"),
        ("وطن", "طن"),
        ("news", "new"),
        ("united", "unit" + "y"),
    ],
)
def test_other_words_stay_others(one: str, other: str) -> None:
    assert loose(words(one)[0]) != loose(words(other)[0])


@given(texts)
def test_words_stand_where_spans_say(text: str) -> None:
    seen: list[str] = []

    def every(found: list[str]) -> range:
        seen.extend(found)
        return range(len(found))

    places = spans(text, every)
    assert seen == words(text)
    assert len(places) == len(seen)
    for (start, end), word in zip(places, seen, strict=True):
        assert 0 <= start < end <= len(text)
        # some characters stand for several letters, so the stretch holds the word and may hold more
        assert word in "".join(words(text[start:end]))
    assert places == sorted(places)
    assert spans(text, lambda found: range(0, len(found), 2)) == places[::2]


@given(texts)
def test_a_word_that_is_shown_can_be_asked_for(text: str) -> None:
    for word in words(text):
        assert words(word) == [word]
        assert loose(word)
    assert words(fold(text)) == words(text)


@given(texts)
def test_words_are_never_long_or_broken(text: str) -> None:
    for word in words(text * 30):
        assert 0 < len(word) <= MAX_WORD_CHARS
        assert not set(word) & set(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x85\xa0\u2028")
        assert len(word.split()) == 1


def test_loose_forms_can_be_asked_by_many_threads_at_once() -> None:
    answers: list[str] = []

    def ask(number: int) -> None:
        answers.extend(loose(f"strik{letter}{number}ings") for letter in "abcdefgh" * 50)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 * 400
