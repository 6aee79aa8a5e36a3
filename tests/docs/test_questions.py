"""docs/questions.md: every question is answered by its SQL, on the samples, as the page has it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.reader import connect

PAGE = PROJECT_ROOT / "docs" / "questions.md"
_QUESTION = re.compile(
    r"^## (?P<title>[^\n]+)\n.*?^```sql\n(?P<sql>.+?)^```\n\n(?P<answer>(?:^\|[^\n]*\n)+)",
    re.DOTALL | re.MULTILINE,
)
_LONGEST_SQL = 14  # lines


def questions() -> list[tuple[str, str, str]]:
    return [
        (match["title"], match["sql"], match["answer"])
        for match in _QUESTION.finditer(PAGE.read_text("utf-8"))
    ]


def as_table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as a table of Markdown."""
    lines = [names, ["---"] * len(names), *([_cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:16]
    return str(value).replace("|", "\\|").replace("\n", "<br>")


@pytest.fixture(scope="module")
def marts(sample_home: Path) -> duckdb.DuckDBPyConnection:
    """The marts of the sample captures."""
    return connect(sample_home)


def test_each_question_has_its_answer() -> None:
    assert len(questions()) > 20
    assert len(re.findall(r"^## ", PAGE.read_text("utf-8"), re.MULTILINE)) == len(questions())


@pytest.mark.xdist_group("sample_marts")
@pytest.mark.parametrize(("title", "sql", "answer"), questions(), ids=[title for title, _, _ in questions()])
def test_the_answer_is_that_of_the_page(
    marts: duckdb.DuckDBPyConnection, title: str, sql: str, answer: str
) -> None:
    assert title.endswith("?")
    assert sql.count(";") == 0
    assert len(sql.splitlines()) <= _LONGEST_SQL
    result = marts.execute(sql)
    names = [column[0] for column in result.description or ()]
    assert as_table(names, result.fetchall()) == answer


def test_the_readme_leads_to_it() -> None:
    assert "docs/questions.md" in Path(PROJECT_ROOT, "README.md").read_text("utf-8")
