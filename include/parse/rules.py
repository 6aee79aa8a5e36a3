"""Dated rules: a publisher's layout has a first day, and a capture is read by the layout of its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar


class Dated(Protocol):
    """Rules that hold from a day on, until the next ones."""

    @property
    def valid_from(self) -> date:
        """The first capture day that the rules hold for."""
        ...


R = TypeVar("R", bound=Dated)


def rules_at(rules: Sequence[R], captured_at: datetime | None) -> R:
    """The newest rules that held when the page was captured.

    The newest of all when the moment isn't known; the oldest for a capture older than all of them.
    """
    known = sorted(rules, key=lambda dated: dated.valid_from)
    if captured_at is None:
        return known[-1]
    held = [dated for dated in known if dated.valid_from <= captured_at.date()]
    return held[-1] if held else known[0]


def spellings(*labels: str) -> frozenset[str]:
    """A label as pages write it: in any of three cases, with or without a colon."""
    cased = {form for label in labels for form in (label, label.title(), label.upper(), label.capitalize())}
    return frozenset(cased | {f"{label}:" for label in cased})
