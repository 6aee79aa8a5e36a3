"""The plugin that fails a test above its CPU budget, in a pytest of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = """
import subprocess, sys
import pytest
from tests.cpu_budget import cpu_seconds

def use(seconds):
    start = cpu_seconds()
    while cpu_seconds() < start + seconds:
        pass

@pytest.fixture(scope="module")
def shared():
    use(0.15)

@pytest.fixture
def own():
    use(0.15)

def test_is_cheap():
    pass

def test_uses_a_shared_fixture(shared):
    pass

def test_imports_at_first(done=[]):
    if not done:
        done.append(use(0.15))

@pytest.mark.slow
def test_is_marked():
    use(0.15)

def test_has_a_dear_fixture(own):
    pass

def test_waits_for_a_child():
    subprocess.run([sys.executable, "-S", "-c", "import time\\nwhile time.process_time() < 0.15: pass"])
"""


def test_a_test_above_its_budget_fails_unless_it_is_marked_or_cheap_the_second_time(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: dear\n")
    options = ["-p", "no:cacheprovider", "-p", "tests.cpu_budget", "--cpu-budget=0.1", "--cpu-slowest=20"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-rfp", "-c", tmp_path / "pytest.ini", *options, tmp_path],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    outcomes = {line for line in result.stdout.splitlines() if line.startswith(("PASSED ", "FAILED "))}
    failed = {line.partition("::")[2].partition(" ")[0] for line in outcomes if line.startswith("FAILED")}
    assert failed == {"test_has_a_dear_fixture", "test_waits_for_a_child"}, result.stdout
    assert {line.partition("::")[2] for line in outcomes if line.startswith("PASSED")} >= {
        "test_is_cheap",
        "test_uses_a_shared_fixture",
        "test_imports_at_first",
        "test_is_marked",
    }
    assert "module fixture shared" in result.stdout
    assert re.search(r"that is not marked slow is 0\.15?\.", result.stdout)
