"""Saved pages compared with the records expected of them: what ``newsmarts check-pages`` prints.

A record is in ``<name>.json`` beside the captures of its name (``<name>.txt``, ``<name>.html``): an article's
as ``newsmarts parse`` prints it, alone or with the file's name; for a page that isn't an article or can't be
read ``{"reason_code": "video_page"}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsmarts.core.errors import CaptureError, UsageError
from newsmarts.core.settings import Settings
from newsmarts.show.saved_file import parse_file

_SHOWN_CHARS = 300


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """One capture, and in which fields its record differs; None: there is no record to compare with."""

    path: Path
    differences: tuple[str, ...] | None


def check_pages(folder: Path, settings: Settings) -> Iterator[CheckedPage]:
    """Each page below a folder, compared with its record.

    Raises:
        UsageError: there is no such folder, it has no pages, or a record isn't a JSON object.
    """
    if not folder.is_dir():
        raise UsageError(f"No such folder: {str(folder)!r}. Give the path of a folder of saved pages.")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    pages = [path for path in files if path.suffix != ".json"]
    if not pages:
        raise UsageError(f"There are no pages in {str(folder)!r}. Save some there.")
    for path in pages:
        record = path.with_suffix(".json")
        if not record.is_file():
            yield CheckedPage(path, None)
            continue
        expected = _read_record(record)
        yield CheckedPage(path, tuple(_differences(_parsed(path, settings), expected)))


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} can't be read as JSON ({error}). Correct it.") from None
    if not isinstance(record, dict):
        raise UsageError(f"{path} is not a record, a JSON object. Correct it.")
    printed = next((record[key] for key in ("article", "quarantine", "not_article") if key in record), record)
    return printed if isinstance(printed, dict) else record


def _parsed(path: Path, settings: Settings) -> dict[str, Any]:
    """The page's record, or the reason why it has none."""
    try:
        return parse_file(path, settings).to_record()
    except CaptureError as error:
        return {"reason_code": error.reason_code, "detail": error.detail}


def _differences(found: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    """A line for each field that differs; of a list, like the body, for each entry that does."""
    if ("reason_code" in found) != ("reason_code" in expected):
        expected_code = expected.get("reason_code", "an article")
        reason = f"{found['reason_code']}: {found['detail']}" if "reason_code" in found else "an article"
        yield f"it is {reason[:_SHOWN_CHARS]}, expected {expected_code}"
        return
    if "reason_code" in expected:  # the detail is for people
        found, expected = ({"reason_code": each["reason_code"]} for each in (found, expected))
    for name in dict.fromkeys([*expected, *found]):
        one, other = found.get(name), expected.get(name)
        if one == other:
            continue
        if isinstance(one, list) and isinstance(other, list):
            yield from _entries(name, one, other)
        else:
            yield f"{name}: {_shown(one)}, expected {_shown(other)}"


def _entries(name: str, found: list[Any], expected: list[Any]) -> Iterator[str]:
    for entry in expected:
        if entry not in found:
            yield f"{name}: missing {_shown(entry)}"
    for entry in found:
        if entry not in expected:
            yield f"{name}: unexpected {_shown(entry)}"
    if sorted(map(str, found)) == sorted(map(str, expected)):
        yield f"{name}: its entries are in another order"
    elif all(entry in expected for entry in found) and all(entry in found for entry in expected):
        yield f"{name}: {len(found)} entries, expected {len(expected)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
