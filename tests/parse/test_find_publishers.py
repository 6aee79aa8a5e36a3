"""A publisher's rules are found by the file that they are in, or the file is named in an error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsmarts.core.errors import SettingsError
from newsmarts.parse.find_publishers import find_publishers
from newsmarts.parse.publishers import PUBLISHERS

RULES = """
class Rules:
    slug = {slug!r}
    marks = frozenset()
    site = None
    def recognises(self, reading): return False
    def read(self, reading, roles, captured_at): raise NotImplementedError
PUBLISHER = Rules()
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty package ``some_rules``."""
    folder = tmp_path / "some_rules"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == folder.name]:
        del sys.modules[name]


def test_the_projects_own() -> None:
    assert {"AlMayadeen", "NourNews"} <= {type(publisher).__name__ for publisher in PUBLISHERS}


def test_found_in_the_order_of_their_names_without_helpers(package: Path) -> None:
    for slug in ("nour_two", "gazette", "al_one"):
        (package / f"{slug}.py").write_text(RULES.format(slug=slug))
    (package / "_shared.py").write_text("raise RuntimeError('nobody asked for it')")
    assert [publisher.slug for publisher in find_publishers("some_rules")] == [
        "al_one",
        "gazette",
        "nour_two",
    ]


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "PUBLISHER = 'gazette'",
        RULES.format(slug="gazette").replace("PUBLISHER = Rules()", "PUBLISHER = Rules"),
    ],
    ids=["nothing", "a text", "a class"],
)
def test_a_file_without_rules_is_named(package: Path, rules: str) -> None:
    (package / "gazette.py").write_text(rules)
    with pytest.raises(SettingsError, match=r"some_rules/gazette\.py: it has no rules named PUBLISHER"):
        find_publishers("some_rules")


def test_two_publishers_of_one_name_are_none(package: Path) -> None:
    (package / "gazette.py").write_text(RULES.format(slug="gazette"))
    (package / "gazette_copy.py").write_text(RULES.format(slug="gazette"))
    with pytest.raises(SettingsError, match=r"gazette_copy\.py: its PUBLISHER calls itself 'gazette'"):
        find_publishers("some_rules")


def test_a_name_that_paths_and_contracts_could_not_bear(package: Path) -> None:
    (package / "Gazette.py").write_text(RULES.format(slug="Gazette"))
    with pytest.raises(SettingsError, match=r"Gazette\.py: a publisher's file is named in small letters"):
        find_publishers("some_rules")


def test_an_error_in_the_rules_is_shown_as_it_is(package: Path) -> None:
    (package / "gazette.py").write_text("from newsmarts.parse.body import Nonsense")
    with pytest.raises(ImportError, match="Nonsense"):
        find_publishers("some_rules")


def test_no_such_package() -> None:
    with pytest.raises(SettingsError, match="no_such_rules is not a package"):
        find_publishers("no_such_rules")
