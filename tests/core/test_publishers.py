"""The publishers' names, as those know them that mustn't import the rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsmarts.core import publishers
from newsmarts.parse.publishers import PUBLISHERS


def test_names_are_those_of_the_rules() -> None:
    assert publishers.slugs() == tuple(publisher.slug for publisher in PUBLISHERS)
    assert publishers.slugs() == ("al_mayadeen", "nour_news")


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
