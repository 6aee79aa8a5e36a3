"""What a step of maintenance did."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

DAY_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step: ``found`` things of ``found_bytes`` in all, ``removed`` of them.

    ``told`` says it in a sentence, and what to do where something is left to do.
    """

    step: str
    found: int
    found_bytes: int
    removed: int
    told: str

    def as_dict(self) -> dict[str, Any]:
        """The result in JSON's types."""
        return dataclasses.asdict(self)


def size_told(size_bytes: float) -> str:
    """A size as a person reads it."""
    for unit in ("bytes", "KiB", "MiB"):
        if size_bytes < 1024:
            return f"{size_bytes:,.0f} {unit}" if unit == "bytes" else f"{size_bytes:,.1f} {unit}"
        size_bytes /= 1024
    return f"{size_bytes:,.1f} GiB"


def counted(count: int, thing: str) -> str:
    """A number of things."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
