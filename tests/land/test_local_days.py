"""The quick look at the local feeds: which days their files are of, without reading a page."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from newsmarts.core.settings import Settings
from newsmarts.land.local_days import look

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
    assert seen.changed_at[DAY] == pytest.approx((inbox / str(DAY) / "b.html").stat().st_mtime)
    assert not seen.faults


def test_no_page_is_opened(inbox: Path) -> None:
    (inbox / str(DAY) / "a.txt").chmod(0)
    assert look(Settings(home=inbox.parent)).files[DAY] == 2


def test_an_archive_that_was_never_read_is_told(inbox: Path) -> None:
    (inbox / "crawl.warc.gz").write_bytes(b"not looked at")
    seen = look(Settings(home=inbox.parent))
    assert (seen.unread_archives, seen.files) == (1, Counter({DAY: 2}))


def test_a_look_has_an_end(inbox: Path) -> None:
    assert look(Settings(home=inbox.parent), max_files=1).cut_short


def test_a_file_of_feeds_that_cannot_be_right_is_told(inbox: Path) -> None:
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
