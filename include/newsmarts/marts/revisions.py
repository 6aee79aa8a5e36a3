"""What a later text of an article changed: headline, standfirst, and the body's blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise, takewhile
from operator import eq
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from newsmarts.marts.catalogue import run_query

_CHANGES = pa.schema(
    [
        pa.field("article_id", pa.string()),
        pa.field("revision", pa.int64()),
        pa.field("headline_changed", pa.bool_()),
        pa.field("standfirst_changed", pa.bool_()),
        pa.field("blocks_added", pa.int64()),
        pa.field("blocks_removed", pa.int64()),
        pa.field("blocks_edited", pa.int64()),
        pa.field("change", pa.string()),
    ]
)
_BATCH = 1_000
_SHOWN_CHANGES = 10
_SHOWN_CHARS = 120
_SHOWN_BEFORE_CHARS = 20


class Text(NamedTuple):
    """One text of an article, as marts.article_revisions numbers it."""

    article_id: str
    revision: int
    headline: str | None
    standfirst: str | None
    blocks: list[str]


def find_changes(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``revision_changes``: for each text but the first of an article in scope, what it changed."""
    found = run_query(connection, "revised_texts")
    rows = [_change(before, after) for before, after in _neighbours(found)]
    connection.register("revision_changes", pa.Table.from_pylist(rows, schema=_CHANGES))


def _neighbours(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Text, Text]]:
    last: list[Text] = []
    while rows := found.fetchmany(_BATCH):
        texts = [*last, *(Text(*row) for row in rows)]
        for before, after in pairwise(texts):
            if before.article_id == after.article_id:
                yield before, after
        last = texts[-1:]


def _change(before: Text, after: Text) -> dict[str, Any]:
    headline, standfirst = before.headline != after.headline, before.standfirst != after.standfirst
    lines = []
    if headline:
        lines.append(f"headline: {_edit(before.headline, after.headline)}")
    if standfirst:
        lines.append(f"standfirst: {_edit(before.standfirst, after.standfirst)}")
    added, removed, edited, blocks = compare(before.blocks, after.blocks)
    lines += blocks
    if len(lines) > _SHOWN_CHANGES:
        lines[_SHOWN_CHANGES - 1 :] = [f"and {len(lines) - _SHOWN_CHANGES + 1} more"]
    return {
        "article_id": after.article_id,
        "revision": after.revision,
        "headline_changed": headline,
        "standfirst_changed": standfirst,
        "blocks_added": added,
        "blocks_removed": removed,
        "blocks_edited": edited,
        "change": "\n".join(lines),
    }


def compare(before: Sequence[str], after: Sequence[str]) -> tuple[int, int, int, list[str]]:
    """How many blocks were added, removed and edited, and each in a line for people.

    Blocks are edited when they replace as many others; the rest of a longer stretch is added or removed.
    """
    added = removed = edited = 0
    lines = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind == "equal":
            continue
        both = min(end - start, last - first)
        edited += both
        removed += end - start - both
        added += last - first - both
        lines += [
            f"edited: {_edit(old, new)}"
            for old, new in zip(before[start : start + both], after[first : first + both], strict=True)
        ]
        lines += [f"removed: {_short(text)}" for text in before[start + both : end]]
        lines += [f"added: {_short(text)}" for text in after[first + both : last]]
    return added, removed, edited, lines


def _edit(before: str | None, after: str | None) -> str:
    """Both texts, from shortly before they begin to differ when they are long."""
    same = 0
    if before and after and max(len(before), len(after)) > _SHOWN_CHARS:
        alike = sum(1 for _ in takewhile(bool, map(eq, before, after)))
        same = max(0, alike - _SHOWN_BEFORE_CHARS)
    return f"{_short(before, same)} → {_short(after, same)}"


def _short(text: str | None, start: int = 0) -> str:
    if text is None:
        return "(none)"
    line = ("…" if start else "") + " ".join(text[start:].split())
    return f"“{line}”" if len(line) <= _SHOWN_CHARS else f"“{line[: _SHOWN_CHARS - 1]}…”"
