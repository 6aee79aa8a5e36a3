"""Acknowledgements on disk: nothing is lost or edited, whoever writes at once and whatever they write."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from newsmarts.core.acknowledgements import QuarantineKey, read_decisions, record_decision, standing
from newsmarts.core.errors import NewsError, UsageError
from newsmarts.core.partitions import acknowledgements_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.core.text import single_line

AT = datetime(2025, 9, 3, 10, 30, 7, 999_999, tzinfo=UTC)
DAY = date(2025, 9, 1)


def entry(number: int = 1, **other: str) -> QuarantineKey:
    facts = {"subject": "page", "reason_code": "missing_byline", "expectation": "byline_present", **other}
    return QuarantineKey(DAY, f"{number:032x}", **facts)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


def test_the_last_decision_counts_whatever_the_clocks_say(settings: Settings) -> None:
    earlier = AT.replace(year=2020)
    record_decision("acknowledged", settings, [entry(1), entry(2)], by="a", at=AT, reason="Seen")
    record_decision("undone", settings, [entry(1)], by="b", at=earlier)
    assert list(standing(settings.home)) == [entry(2)]
    record_decision("acknowledged", settings, [entry(1)], by="c", at=earlier, reason="Seen again")
    found = standing(settings.home)
    assert {each: record.by for each, record in found.items()} == {entry(1): "c", entry(2): "a"}
    assert found[entry(2)].at == AT.replace(microsecond=0)
    assert [(record.number, record.decision) for record in read_decisions(settings.home)] == [
        (1, "acknowledged"),
        (2, "undone"),
        (3, "acknowledged"),
    ]


def test_an_acknowledgement_is_of_one_reason(settings: Settings) -> None:
    record_decision("acknowledged", settings, [entry()], by="a", at=AT, reason="Seen")
    found = standing(settings.home)
    assert entry(expectation="byline_is_the_house") not in found
    assert entry(subject="ticker_item") not in found


def test_decisions_made_at_once_are_all_kept(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as threads:
        futures = [
            threads.submit(
                record_decision,
                "acknowledged",
                settings,
                [entry(number)],
                by=str(number),
                at=AT,
                reason="Seen",
            )
            for number in range(24)
        ]
    assert sorted(future.result().number for future in futures) == list(range(1, 25))
    assert set(standing(settings.home)) == {entry(number) for number in range(24)}


def test_a_file_once_written_is_never_touched(settings: Settings) -> None:
    record_decision("acknowledged", settings, [entry()], by="a", at=AT, reason="Seen")
    path = acknowledgements_path(settings.home) / "00000001.json"
    before = path.read_bytes(), path.stat().st_ino
    record_decision("undone", settings, [entry()], by="a", at=AT, reason="I erred")
    assert (path.read_bytes(), path.stat().st_ino) == before


def test_what_a_killed_writer_left_is_no_decision(settings: Settings) -> None:
    folder = acknowledgements_path(settings.home)
    folder.mkdir()
    (folder / ".tmp-x").write_bytes(b'{"decision"')
    assert list(read_decisions(settings.home)) == []
    record_decision("acknowledged", settings, [entry()], by="a", at=AT, reason="Seen")
    assert list(standing(settings.home)) == [entry()]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"decision": "lost"}', b"\xff"])
def test_a_damaged_file_is_named_with_what_to_do(settings: Settings, content: bytes) -> None:
    record_decision("acknowledged", settings, [entry()], by="a", at=AT, reason="Seen")
    path = acknowledgements_path(settings.home) / "00000001.json"
    path.write_bytes(content)
    with pytest.raises(NewsError, match=r"00000001\.json can't be read .*backup"):
        standing(settings.home)


def test_a_strange_file_is_named(settings: Settings) -> None:
    record_decision("acknowledged", settings, [entry()], by="a", at=AT, reason="Seen")
    (acknowledgements_path(settings.home) / "00000001 (copy).json").write_bytes(b"{}")
    with pytest.raises(NewsError, match="not an acknowledgement"):
        standing(settings.home)


def test_texts_are_kept_on_one_line_without_what_cannot_be_seen(settings: Settings) -> None:
    typed = "  <script>\x00alert('1')\n\u202e =cmd() \ud800 می\u200cرود  "
    record = record_decision("acknowledged", settings, [entry()], by="a\nb\u202e", at=AT, reason=typed)
    assert record.reason == "<script>alert('1') =cmd() می\u200cرود"
    assert record.by == "a b"
    (read,) = read_decisions(settings.home)
    assert read == record
    document = json.loads((acknowledgements_path(settings.home) / "00000001.json").read_text("utf-8"))
    assert document["reason"] == record.reason
    assert single_line(record.reason) == record.reason


@pytest.mark.parametrize(
    ("entries", "by", "reason", "message"),
    [
        ([entry()], "a", " \x00\u202e ", "needs a reason"),
        ([entry()], "\u202e", "Seen", "The decision has no name"),
        ([], "a", "Seen", "Nothing is chosen"),
        ([entry()], "a", "x" * 501, "501 characters"),
        ([entry(number) for number in range(5001)], "a", "Seen", "too many"),
    ],
)
def test_what_cannot_be_a_decision_is_refused_and_leaves_nothing(
    settings: Settings, entries: list[QuarantineKey], by: str, reason: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        record_decision("acknowledged", settings, entries, by=by, at=AT, reason=reason)
    assert list(read_decisions(settings.home)) == []


def test_a_full_disk_keeps_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    record_decision("acknowledged", settings, [entry(1)], by="a", at=AT, reason="Seen")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("newsmarts.core.files.os.fsync", full)
        with pytest.raises(NewsError, match=r"wasn't kept: .*00000002\.json can't be written: its disk"):
            record_decision("acknowledged", settings, [entry(2)], by="a", at=AT, reason="Seen")
    assert list(standing(settings.home)) == [entry(1)]
    assert record_decision("acknowledged", settings, [entry(2)], by="a", at=AT, reason="Seen").number == 2
