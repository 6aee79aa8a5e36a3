"""The rules of the project's own contracts, as validate has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from newsmarts.core.contracts import computed_columns
from newsmarts.core.settings import CONTRACTS
from newsmarts.validate.features import PageRules, TickerLines


def kwargs_of(contract: str) -> dict[str, Mapping[str, Any]]:
    """The kwargs of a contract's expectations, by the column that they compute."""
    return computed_columns(CONTRACTS / f"{contract}.json")


def page_rules(ticker: Iterable[str] = (), contract: str = "al_mayadeen_articles") -> PageRules:
    """A contract's rules about pages beside these ticker lines."""
    return PageRules.of(kwargs_of(contract), TickerLines(ticker), contract)
