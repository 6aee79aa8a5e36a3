"""The look at the local feeds: which days their files are of, and what landing would take of them."""

from __future__ import annotations

import dataclasses
import os
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from newsmarts.core.settings import Settings
from newsmarts.land import local_days, manifest
from newsmarts.land.archives.entry import Content
from newsmarts.land.local_days import Counted, look
from newsmarts.land.reading import InboxFile, Look
from newsmarts.land.run import run as land

DAY = date(2025, 9, 1)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / str(DAY)
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("x")
    (folder / "b.html").write_text("x")
    (folder / "c.txt.part").write_text("still being written")
    return tmp_path / "inbox"


def test_files_are_counted_by_day_and_unfinished_ones_are_not(inbox: Path) -> None:
    (inbox / "2025-09-02").mkdir()
    (inbox / "2025-09-02" / "a.txt").write_text("x")
    seen = look(Settings(home=inbox.parent))
    assert seen.files == Counter({DAY: 2, date(2025, 9, 2): 1})
    assert seen.new == seen.files
    assert not seen.faults


def test_a_page_is_opened_only_when_neither_manifest_nor_times_tell(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=inbox.parent, settle_seconds=0)
    changed_ns = time.time_ns() - 3_600 * 10**9
    as_it_is = Look.of
    monkeypatch.setattr(
        Look, "of", lambda status: dataclasses.replace(as_it_is(status), changed_ns=changed_ns)
    )
    opened: list[str] = []

    def open_page(file: InboxFile, _max_bytes: int) -> Content:
        opened.append(file.source_path)
        return Content(b"x", "text/plain")

    monkeypatch.setattr(local_days, "page_of", open_page)
    assert look(settings).new[DAY] == 2  # nothing has landed: names are enough
    land(DAY, settings)
    assert look(settings).new[DAY] == 0  # both have been as they are since long before that
    assert opened == []
    changed_ns = time.time_ns()
    assert look(settings).new[DAY] == 0  # both were touched, and are as they were landed
    assert opened == [f"{DAY}/a.txt", f"{DAY}/b.html"]


def test_what_landing_would_take_is_new_and_nothing_else(inbox: Path) -> None:
    settings, page = Settings(home=inbox.parent, settle_seconds=0), inbox / str(DAY) / "a.txt"
    (inbox / str(DAY) / "note.docx").write_text("no page")

    def rows() -> int:
        known = manifest.read(settings.archive, DAY)
        return len(known.captures) + len(known.rejected)

    def check(new: int) -> None:
        before = rows()
        assert look(settings).new[DAY] == new
        land(DAY, settings)
        assert rows() - before == new
        assert look(settings).new[DAY] == 0

    check(3)
    page.touch()
    check(0)
    times = page.stat()
    page.write_text("y")  # as many bytes, and the time of before
    os.utime(page, ns=(times.st_atime_ns, times.st_mtime_ns))
    check(1)
    page.unlink()
    check(0)


def test_who_looks_often_reads_a_manifest_once(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=inbox.parent, settle_seconds=0)
    land(DAY, settings)
    days: list[date] = []
    as_it_is = manifest.read

    def read(home: Path, day: date) -> manifest.Manifest:
        days.append(day)
        return as_it_is(home, day)

    monkeypatch.setattr(manifest, "read", read)
    counted = Counted({DAY: "first"})
    for _ in range(3):
        assert look(settings, counted=counted).new[DAY] == 0
    assert len(days) == 1
    (inbox / str(DAY) / "d.txt").write_text("x")
    assert look(settings, counted=counted).new[DAY] == 1
    counted.manifests = {DAY: "second"}
    look(settings, counted=counted)
    assert len(days) == 3


def test_an_archive_that_was_never_read_is_reported(inbox: Path) -> None:
    (inbox / "crawl.warc.gz").write_bytes(b"not looked at")
    seen = look(Settings(home=inbox.parent))
    assert (seen.unread_archives, seen.files) == (1, Counter({DAY: 2}))


def test_a_look_has_an_end(inbox: Path) -> None:
    assert look(Settings(home=inbox.parent), max_files=1).cut_short


def test_a_file_of_feeds_that_cannot_be_right_is_reported(inbox: Path) -> None:
    feeds = inbox.parent / "feeds.toml"
    feeds.write_text("[feeds.inbox]\nkind = 'nothing'\n")
    (fault,) = look(Settings(home=inbox.parent, feeds_file=feeds)).faults
    assert "feeds.toml" in fault


def test_a_feed_whose_folder_is_missing_keeps_no_other_from_being_looked_at(inbox: Path) -> None:
    feeds = inbox.parent / "feeds.toml"
    feeds.write_text('[feeds.crawls]\nkind = "warc"\nfolder = "nowhere"\n[feeds.inbox]\nkind = "inbox"\n')
    seen = look(Settings(home=inbox.parent, feeds_file=feeds))
    assert seen.files[DAY] == 2
    (fault,) = seen.faults
    assert fault.startswith(f"Feed crawls: {str(inbox.parent / 'nowhere')!r} is not a folder.")
