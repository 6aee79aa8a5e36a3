"""What the Quarantine page shows: one screen of pages, and the filters. Plain values, no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsmarts.desk import pages
from newsmarts.review.day_results import LeftOutPage, group_by_page
from newsmarts.review.quarantine import PAGE_SIZE, Choice, Filters, Quarantine


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """One screen of the list. ``number`` counts screens from 1."""

    lines: Sequence[LeftOutPage]
    total: int
    filters: Filters
    number: int
    last_number: int
    choices: dict[str, list[Choice]]
    has_release: bool

    @property
    def first_shown(self) -> int:
        """Place of the first line among all that pass, from 1."""
        return (self.number - 1) * PAGE_SIZE + 1

    def query(self, **changed: str | int | None) -> str:
        """The address's query for these filters, with some of them changed."""
        return query_of(self.filters, self.number if "page" not in changed else None, **changed)


def quarantine_view(quarantine: Quarantine, filters: Filters, number: int) -> QuarantineView:
    """One screen of the pages that pass the filters; the last one when there are fewer screens."""
    reasons, total = quarantine.chosen(filters, (number - 1) * PAGE_SIZE)
    if not reasons and number > 1:
        number = 1
        reasons, total = quarantine.chosen(filters, 0)
    return QuarantineView(
        lines=list(group_by_page(reasons)),
        total=total,
        filters=filters,
        number=number,
        last_number=max(1, -(-total // PAGE_SIZE)),
        choices=quarantine.choices(filters.state),
        has_release=quarantine.has_release,
    )


def query_of(filters: Filters, number: int | None = None, **changed: str | int | None) -> str:
    """Filters as the query of an address, ``?`` included; "" for the page without any."""
    values: dict[str, str | int | None] = {
        "reason": filters.reason,
        "publisher": filters.publisher,
        "day": filters.day.isoformat() if filters.day else None,
        "stage": filters.stage,
        "state": None if filters.state == "open" else filters.state,
        "page": number if number and number > 1 else None,
    }
    return pages.query_of(values | changed)
