"""What import-linter can't say of the shape: files are short, and say what they are for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("include", "dags", "plugins", "local", "bi")


@pytest.mark.slow
def test_library_works_in_a_process_that_never_loads_airflow() -> None:
    code = (
        "import sys, newsmarts.pipeline, newsmarts.cli.main, newsmarts.desk.app\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'airflow'])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_files_can_be_read_in_one_sitting() -> None:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 350, f"{path.relative_to(ROOT)} has {lines} lines"


def test_every_module_says_what_it_is_for() -> None:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path.relative_to(ROOT)
