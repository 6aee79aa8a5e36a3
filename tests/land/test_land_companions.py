"""What saved pages bring along is counted in the log; nothing that could be a page is lost by it."""

from __future__ import annotations

import io
import logging
import tarfile
import zipfile
from collections.abc import Sequence

import pytest

from newsmarts.core.settings import Settings
from newsmarts.land import run
from newsmarts.land.companions import Tree
from tests.land.inbox_files import DAY, InboxDay, inbox_days, put, reasons, rows

COMPLETE = [
    "Ormand's lake.html",
    "Ormand's lake_files/style.css",
    "Ormand's lake_files/jquery.min.js.download",
    "Ormand's lake_files/saved_resource.html",
    "Ormand's lake_files/f.txt",
    "Ormand's lake_files/like.php",
    "Ormand's lake_files/noending",
    "Ormand's lake_files/deeper/a.css",
    "See.htm",
    "See-Dateien/a.png",
    "A.b.xhtml",
    "A.b.files/a.png",
]
HTTRACK = [
    "mirror/index.html",
    "mirror/hts-log.txt",
    "mirror/cookies.txt",
    "mirror/backblue.gif",
    "mirror/hts-cache/new.zip",
    "mirror/hts-cache/old/readme.txt",
    "mirror/nournews.ir/en/news/1/slug.html",
    "mirror/nournews.ir/css/a.css",
    "mirror/nournews.ir/news.php",  # may be a page
    "mirror/media/quay.JPG",
]
WGET = [
    "nournews.ir/en/news/1/slug.html",
    "nournews.ir/css/a.css",
    "nournews.ir/en/list",
    "cdn.example.org/a.js",
]
SCRAPER = ["page.html", "page.html.json", "page.html.sha256", "other.html.json", "page.html.exe"]
UNKNOWN = ["page.txt", "alone_files/a.css", "pages_files/b.html", "js/a.js", "a.css"]
Case = tuple[Sequence[str], set[str], set[str], int]  # files; pages, rejected and passed over of them
CASES = pytest.mark.parametrize(
    "case",
    [
        (COMPLETE, {"Ormand's lake.html", "See.htm", "A.b.xhtml"}, set(), 9),
        (HTTRACK, {"mirror/nournews.ir/en/news/1/slug.html"}, {"mirror/nournews.ir/news.php"}, 8),
        (WGET, {"nournews.ir/en/news/1/slug.html"}, {"nournews.ir/en/list"}, 2),
        (SCRAPER, {"page.html"}, {"other.html.json", "page.html.exe"}, 2),
        (
            UNKNOWN,
            {"page.txt", "pages_files/b.html"},
            {"alone_files/a.css", "js/a.js", "a.css"},
            0,
        ),
        (["a.html", "a_files/crawl.jsonl", "a_files/a.png"], {"a.html", "a_files/crawl.jsonl!/1"}, set(), 1),
        (
            ["a.html", "a.json", "nournews.ir/b.html", "nournews.ir/b.json"],
            {"a.html", "nournews.ir/b.html"},
            set(),
            0,
        ),
    ],
    ids=["complete", "HTTrack", "wget", "scraper", "unknown", "archive", "sidecars"],
)


def content(name: str) -> bytes:
    return b'{"html": "page"}' if name.endswith("jsonl") else b"{}"


@CASES
def test_in_a_folder(
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    case: Case,
) -> None:
    files, pages, rejected, passed_over = case
    for name in files:
        put(settings, f"2025-08-25/{name}", content(name))
    with caplog.at_level(logging.INFO):
        result = run.run(DAY, settings)
    assert {row["source_path"] for row in rows(settings, "captures")} == {
        f"2025-08-25/{name}" for name in pages
    }
    assert reasons(settings) == {f"2025-08-25/{name}": "unsupported_media_type" for name in rejected}
    assert result.waiting == ()
    lines = [record.getMessage() for record in caplog.records if "bring along" in record.getMessage()]
    assert len(lines) == (1 if passed_over else 0)
    if passed_over:
        assert f"{passed_over} file" in lines[0]
    assert inbox_days(settings) == [InboxDay(DAY, len(pages) + len(rejected), 0)]


@CASES
@pytest.mark.parametrize("packed", ["zip", "tgz"])
def test_in_an_archive(
    settings: Settings,
    packed: str,
    case: Case,
) -> None:
    files, pages, rejected, passed_over = case
    if any(name.endswith("jsonl") for name in files):
        pytest.skip("an archive in an archive isn't opened")
    out = io.BytesIO()
    if packed == "zip":
        with zipfile.ZipFile(out, "w") as archive:
            for name in files:
                archive.writestr(name, content(name))
    else:
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for name in files:
                info = tarfile.TarInfo(name)
                info.size = len(content(name))
                tar.addfile(info, io.BytesIO(content(name)))
    put(settings, f"2025-08-25-saved.{packed}", out.getvalue())
    place = f"2025-08-25-saved.{packed}!/"
    for _ in range(2):  # by reading through, and by the index
        result = run.run(DAY, settings)
    found = {row["source_path"].removeprefix(place) for row in rows(settings, "captures")}
    assert found == pages
    assert reasons(settings) == {f"{place}{name}": "unsupported_media_type" for name in rejected}
    assert result.passed_over.total() == passed_over
    assert set(result.passed_over) <= {"saved_page_resource"}


def test_the_line_names_kinds_and_folders(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(5):
        put(settings, f"2025-08-25/{number}.html")
        put(settings, f"2025-08-25/{number}_files/a.css")
    put(settings, "2025-08-25/0_files/saved_resource")
    with caplog.at_level(logging.INFO):
        assert run.run(DAY, settings).landed == 5
    (line,) = [record.getMessage() for record in caplog.records if "bring along" in record.getMessage()]
    assert line.endswith(
        ": 6 files (5 .css, 1 without an ending) in '2025-08-25/0_files', '2025-08-25/1_files', "
        "'2025-08-25/2_files', and 2 more folders"
    )


def test_names_of_a_thousand_folders_cost_nothing() -> None:
    tree = Tree()
    deep = "a/" * 30_000 + "hts-cache/a.css"
    tree.note(deep)
    assert not tree.is_companion(deep)
