"""What the Quarantine page shows: one screen of pages, and the filters. Plain values, no HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from newsmarts.core.acknowledgements import Entry
from newsmarts.desk.quarantine.source import PAGE_SIZE, Choice, Filters, Quarantine, Reason


@dataclass(frozen=True, slots=True)
class PageLine:
    """One page (or one capture's ticker lines) that was turned away, with every reason."""

    capture_id: str
    subject: str
    publisher: str | None
    source_path: str
    capture_day: date
    captured_at: datetime
    reasons: Sequence[Reason]

    @property
    def is_open(self) -> bool:
        """Whether a reason is left that nobody has acknowledged."""
        return any(reason.acknowledged_at is None for reason in self.reasons)

    @property
    def is_partly_open(self) -> bool:
        """Whether somebody has acknowledged a reason, but not all."""
        return self.is_open and any(reason.acknowledged_at for reason in self.reasons)

    @property
    def key(self) -> str:
        """Names it in a form."""
        return f"{self.capture_id}:{self.subject}"


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """One screen of the list. ``number`` counts screens from 1."""

    lines: Sequence[PageLine]
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
        lines=lines_of(reasons),
        total=total,
        filters=filters,
        number=number,
        last_number=max(1, -(-total // PAGE_SIZE)),
        choices=quarantine.choices(filters.state),
        has_release=quarantine.has_release,
    )


def lines_of(reasons: Iterable[Reason]) -> list[PageLine]:
    """Reasons as pages with all their reasons, in the order in which they come."""
    found: dict[tuple[str, str], list[Reason]] = {}
    for reason in reasons:
        found.setdefault((reason.capture_id, reason.subject), []).append(reason)
    return [
        PageLine(
            capture_id=group[0].capture_id,
            subject=group[0].subject,
            publisher=next((reason.publisher for reason in group if reason.publisher), None),
            source_path=group[0].source_path,
            capture_day=group[0].capture_day,
            captured_at=group[0].captured_at,
            reasons=tuple(group),
        )
        for group in found.values()
    ]


def query_of(filters: Filters, number: int | None = None, **changed: str | int | None) -> str:
    """Filters as the query of an address, ``?`` included; "" for the page without any."""
    told: dict[str, str | int | None] = {
        "reason": filters.reason,
        "publisher": filters.publisher,
        "day": filters.day.isoformat() if filters.day else None,
        "stage": filters.stage,
        "state": None if filters.state == "open" else filters.state,
        "page": number if number and number > 1 else None,
    }
    told |= changed
    kept = {name: str(value) for name, value in told.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def entry_of(reason: Reason) -> Entry:
    """What is acknowledged of a reason."""
    return Entry(
        reason.capture_day, reason.capture_id, reason.subject, reason.reason_code, reason.expectation or ""
    )
