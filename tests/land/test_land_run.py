"""Landing a day: what lands, what is turned away, what waits, and that doing it again changes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from include import partitions, schemas
from include.errors import UsageError
from include.land import reading, run
from include.models import capture_id_of
from include.settings import Settings, load_settings

DAY = date(2025, 8, 25)
MIDNIGHT = datetime(2025, 8, 25, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return load_settings(home=tmp_path / "home", inbox=inbox, settle_seconds=0)


def put(settings: Settings, name: str, data: bytes = b"a page") -> Path:
    path = settings.inbox_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def rows(settings: Settings, name: str, day: date = DAY) -> list[dict[str, Any]]:
    folder = partitions.partition_path(settings.home, "manifest", day)
    schema = {"captures": schemas.CAPTURES, "rejected": schemas.QUARANTINE}[name]
    found: list[dict[str, Any]] = schemas.read_table(folder / f"{name}.parquet", schema).to_pylist()
    return found


def reasons(settings: Settings) -> dict[str, str]:
    return {row["source_path"]: row["reason_code"] for row in rows(settings, "rejected")}


def tree(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder, with its bytes and its modification time."""
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_file_becomes_an_object_and_a_row(settings: Settings) -> None:
    data = b"\xef\xbb\xbfBREAKING\r\n\x00\xff"
    put(settings, "2025-08-25/al_mayadeen/sub/page.HTML", data)
    before = datetime.now(UTC)
    result = run.run(DAY, settings)
    assert result == run.LandResult(DAY, landed=1, new=1, rejected=0, waiting=(), other_days={})
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
    }
    stored = partitions.raw_object_path(settings.home, sha256)
    assert stored.read_bytes() == data
    assert stat.S_IMODE(stored.stat().st_mode) == 0o444
    assert rows(settings, "rejected") == []


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
    put(settings, "2099-01-01/d.txt")  # days to come are days too
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (1, 0)
    assert result.other_days == {date(2025, 8, 26): 2, date(2099, 1, 1): 1}
    assert run.run(date(2099, 1, 1), settings).landed == 1


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


def test_two_landings_at_once_lose_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    put(settings, "2025-08-25/a.txt", b"a")

    def land_meanwhile(_files: object, _settle_seconds: float) -> None:
        monkeypatch.undo()
        other = put(settings, "2025-08-25/b.txt", b"b")
        assert run.run(DAY, settings).new == 2
        other.unlink()

    monkeypatch.setattr(reading, "let_settle", land_meanwhile)
    result = run.run(DAY, settings)
    assert (result.landed, result.new) == (2, 0)
    assert len(rows(settings, "captures")) == 2


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


def test_a_missing_inbox(tmp_path: Path, settings: Settings) -> None:
    default = load_settings(home=tmp_path / "other")
    assert run.run(DAY, default).landed == 0
    assert run.inbox_days(default) == []
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


def test_other_endings_are_rejected_and_dotfiles_passed_over(settings: Settings) -> None:
    for name in ("a.pdf", "b", "c.txt.gz", ".hidden.txt", ".folder/d.txt"):
        put(settings, f"2025-08-25/al_mayadeen/{name}")
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (0, 3)
    assert set(reasons(settings).values()) == {"unsupported_media_type"}
    row = rows(settings, "rejected")[0]
    assert row == {
        "capture_id": capture_id_of("inbox", "2025-08-25/al_mayadeen/a.pdf", MIDNIGHT, ""),
        "capture_sha256": None,
        "publisher": "al_mayadeen",
        "stage": "land",
        "reason_code": "unsupported_media_type",
        "expectation": None,
        "detail": "only names that end in .txt, .text, .html, .htm, .xhtml are read. "
        "Rename it or take it away.",
        "source_path": "2025-08-25/al_mayadeen/a.pdf",
        "captured_at": MIDNIGHT,
        "capture_day": DAY,
        "subject": "page",
    }


def test_a_file_over_the_limit_is_rejected_and_one_at_it_lands(settings: Settings) -> None:
    settings = settings.model_copy(update={"max_file_bytes": 10})
    put(settings, "2025-08-25/at.txt", b"x" * 10)
    put(settings, "2025-08-25/over.txt", b"x" * 11)
    assert run.run(DAY, settings).landed == 1
    assert reasons(settings) == {"2025-08-25/over.txt": "file_too_large"}
    assert "11 bytes" in rows(settings, "rejected")[0]["detail"]


def test_links(settings: Settings, tmp_path: Path) -> None:
    folder = settings.inbox_dir / "2025-08-25"
    put(settings, "2025-08-25/real/page.txt", b"inside")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_bytes(b"secret")
    (folder / "in.txt").symlink_to("real/page.txt")
    (folder / "out.txt").symlink_to(outside / "secret.txt")
    (folder / "out").symlink_to(outside)
    (folder / "through.txt").symlink_to(folder / "out" / "secret.txt")
    (folder / "gone.txt").symlink_to("nothing.txt")
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "real" / "up").symlink_to("..")
    (folder / "zero.txt").symlink_to("/dev/zero")
    result = run.run(DAY, settings)
    assert [row["source_path"] for row in rows(settings, "captures")] == [
        "2025-08-25/in.txt",
        "2025-08-25/real/page.txt",
    ]
    assert reasons(settings) == {
        "2025-08-25/gone.txt": "broken_symlink",
        "2025-08-25/out": "symlink_outside_inbox",
        "2025-08-25/out.txt": "symlink_outside_inbox",
        "2025-08-25/self.txt": "broken_symlink",
        "2025-08-25/through.txt": "symlink_outside_inbox",
        "2025-08-25/zero.txt": "symlink_outside_inbox",
    }
    assert result.new == 2
    assert not any(b"secret" in data for data, _ in tree(settings.home / "raw" / "objects").values())


def test_an_inbox_may_itself_be_a_link(settings: Settings, tmp_path: Path) -> None:
    put(settings, "2025-08-25/a.txt")
    link = tmp_path / "link"
    link.symlink_to(settings.inbox_dir)
    assert run.run(DAY, load_settings(home=tmp_path / "home", inbox=link, settle_seconds=0)).landed == 1


def test_what_is_no_file_is_rejected_without_being_opened(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = settings.inbox_dir / "2025-08-25"
    folder.mkdir()
    os.mkfifo(folder / "pipe.txt")
    monkeypatch.chdir(folder)  # a socket's path has to be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
        (folder / "link.txt").symlink_to("pipe.txt")
        run.run(DAY, settings)
    assert reasons(settings) == {
        f"2025-08-25/{name}.txt": "not_a_regular_file" for name in ("link", "pipe", "socket")
    }
    details = {row["source_path"]: row["detail"] for row in rows(settings, "rejected")}
    assert "a named pipe" in details["2025-08-25/pipe.txt"]


def test_a_device_is_rejected(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # Making a device node takes a privilege, so the one file is told to be one.
    path = put(settings, "2025-08-25/device.txt")
    real = os.lstat

    def lstat(name: Any, **kwargs: Any) -> os.stat_result:
        status = real(name, **kwargs)
        if os.fspath(name) == os.fspath(path):
            return os.stat_result((stat.S_IFCHR | 0o644, *status[1:]))
        return status

    monkeypatch.setattr(os, "lstat", lstat)
    run.run(DAY, settings)
    assert reasons(settings) == {"2025-08-25/device.txt": "not_a_regular_file"}


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's right to read everything, which a plain user never had."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_that_may_not_be_read_is_rejected() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folder is closed to other users
        home = Path(folder, "home")
        inbox = Path(folder, "inbox")
        settings = load_settings(home=home, inbox=inbox, settle_seconds=0)
        for path in (Path(folder), home, inbox, inbox / "2025-08-25"):
            path.mkdir(exist_ok=True)
            path.chmod(0o777)
        put(settings, "2025-08-25/closed.txt").chmod(0)
        put(settings, "2025-08-25/open.txt").chmod(0o644)
        (inbox / "2025-08-25" / "shut").mkdir(mode=0)
        with as_nobody():
            result = run.run(DAY, settings)
        assert (result.landed, result.rejected) == (1, 2)
        assert reasons(settings) == {
            "2025-08-25/closed.txt": "unreadable_file",
            "2025-08-25/shut": "unreadable_folder",
        }
        assert "readable" in rows(settings, "rejected")[0]["detail"]


def test_a_read_error_rejects_that_file_only(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    put(settings, "2025-08-25/bad.txt", b"bad sector")
    put(settings, "2025-08-25/good.txt", b"good")
    real = os.read

    def read(descriptor: int, size: int) -> bytes:
        data = real(descriptor, size)
        if data.startswith(b"bad"):
            raise OSError(5, "Input/output error")
        return data

    monkeypatch.setattr(os, "read", read)
    assert run.run(DAY, settings).landed == 1
    assert reasons(settings) == {"2025-08-25/bad.txt": "unreadable_file"}


def test_a_rejection_goes_when_the_path_lands(settings: Settings) -> None:
    small = settings.model_copy(update={"max_file_bytes": 3})
    path = put(settings, "2025-08-25/a.txt", b"four")
    put(settings, "2025-08-25/b.pdf")
    run.run(DAY, small)
    assert set(reasons(settings)) == {"2025-08-25/a.txt", "2025-08-25/b.pdf"}
    run.run(DAY, settings)
    assert set(reasons(settings)) == {"2025-08-25/b.pdf"}
    path.unlink()
    run.run(DAY, settings)
    assert set(reasons(settings)) == {"2025-08-25/b.pdf"}


def test_a_path_has_one_rejection_however_often_it_changes(settings: Settings) -> None:
    path = put(settings, "page.pdf")
    os.utime(path, (1_756_100_000, 1_756_100_000))
    run.run(DAY, settings)
    os.utime(path, (1_756_100_001, 1_756_100_001))
    assert run.run(DAY, settings).rejected == 1


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


def test_an_impossible_mtime_is_rejected_on_the_first_day_there_is(settings: Settings) -> None:
    path = put(settings, "page.txt")
    os.utime(path, (-86_400, -86_400))
    first = date(1970, 1, 1)
    assert run.run(first, settings).rejected == 1
    assert [row["reason_code"] for row in rows(settings, "rejected", first)] == ["impossible_mtime"]


def test_a_deep_tree_lands(settings: Settings) -> None:
    deep = "/".join(["d" * 20] * 60)
    put(settings, f"2025-08-25/{deep}/a.txt")
    assert run.run(DAY, settings).landed == 1


def test_names_of_unfinished_files_wait(settings: Settings) -> None:
    path = put(settings, "2025-08-25/a.txt.part")
    put(settings, "2025-08-25/b.txt~")
    result = run.run(DAY, settings)
    assert (result.landed, result.rejected) == (0, 0)
    assert result.waiting == ("2025-08-25/a.txt.part", "2025-08-25/b.txt~")
    assert run.inbox_days(settings) == []
    path.rename(path.with_suffix(""))
    assert run.run(DAY, settings).landed == 1


def test_a_growing_file_waits_for_the_next_run(settings: Settings) -> None:
    settings = settings.model_copy(update={"settle_seconds": 0.5})
    path = put(settings, "2025-08-25/growing.txt", b"start")
    put(settings, "2025-08-25/still.txt")
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as handle:
            while not stop.wait(0.01):
                handle.write(b"more")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        result = run.run(DAY, settings)
    finally:
        stop.set()
        writer.join()
    assert result.waiting == ("2025-08-25/growing.txt",)
    assert [row["source_path"] for row in rows(settings, "captures")] == ["2025-08-25/still.txt"]
    assert run.run(DAY, settings).landed == 2
    assert rows(settings, "captures")[0]["size_bytes"] == path.stat().st_size


def test_one_sleep_a_run_and_none_without_young_files(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings.model_copy(update={"settle_seconds": 5.0})
    naps: list[float] = []
    monkeypatch.setattr(reading.time, "sleep", naps.append)
    old = put(settings, "2025-08-25/old.txt")
    os.utime(old, (1_756_100_000, 1_756_100_000))
    assert run.run(DAY, settings).landed == 1
    assert naps == []
    put(settings, "2025-08-25/young.txt")
    put(settings, "2025-08-25/younger.txt")
    assert run.run(DAY, settings).landed == 3
    assert naps == [5.0]


@pytest.mark.parametrize("change", ["grow", "touch", "replace", "remove", "link", "pipe"])
def test_a_file_that_changes_after_the_scan_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = put(settings, "2025-08-25/a.txt", b"seen by the scan")
    secret = put(settings, "2025-08-26/secret.txt", b"secret")

    def meddle(_files: object, _settle_seconds: float) -> None:
        if change == "grow":
            path.write_bytes(path.read_bytes() + b" and more")
        elif change == "touch":
            os.utime(path, (1, 1))
        else:
            path.unlink()
            if change == "replace":
                path.write_bytes(b"SEEN BY THE SCAN")
            elif change == "link":
                path.symlink_to(secret)
            elif change == "pipe":
                os.mkfifo(path)

    monkeypatch.setattr(reading, "let_settle", meddle)
    result = run.run(DAY, settings)
    assert result.landed == 0
    if change == "link":
        assert reasons(settings) == {"2025-08-25/a.txt": "unreadable_file"}
    else:
        assert result.waiting == ("2025-08-25/a.txt",)


def test_a_file_that_grows_while_it_is_read_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(settings, "2025-08-25/a.txt", b"start")
    real = os.read

    def read(descriptor: int, size: int) -> bytes:
        data = real(descriptor, size)
        if data == b"start":
            with path.open("ab") as handle:
                handle.write(b", more")
        return data

    monkeypatch.setattr(os, "read", read)
    assert run.run(DAY, settings).waiting == ("2025-08-25/a.txt",)
    assert rows(settings, "captures") == []


def test_inbox_days_tell_what_is_new(settings: Settings) -> None:
    put(settings, "2025-08-25/a.txt")
    put(settings, "2025-08-25/b.pdf")
    put(settings, "2025-08-26/c.txt")
    second = date(2025, 8, 26)
    assert run.inbox_days(settings) == [run.InboxDay(DAY, 2, 2), run.InboxDay(second, 1, 1)]
    run.run(DAY, settings)
    assert run.inbox_days(settings) == [run.InboxDay(DAY, 2, 0), run.InboxDay(second, 1, 1)]
    put(settings, "2025-08-25/a.txt", b"other bytes, same place")
    assert run.inbox_days(settings)[0] == run.InboxDay(DAY, 2, 1)
