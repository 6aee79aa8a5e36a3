"""Write ``inbox/``, ``golden/`` and ``expected.json`` from ``captures.toml``: ``python -m samples.write``.

Files that were written by hand (captures without a story) are left as they are. The records in ``golden/``
come from the stories, never from the parser.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from samples import html, text
from samples.model import Format
from samples.story import HERE, captured_on, load_captures, load_story

EXPECTED_KEYS = ("outcome", "stage", "reason_code", "expectations")
GOOD = ("loaded", "repeat", "revision")


def rendered(captures: list[dict[str, Any]]) -> dict[str, bytes]:
    """The bytes of every sample file that has a story, by its path below ``inbox/``."""
    files: dict[str, bytes] = {}
    for capture in captures:
        if "story" in capture:
            files[capture["file"]] = _render(capture)
        elif "copy_of" in capture:
            files[capture["file"]] = files[capture["copy_of"]]
    return files


def records(captures: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The golden record of every good sample, by the path of its page below ``inbox/``."""
    by_file = {capture["file"]: capture for capture in captures}
    golden: dict[str, dict[str, Any]] = {}
    for capture in captures:
        if capture["outcome"] in GOOD:
            page_format: Format = "html" if capture["file"].endswith(".html") else "text"
            golden[capture["file"]] = _page(by_file[capture.get("copy_of", capture["file"])]).record(
                page_format
            )
    return golden


def expected(captures: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What becomes of every sample file."""
    return {
        capture["file"]: {key: capture[key] for key in EXPECTED_KEYS if key in capture}
        for capture in captures
    }


def as_json(data: object) -> bytes:
    """JSON as the golden records are written."""
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _page(capture: Mapping[str, Any]) -> Any:
    day = date.fromisoformat(capture["file"].partition("/")[0])
    return captured_on(load_story(capture["story"]), day, capture.get("ticker"))


def _render(capture: Mapping[str, Any]) -> bytes:
    page = _page(capture)
    if capture["file"].endswith(".html"):
        return html.render(page, capture["skin"], capture.get("size_bytes", 0)).encode()
    lines = text.render(page).replace("\n", capture.get("newline", "\n"))
    return lines.encode(capture.get("encoding", "utf-8"))


def main() -> int:
    """Write every file whose content changed."""
    captures = load_captures()
    files: dict[Path, bytes] = {HERE / "inbox" / name: data for name, data in rendered(captures).items()}
    files |= {HERE / "golden" / f"{name}.json": as_json(record) for name, record in records(captures).items()}
    files[HERE / "expected.json"] = as_json(expected(captures))
    for path, data in files.items():
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
