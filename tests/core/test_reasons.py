"""Every reason code of the code and the contracts has a meaning, and no other has one."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsmarts.core import versions
from newsmarts.core.errors import SettingsError
from newsmarts.core.reasons import REASONS_FILE, load_reasons
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.parse import not_articles

PACKAGE = versions.VERSIONS_FILE.parents[1]
EXPECTATIONS = PROJECT_ROOT / "expectations"
# errors, and which argument is their reason code
CODE_AT = {"CaptureError": 0, "UnreadablePage": 0, "NotAnArticle": 0, "DamagedUnit": 0, "HostRefused": 1}
OF_ERRORS = {"unknown_publisher", "archive_too_large"}  # UnknownPublisher, ArchiveTooLarge
ENTRY = """
[video_page]
outcome = "not_article"
alarm = false
note = "A film."
"""


def _in_python() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id == "MissingField":
                yield f"missing_{ast.literal_eval(call.args[0])}"
            code = call.args[CODE_AT[call.func.id]] if call.func.id in CODE_AT else None
            if isinstance(code, ast.Constant):
                yield str(code.value)


def _in_contracts() -> Iterator[str]:
    for path in EXPECTATIONS.glob("*.json"):
        if not path.name.startswith("marts_"):  # those are findings on a mart's rows, not on captures
            for entry in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
                if entry["severity"] == "critical":
                    yield entry["meta"]["reason_code"]


def test_every_code_has_a_meaning_and_none_is_left_over() -> None:
    used = {*_in_python(), *_in_contracts(), *not_articles.reason_codes(), *OF_ERRORS, "day_refused"}
    assert used == set(load_reasons(EXPECTATIONS).meanings)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[video_page", "not valid TOML"),
        (ENTRY.replace("false", '"no"'), "video_page.alarm"),
        (ENTRY.replace("not_article", "lost"), "video_page.outcome"),
        (ENTRY.replace("note", "notes"), "video_page.notes"),
        (ENTRY.replace("A film.", " "), "video_page.note"),
        (ENTRY.replace("video_page", "Video"), "Video"),
        (ENTRY.replace("false", "true"), "video_page.alarm is true"),
    ],
)
def test_the_file_is_read_strictly(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / REASONS_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_reasons(tmp_path)
    assert str(tmp_path / REASONS_FILE) in str(caught.value)
    assert fault in str(caught.value)


def test_a_missing_file_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Copy it from the project's expectations"):
        load_reasons(tmp_path)


def test_meanings_are_part_of_the_contracts_version_and_notes_are_not(tmp_path: Path) -> None:
    file = tmp_path / REASONS_FILE
    file.write_text(ENTRY, encoding="utf-8")
    name = versions.contracts_version(tmp_path)
    file.write_text(ENTRY.replace("A film.", "Moving pictures.") + "# a comment", encoding="utf-8")
    assert versions.contracts_version(tmp_path) == name
    file.write_text(ENTRY.replace("not_article", "quarantined"), encoding="utf-8")
    assert versions.contracts_version(tmp_path) != name
