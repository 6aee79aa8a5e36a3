"""Names for what made a day's rows: the code, and the contracts. Equal names mean equal content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_STAGES = ("parse", "validate")  # what turns bytes into rows; the other stages only move them
# What these two import of the modules beside them and rows depend on. Not files, locks, object_store and
# settings: they say where rows are and what may be asked for, and change with every new command.
_SHARED = (
    "contracts",
    "errors",
    "models",
    "partitions",
    "publishers",
    "schemas",
    "ticker",
    "ticker_variants",
)
_CHARS = 12


@cache
def code_version() -> str:
    """Names the code that reads pages and holds them to their contracts."""
    sources = [
        *(_HERE / f"{name}.py" for name in _SHARED),
        *(path for stage in _STAGES for path in (_HERE / stage).rglob("*.py")),
    ]
    return _name_of(sources, _HERE)


def contracts_version(folder: Path) -> str:
    """Names the contracts of pages and ticker lines in ``expectations/``; not of marts."""
    return _name_of((path for path in folder.glob("*.json") if not path.name.startswith("marts_")), folder)


def mart_contracts_version(folder: Path) -> str:
    """Names the contracts of marts in ``expectations/``."""
    return _name_of(folder.glob("marts_*.json"), folder)


def _name_of(paths: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:_CHARS]
