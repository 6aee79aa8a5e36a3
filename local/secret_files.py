"""Secrets of local servers: JSON files that only their owner can read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from newsmarts.core.files import write_atomically


def ensure_secrets(path: Path, makers: Mapping[str, Callable[[], str]]) -> set[str]:
    """Add the secrets that the file lacks; what it has stays. Returns the names of those that were added."""
    known = read_secrets(path)
    missing = {name for name in makers if not known.get(name)}
    if missing:
        content = known | {name: makers[name]() for name in missing}
        write_atomically(path, json.dumps(content).encode() + b"\n", mode=0o600)
    else:
        path.chmod(0o600)
    return missing


def read_secrets(path: Path) -> dict[str, Any]:
    """The file's secrets by name; empty when it is missing or half written."""
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
