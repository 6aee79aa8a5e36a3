"""What a step of maintenance did."""

from __future__ import annotations

from dataclasses import dataclass

DAY_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step: ``found`` things of ``found_bytes`` in all, ``removed`` of them.

    ``summary`` is a sentence for people, with the next step where there is one.
    """

    step: str
    found: int
    found_bytes: int
    removed: int
    summary: str
