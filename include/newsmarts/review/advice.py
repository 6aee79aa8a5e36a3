"""The expectation behind a reason, from its contract, and what to do about such a page."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from newsmarts.core.contracts import read_contract
from newsmarts.core.errors import SettingsError
from newsmarts.review.day_results import Reason

_FALLBACK = "articles"


@dataclass(frozen=True, slots=True)
class ContractExpectation:
    """An expectation as its contract has it. ``template`` is what its details are made of."""

    contract: str
    notes: str
    column: str | None
    template: str | None


def find_expectation(reason: Reason, contracts_dir: Path) -> ContractExpectation | None:
    """The expectation that a reason names, as contracts are now; None when there is no such one any more."""
    if reason.expectation is None:
        return None
    for name in _contracts_of(reason):
        path = contracts_dir / f"{name}.json"
        if not path.is_file():
            continue
        try:
            entries: list[dict[str, Any]] = read_contract(path)["expectations"]
        except SettingsError:
            return None
        for entry in entries:
            if entry["meta"]["id"] == reason.expectation:
                meta, column = entry["meta"], entry["kwargs"].get("column")
                template = meta.get("detail") or (f"{column}: {{{column}}}" if column else None)
                return ContractExpectation(name, meta["notes"], column, template)
    return None


def advice_on(reason: Reason) -> str:
    """What a person can do about it."""
    known = _advice()
    by_outcome = known["outcomes"].get(reason.outcome or "")
    by_stage = known["stages"].get(reason.stage, known["stages"]["validate"])
    return known["reasons"].get(reason.reason_code) or by_outcome or by_stage


def _contracts_of(reason: Reason) -> tuple[str, ...]:
    if reason.stage == "publish":
        return ("marts_articles",)
    if reason.subject == "ticker_item":
        return ("ticker_items",)
    # a publisher's name comes of our own rules, but a manifest's path may hold anything
    publisher = reason.publisher or ""
    own = (f"{publisher}_articles",) if publisher.replace("_", "").isalnum() else ()
    return (*own, _FALLBACK)


@cache
def _advice() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("advice.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
