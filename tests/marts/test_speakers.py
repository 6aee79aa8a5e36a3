"""expectations/speakers.toml: names of speakers, read strictly; no name is folded that isn't listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmarts.core.errors import SettingsError
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.core.versions import SPEAKERS_FILE, contracts_version
from newsmarts.marts import candidate
from newsmarts.marts.speakers import speaker_names


def test_the_shipped_names_can_be_read() -> None:
    names = speaker_names(PROJECT_ROOT / "expectations").to_pylist()
    assert {"publisher": "al_mayadeen", "speaker": "Okonwe", "speaker_canonical": "Okonwe"} in names


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        (
            "[al_mayadeen]\n\"Ada Orm\" = ['Orm']\n\"Ben Orm\" = ['Orm']",
            "2 and 3",
            "for 'Ada Orm' and for 'Ben Orm'",
        ),
        ("[al_mayadeen]\n\"Ada Orm\" = ['Orm']\n\"Orm\" = ['Ada O.']", "2 and 3", "'Orm'"),
        ("[al_mayadeen]\n\"Ada Orm\" = ['Orm ']", "2", "white space"),
        ("[al_mayadeen]\n\"Ada Orm\" = ['']", "2", "list of texts, none of them blank"),
        ("[al_mayadeen]\n\"Ada Orm\" = 'Orm'", "2", "list of texts"),
        ("[al_mayaden]\n\"Ada Orm\" = ['Orm']", "1", "no rules for it.*al_mayadeen, al_mayadeen_ar"),
        ("# names\nal_mayadeen = ['Orm']", "2", "must be a table"),
        ("[al_mayadeen]\n\"Ada Orm\" = ['Orm'\n\"Ben Orm\" = ['B.']", "3", "not valid TOML"),
        ("[al_mayadeen]\n\"Ada Orm\" = ['Orm']\n\"Ada Orm\" = ['O']\n# end", "3", "not valid TOML"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, text: str, line: str, fault: str) -> None:
    (tmp_path / SPEAKERS_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"{SPEAKERS_FILE}.*line {line}.*") as caught:
        speaker_names(tmp_path)
    assert caught.match(fault)


def test_a_change_rebuilds_the_marts_and_runs_no_day_again(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, contracts_dir=tmp_path)
    seen = []
    for text in (
        None,
        "",
        "[al_mayadeen]\n\"Ada Orm\" = ['Orm']",
        "# reworded\n[al_mayadeen]\n\"Ada Orm\"=['Orm']",
    ):
        if text is not None:
            (tmp_path / SPEAKERS_FILE).write_text(text, encoding="utf-8")
        seen.append((candidate._current_version(settings), contracts_version(tmp_path)))
    (absent, days), empty, listed, reworded = seen
    assert (absent, days) == empty
    assert listed == reworded
    assert listed[0] != absent
    assert listed[1] == days
