"""Versions change when rows can, and not when words, names of files or places of modules do."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core import versions

PACKAGE = versions.VERSIONS_FILE.parents[1]
# Modules that say where rows are and what may be set, but not what is in them.
MOVES_ROWS = {
    "core/files.py",
    "core/locks.py",
    "core/object_store.py",
    "core/settings.py",
    "core/versions.py",
}
WORDING = {"comment", "notes"}
SOURCES = {
    "reading": ["parse", "validate"],
    "warehouse": ["load/tables", "core/tables.py"],
    "marts": [
        *("marts/models", "marts/scopes", "marts/queries", "marts/meta"),
        *("core/tables.py", "marts/catalogue.py"),
        *("marts/withheld.py", "marts/identity.py", "marts/revisions.py"),
        *("core/ticker.py", "core/ticker_lines.py", "core/ticker_variants.py", "core/tag_spellings.toml"),
    ],
    "search": ["search/words.py", "search/schema.py"],
}


def sources_of(name: str) -> list[Path]:
    """The files that a version stands for; with those that they import, for what reads pages."""
    found = list(_files(PACKAGE / source for source in SOURCES[name]))
    if name != "reading":
        return found
    for path in found:  # grows on the way
        for module in _imported(path):
            if module not in found and module.relative_to(PACKAGE).as_posix() not in MOVES_ROWS:
                found.append(module)
    return found


def tree_of(paths: Iterable[Path]) -> str:
    """A hash of what files mean, whatever their names and their order."""
    hashes = sorted(hashlib.sha256(meaning_of(path).encode()).hexdigest() for path in paths)
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:16]


def meaning_of(path: Path) -> str:
    """A file without its comments, docstrings and imports of the project's own modules."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return ast.dump(_WithoutWords().visit(ast.parse(text)))
    if path.suffix == ".toml":
        return json.dumps(_without_wording(tomllib.loads(text)), sort_keys=True, default=str)
    assert path.suffix == ".sql", path
    return " ".join(re.sub(r"--[^\n]*", "", text).split())


class _WithoutWords(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) else node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        return None if (node.module or "").startswith("newsmarts") else node


def _without_wording(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_wording(item) for key, item in value.items() if key not in WORDING}
    return value


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        assert place.exists(), place
        inside = place.rglob("*") if place.is_dir() else [place]
        yield from (path for path in inside if path.suffix in {".py", ".sql", ".toml"})


def _imported(path: Path) -> Iterator[Path]:
    """The project's modules that a Python file imports."""
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("newsmarts"):
            module = str(node.module)
            for name in (module, *(f"{module}.{alias.name}" for alias in node.names)):
                file = PACKAGE.parent.joinpath(*name.split(".")).with_suffix(".py")
                if file.is_file():
                    yield file


@pytest.mark.parametrize("name", SOURCES)
def test_a_change_of_the_code_is_a_decision_about_its_version(name: str) -> None:
    """Fails on every change of meaning, and names the next step."""
    declared = versions._declared()[name]["tree"]
    tree = tree_of(sources_of(name))
    assert tree == declared, (
        f"The code behind [{name}] in {versions.VERSIONS_FILE} has changed. If the same input can now give "
        f'other rows, give it a new version. In any case set: tree = "{tree}"'
    )


def test_reading_covers_what_parse_and_validate_import() -> None:
    names = {path.relative_to(PACKAGE).as_posix() for path in sources_of("reading")}
    assert len(names) > 40
    assert {
        "core/contracts.py",
        "core/records.py",
        "core/ticker_variants.py",
    } <= names
    assert not names & MOVES_ROWS


PYTHON = '''"""Docstring."""

from newsmarts.core import files

LIMIT = 3  # a comment


def read(text: str) -> str:
    """Read it."""
    return text[:LIMIT]
'''


@pytest.mark.parametrize(
    ("suffix", "text", "reworded", "changed"),
    [
        (
            ".py",
            PYTHON,
            PYTHON.replace("Read it", "Cut it")
            .replace("a comment", "b")
            .replace("core import", "land import"),
            PYTHON.replace("LIMIT = 3", "LIMIT = 4"),
        ),
        (".sql", "SELECT 1 -- one\nFROM a", "-- other\nSELECT 1\n  FROM a\n", "SELECT 2 FROM a"),
        (
            ".toml",
            'comment = "a"\nmonth_of = "x"  # why\n',
            'month_of = "x"\ncomment = "other"\n',
            'comment = "a"\nmonth_of = "y"\n',
        ),
    ],
)
def test_words_mean_nothing_and_code_does(
    suffix: str, text: str, reworded: str, changed: str, tmp_path: Path
) -> None:
    trees = []
    for number, content in enumerate((text, reworded, changed)):
        path = tmp_path / f"other-{number}{suffix}"
        path.write_text(content, encoding="utf-8")
        trees.append(tree_of([path]))
    assert trees[0] == trees[1] != trees[2]


def test_a_contracts_version_is_what_the_contracts_mean(tmp_path: Path) -> None:
    contract: dict[str, Any] = {
        "name": "articles",
        "meta": {"notes": "what for"},
        "expectations": [{"type": "t", "kwargs": {"column": "a"}, "meta": {"id": "x", "notes": "why"}}],
    }
    path = tmp_path / "articles.json"

    def version_of() -> str:
        path.write_text(json.dumps(contract), encoding="utf-8")
        return versions.contracts_version(tmp_path)

    first = version_of()
    contract["meta"]["notes"] = contract["expectations"][0]["meta"]["notes"] = "in other words"
    assert version_of() == first
    contract["expectations"][0]["kwargs"]["column"] = "b"
    assert version_of() != first
    contract["expectations"][0]["kwargs"]["column"] = "a"
    rules = tmp_path / "rules.toml"
    rules.write_text('words = ["x"]\n')
    with_rules = version_of()
    assert with_rules != first
    rules.write_text('# in other words\nnotes = "why"\nwords = ["x"]\n')
    assert version_of() == with_rules
    rules.write_text('words = ["y"]\n')
    assert version_of() != with_rules
