"""Articles through their routes: found, read, compared, and followed back to their bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from newsmarts.core.text import capture_time
from newsmarts.desk.found_files import file_of
from newsmarts.review import articles as source
from tests.desk.desk_client import get, guarded

pytestmark = pytest.mark.xdist_group("sample_marts")


def page(path: str) -> str:
    answer = get(guarded(), path)
    assert answer.status_code == 200, path
    return answer.text


def links(html: str) -> list[str]:
    return re.findall(r'href="(/articles/[0-9a-f]{32})"', html)


@pytest.mark.usefixtures("samples")
def test_the_newest_are_listed_a_screen_at_a_time() -> None:
    first, second = page("/articles"), page("/articles?page=2")
    assert len(links(first)) == source.PAGE_SIZE
    assert len(set(links(first) + links(second))) == 26
    assert "of 26 articles, newest first" in first
    dates = re.findall(r"· (2025-[0-9-]+ [0-9:]+) UTC", first)
    assert dates == sorted(dates, reverse=True)


@pytest.mark.usefixtures("samples")
def test_search_marks_what_it_found_and_filters() -> None:
    found = page("/articles?q=ferry")
    assert "<mark>ferries</mark>" in found
    assert "of 5 articles" in found
    assert "of 2 articles" in page("/articles?q=ferry&publisher=nour_news") or len(
        links(page("/articles?q=ferry&publisher=nour_news"))
    ) < len(links(found))
    assert len(links(page("/articles?from=2025-09-02&to=2025-09-02"))) > 0
    assert "No article passes these filters" in page("/articles?to=2000-01-01")
    assert "Desert Solar Agency" in page(links(page("/articles?tag=desert+solar+agency"))[0])


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=%22unclosed", "The search can&#39;t be read"),
        ("q=ferry&from=2025-09-05&to=2025-09-01", "Nothing can be found so"),
        ("q=ferry&publisher=nowhere", "Nothing can be found so"),
        ("q=zyzzyva", "No article has this word."),
        ("q=zyzzyva&publisher=nour_news", "No article that passes the filters has this word."),
        ("q=ferry+zyzzyva", "Every word must be in the article"),
        ("q=%3Cscript%3Ealert(1)%3C/script%3E", "No article"),
    ],
)
def test_a_search_that_finds_nothing_says_why(query: str, said: str) -> None:
    found = page(f"/articles?{query}")
    assert said in found
    assert "<script>alert" not in found


def test_without_an_index_it_says_so_and_lists_all_the_same(samples: Path, sample_home: Path) -> None:
    (samples / "marts").unlink()
    current = (sample_home / "marts" / "current").resolve()
    release = samples / "marts" / "releases" / current.name
    release.mkdir(parents=True)
    for file in current.iterdir():
        if file.is_file():
            (release / file.name).symlink_to(file)
    (samples / "marts" / "current").symlink_to(release)
    assert "There is no search index" in page("/articles?q=ferry")
    assert len(links(page("/articles"))) == source.PAGE_SIZE


def test_nothing_is_published_yet(samples: Path) -> None:
    (samples / "marts").unlink()
    assert "Nothing is published yet" in page("/articles")
    assert get(guarded(), "/articles/" + "0" * 32).status_code == 404


@pytest.mark.usefixtures("samples")
def test_sections_editions_and_tags_are_fields_of_the_search() -> None:
    form = page("/articles")
    assert '<option value="al_mayadeen_ar">Al Mayadeen, Arabic</option>' in form
    politics = page("/articles?section=Economy")
    assert 0 < len(links(politics)) < source.PAGE_SIZE
    assert '<option value="Economy" selected>' in politics
    assert set(links(page("/articles?q=ferry&section=Economy"))) <= set(links(politics))
    tagged = [links(page(f"/articles?tag={tag}+solar+agency")) for tag in ("Desert", "dESERT")]
    assert tagged[0] == tagged[1] != []
    assert 'href="/articles?section=Economy">Link to this search' in politics


@pytest.mark.usefixtures("samples")
def test_what_was_found_is_exported() -> None:
    answer = get(guarded(), "/articles/found.csv?q=ferry")
    assert answer.headers["content-disposition"] == 'attachment; filename="articles.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    found = links(page("/articles?q=ferry"))
    assert [f"/articles/{row['article_id']}" for row in rows] == found
    lines = get(guarded(), "/articles/found.jsonl?section=Economy").text.splitlines()
    assert {json.loads(line)["section"] for line in lines} == {"Economy"}
    formula = pa.table({"headline": ["=cmd()"], "words": [-3]})
    assert file_of(formula, "csv") == b'"headline","words"\r\n"\'=cmd()",-3\r\n'
    assert get(guarded(), "/articles/found.csv?q=%22unclosed").status_code == 422
    assert get(guarded(), "/articles/found.exe").status_code in {404, 422}
    assert get(guarded(read_results=403), "/articles/found.csv").status_code == 403


@pytest.mark.usefixtures("samples")
def test_an_article_leads_back_to_its_bytes() -> None:
    (link,) = links(page("/articles?q=headline:solar"))
    article = page(link)
    assert "The Upper House of Novarra approved" in article
    assert 'href="/articles?tag=desert%20solar%20agency"' in article
    captures = re.findall(r'href="(/captures/[^"/]+/[0-9a-f]{32})/bytes"', article)
    assert len(captures) == 3
    for capture in captures:
        data = get(guarded(), f"{capture}/bytes").content
        assert hashlib.sha256(data).hexdigest() in article
        assert b"Novarra approves desert solar park" in data
    outcomes = []
    for capture in captures:
        beside = page(capture)
        outcomes += re.findall(r'<span class="badge good">(\w+)</span></h1>', beside)
        assert "Novarra approves desert solar park" in beside
        assert f'href="{link}">← The article' in beside
        assert "Acknowledge" not in beside
    assert outcomes[0] == "loaded", "the newest capture is a revision"
    assert sorted(outcomes) == ["loaded", "loaded", "repeat"]


@pytest.mark.usefixtures("samples")
def test_of_a_capture_whose_day_alone_is_known_no_time_is_shown() -> None:
    (link,) = links(page("/articles?q=headline:solar"))
    capture = re.findall(r'href="(/captures/[^"/]+/[0-9a-f]{32})"', page(link))[0]
    day = f"/contracts?day={capture.split('/')[2]}"
    for path in (link, f"{link}/revisions", capture, day):
        html = page(path)
        assert "00:00 UTC" not in html, path
        assert re.search(r"(?:>|seen |from )2025-09-\d\d\b", html), path


def test_the_time_of_a_capture_is_as_precise_as_it_is_known() -> None:
    midnight = datetime(2025, 9, 4, tzinfo=UTC)
    ten = midnight.replace(hour=10)
    assert capture_time(ten) == capture_time(ten, "second") == "2025-09-04 10:00 UTC"
    assert capture_time(midnight) == capture_time(ten, "day") == "2025-09-04"
    assert capture_time(midnight, "second") == "2025-09-04 00:00 UTC"


@pytest.mark.usefixtures("samples")
def test_one_article_is_counted_as_one() -> None:
    assert '<p class="quiet">1 article</p>' in page("/articles?q=headline:solar")


@pytest.mark.usefixtures("samples")
def test_a_table_of_an_article_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmarts.desk.routes.articles.blocks_of", lambda _: ["Port\tBoats\nKelmen\t<b>3"])
    article = page(links(page("/articles"))[0])
    rows = "<tr><td><bdi>Port</bdi></td><td><bdi>Boats</bdi></td></tr>"
    rows += "<tr><td><bdi>Kelmen</bdi></td><td><bdi>&lt;b&gt;3</bdi></td></tr>"
    assert f"<table>{rows}</table>" in article


@pytest.mark.usefixtures("samples")
def test_revisions_stand_side_by_side() -> None:
    (link,) = links(page("/articles?q=headline:solar"))
    both = page(f"{link}/revisions")
    assert "by a margin of <del>two</del>." in both
    assert "by a margin of <ins>three, the clerk of the house said after a recount</ins>." in both
    assert "One text, twice" in page(f"{link}/revisions?before=2&after=2")
    assert page(f"{link}/revisions?before=2&after=1").count("<ins>") > 1
    assert get(guarded(), f"{link}/revisions?before=7").status_code == 404


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize("article_id", ["0" * 32, "x", "..%2f..%2fetc", "'%20OR%201=1--"])
def test_no_other_article_is_given(article_id: str) -> None:
    for path in (f"/articles/{article_id}", f"/articles/{article_id}/revisions"):
        assert get(guarded(), path).status_code in {404, 422}
