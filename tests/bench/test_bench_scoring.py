"""What the benchmark calls right, on examples worked out by hand."""

from __future__ import annotations

import pytest

from bench.scoring import f1, leaked, score_body, summarise, true_body, words

RECORD = {
    "body": [
        {"kind": "paragraph", "text": "The ferry left Tarsane."},
        {"kind": "subheading", "text": "A long wait"},
        {"kind": "list", "items": ["Two ships", "One dog"]},
    ],
    "ticker": ["Ostrin: Fire at depot under control", "The ferry left Tarsane"],
}
BODY = "The ferry left Tarsane.\n\nA long wait\n\nTwo ships\nOne dog"


def test_words_ignore_case_punctuation_space_and_invisible_characters() -> None:
    assert words("“Port\u00a0Asher”: 3,5 per\u200bcent_NOW – Ω") == [
        "port",
        "asher",
        "3",
        "5",
        "percent",
        "now",
        "ω",
    ]


@pytest.mark.parametrize(
    ("found", "truth", "expected"),
    [
        ("a b c d", "a b c d", 1.0),
        ("d c b a", "a b c d", 1.0),  # a bag of words: order is what `exact` is for
        ("a b", "a b c d", 2 * 2 / 6),  # precision 1, recall 1/2
        ("a b c d e f", "a b", 2 * 2 / 8),  # precision 1/3, recall 1
        ("a a a", "a b c", 2 * 1 / 6),  # a word counts as often as it is in both
        ("x y", "a b", 0.0),
        ("", "a b", 0.0),
        ("a b", "", 0.0),
        ("", "", 1.0),
    ],
)
def test_f1(found: str, truth: str, expected: float) -> None:
    assert f1(found.split(), truth.split()) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("line", "found", "truth", "expected"),
    [
        ("fire at depot", "before fire at depot after", "before after", True),
        ("fire at depot", "fire at the depot", "", False),  # not all words in a row
        ("fire at depot", "campfire at depots", "", False),  # no parts of words
        ("fire at depot", "a fire at depot b", "a fire at depot b", False),  # the article says it itself
        ("", "a b", "a", False),
    ],
)
def test_leaked(line: str, found: str, truth: str, *, expected: bool) -> None:
    assert leaked(line.split(), found.split(), truth.split()) is expected


def test_a_right_body_scores_full_marks() -> None:
    assert true_body(RECORD) == "The ferry left Tarsane.\n\nA long wait\n\nTwo ships\n\nOne dog"
    score = score_body(BODY, RECORD)
    assert (score.f1, score.exact, score.empty) == (1.0, True, False)
    assert (score.ticker_leaks, score.ticker_lines) == (0, 2)  # its own sentence is no leak


def test_a_leaked_ticker_line_is_counted_and_costs_f1() -> None:
    score = score_body("OSTRIN – fire at depot; under control\n" + BODY, RECORD)
    assert score.ticker_leaks == 1
    assert not score.exact
    assert score.f1 == pytest.approx(2 * 11 / (11 + 17))


def test_a_summary_is_a_mean_and_counts() -> None:
    scores = [score_body(BODY, RECORD), score_body("", RECORD)]
    summary = summarise(scores)
    assert summary == {
        "pages": 2,
        "f1": 0.5,
        "exact": 1,
        "empty": 1,
        "ticker_leaks": 0,
        "ticker_lines": 4,
    }


def test_nothing_to_summarise_is_an_error() -> None:
    with pytest.raises(ValueError, match="No page"):
        summarise([])
