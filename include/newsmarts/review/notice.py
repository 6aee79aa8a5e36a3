"""A message to whoever reads a page of results: what is the case, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "warn", "bad", "idle"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A message instead of results, or above them. ``page`` is where to take the next step."""

    title: str
    text: str
    tone: Tone = "idle"
    page: tuple[str, str] | None = None  # path of the desk, words
