"""A sidecar beside a page in the inbox says where and when it was captured."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from typing import Any

import pytest

from newsmarts.core.settings import Settings
from newsmarts.land import reading, run
from tests.land.inbox_files import DAY, MIDNIGHT, InboxDay, inbox_days, put, reasons, rows

NOTE = {
    "url": "https://nournews.ir/en/news/1?x=y#part",
    "captured_at": "2025-08-25T10:30:00.5Z",
    "content_type": "text/html; charset=utf-8",
    "anything": {"else": None},
}


def note(settings: Settings, name: str, record: Any) -> None:
    put(settings, name, record if isinstance(record, bytes) else json.dumps(record).encode())


def test_it_tells_of_the_page(settings: Settings) -> None:
    put(settings, "2025-08-01/page.txt", b"<html>")
    note(settings, "2025-08-01/page.json", NOTE)
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected, result.other_days) == (1, 0, {})
    (row,) = rows(settings, "captures")
    assert row["captured_at"] == datetime(2025, 8, 25, 10, 30, 0, 500_000, tzinfo=UTC)
    assert row["url"] == "https://nournews.ir/en/news/1?x=y"
    assert row["publisher"] == "nour_news"
    assert row["media_type"] == "text/html"  # whatever the page's name ends in
    assert inbox_days(settings) == [InboxDay(DAY, 1, 0)]


def test_what_it_does_not_say_comes_from_the_path(settings: Settings) -> None:
    put(settings, "2025-08-25/al-mayadeen/page.HTML")
    note(settings, "2025-08-25/al-mayadeen/page.json", {})
    assert run.run(DAY, settings).landed == 1
    (row,) = rows(settings, "captures")
    assert (row["captured_at"], row["publisher"], row["url"]) == (MIDNIGHT, "al_mayadeen", None)


def test_json_files_that_are_beside_no_page(settings: Settings) -> None:
    put(settings, "2025-08-25/page.txt")
    for name in ("alone.json", "other.txt.json", "other/page.json"):
        note(settings, f"2025-08-25/{name}", NOTE)
    assert run.run(DAY, settings).landed == 1
    assert set(reasons(settings).values()) == {"unsupported_media_type"}
    assert len(reasons(settings)) == 3


@pytest.mark.parametrize(
    ("record", "reported"),
    [
        (b"{", "is no JSON"),
        (b"\xff", "is no JSON"),
        (b"[]", "no JSON object"),
        (b"[" * 50_000, "is no JSON"),
        ({"captured_at": "yesterday"}, "'yesterday' is no moment; write it as 2025"),
        ({"captured_at": "2025-13-01T00:00:00Z"}, "captured_at"),
        ({"captured_at": "1200-01-01T00:00:00Z"}, "captured_at"),
        ({"captured_at": "0001-01-01T00:00:00+14:00"}, "captured_at"),
        ({"captured_at": 1}, "captured_at '1' is no text"),
        ({"url": "nournews.ir"}, "url 'nournews.ir' is no http"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": ["x"]}, "url"),
        ({"content_type": "application/pdf"}, "content_type 'application/pdf' is none of text/html"),
        (b'{"x": "' + b"x" * (1 << 19) + b'"}', "bytes"),
    ],
    ids=range(14),
)
def test_a_bad_one_turns_its_page_away(settings: Settings, record: Any, reported: str) -> None:
    put(settings, "2025-08-25/page.html")
    put(settings, "2025-08-25/other.html")
    note(settings, "2025-08-25/page.json", record)
    assert run.run(DAY, settings).landed == 1
    assert reasons(settings) == {"2025-08-25/page.html": "bad_sidecar"}
    detail = rows(settings, "rejected")[0]["detail"]
    assert reported in detail
    assert "\n" not in detail
    # once it is corrected, the page lands and the row goes
    note(settings, "2025-08-25/page.json", {})
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (2, 0)


def test_no_password_of_an_address_is_kept(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    put(settings, "2025-08-25/page.html")
    note(settings, "2025-08-25/page.json", {"url": "https://user:secret@nournews.ir/a"})
    run.run(DAY, settings)
    assert rows(settings, "captures")[0]["url"] == "https://nournews.ir/a"
    assert "secret" not in caplog.text


def test_a_link_in_a_sidecars_place_is_not_followed(settings: Settings) -> None:
    secret = put(
        settings.model_copy(update={"inbox": settings.home}), "secret.json", b'{"url": "https://x.y/"}'
    )
    path = put(settings, "2025-08-25/page.html")
    path.with_suffix(".json").symlink_to(secret)
    run.run(DAY, settings)
    assert reasons(settings) == {"2025-08-25/page.html": "bad_sidecar"}


@pytest.mark.parametrize("change", ["write", "remove"])
def test_a_page_whose_sidecar_moves_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    settings = settings.model_copy(update={"settle_seconds": 5.0})
    put(settings, "2025-08-25/page.html")
    beside = put(settings, "2025-08-25/page.json", b"{}")

    def meddle(_files: object, _settle_seconds: float) -> None:
        if change == "write":
            beside.write_bytes(b'{"url": "https://x.example/"}')
        else:
            beside.unlink()

    monkeypatch.setattr(reading, "let_settle", meddle)
    assert run.run(DAY, settings).waiting == ("2025-08-25/page.html",)


def test_a_young_sidecar_is_looked_at_twice(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings.model_copy(update={"settle_seconds": 5.0})
    naps: list[float] = []
    monkeypatch.setattr("time.sleep", naps.append)
    os.utime(put(settings, "2025-08-25/page.html"), (1_756_100_000, 1_756_100_000))
    put(settings, "2025-08-25/page.json", b"{}")
    assert run.run(DAY, settings).landed == 1
    assert naps == [5.0]


def test_a_day_of_its_own(settings: Settings) -> None:
    put(settings, "2025-08-01/page.html")
    note(settings, "2025-08-01/page.json", NOTE)
    assert run.run(date(2025, 8, 1), settings).other_days == {DAY: 1}
