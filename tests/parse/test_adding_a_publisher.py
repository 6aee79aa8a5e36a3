"""docs/adding-a-publisher.md, followed to the letter in a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, get_args

import duckdb
import pytest
from bs4 import BeautifulSoup

from newsmarts.core import partitions
from newsmarts.core.records import BlockKind
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.parse.declared_file import DeclaredLayout, PageLabels, PageMarks
from tests.parse.declared import declare, read

DOCUMENT = PROJECT_ROOT / "docs" / "adding-a-publisher.md"
GOLDEN = Path("tests/golden/harbour_gazette")
CONTRACT = [("sh", "run"), ("diff", "expectations/harbour_gazette_articles.json")]
STEPS = [
    ("text", f"{GOLDEN}/crane.txt"),
    ("html", f"{GOLDEN}/crane.html"),
    ("json", f"{GOLDEN}/crane.json"),
    ("toml", "include/newsmarts/parse/publishers/harbour_gazette.toml"),
    *CONTRACT,
]
_FENCE = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Piece(NamedTuple):
    """A file of the document, or an edit of one of the project's."""

    language: str
    path: str
    content: str


def pieces() -> list[Piece]:
    """The files, edits and commands of the document, in its order."""
    return [Piece(*match.groups()) for match in _FENCE.finditer(DOCUMENT.read_text(encoding="utf-8"))]


def edited(text: str, diff: str) -> str:
    """The text with a diff applied, whose old lines occur in it exactly once."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    assert text.count(old) == 1, f"the document edits lines that aren't there (any more):\n{old}"
    return text.replace(old, "".join(line[1:] for line in lines if line[0] in " +"))


def follow(root: Path, steps: Iterable[Piece]) -> None:
    """Write, edit and run the pieces in a copy of the project."""
    for piece in steps:
        path = root / piece.path
        if piece.path == "run":
            subprocess.run(["sh", "-ec", piece.content], cwd=root, check=True)
        elif piece.language == "diff":
            path.write_text(edited(path.read_text(encoding="utf-8"), piece.content), encoding="utf-8")
        else:
            assert not path.exists(), f"the document writes {piece.path} twice, or over a file of the project"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(piece.content, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the publisher's pages and rules: one file, and goldens."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("include", "expectations", "config"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT_ROOT / folder, root / folder, ignore=ignored)
    shutil.copy(PROJECT_ROOT / "pyproject.toml", root)
    follow(root, pieces()[: STEPS.index(CONTRACT[0])])
    return root


@pytest.fixture(scope="module")
def strict_project(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after the document's last step: with the publisher's own contract."""
    root = tmp_path_factory.mktemp("strict")
    shutil.copytree(project, root, dirs_exist_ok=True)
    follow(root, pieces()[STEPS.index(CONTRACT[0]) :])
    return root


def run_python(project: Path, *arguments: str | Path) -> str:
    """The output of Python in the copy, whose package is the copy's and not the installed one."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "include")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def newsmarts(project: Path, *arguments: str | Path) -> str:
    """The output of a command of the copy."""
    return run_python(project, "-m", "newsmarts", *arguments)


def test_the_document_has_all_pieces() -> None:
    assert [(piece.language, piece.path) for piece in pieces()] == STEPS


def test_both_captures_give_the_documents_record(project: Path) -> None:
    golden = json.loads((project / GOLDEN / "crane.json").read_bytes())
    files = [GOLDEN / "crane.txt", GOLDEN / "crane.html"]
    answers = [json.loads(line) for line in newsmarts(project, "parse", *files).splitlines()]
    assert answers == [{"file": str(file), "article": golden} for file in files]
    assert [*answers[0]["article"]] == [*golden], "the keys have another order"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "option", "said"),
    [
        ("crane.txt", "--no-contracts", "contract wasn't evaluated"),
        ("crane.html", "--home=empty", "expectations hold"),
    ],
)
def test_no_block_is_lost_and_the_contract_holds(project: Path, name: str, option: str, said: str) -> None:
    page = BeautifulSoup(newsmarts(project, "show", GOLDEN / name, "-o", "-", option), "lxml")
    verdict = page.select_one(".verdict")
    assert verdict is not None
    assert said in verdict.get_text()
    assert [block.get_text() for block in page.select(".run.k-unused, .run.k-other")] == []
    assert len(page.select(".run.k-repeat .block")) == 1


@pytest.mark.slow
def test_its_articles_reach_the_marts(project: Path) -> None:
    inbox, home = project / "inbox" / "2025-03-14", project / "home"
    inbox.mkdir(parents=True)
    whole = (project / GOLDEN / "crane.txt").read_text(encoding="utf-8")
    for name in ("crane.txt", "crane.html"):  # one article
        shutil.copy(project / GOLDEN / name, inbox)
    # without its own ticker, other pages of the day show that the line in its body is not a subheading
    ticker, rest = whole.index("LATEST"), whole.index("Third crane")
    (inbox / "leak.txt").write_text(
        whole[:ticker] + whole[rest:].replace("Third crane", "Fourth crane"), encoding="utf-8"
    )
    (inbox / "cut.txt").write_text(whole.partition("© Harbour")[0], encoding="utf-8")
    newsmarts(project, "run", "--inbox", inbox.parent, "--home", home)
    with duckdb.connect(str(partitions.published_path(home)), read_only=True) as marts:
        articles = marts.sql("SELECT publisher, headline FROM marts.articles ORDER BY headline").fetchall()
        reasons = marts.sql("SELECT source_path, reason_code FROM marts.quarantine").fetchall()
    assert articles == [("harbour_gazette", "Third crane arrives at Velmora quay")]
    assert sorted(reasons) == [
        ("2025-03-14/cut.txt", "truncated_page"),
        ("2025-03-14/leak.txt", "ticker_in_body"),
    ]


def test_its_name_is_known_in_paths_and_in_lines_that_pages_set_among_text(project: Path) -> None:
    code = (
        "from newsmarts.core import publishers; from newsmarts.parse import furniture, layout; "
        "print(publishers.named_in('www.harbour-gazette.example/a.txt'), "
        "furniture.is_furniture('Follow Harbour Gazette on Facebook'), "
        "'more from harbour gazette' in layout.MORE_LABELS)"
    )
    assert run_python(project, "-c", code).split() == ["harbour_gazette", "True", "True"]


@pytest.mark.slow
def test_its_own_contract_is_stricter(strict_project: Path) -> None:
    inbox, home = strict_project / "strict-inbox" / "2025-03-14", strict_project / "strict-home"
    inbox.mkdir(parents=True)
    shutil.copy(strict_project / GOLDEN / "crane.txt", inbox)
    unsigned = (strict_project / GOLDEN / "crane.txt").read_text(encoding="utf-8")
    unsigned = unsigned.replace("  • By Mara Odell\n", "").replace("Third crane", "Fourth crane")
    (inbox / "unsigned.txt").write_text(unsigned, encoding="utf-8")
    newsmarts(strict_project, "run", "--inbox", inbox.parent, "--home", home)
    with duckdb.connect(str(partitions.published_path(home)), read_only=True) as marts:
        assert marts.sql("SELECT count(*) FROM marts.articles").fetchall() == [(1,)]
        reasons = marts.sql("SELECT reason_code, expectation FROM marts.quarantine").fetchall()
    assert reasons == [("missing_byline", "byline_present")]


def test_its_pages_are_as_expected(project: Path) -> None:
    assert "2 as expected, 0 different" in newsmarts(project, "check-pages", GOLDEN)


def piece(language: str) -> str:
    """The document's only file in a language."""
    (found,) = (each.content for each in pieces() if each.language == language)
    return found


def test_its_rules_are_short() -> None:
    assert len(piece("toml").splitlines()) < 60


LAST = "held a dance on it.</p>"
POST = (
    f'{LAST}<blockquote class="bluesky-embed"><p>It is a crane.</p>— Port (@port.example) March 12, 2025'
    "</blockquote>"
)
TABLE = f"{LAST}<table><tr><td>Crate</td><td>Weight</td></tr><tr><td>9</td><td>2 t</td></tr></table>"
FORM = f"{LAST}<form><label>Your address</label><input><button>Send me the Gazette</button></form>"


@pytest.mark.parametrize(
    ("language", "old", "new", "changed"),
    [
        ("html", "<body>", "<body><form>", {}),
        ("html", "12 Mar 2025 09:30", "3 hours ago", {}),
        ("html", '<ul class="signature"><li>By <b>Mara Odell</b></li><li>12 Mar 2025 09:30</li></ul>',
         '<div class="signature">By <b>Mara Odell</b> | 12 Mar 2025 09:30</div>', {}),
        ("html", '<div class="latest">', '<h1>Fog</h1><p class="lead">Thick.</p><div class="latest">', {}),
        ("html", LAST, FORM, {}),
        ("html", LAST, POST, {"embed": "It is a crane. — Port (@port.example) March 12, 2025"}),
        ("html", LAST, TABLE, {"table": "Crate\tWeight\n9\t2 t"}),
        ("text", "  • By Mara Odell\n  • 12 Mar 2025 09:30\n", "By Mara Odell | 12 Mar 2025 09:30\n", {}),
        ("text", "two weeks early\n", "two weeks early\n\nAdvertisement\n", {}),
    ],
)  # fmt: skip
def test_its_rules_read_other_pages_of_the_site(
    tmp_path: Path, language: str, old: str, new: str, changed: dict[str, str]
) -> None:
    page, record = piece(language), json.loads(piece("json"))
    assert old in page
    for kind, text in changed.items():
        record["body"].append({"kind": kind, "text": text})
    publisher = declare(tmp_path, "harbour_gazette", piece("toml"))
    assert read(publisher, page.replace(old, new)).to_record() == record


def test_the_document_names_all_keys() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    tables = (DeclaredLayout, PageMarks, PageLabels)
    keys = {key for table in tables for key in table.model_fields} - {"marks", "labels"}
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []
    assert [kind for kind in get_args(BlockKind) if f"| `{kind}` |" not in text] == []
