"""How right an extracted body is, by its words.

Words are runs of letters and digits, case folded, so that white space, punctuation and markup don't count.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class BodyScore:
    """One page. ``ticker_leaks`` of ``ticker_lines`` are in the extracted body and not in the true one."""

    f1: float
    exact: bool
    empty: bool
    ticker_leaks: int
    ticker_lines: int


def words(text: str) -> list[str]:
    """The text's words in order; invisible characters don't part a word."""
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return _WORD.findall(unicodedata.normalize("NFKC", visible).casefold())


def f1(found: Sequence[str], truth: Sequence[str]) -> float:
    """Harmonic mean of precision and recall over the words as a multiset; 1 when both are empty."""
    if not found or not truth:
        return float(not found and not truth)
    common = (Counter(found) & Counter(truth)).total()
    return 2 * common / (len(found) + len(truth))


def leaked(line: Sequence[str], found: Sequence[str], truth: Sequence[str]) -> bool:
    """Whether all words of a ticker line follow each other in the extracted body, but not in the true one."""
    wanted = f" {' '.join(line)} "
    return bool(line) and wanted in f" {' '.join(found)} " and wanted not in f" {' '.join(truth)} "


def score_body(body: str, record: Mapping[str, Any]) -> BodyScore:
    """An extracted body against the page's true record (paragraphs, subheadings, list items and posts)."""
    found, truth = words(body), words(true_body(record))
    lines = [words(line) for line in record["ticker"]]
    return BodyScore(
        f1=f1(found, truth),
        exact=found == truth,
        empty=not found,
        ticker_leaks=sum(leaked(line, found, truth) for line in lines),
        ticker_lines=len(lines),
    )


def true_body(record: Mapping[str, Any]) -> str:
    """The text of a record's body."""
    texts = (text for block in record["body"] for text in block.get("items") or [block["text"]])
    return "\n\n".join(texts)


def summarise(scores: Iterable[BodyScore]) -> dict[str, float]:
    """The number of pages, their mean F1, and counts. Raises ValueError when there are none."""
    scores = list(scores)
    if not scores:
        raise ValueError("No page was scored.")
    counts = ("exact", "empty", "ticker_leaks", "ticker_lines")
    return {
        "pages": len(scores),
        "f1": fmean(score.f1 for score in scores),
        **{name: sum(getattr(score, name) for score in scores) for name in counts},
    }
