"""The shape that the folders promise: imports run one way, and the library knows no Airflow."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("land", "parse", "validate", "load", "publish")
# Packages that give published releases out, and what of publish tells them of releases.
WAYS_OUT = ("compare", "dictionary", "export")
DOORS = {f"include.publish.{name}" for name in ("reader", "releases", "contents", "catalogue")}


def _imports(path: Path, names_of: Collection[str] = ()) -> Iterator[str]:
    """Modules that a file imports; of these packages, the modules in them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write it from the project root"
            module = node.module or ""
            yield from (f"{module}.{name.name}" for name in node.names) if module in names_of else (module,)


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_imports_another(stage: str) -> None:
    files = sorted((ROOT / "include" / stage).rglob("*.py"))
    assert files, f"stage {stage} has no code"
    others = {other for other in STAGES if other != stage} | {
        "backup",
        "pipeline",
        "cli",
        "desk",
        "maintenance",
        "preview",
        "show",
        "upgrade",
        *WAYS_OUT,
    }
    for path in files:
        for module in _imports(path):
            parts = module.split(".")
            crossed = parts[0] == "include" and len(parts) > 1 and parts[1] in others
            assert not crossed, (
                f"{path.relative_to(ROOT)} imports {module}; stages meet in partitions on disk"
            )


@pytest.mark.parametrize("package", WAYS_OUT)
def test_ways_out_know_releases_and_no_stage(package: str) -> None:
    files = sorted((ROOT / "include" / package).rglob("*.py"))
    assert files, f"{package} has no code"
    allowed = {package, "contracts", "duck", "errors", "files", "keys", "partitions", "settings"}
    for path in files:
        for module in _imports(path, names_of={"include", "include.publish"}):
            if module.split(".")[0] == "include" and module not in DOORS:
                assert module.split(".")[1] in allowed, f"{path.relative_to(ROOT)} imports {module}"


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
