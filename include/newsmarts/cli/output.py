"""Answers, as JSON for machines and as lines for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def to_json(value: Any) -> Any:
    """A value in JSON's types: dataclasses by their fields, times in ISO 8601 (UTC as ``Z``)."""
    from pydantic_core import to_jsonable_python  # noqa: PLC0415 (--help doesn't wait for it)

    return to_jsonable_python(value, fallback=str)


def print_answer(answer: Answer, render: Callable[[Answer], str], *, as_json: bool) -> None:
    """Print what a command found: as indented JSON, or as ``render`` writes it for people."""
    print(json.dumps(to_json(answer), ensure_ascii=False, indent=2) if as_json else render(answer))


def columns(rows: Iterable[Sequence[str]], *, right: set[int]) -> list[str]:
    """Rows as aligned lines, two blanks between columns; those in ``right`` are aligned right."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
