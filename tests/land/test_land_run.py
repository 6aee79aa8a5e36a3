"""Landing a day: what lands, and that doing it again changes nothing."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from newsmarts.core import partitions
from newsmarts.core.errors import UsageError
from newsmarts.core.records import capture_id_of
from newsmarts.core.settings import Settings, load_settings
from newsmarts.land import run
from newsmarts.land.local_days import look
from tests.land.inbox_files import DAY, MIDNIGHT, InboxDay, inbox_days, put, reasons, rows, tree


def test_a_file_becomes_an_object_and_a_row(settings: Settings) -> None:
    data = b"\xef\xbb\xbfBREAKING\r\n\x00\xff"
    put(settings, "2025-08-25/al_mayadeen/sub/page.HTML", data)
    before = datetime.now(UTC)
    result = run.run(DAY, settings)
    assert result == run.LandResult(DAY, landed=1, new=1, rejected=0, waiting=())
    (row,) = rows(settings, "captures")
    landed_at = row.pop("landed_at")
    assert before <= landed_at <= datetime.now(UTC)
    sha256 = hashlib.sha256(data).hexdigest()
    source_path = "2025-08-25/al_mayadeen/sub/page.HTML"
    assert row == {
        "capture_id": capture_id_of("inbox", source_path, MIDNIGHT, sha256),
        "sha256": sha256,
        "publisher": "al_mayadeen",
        "feed": "inbox",
        "source_path": source_path,
        "captured_at": MIDNIGHT,
        "capture_day": DAY,
        "media_type": "text/html",
        "size_bytes": len(data),
        "url": None,
        "http_status": None,
        "charset": None,
        "captured_at_precision": "day",
    }
    stored = partitions.raw_object_path(settings.home, sha256)
    assert stored.read_bytes() == data
    assert stat.S_IMODE(stored.stat().st_mode) == 0o444
    assert rows(settings, "rejected") == []


def test_pages_in_folders_of_other_days_are_counted_without_being_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(settings, "2025-08-25/page.html")
    put(settings, "2025-08-24/page.html")
    put(settings, "2025-08-24/2025-08-25.txt", b"the folder's day counts")
    moved = put(settings, "2025-08-24/moved.html", b"its sidecar has another day")
    moved.with_suffix(".json").write_text('{"captured_at": "2025-08-25T10:00:00Z"}')
    put(settings, "2025-08-24/sub/2025-08-25/deep.txt", b"the deepest folder counts")
    (moved.parent / "link.html").symlink_to(moved.parent)  # to a folder: nothing to account for
    looked_at: list[str] = []
    lstat = os.lstat

    def noting_lstat(path: str) -> os.stat_result:
        looked_at.append(Path(path).name)
        return lstat(path)

    monkeypatch.setattr(os, "lstat", noting_lstat)
    result = run.run(DAY, settings)
    assert [row["source_path"] for row in rows(settings, "captures")] == [
        "2025-08-24/moved.html",
        "2025-08-24/sub/2025-08-25/deep.txt",
        "2025-08-25/page.html",
    ]
    assert (result.landed, result.rejected, result.other_days) == (3, 0, {date(2025, 8, 24): 2})
    assert "2025-08-25.txt" not in looked_at


def test_without_a_day_in_the_path_the_mtime_is_the_capture_time(settings: Settings) -> None:
    path = put(settings, "pages/page.txt")
    os.utime(path, ns=(0, 1_756_166_399_999_999_999))  # the last nanosecond of the day
    result = run.run(DAY, settings)
    assert (result.landed, result.other_days) == (1, {})
    (row,) = rows(settings, "captures")
    assert row["captured_at"] == datetime(2025, 8, 25, 23, 59, 59, 999999, tzinfo=UTC)
    assert row["publisher"] is None


def test_only_the_day_asked_for_lands(settings: Settings) -> None:
    put(settings, "2025-08-25/a.txt")
    put(settings, "2025-08-26/b.txt")
    put(settings, "2025-08-26/c.pdf")
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (1, 0)
    assert result.other_days == {date(2025, 8, 26): 2}


def test_a_folder_that_looks_like_a_day_is_named_with_the_day_taken_instead(settings: Settings) -> None:
    names = ("2025-13-40/a.txt", "06.09.2025/b.txt", "2025/9/6/deep/c.txt", "2025-08-25/d.txt", "other/e.txt")
    for name in names:
        os.utime(put(settings, name), (1_756_100_000, 1_756_100_000))
    put(settings, "20250906/f.txt")  # of another day, by its file's time
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (5, 0)
    assert result.misnamed == {"2025-13-40": 1, "06.09.2025": 1, "2025/9/6": 1}
    assert result.warnings[0].startswith(
        "'06.09.2025' looks like a day and isn't one: 1 capture in it taken as of 2025-08-25"
    )
    assert set(look(settings).misnamed) == {"2025-13-40", "06.09.2025", "2025/9/6", "20250906"}


def test_a_page_of_a_day_to_come_is_rejected_on_its_files_day(settings: Settings) -> None:
    ahead = datetime.now(UTC).date() + timedelta(days=3)
    path = put(settings, f"{ahead}/a.txt")
    os.utime(path, (1_756_100_000, 1_756_100_000))
    put(settings, f"{datetime.now(UTC).date() + timedelta(days=1)}/b.txt")  # where the sun rises first
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected, dict(result.reasons)) == (0, 1, {"captured_in_future": 1})
    assert rows(settings, "rejected")[0]["source_path"] == f"{ahead}/a.txt"
    assert ahead not in look(settings).files
    assert run.run(ahead, settings).landed == 0
    path.rename(put(settings, "2025-08-25/a.txt"))
    assert run.run(DAY, settings).landed == 1


def test_landing_again_changes_nothing(settings: Settings) -> None:
    put(settings, "2025-08-25/a.txt", b"one")
    put(settings, "2025-08-25/b.html", b"two")
    put(settings, "2025-08-25/c.pdf")
    first = run.run(DAY, settings)
    before = tree(settings.home)
    again = run.run(DAY, settings)
    assert (first.new, again.new, again.landed, again.rejected) == (2, 0, 2, 1)
    assert tree(settings.home) == before


def test_an_emptied_inbox_loses_nothing(settings: Settings) -> None:
    paths = [put(settings, "2025-08-25/a.txt"), put(settings, "2025-08-25/b.pdf")]
    run.run(DAY, settings)
    before = tree(settings.home)
    for path in paths:
        path.unlink()
    result = run.run(DAY, settings)
    assert (result.landed, result.new, result.rejected) == (1, 0, 1)
    assert tree(settings.home) == before


def test_rows_found_later_join_those_known(settings: Settings) -> None:
    put(settings, "2025-08-25/b.txt", b"b")
    run.run(DAY, settings)
    (known,) = rows(settings, "captures")
    put(settings, "2025-08-25/a.txt", b"a")
    put(settings, "2025-08-25/b.txt", b"other bytes")
    assert run.run(DAY, settings).new == 2
    found = rows(settings, "captures")
    assert [row["source_path"] for row in found] == [
        "2025-08-25/a.txt",
        "2025-08-25/b.txt",
        "2025-08-25/b.txt",
    ]
    assert known in found
    assert found == sorted(found, key=lambda row: (row["source_path"], row["sha256"]))


def test_same_bytes_at_two_paths_are_stored_once(settings: Settings) -> None:
    put(settings, "2025-08-25/a.txt", b"same")
    put(settings, "2025-08-25/b.txt", b"same")
    put(settings, "2025-08-26/a.txt", b"same")
    run.run(DAY, settings)
    run.run(date(2025, 8, 26), settings)
    found = rows(settings, "captures") + rows(settings, "captures", date(2025, 8, 26))
    assert len({row["capture_id"] for row in found}) == 3
    objects = [path for path in (settings.home / "raw" / "objects").rglob("*") if path.is_file()]
    assert len(objects) == 1


def test_an_empty_inbox_leaves_both_files(settings: Settings) -> None:
    assert run.run(DAY, settings).landed == 0
    assert rows(settings, "captures") == rows(settings, "rejected") == []


def test_a_folder_that_has_never_held_anything_is_reported(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Perhaps it is the wrong one; an inbox that is emptied after landing is nothing to report."""
    assert run.run(DAY, settings).never_held == ("inbox",)
    assert "has never held anything" in caplog.text
    assert look(settings).empty == ["inbox"]
    path = put(settings, "2025-08-25/a.txt")
    assert run.run(date(2025, 8, 26), settings).never_held == ()
    run.run(DAY, settings)
    path.unlink()
    assert run.run(DAY, settings).never_held == ()
    never_made = settings.model_copy(update={"inbox": None})
    assert run.run(DAY, never_made).never_held == ()


def test_a_missing_inbox(tmp_path: Path, settings: Settings) -> None:
    default = load_settings(home=tmp_path / "other")
    assert run.run(DAY, default).landed == 0
    assert inbox_days(default) == []
    asked_for = load_settings(home=tmp_path / "home", inbox=tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"nowhere.*NEWS_INBOX"):
        run.run(DAY, asked_for)
    with pytest.raises(UsageError, match="file"):
        run.run(DAY, load_settings(home=tmp_path / "home", inbox=put(settings, "file")))


def test_home_inside_the_inbox_is_passed_over(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", inbox=tmp_path, settle_seconds=0)
    put(settings, "2025-08-25/a.txt")
    run.run(DAY, settings)
    before = tree(tmp_path)
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected, result.other_days) == (1, 0, {})
    assert tree(tmp_path) == before
    with pytest.raises(UsageError, match="NEWS_HOME itself"):
        run.run(DAY, load_settings(home=tmp_path, inbox=tmp_path))


def test_an_inbox_may_itself_be_a_link(settings: Settings, tmp_path: Path) -> None:
    put(settings, "2025-08-25/a.txt")
    link = tmp_path / "link"
    link.symlink_to(settings.inbox_dir)
    assert run.run(DAY, load_settings(home=tmp_path / "home", inbox=link, settle_seconds=0)).landed == 1


@pytest.mark.parametrize(
    "name",
    [
        "line\nbreak.txt",
        "quotes'\";DROP TABLE--.txt",
        "\u202etxt.exe.txt",
        "tab\tbell\a\x1b[31m.txt",
        "ميادين 2025 🗞.txt",
        "x" * 251 + ".txt",
        "%2e%2e%2f.txt",
        "back\\slash.txt",
        " .txt",
    ],
)
def test_odd_names_land_as_they_are(settings: Settings, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    put(settings, f"2025-08-25/{name}")
    put(settings, f"2025-08-25/{name[:-4]}.pdf")
    assert (run.run(DAY, settings).landed, len(reasons(settings))) == (1, 1)
    assert rows(settings, "captures")[0]["source_path"] == f"2025-08-25/{name}"
    assert not any("\n" in line or "\x1b" in line or "\u202e" in line for line in caplog.messages)


def test_names_that_are_no_utf8_land(settings: Settings) -> None:
    folder = settings.inbox_dir / "2025-08-25"
    folder.mkdir()
    for name in (b"caf\xe9.txt", b"caf\xe8.txt", b"\xff\xfe.pdf"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"page")
    assert run.run(DAY, settings).landed == 2
    assert [row["source_path"] for row in rows(settings, "captures")] == [
        r"2025-08-25/caf\xe8.txt",
        r"2025-08-25/caf\xe9.txt",
    ]
    assert reasons(settings) == {r"2025-08-25/\xff\xfe.pdf": "unsupported_media_type"}


def test_a_deep_tree_lands(settings: Settings) -> None:
    deep = "/".join(["d" * 20] * 60)
    put(settings, f"2025-08-25/{deep}/a.txt")
    assert run.run(DAY, settings).landed == 1


def test_inbox_days_tell_what_is_new(settings: Settings) -> None:
    put(settings, "2025-08-25/a.txt")
    put(settings, "2025-08-25/b.pdf")
    put(settings, "2025-08-26/c.txt")
    second = date(2025, 8, 26)
    assert inbox_days(settings) == [InboxDay(DAY, 2, 2), InboxDay(second, 1, 1)]
    run.run(DAY, settings)
    assert inbox_days(settings) == [InboxDay(DAY, 2, 0), InboxDay(second, 1, 1)]
    put(settings, "2025-08-25/a.txt", b"other bytes, same place")
    assert inbox_days(settings)[0] == InboxDay(DAY, 2, 1)
