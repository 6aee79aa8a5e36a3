"""A page that a tool or an archive saved has its address and time in itself."""

from __future__ import annotations

import io
import os
import tarfile
import time
import zipfile
from datetime import UTC, datetime

import pytest

from newsmarts.core.settings import Settings
from newsmarts.land import run, saved_pages
from newsmarts.land.archives import mhtml
from tests.land.inbox_files import DAY, MIDNIGHT, InboxDay, inbox_days, put, rows

URL = "https://nournews.ir/en/news/279165/lake-of-ormand"
SAVED = datetime(2025, 8, 25, 18, 5, 11, tzinfo=UTC)
ARCHIVED = datetime(2025, 8, 25, 18, 5, tzinfo=UTC)
LATER = datetime(2026, 3, 1, 12, tzinfo=UTC)
COPY = f"https://web.archive.org/web/20250825180500/{URL}"
SINGLEFILE = """<!DOCTYPE html> <html lang=en><!--
 Page saved with SingleFile
 url: {}
 saved date: {}
--><title>Lake of Ormand</title>"""
SCRIPT_DATE = "Mon Aug 25 2025 21:05:11 GMT+0300 (Eastern European Summer Time)"
PAGES = {
    "SingleFile": (SINGLEFILE.format(URL, SCRIPT_DATE), URL, SAVED),
    "SingleFile in UTC": (SINGLEFILE.format(URL, "Mon Aug 25 2025 18:05:11 GMT+0000 (GMT)"), URL, SAVED),
    "SingleFile of a copy": (SINGLEFILE.format(COPY, "Sun Mar 01 2026 12:00:00 GMT+0100"), URL, ARCHIVED),
    "SingleFile without a zone": (SINGLEFILE.format(URL, "Mon Aug 25 2025 21:05:11"), URL, None),
    "Wayback Machine": (
        f'<html><head><script>__wm.wombat("{URL}","20250825180500","https://web.archive.org/","web");</script>'
        + "<p>text</p>" * 9000
        + "</html>\n<!--\n     FILE ARCHIVED ON 18:05:00 Aug 25, 2025 AND RETRIEVED FROM THE\n"
        "     INTERNET ARCHIVE ON 10:30:00 Mar 01, 2026.\n-->\n<!--\nplayback timings (ms):\n-->",
        URL,
        ARCHIVED,
    ),
    "Wayback Machine, its end alone": (
        "<p>text</p>" * 9000 + "<!--\n FILE ARCHIVED ON 18:05:00 Aug 25, 2025 AND RETRIEVED FROM THE\n-->",
        None,
        ARCHIVED,
    ),
    "Google's cache": (
        f'<div>This is Google&#39;s cache of <a href="{URL}">{URL}</a>. It is a snapshot '
        "of the page as it appeared on 25 Aug 2025 18:05:11 GMT.</div><html>",
        URL,
        SAVED,
    ),
    "archive.today": (
        '<html><body><div id="HEADER"><a href="https://archive.ph/">archive.today</a><div>webpage</div>'
        f'<input style="border:0" value="{URL}"/><time>25 Aug 2025 18:05:11 UTC</time></div>',
        URL,
        SAVED,
    ),
    "HTTrack": (
        f"<html>\n<!-- Mirrored from {URL.removeprefix('https://')} by HTTrack Website Copier/3.x "
        "[XR&CO'2014], Mon, 25 Aug 2025 18:05:11 GMT -->",
        URL,
        SAVED,
    ),
    "monolith": (f"<!-- Saved from {URL} at 2025-08-25T18:05:11Z using monolith v2.8.1 -->", URL, SAVED),
    "Save Page WE": (
        f'<html><head><meta name="savepage-url" content="{URL}?a=1&amp;b=2">'
        f'<meta name="savepage-date" content="{SCRIPT_DATE}">',
        f"{URL}?a=1&b=2",
        SAVED,
    ),
    "a browser": (f"<!DOCTYPE html>\n<!-- saved from url=(0049){URL} -->\n<html>", URL, None),
    "a browser, of a copy": (f"<!-- saved from url=(0100){COPY} -->", URL, ARCHIVED),
    "words alone": (f"<p>Page saved with SingleFile url: {URL} saved date: {SCRIPT_DATE}</p>", None, None),
    "an impossible date": (SINGLEFILE.format(URL, "Mon Foo 99 2025 21:05:11 GMT+9900 (x)"), URL, None),
    "another scheme": (SINGLEFILE.format("file:///etc/passwd", SCRIPT_DATE), None, SAVED),
    "nothing": ("<html><p>text</p></html>", None, None),
}  # fmt: skip
EACH = pytest.mark.parametrize(("page", "url", "moment"), PAGES.values(), ids=list(PAGES))


@EACH
def test_facts_of(page: str, url: str | None, moment: datetime | None) -> None:
    facts = saved_pages.facts_of(page.encode())
    assert (facts.url, facts.captured_at and facts.captured_at.moment) == (url, moment)


@EACH
def test_a_file_without_a_day_in_its_path(
    settings: Settings, page: str, url: str | None, moment: datetime | None
) -> None:
    os.utime(put(settings, "page.html", page.encode()), (LATER.timestamp(), LATER.timestamp()))
    day = (moment or LATER).date()
    assert inbox_days(settings) == [InboxDay(day, 1, 1)]
    assert run.run(day, settings).landed == 1
    (row,) = rows(settings, "captures", day)
    assert (row["captured_at"], row["url"]) == (moment or LATER, url)
    assert row["captured_at_precision"] == "second"
    assert row["publisher"] == ("nour_news" if url else None)
    assert inbox_days(settings) == [InboxDay(day, 1, 0)]


@pytest.mark.parametrize(
    ("published", "believed"),
    [
        ('<meta property="article:published_time" content="2025-08-25T20:44:00+03:00">', True),
        ('<meta property="article:published_time" content="2025-08-26T00:44:00+03:00">', True),  # of a zone
        ('<meta property="article:published_time" content="2025-08-27T20:44:00+03:00">', False),
        ('{"@type": "NewsArticle", "datePublished": "2026-08-25"}', False),
        ('<span id="Body_Body_lblDatePublish">8/31/2025 9:12:08 AM</span>', False),
        ('<span id="Body_Body_lblDatePublish">8/21/2025 9:12:08 AM</span>', True),
        ('{"datePublished": "2025-99-99"}', True),
    ],
)
def test_no_page_was_captured_before_it_was_published(published: str, believed: bool) -> None:
    facts = saved_pages.facts_of((SINGLEFILE.format(URL, SCRIPT_DATE) + published).encode())
    assert (facts.captured_at is not None) == believed
    assert facts.url == URL


def test_a_day_in_the_path_comes_first(settings: Settings) -> None:
    put(settings, "2025-08-25/page.html", SINGLEFILE.format(URL, SCRIPT_DATE.replace("Aug", "Sep")).encode())
    assert run.run(DAY, settings).landed == 1
    (row,) = rows(settings, "captures")
    assert (row["captured_at"], row["captured_at_precision"], row["url"]) == (MIDNIGHT, "day", URL)


@pytest.mark.parametrize("name", ["saved.zip", "saved.tgz"])
def test_in_an_archive(settings: Settings, name: str) -> None:
    pages = {"a.html": SINGLEFILE.format(URL, SCRIPT_DATE), "2025-08-25/b.html": PAGES["a browser"][0]}
    out = io.BytesIO()
    if name.endswith("zip"):
        with zipfile.ZipFile(out, "w") as archive:
            for member, page in pages.items():
                archive.writestr(member, page)
    else:
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for member, page in pages.items():
                info = tarfile.TarInfo(member)
                info.size, info.mtime = len(page.encode()), int(LATER.timestamp())
                tar.addfile(info, io.BytesIO(page.encode()))
    put(settings, name, out.getvalue())
    assert inbox_days(settings) == [InboxDay(DAY, 2, 2)]
    for _ in range(2):  # by reading through, and by the index
        assert run.run(DAY, settings).landed == 2
    found = {row["source_path"].partition("!/")[2]: row for row in rows(settings, "captures")}
    assert [found[member]["captured_at"] for member in pages] == [SAVED, MIDNIGHT]
    assert [found[member]["url"] for member in pages] == [URL, URL]
    assert {row["publisher"] for row in found.values()} == {"nour_news"}


def test_mhtml_of_an_archives_copy() -> None:
    head = f"Snapshot-Content-Location: {COPY}\r\nDate: Sun, 1 Mar 2026 12:00:00 -0000\r\n\r\n"
    facts = mhtml.facts_of(head.encode())
    assert facts.captured_at is not None
    assert (facts.url, facts.captured_at.moment) == (URL, ARCHIVED)


def test_a_page_of_nothing_but_marks_takes_no_time() -> None:
    started_at = time.process_time()
    for mark in (
        b">archive.today<value=http:/",
        b"cache of <a href=x as it appeared on ",
        b"<!-- Mirrored from x",
    ):
        assert saved_pages.facts_of(mark * 5000).captured_at is None
    assert time.process_time() - started_at < 1
