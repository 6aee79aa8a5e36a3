"""The patterns of furniture: how they are written, and which lines reach them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from newsmarts.parse import furniture
from newsmarts.parse.furniture import is_control, is_furniture, is_paywall, is_removal
from newsmarts.parse.prose import first_word

DATA = tomllib.loads(Path(furniture.__file__).with_suffix(".toml").read_text("utf-8"))


def test_patterns_are_in_small_letters() -> None:
    """Lines are compared in small letters, so a capital in a pattern would match nothing."""
    patterns = [*DATA["paywall"], *DATA["control"], *DATA["removed"], *DATA["parts"].values()]
    for pattern in (*patterns, *DATA["lines"].values()):
        letters = re.sub(r"\\[A-Za-z]", "", pattern)  # \W, \S
        assert letters == letters.lower()


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title], ids=["lower", "upper", "title"])
def test_lines_match_in_any_case(case: Callable[[str], str]) -> None:
    assert is_furniture(case("follow us on telegram"))
    assert is_furniture(case("al mayadeen english on telegram"))
    assert is_paywall(case("subscribe to continue reading"))
    assert is_control(case("► read the full article"))
    assert is_removal(case("this article has been removed"))


def test_sources_are_names_with_capitals() -> None:
    assert is_furniture("Sources: Harbour Post, Ilvane Wire")
    assert not is_furniture("Sources: two of them, and both spoke of delays")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("", ""),
        ("Harbour", "harbour"),
        ("The", "the"),
        ("The harbour opened", "harbour"),
        ("A harbour opened", "harbour"),
        ("THE HARBOUR", "harbour"),
        ("Another harbour", "another"),
        ("Read: more", "read"),
        ("photo/video of it", "photo"),
        ("► Read more", "read"),
        ("Don't miss it", "don't"),
        ("More…", "more"),
        ("12 boats", "12"),
        ("تابعوا قناتنا", "تابعوا"),
    ],
)
def test_a_line_s_first_word(line: str, word: str) -> None:
    assert first_word(line) == word
