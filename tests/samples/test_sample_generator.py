"""Generated pages: the same for the same seed, truthful, and of the wanted sizes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.core.ticker import TickerIndex
from samples import generate, html, text
from samples.generator import Generator
from samples.markup import SKINS
from samples.model import Page

NUMBERS = st.integers(min_value=0, max_value=2_000_000)

DIGEST = """
import hashlib
from samples import html, text
from samples.generator import Generator
digest = hashlib.sha256()
for made in Generator(seed=7, days=3).pages(20):
    digest.update((text.render(made.page) + html.render(made.page, "hashed", 40_000)).encode())
print(digest.hexdigest())
"""


def lines_of(page: Page) -> list[str]:
    blocks = page.record("text")["body"]
    return [line for block in blocks for line in block.get("items", [block.get("text")])]


def test_the_same_seed_gives_the_same_bytes_in_any_process() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=PROJECT_ROOT,
            env={"PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": zone},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tehran"))
    }
    assert len(digests) == 1


def test_another_seed_gives_other_pages() -> None:
    first, second = Generator(seed=1).page(0).page, Generator(seed=2).page(0).page
    assert text.render(first) != text.render(second)


@given(NUMBERS)
def test_a_text_capture_shows_its_truth_in_order(number: int) -> None:
    page = Generator(seed=3, days=30).page(number).page
    shown = " ".join(text.render(page).replace("•", " ").split())
    place = shown.index(page.headline or "")
    for line in lines_of(page):
        place = shown.index(line, place)


@given(NUMBERS)
def test_no_ticker_line_stands_in_a_body(number: int) -> None:
    made = Generator(seed=3, days=30)
    page = made.page(number).page
    same_day = [made.page(number + 30 * step).page for step in range(8)]
    ticker = TickerIndex(line for other in same_day for line in other.ticker)
    assert ticker.first_leak(lines_of(page)) is None


@given(NUMBERS)
def test_records_are_json_and_their_times_are_past(number: int) -> None:
    made = Generator(seed=4, days=30).page(number)
    record = made.page.record("html")
    assert json.loads(json.dumps(record)) == record
    assert record["published_local"] < made.captured_on.isoformat()
    assert record["captured_on_or_after"] <= made.captured_on.isoformat()


@pytest.mark.slow
def test_every_page_has_its_own_publication_minute() -> None:
    minutes = {made.page.published_local for made in Generator(days=30).pages(5000)}
    assert len({moment and moment.replace(second=0) for moment in minutes}) == 5000


def test_pages_vary() -> None:
    pages = [made.page for made in Generator(days=10).pages(400)]
    publishers = [page.publisher for page in pages]
    assert 0.15 < publishers.count("nour_news") / len(pages) < 0.35
    assert {0, 3, 10} <= {len(page.ticker) for page in pages}
    assert {type(part).__name__ for page in pages for part in page.body} == {
        "Paragraph",
        "Subheading",
        "Bullets",
        "Post",
        "Related",
        "Promo",
    }
    sizes = [len(text.render(page).encode()) for page in pages if page.publisher == "al_mayadeen"]
    assert 5_000 < sum(sizes) / len(sizes) < 7_000


@pytest.mark.parametrize("number", range(6))
def test_skins_change_the_markup_and_not_the_words(number: int) -> None:
    page = Generator(seed=9).page(number).page
    printed = {skin: html.render(page, skin) for skin in SKINS}
    assert len(set(printed.values())) == len(SKINS)
    words = {
        tuple(BeautifulSoup(markup, "lxml").body.get_text(" ").split())  # type: ignore[union-attr]
        for markup in printed.values()
    }
    assert len(words) == 1


def test_skins_hide_what_they_are_meant_to_hide() -> None:
    page = next(made.page for made in Generator().pages(50) if made.page.publisher == "al_mayadeen")
    semantic, hashed, div_only, form = (
        BeautifulSoup(html.render(page, skin), "lxml") for skin in ("semantic", "hashed", "div_only", "form")
    )
    assert semantic.select_one("div.p-content > p")
    assert semantic.select_one("h1")
    assert not hashed.select(".p-content, .summary, .breaking-news")
    assert hashed.select_one("h1")
    assert not div_only.select(
        "h1, h2, h3, h4, p, section, article, main, aside, header, footer, nav, figure"
    )
    assert form.select_one("body > form article")


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize("size_bytes", [150_000, 220_000])
@pytest.mark.parametrize("number", [0, 3])
def test_html_is_as_large_as_asked(skin: str, size_bytes: int, number: int) -> None:
    page = Generator().page(number).page
    markup = html.render(page, skin, size_bytes)  # type: ignore[arg-type]
    assert abs(len(markup.encode()) - size_bytes) < size_bytes * 0.01
    elements = len(BeautifulSoup(markup, "lxml").find_all(True))
    assert 1_000 < elements < 3_500


def test_furniture_leaves_the_article_alone() -> None:
    page = Generator().page(1).page
    plain, padded = (BeautifulSoup(html.render(page, "semantic", size), "lxml") for size in (0, 100_000))
    assert str(plain.find("main")) == str(padded.find("main"))


def tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_the_command_line_writes_an_inbox_and_its_truth(tmp_path: Path) -> None:
    for name in ("one", "two"):
        options = f"--pages 24 --days 3 --format mixed --seed 5 --out {tmp_path / name}"
        truth = tmp_path / f"{name}.jsonl"
        assert generate.main([*options.split(), "--truth", str(truth)]) == 0
    files = tree(tmp_path / "one")
    assert files == tree(tmp_path / "two")
    assert len(files) == 24
    assert {name.split("/")[0] for name in files} == {"2025-09-01", "2025-09-02", "2025-09-03"}
    assert {name.split("/")[1] for name in files} == {"al_mayadeen", "nour_news"}
    assert {name.rpartition(".")[2] for name in files} == {"txt", "html"}
    rows = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["file"] for row in rows} == set(files)
    assert all(row["article"]["body"] for row in rows)


def test_the_first_day_can_be_chosen(tmp_path: Path) -> None:
    generate.main(["--pages", "2", "--days", "2", "--first-day", "2024-02-28", "--out", str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"2024-02-28", "2024-02-29"}
    assert Generator(first_day=date(2024, 2, 28)).page(0).page.published_local


@pytest.mark.parametrize("options", [["--pages", "-1"], ["--days", "0"], ["--skin", "plain"], []])
def test_bad_usage_is_reported(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*options, "--out", str(tmp_path)] if options else options
    with pytest.raises(SystemExit) as stopped:
        generate.main(arguments)
    assert stopped.value.code == 2
    assert "--" in capsys.readouterr().err
