"""The shape that the folders promise: imports run one way, and the library knows no Airflow."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("land", "parse", "validate", "load", "publish")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write it from the project root"
            yield node.module or ""


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_imports_another(stage: str) -> None:
    files = sorted((ROOT / "include" / stage).rglob("*.py"))
    assert files, f"stage {stage} has no code"
    others = {other for other in STAGES if other != stage} | {"pipeline", "cli", "desk", "show"}
    for path in files:
        for module in _imports(path):
            parts = module.split(".")
            crossed = parts[0] == "include" and len(parts) > 1 and parts[1] in others
            assert not crossed, (
                f"{path.relative_to(ROOT)} imports {module}; stages meet in partitions on disk"
            )


def test_library_imports_no_airflow() -> None:
    for path in sorted((ROOT / "include").rglob("*.py")):
        for module in _imports(path):
            assert module.split(".")[0] != "airflow", f"{path.relative_to(ROOT)} imports {module}"


def test_library_works_in_a_process_that_never_loads_airflow() -> None:
    code = (
        "import sys, include.pipeline, include.cli, include.desk.app\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'airflow'])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_files_can_be_read_in_one_sitting() -> None:
    for folder in ("include", "dags", "plugins", "scripts"):
        for path in (ROOT / folder).rglob("*.py"):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 350, f"{path.relative_to(ROOT)} has {lines} lines"


def test_every_module_says_what_it_is_for() -> None:
    for folder in ("include", "dags", "plugins", "scripts"):
        for path in (ROOT / folder).rglob("*.py"):
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path.relative_to(ROOT)
