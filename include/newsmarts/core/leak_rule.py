"""What counts as a ticker line in a body: the thresholds of ``core.ticker``, as contracts set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from newsmarts.core.contract_data import read_data, texts_of
from newsmarts.core.contracts import article_contract_path, computed_columns
from newsmarts.core.errors import SettingsError
from newsmarts.core.settings import CONTRACTS

NUMBERS = (
    "min_words", "max_body_lines", "cut_min_words", "cut_min_letters", "mistyped_min_words",
    "mistyped_min_letters", "near_min_words", "near_percent",
    "part_percent",
)  # fmt: skip
WORDS = ("labels", "abbreviations", "calendar_words")
FILE = "ticker_leaks.toml"


@dataclass(frozen=True, slots=True)
class LeakRule:
    """The thresholds; ``expectations/ticker_leaks.toml`` says what each is for."""

    min_words: int
    max_body_lines: int
    separators: str
    labels: frozenset[str]
    cut_min_words: int
    cut_min_letters: int
    mistyped_min_words: int
    mistyped_min_letters: int
    near_min_words: int
    near_percent: int
    part_percent: int
    abbreviations: frozenset[str]
    calendar_words: frozenset[str]

    @classmethod
    def of(cls, values: Mapping[str, Any], where: str) -> LeakRule:
        """The rule of a table or of an expectation's kwargs; other keys are passed over.

        Raises:
            SettingsError: a threshold is missing or can't be one; ``where`` and its name are named.
        """
        missing = sorted({field.name for field in fields(cls)} - set(values))
        if missing:
            raise SettingsError(f"{where} lacks {', '.join(missing)}. {FILE} has the usual values.")
        for name in NUMBERS:
            if not isinstance(values[name], int) or isinstance(values[name], bool) or values[name] < 1:
                raise SettingsError(f"{where}: {name} must be a whole number from 1, not {values[name]!r}.")
        if not isinstance(values["separators"], str):
            raise SettingsError(f"{where}: separators must be one text, a character for each.")
        words: dict[str, Any] = {
            name: frozenset(word.casefold() for word in texts_of(values[name], f"{where}: {name}"))
            for name in WORDS
        }
        numbers: dict[str, Any] = {name: values[name] for name in NUMBERS}
        return cls(**numbers, **words, separators=values["separators"])


@cache
def shipped_leak_rule() -> LeakRule:
    """That of the project's own contracts."""
    path: Path = CONTRACTS / FILE
    return LeakRule.of(read_data(path)["leak"], f"{path}: leak")


def body_leak_rule(contracts_dir: Path, publisher: str) -> LeakRule | None:
    """What a publisher's contract calls a leak in a body; None: it doesn't check.

    Raises:
        SettingsError: the contract is missing or malformed.
    """
    path = article_contract_path(contracts_dir, publisher)
    kwargs = computed_columns(path).get("ticker_line_in_body")
    return None if kwargs is None else LeakRule.of(kwargs, f"{path}: ticker_line_in_body")
