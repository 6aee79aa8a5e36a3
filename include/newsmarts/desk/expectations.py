"""The Contracts page: expectations in groups by contract, those that were broken first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from newsmarts.core.publishers import all_facts
from newsmarts.review.contract_history import ExpectationHistory, HistoryView

MOST_OPEN = 12  # expectations of a group that is unfolded without a search


@dataclass(frozen=True, slots=True)
class ContractGroup:
    """A contract's expectations; ``shown`` are those that pass the search and the choice."""

    name: str
    publisher: str | None  # whose articles it is about, with the edition; None: those of all
    total: int
    broken: int
    shown: Sequence[ExpectationHistory]
    is_open: bool


def contract_groups(view: HistoryView, search: str, *, show_all: bool) -> list[ContractGroup]:
    """The contracts that have expectations to show, those that were broken first."""
    groups = []
    for name, histories in view.contracts.items():
        broken = [each for each in histories if each.broken]
        shown = list(_matching(histories if show_all else broken, search))
        if shown:
            is_open = bool(search) or not show_all or (bool(broken) and len(shown) <= MOST_OPEN)
            groups.append(
                ContractGroup(name, _publisher_of(name), len(histories), len(broken), shown, is_open)
            )
    return sorted(groups, key=lambda group: (not group.broken, group.name))


def _matching(histories: Sequence[ExpectationHistory], search: str) -> Iterator[ExpectationHistory]:
    words = search.casefold().split()
    for each in histories:
        text = f"{each.latest.expectation} {each.latest.notes} {each.latest.column_name or ''}".casefold()
        if all(word in text for word in words):
            yield each


def _publisher_of(contract: str) -> str | None:
    """The publisher of a contract's articles, which its name begins with."""
    slug = contract.removesuffix("_articles")
    return _publisher_names().get(slug)


@cache
def _publisher_names() -> dict[str, str]:
    return {each.publisher: f"{each.name}, {each.edition}" for each in all_facts()}
