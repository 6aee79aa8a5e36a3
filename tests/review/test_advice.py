"""What to do about a page: there is advice for every reason, and none for a reason that is gone."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from typing import Any

import pytest

from newsmarts.core.reasons import load_reasons
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.review.advice import advice_on
from newsmarts.review.day_results import Reason

MEANINGS = load_reasons(load_settings().contracts_dir).meanings
ADVICE = tomllib.loads((PROJECT_ROOT / "include/newsmarts/review/advice.toml").read_text("utf-8"))


def reason(code: str, **changes: Any) -> Reason:
    facts: dict[str, Any] = {
        "capture_id": "c",
        "capture_sha256": None,
        "publisher": None,
        "stage": "parse",
        "reason_code": code,
        "detail": "…",
        "source_path": "a.html",
        "captured_at": datetime(2025, 9, 1, tzinfo=UTC),
        "capture_day": date(2025, 9, 1),
    }
    return Reason(**facts | changes)


def test_advice_is_about_reasons_that_there_are() -> None:
    assert set(ADVICE["reasons"]) <= set(MEANINGS)
    assert set(ADVICE["outcomes"]) <= {meaning.outcome for meaning in MEANINGS.values()}


# What land can't take of a file or an archive; the advice of its stage is about those.
OF_FILES = {
    "archive_too_large",
    "bad_archive",
    "bad_content_encoding",
    "bad_digest",
    "bad_json_line",
    "bad_record",
    "bad_sidecar",
    "broken_symlink",
    "captured_in_future",
    "decompressed_too_large",
    "encrypted_member",
    "impossible_mtime",
    "nested_archive",
    "not_a_regular_file",
    "record_too_large",
    "symlink_outside_inbox",
    "truncated_record",
    "unreadable_file",
    "unreadable_folder",
    "unsafe_member_name",
    "unsupported_content_encoding",
    "unsupported_media_type",
}


def test_every_reason_has_advice_that_fits() -> None:
    """A stage's advice is about files (land), or about rules and contracts: reasons that raise the alarm."""
    others = {
        code
        for code, each in MEANINGS.items()
        if code not in ADVICE["reasons"] and each.outcome not in ADVICE["outcomes"] and not each.alarm
    }
    assert others == OF_FILES
    assert "mojibake" in ADVICE["reasons"]


@pytest.mark.parametrize("code", [code for code, each in MEANINGS.items() if each.outcome == "not_article"])
def test_nothing_is_acknowledged_of_a_page_that_is_not_an_article(code: str) -> None:
    advice = advice_on(reason(code, outcome="not_article"))
    assert "acknowledge" not in advice
    assert advice not in ADVICE["stages"].values()


@pytest.mark.parametrize("stage", ["land", "parse", "validate", "publish"])
def test_a_reason_without_advice_of_its_own_has_that_of_its_stage(stage: str) -> None:
    assert advice_on(reason("no_such_code", stage=stage)) == ADVICE["stages"][stage]
