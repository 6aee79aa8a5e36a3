"""A difference as lines; page text is quoted, its control characters escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from newsmarts.compare.differences import Difference, MartDifference
from newsmarts.core.text import counted


def render(difference: Difference) -> str:
    """The difference as plain text without a last newline."""
    return "\n".join([f"From release {difference.before} to {difference.after}", *render_marts(difference)])


def render_marts(difference: Difference) -> list[str]:
    """The differences of each mart, as lines; a blank one comes first."""
    lines = []
    for change, marts in (("new", difference.marts_added), ("gone", difference.marts_removed)):
        for name, rows in marts.items():
            lines += ["", f"marts.{name} is {change}, with {counted(rows, 'row')}"]
    same = []
    for name, mart in difference.marts.items():
        if mart.same_rows and mart.same_columns and mart.compared_by != "nothing":
            same.append(name)
        else:
            lines += ["", *_mart(name, mart)]
    if same:
        lines += ["", f"No difference in {', '.join(same)}"]
    return lines


def _mart(name: str, mart: MartDifference) -> Iterator[str]:
    yield f"marts.{name}: {counted(mart.rows_before, 'row')} before, {mart.rows_after:,} after"
    for column in mart.columns_added:
        yield f"  column {column} is new"
    for column in mart.columns_removed:
        yield f"  column {column} is gone"
    for column, (before, after) in mart.columns_retyped.items():
        yield f"  column {column} was {before} and is {after}; its values aren't compared"
    if mart.compared_by == "nothing":
        yield "  no column in common: rows can't be compared"
        return
    changed = f", {mart.changed:,} changed" if mart.compared_by == "key" else ""
    how = "" if mart.compared_by == "key" else " (whole rows: no unique key)"
    yield f"  {mart.added:,} added, {mart.removed:,} removed{changed}{how}"
    if mart.changed_columns:
        counts = sorted(mart.changed_columns.items(), key=lambda item: (-item[1], item[0]))
        yield "  changed columns: " + ", ".join(f"{column} {count:,}" for column, count in counts)
    for row in mart.added_examples:
        yield f"  + {_row(row)}"
    for row in mart.removed_examples:
        yield f"  - {_row(row)}"
    for change in mart.changed_examples:
        yield f"  ~ {_row(change.key | ({'headline': change.headline} if change.headline else {}))}"
        for column, (before, after) in change.columns.items():
            yield f"      {column}: {show_value(before)}"
            yield f"      {' ' * len(column)}→ {show_value(after)}"


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={show_value(value)}" for name, value in row.items())


def show_value(value: Any) -> str:
    """One value; a text is quoted, and its control characters are escaped."""
    if value is None:
        return "NULL"
    return repr(value) if isinstance(value, str) else str(value)
