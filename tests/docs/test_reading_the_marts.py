"""docs/reading-the-marts.md: its Python runs as it stands, and its commands and names are the program's."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.marts.run import audit, build, publish
from tests.marts.factory import DAY, Page, load_days

PAGE = (PROJECT_ROOT / "docs" / "reading-the-marts.md").read_text("utf-8")

EXECUTE_EACH = """
import sys
for sql in sys.argv[1:]:
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(sql))
        print("done")
    except Exception as error:
        print(repr(error))
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data/ and exports/, as the page names them; two releases."""
    folder = tmp_path_factory.mktemp("reading")
    settings: Settings = load_settings(home=folder / "data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("newsmarts.marts.audit.run_contracts", lambda _settings, **_: [])
        for number in range(2):
            pages = [
                Page(f"p{each}", headline=f"Headline {each}", tags=("Energy",)) for each in range(3 + number)
            ]
            load_days(settings, {DAY + timedelta(days=number): pages})
            build(settings)
            audit(settings)
            publish(settings)
    assert main(["export", "--home", str(settings.home), "--out", str(folder / "exports" / "marts")]) == 0
    return folder


def test_what_needs_nothing_but_duckdb_runs_without_pytz(folder: Path) -> None:
    (code,) = [
        code for code in blocks("python") if "enable_external_access" in code and "sqlalchemy" not in code
    ]
    bare = f"import sys; sys.modules['pytz'] = None\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", bare], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "datetime.datetime(" in done.stdout


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs_as_it_stands(code: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={
            "PATH": "",
            "PYTHONPATH": str(PROJECT_ROOT),
            "NEWS_HOME": str(folder / "data"),
            "HOME": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_what_the_examples_show(folder: Path) -> None:
    """The blocks above only have to run: here is what two of them say."""
    code = next(code for code in blocks("python") if 'as_of="1"' in code)
    output = subprocess.check_output(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": str(PROJECT_ROOT), "NEWS_HOME": str(folder / "data")},
        text=True,
    )
    assert output.splitlines()[-1] == "(3,) (4,)"
    url = next(code for code in blocks("python") if "NullPool" in code)
    refused = ("SELECT * FROM read_text('/etc/hostname')", "SET threads = 1", "DELETE FROM marts.articles")
    answers = subprocess.check_output(
        [sys.executable, "-c", url + EXECUTE_EACH, *refused],
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": str(PROJECT_ROOT)},
        text=True,
    ).splitlines()
    for sql, answer in zip(refused, answers[-len(refused) :], strict=True):
        assert re.search("Permission Error|Cannot change configuration|read-only mode", answer), sql


def test_every_setting_is_one_that_the_program_knows() -> None:
    named = set(re.findall(r"NEWS_[A-Z_]+", PAGE))
    assert len(named) >= 6
    assert named <= {f"NEWS_{name.upper()}" for name in Settings.model_fields}


def test_every_place_in_the_page_is_there() -> None:
    titles = {title.lower() for title in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        file, _, anchor = target.partition("#")
        assert not anchor or anchor in titles, target
        assert not file or (PROJECT_ROOT / "docs" / file).exists(), target
