"""``export.json``: what an export holds, for people and machines; it also marks a folder as an export."""

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
class Request:
    """What to export: which release, in which format, and whether a CSV is guarded."""

    release_id: str
    format: Format
    guard: bool


def manifest(
    request: Request, sources: Sequence[Source], files: Mapping[str, Sequence[Path]], folder: Path
) -> dict[str, Any]:
    """What the export in this folder holds; without a time or a machine's name."""
    document: dict[str, Any] = {"kind": _KIND, "release_id": request.release_id, "format": request.format}
    if request.format == "csv":
        document["null"] = 'nothing between the commas; an empty text is ""'
        document["formula_guard"] = request.guard
        if request.guard:
            document["formula_guard_undo"] = f"take one apostrophe off each text that matches {GUARDED}"
    by_month = request.format == "parquet"
    document["marts"] = [
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
    return document


def write_manifest(folder: Path, document: Mapping[str, Any]) -> None:
    """Write it into the export."""
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def known_files(folder: Path) -> set[str]:
    """Paths of the export's files in the folder; none when it isn't an export."""
    try:
        document: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if document["kind"] != _KIND:
            return set()
        return {MANIFEST, *(file["path"] for mart in document["marts"] for file in mart["files"])}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return set()
