"""Names for what made stored rows: code (declared in ``versions.toml``) and contracts (computed).

Equal names mean that the same input gives the same rows.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version as library_version
from pathlib import Path
from typing import Any

VERSIONS_FILE = Path(__file__).with_name("versions.toml")
_CHARS = 12
SPEAKERS_FILE = "speakers.toml"  # in expectations/: only the marts are made by it, no day is read by it
_WORDING = {"notes", "note"}  # keys of contracts and data that change what people read, and no row


def code_version() -> str:
    """The code that parses captures and validates their rows."""
    return str(_declared()["reading"]["version"])


def warehouse_version() -> str:
    """The tables of the private warehouse and the code that fills them."""
    return str(_declared()["warehouse"]["version"])


def marts_version() -> str:
    """The code that turns loaded days into marts."""
    return str(_declared()["marts"]["version"])


def search_version() -> str:
    """The code and the library that turn marts into a full-text index."""
    declared, installed = _declared()["search"], library_version("tantivy")
    name = str(declared["version"])
    return name if installed == declared["tantivy"] else f"{name} tantivy {installed}"


def contracts_version(folder: Path) -> str:
    """The contracts of pages and ticker lines in ``expectations/``, and the rules that they share."""
    suites = [path for path in folder.glob("*.json") if not path.name.startswith("marts_")]
    return _name_of([*suites, *(path for path in folder.glob("*.toml") if path.name != SPEAKERS_FILE)])


def mart_contracts_version(folder: Path) -> str:
    """The contracts of marts in ``expectations/``, and the rules that they share."""
    return _name_of([*folder.glob("marts_*.json"), *folder.glob("*.toml")])


@cache
def _declared() -> dict[str, Any]:
    return tomllib.loads(VERSIONS_FILE.read_text(encoding="utf-8"))


def _name_of(paths: Iterable[Path]) -> str:
    """A hash of what contract files mean. An unreadable one counts by its bytes; loading it fails."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        with contextlib.suppress(ValueError):
            read = json.loads if path.suffix == ".json" else tomllib.loads
            meaning = _without_wording(read(content.decode()))
            content = json.dumps(meaning, sort_keys=True, default=str).encode()
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:_CHARS]


def _without_wording(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_wording(item) for key, item in value.items() if key not in _WORDING}
    if isinstance(value, list):
        return [_without_wording(item) for item in value]
    return value
