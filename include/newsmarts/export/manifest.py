"""``export.json``: what an export holds, for people and machines; it also says that a folder is an export."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from newsmarts.export.lines import GUARDED
from newsmarts.export.source import MONTH, Source

MANIFEST = "export.json"
_KIND = "news marts export"

Format = Literal["parquet", "csv", "jsonl"]


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for: of which release, in which format, and whether a CSV is guarded."""

    release_id: str
    format: Format
    guard: bool


def manifest(
    order: Order, sources: Sequence[Source], files: Mapping[str, Sequence[Path]], folder: Path
) -> dict[str, Any]:
    """What the export in this folder holds; it names no time and no machine."""
    told: dict[str, Any] = {"kind": _KIND, "release_id": order.release_id, "format": order.format}
    if order.format == "csv":
        told["null"] = 'nothing between the commas; an empty text is ""'
        told["formula_guard"] = order.guard
        if order.guard:
            told["formula_guard_undo"] = f"take one apostrophe off each text that matches {GUARDED}"
    by_month = order.format == "parquet"
    told["marts"] = [
        {
            "name": source.name,
            "comment": source.mart.comment,
            "rows": source.mart.rows,
            "key": list(source.key.columns) if source.key else [],
            "partitioned_by": {MONTH: source.month_of} if by_month and source.month_of else {},
            "columns": [
                {"name": column.name, "type": column.type, "comment": column.comment}
                for column in source.mart.columns
            ],
            "files": [
                {"path": path.relative_to(folder).as_posix(), "size_bytes": path.stat().st_size}
                for path in files[source.name]
            ],
        }
        for source in sources
    ]
    return told


def write_manifest(folder: Path, document: Mapping[str, Any]) -> None:
    """Write it into the export."""
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def known_files(folder: Path) -> set[str]:
    """Paths in the folder that are of the export that it is; none when it is no export."""
    try:
        document: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if document["kind"] != _KIND:
            return set()
        return {MANIFEST, *(file["path"] for mart in document["marts"] for file in mart["files"])}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return set()
