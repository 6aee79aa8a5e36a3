"""The publishers' names, as those know them that mustn't import the rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsmarts.core import publishers
from newsmarts.core.errors import SettingsError
from newsmarts.parse.publishers import PUBLISHERS


def test_names_are_those_of_the_rules() -> None:
    assert publishers.slugs() == tuple(publisher.slug for publisher in PUBLISHERS)
    assert {"al_mayadeen", "nour_news"} <= {*publishers.slugs()}


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Rules for three publishers, with a helper and other files beside them."""
    for name in ("gazette.py", "al_noor.py", "al_noor_es.py", "_shared.py", "notes.txt"):
        (tmp_path / name).touch()
    names = publishers.slugs(tmp_path)
    assert names == ("al_noor", "al_noor_es", "gazette")
    monkeypatch.setattr(publishers, "slugs", lambda: names)
    publishers._patterns.cache_clear()
    yield
    publishers._patterns.cache_clear()


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("2025-08-25/gazette/a.txt", "gazette"),
        ("Al-Noor/a.txt", "al_noor"),
        ("https://www.alnoor.example/news/1", "al_noor"),
        ("ALNOOR2025.html", "al_noor"),
        ("al_noor_es/a.txt", "al_noor_es"),
        ("pages/gazettes/a.txt", None),  # another word
        ("al_noor/gazette-says.txt", None),
        ("elsewhere/a.txt", None),
    ],
)
def test_a_path_names_a_publisher(path: str, slug: str | None) -> None:
    assert publishers.named_in(path) == slug


FACTS = {
    "name": "Gazette",
    "edition": "English",
    "language": "en",
    "timezone": "Europe/Lisbon",
    "home_url": "https://x.example",
}


def write_facts(folder: Path, facts: dict[str, str]) -> None:
    (folder / "gazette.toml").write_text("".join(f"{key} = {value!r}\n" for key, value in facts.items()))


def test_facts_are_read_from_the_file_beside_the_rules(tmp_path: Path) -> None:
    write_facts(tmp_path, FACTS)
    assert publishers.facts_of("gazette", tmp_path) == publishers.Facts("gazette", **FACTS)
    assert [facts.publisher for facts in publishers.all_facts()] == list(publishers.slugs())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": " "}, "'name'"),
        ({"nmae": "Gazette"}, "'nmae'"),
        ({"timezone": "Lisbon time"}, "timezone"),
        ({"timezone": "/etc/passwd"}, "timezone"),
        (None, "gazette.toml"),
    ],
)
def test_wrong_facts_are_named(tmp_path: Path, change: dict[str, str] | None, named: str) -> None:
    if change is not None:
        write_facts(tmp_path, FACTS | change)
    with pytest.raises(SettingsError, match=named):
        publishers.facts_of("gazette", tmp_path)
