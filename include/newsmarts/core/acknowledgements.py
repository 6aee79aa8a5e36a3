"""Acknowledgements: that a person has seen why something is in quarantine, and agrees that it stays there.

They are kept under ``NEWS_HOME/acknowledgements``, one file a decision, numbered in the order in which they
were made. Nothing there is ever edited: undoing is one more decision. An acknowledgement is of a *reason*:
this capture, rejected by this expectation. So it survives that its day is run again, is no longer shown once
the page passes, and a page that is rejected for another reason as well is open again. It lets nothing into
the marts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from newsmarts.core.errors import NewsError, UsageError
from newsmarts.core.files import TEMPORARY_PREFIX, write_atomically
from newsmarts.core.locks import held
from newsmarts.core.partitions import acknowledgements_path, parse_day
from newsmarts.core.settings import Settings

Decision = Literal["acknowledged", "undone"]

MAX_REASON_CHARS = 500
MAX_ENTRIES = 5_000
_MAX_NAME_CHARS = 200
_LOCK_SECONDS = 10.0
_JOINERS = "\u200c\u200d"  # part of writing in Persian and other languages
_FILE = re.compile(r"(?P<number>[0-9]{8})\.json")
_DECISIONS: tuple[Decision, ...] = ("acknowledged", "undone")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What is acknowledged: one reason why one page, or ticker lines of one capture, are in quarantine."""

    capture_day: date
    capture_id: str
    subject: str  # page or ticker_item
    reason_code: str
    expectation: str  # "" where no contract was evaluated


@dataclass(frozen=True, slots=True)
class Record:
    """One decision of one person, about one or more entries."""

    number: int
    decision: Decision
    by: str
    at: datetime  # UTC, to the second
    reason: str  # may be "" when undone
    entries: tuple[Entry, ...]


def acknowledge(
    settings: Settings, entries: Collection[Entry], *, by: str, at: datetime, reason: str
) -> Record:
    """Record that ``by`` acknowledges these entries, and why.

    Raises:
        UsageError: no entries or too many, no reason, or one that is too long.
        LockTimeout: another decision was being written for too long.
        NewsError: it can't be written; then nothing was.
    """
    if not tidy(reason):
        raise UsageError("An acknowledgement needs a reason. Write in a few words why these may stay out.")
    return _write(settings, "acknowledged", entries, by=by, at=at, reason=reason)


def undo(
    settings: Settings, entries: Collection[Entry], *, by: str, at: datetime, reason: str = ""
) -> Record:
    """Record that these entries aren't acknowledged any longer; they are open again.

    Raises:
        UsageError, LockTimeout, NewsError: as ``acknowledge`` does.
    """
    return _write(settings, "undone", entries, by=by, at=at, reason=reason)


def records(home: Path) -> Iterator[Record]:
    """Every decision, in the order in which they were made.

    Raises:
        NewsError: a file can't be read as a decision.
    """
    for number, path in _files(home):
        yield _read(number, path)


def standing(home: Path) -> dict[Entry, Record]:
    """What is acknowledged now, each with its last acknowledgement."""
    found: dict[Entry, Record] = {}
    for record in records(home):
        for entry in record.entries:
            if record.decision == "acknowledged":
                found[entry] = record
            else:
                found.pop(entry, None)
    return found


def tidy(text: str) -> str:
    """A person's text as it is kept: on one line, without control characters or halves of surrogate pairs."""
    kept = (char for char in text if char.isprintable() or char.isspace() or char in _JOINERS)
    return " ".join("".join(kept).split())


def _write(
    settings: Settings, decision: Decision, entries: Collection[Entry], *, by: str, at: datetime, reason: str
) -> Record:
    who, why = tidy(by)[:_MAX_NAME_CHARS], tidy(reason)
    if not who:
        raise UsageError("The decision has no name. Give yours.")
    if len(why) > MAX_REASON_CHARS:
        raise UsageError(f"The reason has {len(why)} characters. At most {MAX_REASON_CHARS} fit.")
    chosen = tuple(sorted(set(entries)))
    if not chosen:
        raise UsageError("Nothing is chosen. Choose at least one entry of quarantine.")
    if len(chosen) > MAX_ENTRIES:
        raise UsageError(f"{len(chosen)} entries are too many at once. Choose at most {MAX_ENTRIES}.")
    folder = acknowledgements_path(settings.home)
    try:
        # the number is the order: clocks of several machines may differ
        with held(folder / ".lock", timeout_seconds=_LOCK_SECONDS, what="the acknowledgements"):
            number = max((number for number, _ in _files(settings.home)), default=0) + 1
            record = Record(number, decision, who, at.astimezone(UTC).replace(microsecond=0), why, chosen)
            write_atomically(folder / f"{number:08}.json", _to_json(record))
    except OSError as error:
        raise NewsError(
            f"The decision wasn't kept: {folder} can't be written ({error.strerror}). Make room on the disk, "
            "or let this user write there, and decide again."
        ) from error
    return record


def _files(home: Path) -> list[tuple[int, Path]]:
    folder = acknowledgements_path(home)
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        return []
    found = []
    for name in names:
        match = _FILE.fullmatch(name)
        if match:
            found.append((int(match["number"]), folder / name))
        elif name != ".lock" and not name.startswith(TEMPORARY_PREFIX):
            raise NewsError(f"{folder / name} is not an acknowledgement. Move it out of that folder.")
    return found


def _to_json(record: Record) -> bytes:
    document = {
        "decision": record.decision,
        "by": record.by,
        "at": record.at.isoformat().replace("+00:00", "Z"),
        "reason": record.reason,
        "entries": [
            {
                "capture_day": entry.capture_day.isoformat(),
                "capture_id": entry.capture_id,
                "subject": entry.subject,
                "reason_code": entry.reason_code,
                "expectation": entry.expectation,
            }
            for entry in record.entries
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _read(number: int, path: Path) -> Record:
    try:
        document = json.loads(path.read_bytes())
        if document["decision"] not in _DECISIONS:
            raise ValueError(f"decision {document['decision']!r}")
        return Record(
            number,
            document["decision"],
            _text(document, "by"),
            datetime.fromisoformat(_text(document, "at")).astimezone(UTC),
            _text(document, "reason"),
            tuple(_entry(entry) for entry in document["entries"]),
        )
    except (OSError, ValueError, KeyError, TypeError, UsageError) as error:
        raise NewsError(
            f"{path} can't be read as an acknowledgement ({type(error).__name__}: {error}). Put it back "
            "from a backup; without one, remove it, and the decision in it is undone."
        ) from error


def _entry(document: dict[str, Any]) -> Entry:
    return Entry(
        parse_day(_text(document, "capture_day")),
        *(_text(document, name) for name in ("capture_id", "subject", "reason_code", "expectation")),
    )


def _text(document: dict[str, Any], name: str) -> str:
    value = document[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not text")
    return value
