"""All Markdown of the project: its links, commands, make targets and paths lead to things that exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from newsmarts.cli.main import app
from newsmarts.core.settings import PROJECT_ROOT
from tests.cli.parsing import check_options

README = PROJECT_ROOT / "README.md"
DOCS = PROJECT_ROOT / "docs"
DOCUMENTS = sorted(
    [*PROJECT_ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(PROJECT_ROOT / "samples").glob("*.md")],
)
_FENCED = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
_MAKE = re.compile(r"(?:^|`)make ([a-z][a-z-]*)", re.MULTILINE)
_PATH = re.compile(r"`((?:include|dags|plugins|local|bi|bench|samples|expectations|config|tests)/[\w./-]+)`")
_WRITTEN_BY_THE_READER = ("harbour_gazette", "bench/results/", "tests/golden/", "NAME")


def _name(document: Path) -> str:
    return document.relative_to(PROJECT_ROOT).as_posix()


def prose(document: Path) -> str:
    """The text without its blocks of code."""
    return _FENCED.sub("", document.read_text("utf-8"))


def anchors(document: Path) -> set[str]:
    """The names by which a link reaches a heading, as GitHub makes them."""
    headings = _HEADING.findall(prose(document))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def shell_lines(document: Path) -> Iterator[str]:
    """The lines of shell in the document's blocks, without ``.venv/bin/``."""
    for language, block in _FENCED.findall(document.read_text("utf-8")):
        if language in {"sh", ""}:
            yield from (
                line.strip().removeprefix("$ ").removeprefix(".venv/bin/") for line in block.splitlines()
            )


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in _LINK.findall(prose(document)):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{_name(document)}: there is no {path}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{_name(document)}: {_name(target.resolve())} has no #{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_named_path_exists(document: Path) -> None:
    for path in _PATH.findall(prose(document)):
        if not any(part in path for part in _WRITTEN_BY_THE_READER):
            assert (PROJECT_ROOT / path).exists(), f"{_name(document)} names {path}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_make_target_is_in_the_makefile(document: Path) -> None:
    targets = set(_TARGET.findall((PROJECT_ROOT / "Makefile").read_text("utf-8")))
    assert set(_MAKE.findall(document.read_text("utf-8"))) <= targets


def command_lines() -> list[str]:
    """Each command line of ``newsmarts`` in the documents, without the program's name."""
    lines = (line for document in DOCUMENTS for line in shell_lines(document))
    return sorted({line.removeprefix("newsmarts ") for line in lines if line.startswith("newsmarts ")})


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_can_be_parsed(line: str) -> None:
    check_options(shlex.split(line, comments=True))


def test_every_command_is_in_the_documents() -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    assert set(group.commands) == {line.split()[0] for line in command_lines()}


def test_every_page_is_in_the_index() -> None:
    index = _LINK.findall(prose(DOCS / "README.md"))
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} <= set(index)
    decisions = _LINK.findall(prose(DOCS / "adr" / "README.md"))
    assert {page.name for page in (DOCS / "adr").glob("0*.md")} == set(decisions) & {
        page.name for page in (DOCS / "adr").glob("0*.md")
    }


def test_every_picture_is_shown() -> None:
    shown = {Path(link).name for document in DOCUMENTS for link in _LINK.findall(prose(document))}
    assert {picture.name for picture in (DOCS / "images").iterdir()} <= shown


def test_the_readme_is_short_and_begins_with_a_picture() -> None:
    lines = README.read_text("utf-8").splitlines()
    assert len(lines) <= 150
    assert any(line.startswith("![") for line in lines[:20])


def test_readers_know_that_sample_pages_are_faulty_on_purpose() -> None:
    expected = (PROJECT_ROOT / "samples" / "expected.json").read_text("utf-8")
    pages, quarantined = expected.count('"outcome":'), expected.count('"outcome": "quarantined"')
    assert f"{quarantined} of the {pages} sample pages break a contract on purpose" in README.read_text(
        "utf-8"
    )


@pytest.mark.xdist_group("sample_marts")
@pytest.mark.parametrize(
    ("document", "pattern", "shown"),
    [
        (README, r"<<'PY'\n(.*?)^PY$", "Novarra approves desert solar park on third vote"),
        (
            DOCS / "search.md",
            r"^```python\n(.*?)^```$",
            "Ostrin grain exchange opens its books after court order",
        ),
    ],
    ids=["README", "search"],
)
def test_its_python_runs_on_the_samples(document: Path, pattern: str, shown: str, sample_home: Path) -> None:
    [code] = re.findall(pattern, document.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    output = subprocess.check_output(
        [sys.executable, "-c", code], env={"NEWS_HOME": str(sample_home), "PATH": ""}, text=True
    )
    assert shown in output
