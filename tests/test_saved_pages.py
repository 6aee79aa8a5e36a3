"""Pages as people and crawlers save them, made after public bug reports: what becomes of each.

One table: a file (or folder) of ../shared/cases/saved-pages, and what landing and parsing it gives. What is
still wrong is named below with its reason; the test of such a row fails when it becomes right, so that the
list stays true.
"""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from newsmarts.core import partitions
from newsmarts.core.settings import Settings, load_settings
from newsmarts.land import local_days
from newsmarts.land import run as land
from newsmarts.parse import run as parse

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "saved-pages"

# They are as large as real pages, so they lie beside the project and not in it.
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="the saved pages (../shared/cases) are not on this machine"
)

ARABIC = "\u0627\u0644\u0645\u0631\u0641\u0623"
PARAGRAPHS = "the base article's five paragraphs"
DAY = "2023-06-20"  # of a page without a date of its own


@dataclass(frozen=True)
class Case:
    """What is expected of a row.

    ``articles``: how many load, ``body``: PARAGRAPHS, or words that each body holds; ``reasons``: of what is
    not loaded, in any order; ``days``: the capture days of all of them. None: whatever it is.
    """

    articles: int = 1
    body: str | None = PARAGRAPHS
    reasons: tuple[str, ...] = ()
    days: tuple[str, ...] | None = None
    without: str | None = None  # words that no body has
    url: str | None = None
    news_id: str | None = None


NOT_LOADED = ("*",)
CALLOWMERE = (
    "https://english.almayadeen.net/news/politics/callowmere-harbor-council-ends-dispute-with-cargo-pilots"
)
ORMAND = "https://nournews.ir/en/news/251901/lake-villages-of-ormand"

TABLE: dict[str, Case] = {
    "01-singlefile/page.html": Case(),
    "01-singlefile/nournews.html": Case(body=None),
    "03-shadow-dom/page.html": Case(),
    "03-shadow-dom/partial.html": Case(),
    "04-backface/page.html": Case(),
    "05-readmore/page.html": Case(),
    "06-dup/page.html": Case(),
    "08-canonical-home/page.html": Case(),
    "10-nul/page.html": Case(),
    "10-nul/nul-in-link.html": Case(),
    # a file alone has no header: not to be loaded with wrong letters
    "11-charset-header/page-cp1256-nometa.html": Case(0, None, ("mojibake",)),
    "11b-script-charset/page.html": Case(body=ARABIC),
    "11c-late-meta/page.html": Case(body=ARABIC),
    "11e-iso-8859-9/page.html": Case(body=None, without="\ufffd"),
    "12-entities/page.html": Case(body=None),
    "13-bidi/page.html": Case(),
    "13-bidi/page.txt": Case(),
    "13-bidi/nour.txt": Case(body=None),
    "14-crcrlf/page.txt": Case(),
    "14-crcrlf/nour.txt": Case(body=None),
    "15-wrapped/page.txt": Case(0, None, NOT_LOADED),
    "15-wrapped/nour.txt": Case(0, None, NOT_LOADED),
    "15-wrapped/am-short-standfirst.txt": Case(0, None, NOT_LOADED),
    "16-wayback/page.html": Case(url=CALLOWMERE, news_id="1593001"),
    "16-wayback/toolbar-visible.html": Case(url=CALLOWMERE, news_id="1593001"),
    "16-wayback/nour.html": Case(body=None, url=ORMAND, news_id="251901"),
    "17-google-cache/page.html": Case(url=CALLOWMERE, news_id="1593001"),
    "18-archive-today/page.html": Case(news_id="1593001"),
    "19-amp/page.html": Case(),
    "20-reader/page.html": Case(0, None, NOT_LOADED),
    "21-br/page.html": Case(),
    "28-newsletter/page.html": Case(),
    "29-paywall/page.html": Case(0, None, ("paywall",)),
    "32-soft404/page.html": Case(0, None, NOT_LOADED),
    "33-doctype/page.html": Case(),
    "34-singlefile-universal/page.u.zip.html": Case(0, None, NOT_LOADED),
    "39-consent/consent-in-article.html": Case(),
    "40-infinite-scroll/page.html": Case(),
    "42-warc-charset/w3.warc.gz": Case(body=ARABIC, days=("2022-08-10",)),
    "43-warc-gzip-no-ce/w2.warc.gz": Case(days=("2022-07-27",)),
    "44-content-encoding/none.warc.gz": Case(),
    "44-content-encoding/utf-8.warc.gz": Case(),
    "44-content-encoding/br-plain-body.warc.gz": Case(),
    "44-content-encoding/deflate-plain-body.warc.gz": Case(),
    "46-browsertrix-text/browsertrix.warc.gz": Case(4, days=("2023-06-01",)),
    "47-zip-timezone/saved-la2.zip": Case(days=("2023-10-20",)),
    "47-zip-timezone/saved-one.zip": Case(days=("2024-01-31",)),
    "47-zip-timezone/saved-two.zip": Case(days=("2024-02-22",)),
    "48-save-complete": Case(3, days=("2023-06-21", "2024-01-01")),
    "49-warc-date/14-digits.warc.gz": Case(0, None, ("bad_record",), days=("2022-09-14",)),
    "49-warc-date/offset.warc.gz": Case(0, None, ("bad_record",), days=("2022-08-31",)),
    "51-odd-uri/w15.warc.gz": Case(days=("2023-01-18",)),
    "52-httrack": Case(reasons=NOT_LOADED, days=("2024-01-11",)),  # its page, and a page that only redirects
    "53-news-please": Case(3, days=("2024-01-21",)),
}

KNOWN_WRONG: dict[str, str] = {}


@dataclass(frozen=True)
class Outcome:
    """What a row gave."""

    articles: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    days: tuple[str, ...]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty home with an empty inbox."""
    (tmp_path / "inbox").mkdir()
    return load_settings(home=tmp_path / "home", inbox=tmp_path / "inbox", settle_seconds=0)


def outcome_of(source: Path, settings: Settings) -> Outcome:
    """Land and parse a file or folder, on all the days that it has captures of."""
    dated = (
        settings.inbox_dir if ".warc" in source.name or source.suffix == ".zip" else settings.inbox_dir / DAY
    )
    dated.mkdir(exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, settings.inbox_dir, dirs_exist_ok=True)
    else:
        shutil.copy(source, dated)
    articles, rejected, days = [], [], []
    for day in sorted(local_days.look(settings, read_archives=True).files):
        land.run(day, settings)
        parse.run(day, settings)
        manifest, parsed = (
            partitions.partition_path(settings.home, each, day) for each in ("manifest", "parsed")
        )
        rejected += [
            row
            for path in (manifest / "rejected.parquet", parsed / "quarantine.parquet")
            for row in pq.read_table(path).to_pylist()
        ]
        articles += pq.read_table(parsed / "articles.parquet").to_pylist()
        days.append(str(day))
    return Outcome(articles, rejected, tuple(days))


def paragraphs() -> list[str]:
    """The base article's."""
    spec = importlib.util.spec_from_file_location("saved_pages_base", CASES / "base.py")
    assert spec is not None
    assert spec.loader is not None
    base = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(base)
    return list(base.PARAS)


def faults(case: Case, outcome: Outcome) -> list[str]:
    """What isn't as expected."""
    found = []
    reasons = sorted(row["reason_code"] for row in outcome.rejected)
    if len(outcome.articles) != case.articles:
        found.append(f"{len(outcome.articles)} articles; {[row['detail'] for row in outcome.rejected]}")
    if case.reasons != NOT_LOADED and reasons != sorted(case.reasons):
        found.append(f"reasons {reasons}")
    if case.days is not None and outcome.days != case.days:
        found.append(f"days {outcome.days}")
    for article in outcome.articles:
        if article["published_at"] is None or article["headline"] is None:
            found.append(f"headline {article['headline']!r}, published {article['published_at']}")
        if case.body == PARAGRAPHS and article["byline"] != "Al Mayadeen":
            found.append(f"byline {article['byline']!r}")
        if case.body == PARAGRAPHS:
            blocks = [(block["kind"], block["text"]) for block in article["body"]]
            if blocks != [("paragraph", text) for text in paragraphs()]:
                found.append(f"body {blocks}")
        elif case.body is not None and case.body not in article["body_text"]:
            found.append(f"body {article['body_text']}")
        if case.without is not None and case.without in article["body_text"]:
            found.append(f"body {article['body_text']}")
        if case.url is not None and article["url"] != case.url:
            found.append(f"url {article['url']}")
        if case.news_id is not None and article["news_id"] != case.news_id:
            found.append(f"news_id {article['news_id']}")
    return found


@pytest.mark.parametrize("name", TABLE)
def test_a_saved_page_becomes_what_it_is(name: str, settings: Settings) -> None:
    found = faults(TABLE[name], outcome_of(CASES / name, settings))
    if name in KNOWN_WRONG:
        assert found, f"{name} is right now: take it out of KNOWN_WRONG"
    else:
        assert not found


def test_what_is_known_to_be_wrong_is_in_the_table() -> None:
    assert KNOWN_WRONG.keys() <= TABLE.keys()
