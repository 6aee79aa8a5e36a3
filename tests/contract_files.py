"""Contracts that ask less, for tests of something else: Great Expectations takes seconds to ask them all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from pathlib import Path

from newsmarts.core.settings import PROJECT_ROOT


def write_brief_contracts(folder: Path, *, each: int = 2, also: Collection[str] = ()) -> Path:
    """Write each contract's first critical expectations, and those whose ids are in ``also``, into a folder.

    What is beside the contracts is copied as it is. A contract that has no other reason for what it explains
    keeps none: ``explained_by`` is left out.
    """
    folder.mkdir(parents=True)
    for path in (PROJECT_ROOT / "expectations").glob("*.toml"):
        shutil.copy(path, folder)
    for path in (PROJECT_ROOT / "expectations").glob("*.json"):
        contract = json.loads(path.read_bytes())
        critical = [entry for entry in contract["expectations"] if entry["severity"] == "critical"]
        named = [entry for entry in contract["expectations"] if entry["meta"]["id"] in also]
        kept = critical[:each]
        contract["expectations"] = kept + [entry for entry in named if entry not in kept]
        for entry in contract["expectations"]:
            entry["meta"].pop("explained_by", None)
        (folder / path.name).write_text(json.dumps(contract), encoding="utf-8")
    return folder
