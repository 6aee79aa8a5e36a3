"""A limit of messages an hour: a backfill of two hundred bad days sends some and holds the rest back."""

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

    ``held_back`` counts those held back since the last one that was sent; with ``is_last`` the next ones are
    held back until ``free_again``.
    """

    held_back: int
    is_last: bool
    free_again: datetime

    def note(self) -> str | None:
        """A sentence on those held back; None when there are none."""
        if not self.held_back and not self.is_last:
            return None
        before = f"{self.held_back} held back before this one. " if self.held_back else ""
        after = f"Further ones are held back until {self.free_again:%H:%M} UTC. " if self.is_last else ""
        return f"{before}{after}The news desk's page Today lists every day that needs attention."


def request(folder: Path, *, now: datetime, per_hour: int) -> Allowance | None:
    """Count one more message. None: hold it back, since ``per_hour`` were sent in the hour before ``now``.

    ``folder`` keeps the count for all processes of the machine; a file there that can't be read counts as
    none.

    Raises:
        OSError: the folder can't be written.
        LockTimeout: another process has held the count for 20 s.
    """
    path = folder / "sent.json"
    with held(folder / ".lock", timeout_seconds=_LOCK_SECONDS, what="the count of notifications"):
        sent, held_back = _read_counts(path)
        sent = [moment for moment in sent if timedelta(0) <= now - moment < _SPAN]
        allowed = None
        if len(sent) < per_hour:
            sent.append(now)
            is_last = len(sent) == per_hour
            allowed = Allowance(held_back, is_last, min(sent) + _SPAN)
        kept = {
            "sent": [moment.isoformat() for moment in sent],
            "held_back": held_back + 1 if allowed is None else 0,
        }
        write_atomically(path, json.dumps(kept).encode())
    return allowed


def _read_counts(path: Path) -> tuple[list[datetime], int]:
    try:
        kept = json.loads(path.read_bytes())
        return [datetime.fromisoformat(moment) for moment in kept["sent"]], int(kept["held_back"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return [], 0
