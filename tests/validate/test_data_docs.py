"""Data Docs: there, readable without a network, and safe to open whatever the pages say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from newsmarts.core.partitions import docs_path
from newsmarts.core.publishers import slugs
from newsmarts.core.settings import load_settings
from newsmarts.validate.run import render_docs, run
from tests.validate.days import DAY, PARAGRAPHS, article, blocks, ticker_item, write_day

SCRIPT = "<script>alert('a page')</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
TEMPLATE = "${row_key} $content {{7*7}} {% raw %} </td></table></body>"
ENTITY = "Fish &amp; Sons &lt;i&gt;"
HOSTILE = (SCRIPT, IMAGE, TEMPLATE, ENTITY)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("hostile")
    pages = []
    for number, text in enumerate(HOSTILE):
        leaked = f"Harbour {text} Office tells crews to wait"
        pages += [
            article(f"{text} in path {number}".replace("/", "∕"), byline=f"Ines {text}"),
            article(f"headline {number}", headline=f"{text} opens the harbour"),
            article(f"body {number}", body=blocks(*PARAGRAPHS, leaked)),
            article(f"tag {number}", tags=[text, "x"], agency=text, image_alt=text, byline=text),
            article(f"id {number}", "nour_news", news_id=text, url=f"https://x.example/{text}"),
            article(f"metadata {number}", metadata_disagreements=[f"headline: {text}"]),
        ]
    lines = [
        ticker_item(page, text, position)
        for position, (page, text) in enumerate(
            [(pages[0], f"Harbour {text} Office tells crews to wait") for text in HOSTILE]
            + [(pages[1], text) for text in HOSTILE],
            start=1,
        )
    ]
    write_day(home, pages, ticker=lines)
    settings = load_settings(home=home, quarantine_fail_share=1)
    run(DAY, settings)
    folder = docs_path(home) / DAY.isoformat()
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "results.json.gz"]
    assert render_docs(DAY, settings) == folder / "index.html"
    return folder


def _pages(site: Path) -> Iterator[tuple[str, BeautifulSoup]]:
    for path in sorted(site.rglob("*.html")):
        yield (
            path.relative_to(site).as_posix(),
            BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser"),
        )


def test_there_is_a_page_for_every_contract_and_its_results(site: Path) -> None:
    contracts = sorted([*(f"{slug}_articles" for slug in slugs()), "ticker_items"])
    assert [name for name, _ in _pages(site)] == [
        *(f"expectations/{contract}.html" for contract in contracts),
        "index.html",
        *(f"validations/{contract}/2025-08-25/20250825T000000.000000Z/rows.html" for contract in contracts),
    ]
    assert not (site / "static").exists()


def test_no_captured_text_becomes_an_element(site: Path) -> None:
    for name, soup in _pages(site):
        assert soup.find_all(["script", "img", "iframe", "object", "embed", "form", "link"]) == [], name
        handlers = [each for each in soup.find_all(True) if any(key.startswith("on") for key in each.attrs)]
        assert handlers == [], name


def test_captured_text_is_shown_as_it_is(site: Path) -> None:
    results = dict(_pages(site))[
        "validations/al_mayadeen_articles/2025-08-25/20250825T000000.000000Z/rows.html"
    ]
    cells = [cell.get_text() for cell in results.find_all("td")]
    for text in HOSTILE:
        assert any(f"Ines {text}" in cell for cell in cells), text  # a value
        assert any(f"Harbour {text} Office tells crews" in cell for cell in cells), text  # evidence
    assert any("<script>alert('a page')<∕script> in path 0.txt" in cell for cell in cells)  # an index


def test_a_policy_forbids_scripts_and_other_hosts(site: Path) -> None:
    for name, soup in _pages(site):
        policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
        assert policy is not None, name
        assert str(policy["content"]).startswith("default-src 'none'; style-src 'unsafe-inline';"), name
        style = soup.find("style")
        assert style is not None, name
        assert "@import" not in style.get_text()


def test_links_lead_to_pages_that_are_there(site: Path) -> None:
    checked = 0
    for name, soup in _pages(site):
        for link in soup.find_all("a", href=True):
            target = urlsplit(str(link["href"]))
            assert not target.scheme, f"{name}: {link['href']}"
            if target.path:
                checked += 1
                assert (site / name).parent.joinpath(target.path).resolve().is_file(), (
                    f"{name}: {link['href']}"
                )
    assert checked >= 6


def test_the_front_page_tells_results_and_why(site: Path) -> None:
    index = dict(_pages(site))["index.html"]
    text = index.get_text(" ")
    assert "24 captures =" in text
    found = [[cell.get_text() for cell in row.find_all("td")] for row in index.find_all("tr")]
    # the first contract's where several have the expectation
    rows = {cells[0]: cells[1:5] for cells in reversed(found) if cells}
    assert rows["byline_is_the_house"][:3] == ["critical", "broken", "20"]
    assert rows["news_id_is_a_number"] == ["critical", "broken", "4", "4"]
    assert "No leak: the same news in the article's own words" in text


def test_the_pages_say_what_was_checked_in_the_data_beside_the_contracts(site: Path) -> None:
    pages = {name: " ".join(soup.get_text(" ").split()) for name, soup in _pages(site)}
    results = "validations/al_mayadeen_articles/2025-08-25/20250825T000000.000000Z/rows.html"
    for name in ("expectations/al_mayadeen_articles.html", results):
        assert "no line may hold a ticker line of the day" in pages[name]
        assert "one of 4 words or more as a sentence of its own" in pages[name]
        assert "“urgent”" in pages[name]
        assert "a byline of “Al Mayadeen” must be one of the house's spellings on the page" in pages[name]
        assert "first name" in pages[name]
        assert "ticker_line_in_body values must be null" not in pages[name]
    assert "found in 4 of 20 rows" in pages[results]


def test_the_contracts_notes_are_on_their_page(site: Path) -> None:
    text = dict(_pages(site))["expectations/al_mayadeen_articles.html"].get_text(" ")
    assert "Al Mayadeen went on air on 11 June 2012" in text
    assert "What an Al Mayadeen article must be before it reaches a mart" in text


def test_failures_come_first_and_the_day_is_named_as_what_it_is(site: Path) -> None:
    pages = dict(_pages(site))
    rows = pages["index.html"].select("table.contract")[0].select("tbody tr")
    broken = ["broken" in row["class"] for row in rows]
    assert broken == sorted(broken, reverse=True)
    results = pages["validations/al_mayadeen_articles/2025-08-25/20250825T000000.000000Z/rows.html"]
    failed = [bool(each.select_one(".text-danger")) for each in results.select(".ge-section")][1:]
    assert any(failed)
    assert failed == sorted(failed, reverse=True)
    linked = [link["href"] for link in results.select("nav.ge-navigation-sidebar-container a")]
    assert linked == [f"#{each['id']}" for each in results.select(".ge-section")]
    text = results.get_text(" ", strip=True)
    assert "Capture day (UTC) 2025-08-25" in text
    assert "Run Time" not in text
    assert "2025-08-25T00:00:00Z" not in text


def test_what_had_no_row_was_not_evaluated(site: Path) -> None:
    pages = dict(_pages(site))
    parts = str(pages["index.html"]).split("<h2>")[1:]
    without = [name for name, _, part in (each.partition("</h2>") for each in parts) if "<table" not in part]
    assert "al_mayadeen_ar_articles" in without
    assert all("Not evaluated: the day has no row for it." in part for part in parts[-len(without) :])
    for row in pages["index.html"].select("table.contract tbody tr"):
        _, _, result, rows, *_ = (cell.get_text() for cell in row.find_all("td"))
        assert (result == "not evaluated") == (rows == "0")
    for contract, is_without in (("al_mayadeen_ar_articles", True), ("al_mayadeen_articles", False)):
        results = pages[f"validations/{contract}/2025-08-25/20250825T000000.000000Z/rows.html"]
        assert ("Not evaluated" in results.get_text()) == is_without
        assert ("Succeeded" in results.get_text()) is False
        assert bool(results.select(".text-success")) != is_without
