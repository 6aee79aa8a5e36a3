"""Hostile names, and hostile text in everything that is captured: reported, counted, and nothing more."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.reader import connect
from samples import html, text
from samples.generator import Generator
from samples.model import Bullets, Link, Page, Paragraph, Picture, Promo, Related, Subheading
from tests.faults import marts
from tests.faults.report import Case
from tests.faults.scene import THIRD, Scene
from tests.land.warc_files import response

pytestmark = pytest.mark.faults

NAMES = {
    "climbs": "../../../../climbs.txt",
    "climbs_by_backslash": "..\\..\\..\\climbs.txt",
    "absolute": "/tmp/news-faults-absolute.txt",
    "single_quote": "it's '; DROP SCHEMA marts CASCADE; --.txt",
    "double_quote": '"quoted".txt',
    "newline": "two\nlines\r\nERROR forged.txt",
    "tab_and_bell": "a\tb\x07c\x1b[2J.txt",
    "right_to_left": "\u202etxt.exe\u2066\u202d.txt",
    "shell": "$(touch PWNED);`touch PWNED`|touch PWNED&.txt",
    "option": "--help.txt",
    "formula": "=cmd|' !C calc'!A0.txt",
    "markup": "<img src=x onerror=alert(1)><!--.txt",
    "percent": "%2e%2e%2f%00%n%s{0}{{7*7}}.txt",
    "bytes_255": "é" * 125 + "x.txt",
    "device": "CON.txt",
    "spaces": "  leading and trailing  .txt",
    "combining": "e" + "\u0301" * 100 + ".txt",
    "not_utf8": os.fsdecode(b"\xff\xfe\xc3(.txt"),
}


def pages(count: int, start: int = 0) -> Iterator[bytes]:
    """Text captures of articles that differ."""
    generator = Generator(seed=77)
    for number in range(start, start + count):
        yield text.render(generator.page(number).page).encode()


def in_inbox(inbox: Path, names: list[str]) -> int:
    """As files; names that no file can have, or that are passed over (with a dot first), are for archives."""
    folder = inbox / str(THIRD) / "named"
    folder.mkdir()
    written = 0
    for name, page in zip(names, pages(len(names)), strict=True):
        if "/" not in name and not name.startswith("."):
            (folder / name).write_bytes(page)
            written += 1
    return written


def in_zip(inbox: Path, names: list[str]) -> int:
    names = [name for name in names if not _has_surrogates(name)]
    with zipfile.ZipFile(inbox / f"{THIRD}-named.zip", "w") as archive:
        for name, page in zip(names, pages(len(names), 100), strict=True):
            archive.writestr(zipfile.ZipInfo(name), page)
    return len(names)


def in_tar(inbox: Path, names: list[str]) -> int:
    with tarfile.open(inbox / f"{THIRD}-named.tar.gz", "w:gz") as archive:
        for name, page in zip(names, pages(len(names), 200), strict=True):
            member = tarfile.TarInfo(name)
            member.size = len(page)
            archive.addfile(member, io.BytesIO(page))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return len(names)


def in_warc(inbox: Path, names: list[str]) -> int:
    names = [name for name in names if not _has_surrogates(name)]
    with (inbox / f"{THIRD}-named.warc.gz").open("wb") as archive:
        for name, page in zip(names, pages(len(names), 300), strict=True):
            url = "https://english.almayadeen.net/news/" + re.sub("[\r\n]", " ", name)
            archive.write(response(page, url=url, at=f"{THIRD}T10:00:00Z", content_type="text/plain"))
    return len(names)


def _has_surrogates(name: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in name)


PLACES: dict[str, Callable[[Path, list[str]], int]] = {
    "inbox": in_inbox,
    "zip": in_zip,
    "tar": in_tar,
    "warc": in_warc,
}


@pytest.mark.parametrize("place", PLACES)
def test_input_names(scene: Scene, case: Case, place: str) -> None:
    case.broke(f"{len(NAMES)} hostile names in {'the inbox' if place == 'inbox' else f'a .{place} file'}")
    count = PLACES[place](scene.inbox, list(NAMES.values()))
    around = outside(scene)
    with scene.watched_loosely():
        scene.recover()
    with connect(scene.home) as release:
        rows = release.execute(
            "SELECT outcome, count(*) FROM marts.captures WHERE source_path LIKE '%named%' GROUP BY ALL"
        ).fetchall()
    outcomes = dict(rows)
    assert sum(outcomes.values()) == count + (place == "tar"), outcomes  # its link is rejected too
    check_harmless(scene, around)
    reported = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    case.saw(f"{reported}; nothing written outside the home, no mart changed", *outputs(scene))


def outside(scene: Scene) -> set[str]:
    """What lies around the home and the inbox, and in the working folder."""
    folders = (scene.home.parent, scene.home.parent.parent, PROJECT_ROOT, Path("/tmp"))
    return {
        str(path)
        for folder in folders
        for path in folder.iterdir()
        if re.search("PWNED|climbs|faults-absolute|evil", path.name)
    }


def check_harmless(scene: Scene, around: set[str]) -> None:
    """Every mart is there and adds up, the samples' articles are as they were, and nothing was run."""
    assert outside(scene) == around
    found = marts.read_marts(scene.home)
    assert set(found) == set(scene.world.new_marts)
    articles = set(map(repr, found["articles"]))
    assert set(map(repr, scene.world.new_marts["articles"])) <= articles
    marts.check_conservation(scene.home)
    marts.check_raw(scene.home)


def outputs(scene: Scene) -> list[str]:
    """Export, search and summary of the marts as they are now: parsed back, and nothing in them is obeyed."""
    out = scene.home.with_name("export")
    command("export", "--format", "csv", "--out", str(out), "--home", str(scene.home))
    cells = rows = 0
    with connect(scene.home) as release:
        for name in marts.names(release):
            with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                lines = list(csv.reader(file, strict=True))
            (count,) = release.execute(f"SELECT count(*) FROM marts.{name}").fetchone() or (0,)
            assert len(lines) == count + 1, name
            columns = dict(
                release.execute(
                    "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'marts' "
                    "AND table_name = $name",
                    {"name": name},
                ).fetchall()
            )
            for line in lines[1:]:
                rows += 1
                for column, cell in zip(lines[0], line, strict=True):
                    if columns[column] == "VARCHAR":
                        cells += 1
                        assert not re.match(r"[\s\x00-\x1f]*[=+\-@]", cell), (name, column, cell)
    jsonl = scene.home.with_name("export-jsonl")
    command("export", "--format", "jsonl", "--out", str(jsonl), "--home", str(scene.home))
    for path in jsonl.glob("*.jsonl"):
        for each in path.read_bytes().split(b"\n")[:-1]:
            json.loads(each)
    for query in ("touch OR drop OR alert OR cmd OR council", '"drop schema"'):
        reported = command("search", query, "--limit", "100", "--home", str(scene.home))
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", reported), reported
    command("summary", "--home", str(scene.home))
    return [f"{cells:,} texts in CSV, none a formula", "search output without control characters"]


def command(*arguments: str) -> str:
    """One command of the command line, as a person gives it."""
    done = subprocess.run(
        [sys.executable, "-m", "newsmarts", *arguments], cwd=PROJECT_ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8")


PAYLOADS = {
    "sql": "'); DROP SCHEMA marts CASCADE; DELETE FROM warehouse.captures; --",
    "shell": "$(touch PWNED); `touch PWNED` | touch PWNED && touch PWNED",
    "html": "</bdi></style></script><script>alert(1)</script><img src=x onerror=alert(2)>",
    "formula": "=cmd|'/C calc'!A0",
    "formula_plus": "+1+cmd|'/C calc'!A0",
    "formula_wide": '\uff1dHYPERLINK("http://evil.example","x")',
    "template": "{{ 7*7 }} ${7*7} %(evil)s {0.__class__} <%= 7*7 %>",
    "log": "two ERROR forged \x1b[31mred\x1b[0m \u202egnp.exe\u2066",
    "unicode": "\ufdd0\U0010ffff\u0000\u200b\ufeff zero width",
}


def poisoned(page: Page, payload: str) -> Page:
    """The page with the payload at the start of everything that it says."""

    def bad(words: str | None) -> str:
        return f"{payload} {words or ''}".strip()

    return replace(
        page,
        headline=bad(page.headline),
        standfirst=bad(page.standfirst),
        agency=bad(page.agency or "Agencies"),
        body=(
            Paragraph(bad("Harbour council met on Monday and agreed on nothing at all.")),
            Subheading(bad("What comes next")),
            Bullets((bad("one"), bad("two"))),
            Promo(bad("Another page")),
            Related((bad("A related page"),)),
            *page.body,
        ),
        tags=tuple(bad(tag) for tag in page.tags or ("Grain",)),
        ticker=tuple(bad(line) for line in page.ticker or ("A line",)),
        picture=Picture(bad("alt"), bad("caption")),
        most_read=tuple(
            replace(link, headline=bad(link.headline), section=bad(link.section)) for link in page.most_read
        ),
        coverage=(bad("All of it"),),
        read_next=(Link(bad("Next page"), bad("caption"), bad("Politics")),),
    )


@pytest.mark.parametrize("kind", PAYLOADS)
def test_input_fields(scene: Scene, case: Case, kind: str) -> None:
    payload = PAYLOADS[kind]
    case.broke(
        f"{kind} in headline, standfirst, agency, body, tags, ticker, lists, caption and address: {payload!r}"
    )
    folder = scene.inbox / str(THIRD) / "poisoned"
    folder.mkdir()
    generator = Generator(seed=78, days=1, first_day=date(2025, 9, 3))
    kinds: dict[str, Callable[[Page], str]] = {
        "txt": text.render,
        "html": lambda page: html.render(page, "div_only"),
    }
    written = 0
    for number in range(6):
        page = poisoned(generator.page(number).page, payload)
        for ending, render in kinds.items():
            path = folder / f"{number}.{ending}"
            path.write_bytes(render(page).encode("utf-8", "surrogatepass"))
            sidecar = {"url": f"https://english.almayadeen.net/news/politics/{number}?{payload}"}
            path.with_suffix(f".{ending}.json").write_text(json.dumps(sidecar))
            written += 1
    around = outside(scene)
    with scene.watched_loosely():
        scene.recover()
    with connect(scene.home) as release:
        outcomes = dict(
            release.execute(
                "SELECT outcome, count(*) FROM marts.captures WHERE source_path LIKE '%poisoned%' GROUP BY 1"
            ).fetchall()
        )
    assert sum(outcomes.values()) >= written, outcomes
    check_harmless(scene, around)
    shown = show(folder / "0.txt") + show(folder / "0.html")
    reported = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    case.saw(
        f"{reported}; every mart whole", *outputs(scene), f"{shown} elements in `show`, none of the page's"
    )


def show(path: Path) -> int:
    """How many elements the page about a capture has; none is the capture's own, and none runs anything."""
    reported = command("show", str(path), "--no-contracts", "-o", "-")
    page = BeautifulSoup(reported, "lxml")
    elements = page.find_all(True)
    assert not page.find_all(["script", "img", "iframe", "object", "embed", "form", "base", "svg"])
    assert not [name for each in elements for name in each.attrs if name.startswith("on")]
    assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\u2066-\u2069]", page.get_text())
    return len(elements)
