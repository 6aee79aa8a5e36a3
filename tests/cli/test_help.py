"""``newsmarts --help``, ``--version`` and completion: quick, and complete."""

from __future__ import annotations

import subprocess
import sys

import pytest

from newsmarts.cli.main import main

GROUPS = {
    "Pages": ("parse", "show", "check-pages"),
    "Pipeline": ("run", "docs", "preview", "rebuild"),
    "Marts": (
        "summary",
        "releases",
        "rollback",
        "freshness",
        "diff",
        "export",
        "to-postgres",
        "dictionary",
        "search",
    ),
    "Quarantine": ("quarantine", "acknowledge"),
    "Home": ("backup", "restore", "maintain", "verify", "upgrade-check"),
}
SLOW_IMPORTS = {"pyarrow", "duckdb", "great_expectations", "pandas", "pydantic_settings", "numpy", "lxml"}


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys\n"
        "from newsmarts.cli.main import main\n"
        "assert main(['--help']) == 0\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "newsmarts" in answer.stdout
    assert SLOW_IMPORTS.isdisjoint(answer.stderr.split())


def test_a_run_does_not_load_great_expectations_before_a_day_needs_it() -> None:
    code = "import sys, newsmarts.pipeline; print('great_expectations' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"


def test_help_lists_every_command_in_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    found: dict[str, list[str]] = {}
    for line in capsys.readouterr().out.splitlines():
        if line.startswith("╭─ "):
            commands = found.setdefault(line.split()[1], [])
        elif line.startswith("│ ") and line[2] not in " -":
            commands.append(line.split()[1])
    del found["Options"]
    assert {group: tuple(names) for group, names in found.items()} == GROUPS


@pytest.mark.parametrize("command", [name for names in GROUPS.values() for name in names])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--help", "-h"):
        assert main([command, option]) == 0
        assert f"Usage: newsmarts {command}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    name, version = capsys.readouterr().out.split()
    assert name == "newsmarts"
    assert version[0].isdigit()


def test_a_shell_gets_its_completions(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_NEWSMARTS_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "newsmarts re")
    monkeypatch.setenv("COMP_CWORD", "1")
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 0
    assert capsys.readouterr().out.split() == ["rebuild", "releases", "restore"]
