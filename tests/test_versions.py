"""What names the code that made a day's rows: all that rows depend on, and nothing more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from include import versions
from include.settings import PROJECT_ROOT

INCLUDE = PROJECT_ROOT / "include"
MOVES_ROWS = {"files", "locks", "object_store", "settings", "versions"}


def imported(path: Path) -> Iterator[str]:
    """The modules directly under include/ that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "include":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("include."):
            yield str(node.module).split(".")[1]


def test_every_module_that_rows_depend_on_is_in_the_code_version() -> None:
    reached: set[str] = set()
    waiting = [path for stage in versions._STAGES for path in (INCLUDE / stage).rglob("*.py")]
    assert len(waiting) > 40
    while waiting:
        for name in set(imported(waiting.pop())) - reached:
            reached.add(name)
            if (INCLUDE / f"{name}.py").exists():
                waiting.append(INCLUDE / f"{name}.py")
    assert reached - set(versions._STAGES) - MOVES_ROWS == set(versions._SHARED)
