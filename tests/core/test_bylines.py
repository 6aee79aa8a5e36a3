"""House bylines: what is the house, what isn't, and what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmarts.core.bylines import FILE, fold_byline, load_houses, shipped_houses
from newsmarts.core.errors import SettingsError

HOUSE = shipped_houses()["al_mayadeen"]


@pytest.mark.parametrize(
    "byline",
    [
        "Al Mayadeen", "Al Mayadeen English", "AL MAYADEEN ENGLISH", "Al\u00a0Mayadeen  English.",
        "AlMayadeen English", "Al Mayadeen Net", "al mayadeen network",
    ],
)  # fmt: skip
def test_a_spelling_of_the_house_is_the_house(byline: str) -> None:
    assert fold_byline(byline, HOUSE) == "Al Mayadeen"


@pytest.mark.parametrize(
    "byline",
    [
        "Ines Calloway", "Al Mayadeen English, Ines Calloway", "Ines Calloway, Al Mayadeen", "Al Mayadin",
        "Al Mayadeen Español", "Al Mayadeen's correspondent", "Al Mayadeen & Agencies",
    ],
)  # fmt: skip
def test_a_person_and_another_house_stay_as_they_are(byline: str) -> None:
    assert fold_byline(byline, HOUSE) == byline


def test_no_byline_is_none() -> None:
    assert fold_byline(None, HOUSE) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[a", "not valid TOML"),
        ("a = 1", 'must have a table "houses"'),
        ("[a.houses]\n", 'must have a table "houses"'),
        ('[a.houses]\nx = ["x"]\n[a.persons]\n', "nothing else"),
        ("[a.houses]\nx = []\n", "a.houses.x must be a list of texts"),
        ('[a.houses]\nx = [" "]\n', "none of them blank"),
        ('[a.houses]\nx = ["One"]\ny = ["ONE."]\n', "a spelling of two houses"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_houses(tmp_path)
    assert str(tmp_path / FILE) in str(caught.value)
    assert fault in str(caught.value)


def test_a_missing_file_is_named_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"bylines\.toml is missing.*NEWS_CONTRACTS_DIR"):
        load_houses(tmp_path)
