"""Acknowledgements: that a person has seen why something is in quarantine, and agrees that it stays there.

They are kept under ``NEWS_HOME/acknowledgements``, one file a decision, numbered in the order in which they
were made. Nothing there is ever edited: undoing is one more decision. An acknowledgement is of a *reason*:
this capture, rejected by this expectation. So it survives that its day is run again, is no longer shown once
the page passes, and a page that is rejected for another reason as well is open again. It lets no such page
into the marts. Since a person has seen it, it doesn't count when validate decides whether to refuse its day.

With an object store they are there as well: ``pull`` brings what other machines recorded to this one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from newsmarts.core.errors import DiskFull, NewsError, Overtaken, UsageError
from newsmarts.core.files import TEMPORARY_PREFIX, write_atomically
from newsmarts.core.locks import held
from newsmarts.core.object_store import put_if_unchanged
from newsmarts.core.owner import is_owner, require_shareable
from newsmarts.core.partitions import AnyPath, acknowledgements_path
from newsmarts.core.settings import Settings
from newsmarts.core.text import single_line

MAX_REASON_CHARS = 500
MAX_REASONS = 5_000
_MAX_NAME_CHARS = 200
_LOCK_SECONDS = 10.0
_FILE = re.compile(r"(?P<number>[0-9]{8})\.json")


@dataclass(frozen=True, slots=True, order=True)
class QuarantineKey:
    """What is acknowledged: one reason why one page, or ticker lines of one capture, are in quarantine."""

    capture_day: date
    capture_id: str
    subject: str  # page or ticker_item
    reason_code: str
    expectation: str  # "" where the reason is of no contract

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> QuarantineKey:
        """Of a row of quarantine, as ``schemas.QUARANTINE`` has it."""
        return cls(
            row["capture_day"],
            row["capture_id"],
            row["subject"],
            row["reason_code"],
            row["expectation"] or "",
        )

    @property
    def label(self) -> str:
        """Names it within its day."""
        return " ".join((self.capture_id, self.subject, self.reason_code, self.expectation)).rstrip()


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of one person, about one or more reasons."""

    decision: Literal["acknowledged", "undone"]
    by: str
    at: AwareDatetime  # UTC, to the second
    reason: str  # why; may be "" when undone
    entries: tuple[QuarantineKey, ...]
    number: int = 0  # the order in which decisions were made; the file's name


_FORMAT: TypeAdapter[Decision] = TypeAdapter(Decision)


def record_decision(
    decision: Literal["acknowledged", "undone"],
    settings: Settings,
    entries: Collection[QuarantineKey],
    *,
    by: str,
    at: datetime,
    reason: str = "",
) -> Decision:
    """Record that ``by`` acknowledges these entries, and why; or undoes that, which makes them open again.

    Raises:
        UsageError: no entries or too many, no name, a reason that is too long, or none to acknowledge.
        LockTimeout: another decision was being written for too long.
        NewsError: it can't be written; then nothing was.
        NotTheOwner: the object store ignores conditional puts, and another machine writes to it.
    """
    require_shareable(settings)
    who, why = single_line(by)[:_MAX_NAME_CHARS], single_line(reason)
    if decision == "acknowledged" and not why:
        raise UsageError("An acknowledgement needs a reason. Write in a few words why these may stay out.")
    if not who:
        raise UsageError("The decision has no name. Give yours.")
    if len(why) > MAX_REASON_CHARS:
        raise UsageError(f"The reason has {len(why)} characters. At most {MAX_REASON_CHARS} fit.")
    chosen = tuple(sorted(set(entries)))
    if not chosen:
        raise UsageError("Nothing is chosen. Choose at least one entry of quarantine.")
    if len(chosen) > MAX_REASONS:
        raise UsageError(f"{len(chosen)} entries are too many at once. Choose at most {MAX_REASONS}.")
    folder = acknowledgements_path(settings.home)
    try:
        # the number is the order: clocks of several machines may differ
        with held(folder / ".lock", timeout_seconds=_LOCK_SECONDS, what="the acknowledgements"):
            moment = at.astimezone(UTC).replace(microsecond=0)
            made = Decision(decision, who, moment, why, chosen)
            document = _FORMAT.dump_json(made, indent=1, exclude={"number"}) + b"\n"
            number = _share(settings, document)
            write_atomically(folder / f"{number:08}.json", document)
    except DiskFull as error:
        raise DiskFull(f"The decision wasn't kept: {error}") from error
    except OSError as error:
        raise NewsError(
            f"The decision wasn't kept: {folder} can't be written ({error.strerror}). Let this user write "
            "there, and decide again."
        ) from error
    return replace(made, number=number)


def pull(settings: Settings) -> None:
    """Bring decisions that the object store has to this machine's folder; its owner's own go there first."""
    if settings.archive_url is None:
        return
    shared = acknowledgements_path(settings.archive)
    there = dict(_files(settings.archive))
    here = dict(_files(settings.home))
    for number in sorted(there.keys() - here.keys()):
        path = acknowledgements_path(settings.home) / there[number].name
        write_atomically(path, there[number].read_bytes())
    if (missing := sorted(here.keys() - there.keys())) and is_owner(settings):
        for number in missing:  # of the time before the store had them
            write_atomically(shared / here[number].name, here[number].read_bytes())


def _share(settings: Settings, document: bytes) -> int:
    """Give a decision the next number, in the object store too if there is one, and return it."""
    while True:
        pull(settings)
        number = max((number for number, _ in _files(settings.home)), default=0) + 1
        shared = acknowledgements_path(settings.archive) / f"{number:08}.json"
        if isinstance(shared, Path):
            return number
        with suppress(Overtaken):  # another machine took the number: the next one
            put_if_unchanged(shared, document, None)
            return number


def read_decisions(home: Path) -> Iterator[Decision]:
    """Every decision, in the order in which they were made.

    Raises:
        NewsError: a file can't be read as a decision.
    """
    for number, path in _files(home):
        yield _read(number, path)


def standing(home: Path) -> dict[QuarantineKey, Decision]:
    """What is acknowledged now, each with its last acknowledgement."""
    found: dict[QuarantineKey, Decision] = {}
    for made in read_decisions(home):
        for key in made.entries:
            if made.decision == "acknowledged":
                found[key] = made
            else:
                found.pop(key, None)
    return found


def standing_everywhere(settings: Settings) -> dict[QuarantineKey, Decision]:
    """``standing``, with what other machines recorded until now.

    Raises:
        NewsError: a file can't be read as a decision.
    """
    pull(settings)
    return standing(settings.home)


def _files(home: AnyPath) -> list[tuple[int, AnyPath]]:
    folder = acknowledgements_path(home)
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):  # the second is an object store's
        return []
    found = []
    for name in names:
        match = _FILE.fullmatch(name)
        if match:
            found.append((int(match["number"]), folder / name))
        elif name != ".lock" and not name.startswith(TEMPORARY_PREFIX):
            raise NewsError(f"{folder / name} is not an acknowledgement. Move it out of that folder.")
    return found


def _read(number: int, path: Path) -> Decision:
    try:
        made = _FORMAT.validate_json(path.read_bytes(), strict=True)
    except (OSError, ValidationError) as error:
        problem = str(error)
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False, include_input=False)[0]
            problem = ": ".join([*map(str, first["loc"]), first["msg"]])
        raise NewsError(
            f"{path} can't be read as an acknowledgement ({problem}). Put it back from a backup; "
            "without one, remove it, and the decision in it is undone."
        ) from error
    return replace(made, number=number, at=made.at.astimezone(UTC))
