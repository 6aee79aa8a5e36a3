"""How many messages an hour: a backfill of two hundred bad days tells of some and then holds back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsmarts.core.files import write_atomically
from newsmarts.core.locks import held

_SPAN = timedelta(hours=1)
_LOCK_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Allowance:
    """A message may be sent.

    ``held_back`` counts those that weren't since the last one that was; ``is_last`` says that the next ones
    will be held back, until ``free_again``.
    """

    held_back: int
    is_last: bool
    free_again: datetime

    def note(self) -> str | None:
        """What the message says of the others; None when there is nothing to say."""
        notes = []
        if self.held_back:
            notes.append(f"{self.held_back} held back before this one.")
        if self.is_last:
            notes.append(f"Further ones are held back until {self.free_again:%H:%M} UTC.")
        if not notes:
            return None
        return " ".join([*notes, "The news desk's page Today lists every day that needs a hand."])


def ask(folder: Path, *, now: datetime, per_hour: int) -> Allowance | None:
    """Count one more message, told or held back; None when ``per_hour`` were told in the hour before ``now``.

    ``folder`` keeps the count for all processes of the machine; a file there that can't be read counts as
    none.

    Raises:
        OSError: the folder can't be written.
        LockTimeout: another process has held the count for 20 s.
    """
    path = folder / "told.json"
    with held(folder / ".lock", timeout_seconds=_LOCK_SECONDS, what="the count of notifications"):
        told, held_back = _read(path)
        told = [moment for moment in told if timedelta(0) <= now - moment < _SPAN]
        allowed = None
        if len(told) < per_hour:
            told.append(now)
            is_last = len(told) == per_hour
            allowed = Allowance(held_back, is_last, min(told) + _SPAN)
        kept = {
            "told": [moment.isoformat() for moment in told],
            "held_back": held_back + 1 if allowed is None else 0,
        }
        write_atomically(path, json.dumps(kept).encode())
    return allowed


def _read(path: Path) -> tuple[list[datetime], int]:
    try:
        kept = json.loads(path.read_bytes())
        return [datetime.fromisoformat(moment) for moment in kept["told"]], int(kept["held_back"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return [], 0
