"""Every page of the desk in a browser, wide and narrow, light and dark: nothing is cut or hard to use.

The pages are served without Airflow, on the samples' marts, and on marts of pages that mean harm.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, expect

from newsmarts.core.settings import PROJECT_ROOT
from samples import html, text
from samples.model import Paragraph
from tests.browser import chromium, require_chromium
from tests.desk.day_files import HOSTILE, HOSTILE_ATTRIBUTE
from tests.desk.desk_client import guarded
from tests.desk.sample_desk import lend
from tests.desk.walking import SIZES, Walker, served
from tests.parse.pages import ARTICLE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.timeout(1800),  # axe takes seconds a page on a busy machine
    pytest.mark.xdist_group("sample_marts"),
]

PAGES = (
    "today",
    "today?year=2025",
    "contracts",
    "contracts?show=all&q=byline",
    "contracts/days",
    "contracts/expectation?contract=al_mayadeen_articles&expectation=agency_present",
    "contracts?day=2025-09-04",
    "contracts?day=2025-09-02",
    "contracts?day=2025-09-03&reason=unexpected_byline",
    "contracts?day=2025-09-20",
    "contracts?day=2025-10-07",
    "contracts/runs/news_pages/r",
    "contracts/runs/news_marts/r",
    "contracts/tasks/news_pages/validate",
    "contracts/tasks/other_work/x",
    "contracts/docs/2025-09-04/index.html",
    "contracts/docs/2025-09-04/expectations/al_mayadeen_articles.html",
    "quarantine",
    "quarantine?state=all",
    "quarantine?state=acknowledged",
    "quarantine?state=not_article",
    "quarantine?reason=no_such_reason",
    "articles",
    "articles?q=ferry",
    "articles?q=%22unclosed",
    "articles?q=ferry&from=12025-01-01",
    "sources",
    "drift?period=90",
    "backfill",
    "backfill/progress?since=2025-01-01T00:00:00Z",
    "backfill/progress",
    "no/such/page",
    "no-right/today",
    "broken/today",
)
EDITED = "13a9e6a620eb2a65ab4fdb91417d3365"  # a sample article of two texts
# pages that are found by a link of another one
LINKED = {
    "quarantine": "tbody th a",
    "quarantine?state=not_article": "tbody th a",
    "articles": ".hits h2 a",
    f"articles/{EDITED}": ".crumbs a[href$=revisions]",
    "contracts?day=2025-09-03": "tbody th a",
}
NO_PAGES = {"/static/{name}", "/articles/found.{form}", "/captures/{day}/{capture_id}/bytes"}

LONG = "Donaudampfschifffahrtsgesellschaft" * 6
RIGHT_TO_LEFT = "اتحاد عمال الساحل \u202eيطالب"
EMOJI = "👩‍👩‍👧‍👦" * 12
SPEAKER = f"Kelmeri {EMOJI[:4]}"


@pytest.fixture(scope="module")
def desk(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the samples' pages."""
    require_chromium()
    home = tmp_path_factory.mktemp("walk") / "home"
    home.mkdir()
    lend(sample_home, home)
    shutil.copytree(sample_home / "docs", home / "docs")
    (home / "inbox" / "2025-10-07").mkdir(parents=True)
    (home / "inbox" / "2025-10-07" / "page.txt").write_text("x")
    with served(home) as address:
        yield address


@pytest.fixture(scope="module")
def browser(desk: str) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_no_kind_of_page_is_left_out() -> None:
    walked = [f"/{path.partition('?')[0]}" for path in PAGES]
    walked += ["/captures/d/c", "/articles/a", "/articles/a/revisions"]  # of LINKED
    for route in guarded().routes:
        if isinstance(route, APIRoute) and "GET" in route.methods and route.path not in NO_PAGES:
            assert any(route.path_regex.match(path) for path in walked), route.path


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_each_page_is_whole_and_can_be_used_by_everyone(
    browser: Browser, desk: str, size: str, theme: str
) -> None:
    walker = Walker(browser, size, theme)
    for address in [*(f"{desk}/{path}" for path in PAGES), *walker.linked(desk, LINKED)]:
        walker.visit(address)
    _reject_forms(walker, desk)
    walker.context.close()
    assert not walker.faults, "\n".join(walker.faults)


def _reject_forms(walker: Walker, desk: str) -> None:
    """Send forms that can't be taken, and look at what comes back."""
    page = walker.page
    (capture,) = walker.linked(desk, {"quarantine": "tbody th a"})
    for address, button in ((capture, "Acknowledge"), (f"{desk}/quarantine", "Acknowledge")):
        page.goto(address)
        with page.expect_navigation():  # styled: before that a page may be wide
            page.get_by_role("button", name=button).click()
        walker.look(f"{address}, rejected")
        expect(page.locator("form [role=alert]")).to_be_in_viewport()
    page.goto(f"{desk}/backfill")
    page.fill("#first", "2025-09-05")
    page.fill("#last", "2025-09-01")
    with page.expect_navigation():
        page.locator("button[value=range]").click()
    walker.look(f"{desk}/backfill, rejected")
    expect(page.locator("[role=alert]")).to_be_in_viewport()
    assert page.input_value("#first") == "2025-09-05"


def test_data_docs_are_light_or_dark_as_chosen(browser: Browser, desk: str) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(f"{desk}/today")
    for theme in ("dark", "light"):
        page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
        page.goto(f"{desk}/contracts?day=2025-09-04")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        with page.expect_navigation():
            page.get_by_role("link", name="Data Docs").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground, theme
    context.close()


def write_hostile_pages(inbox: Path) -> None:
    """Captures whose every text means harm: markup, words without an end, right to left, emojis."""
    nasty = (HOSTILE, HOSTILE_ATTRIBUTE, LONG, RIGHT_TO_LEFT, EMOJI)
    for day in (4, 5):
        folder = inbox / f"2025-09-0{day}" / "al_mayadeen"
        folder.mkdir(parents=True)
        for number, words in enumerate(nasty):
            page = dataclasses.replace(
                ARTICLE,
                headline=f"Velmora opens pier {words}",
                standfirst=f"It was late by {words}",
                byline_raw=f"Guest {words}" if number % 2 else "Al Mayadeen English",
                picture=dataclasses.replace(ARTICLE.picture, caption=f"A pier {words}")
                if ARTICLE.picture
                else None,
                body=(*ARTICLE.body, Paragraph(f"{words} {day}")),
                tags=(words, f"Velmora {words}"),
                ticker=(f"{SPEAKER}: {words} will hold", f"{words}: the night is long", LONG),
            )
            content = html.render(page) if number % 2 else text.render(page)
            name = f"{words.replace('/', '_')[:20]}{number}.{'html' if number % 2 else 'txt'}"
            (folder / name).write_text(content, "utf-8")


HOSTILE_PAGES = (
    "today",
    "contracts?show=all",
    "contracts?day=2025-09-04",
    "quarantine?state=all",
    "articles",
    "drift?period=90",
    "sources",
)
HOSTILE_LINKED = {"quarantine?state=all": "tbody th a", "articles": ".hits h2 a"}


@pytest.fixture(scope="module")
def hostile_desk(tmp_path_factory: pytest.TempPathFactory, brief_contracts: Path) -> Iterator[str]:
    """The address of pages that show what means harm."""
    home = tmp_path_factory.mktemp("hostile")
    write_hostile_pages(home / "inbox")
    # one day by contracts that let the pages in, one by the project's, which quarantine them
    for day, contracts in (("2025-09-04", brief_contracts), ("2025-09-05", PROJECT_ROOT / "expectations")):
        options = ["--home", str(home), "--from-date", day]
        environment = {**os.environ, "NEWS_SETTLE_SECONDS": "0", "NEWS_CONTRACTS_DIR": str(contracts)}
        command = [sys.executable, "-m", "newsmarts", "run", *options]
        subprocess.run(command, cwd=PROJECT_ROOT, env=environment, check=contracts == brief_contracts)
    with served(home) as address:
        yield address


@pytest.mark.parametrize("size", SIZES)
def test_captured_text_breaks_no_page(browser: Browser, hostile_desk: str, size: str) -> None:
    walker = Walker(browser, size, "light")
    for address in [
        *(f"{hostile_desk}/{path}" for path in HOSTILE_PAGES),
        *walker.linked(hostile_desk, HOSTILE_LINKED, each=9),
    ]:
        walker.visit(address)
    walker.context.close()
    assert not walker.faults, "\n".join(walker.faults)


FRAME = """<iframe src="/contracts?day=2025-09-02" style="width: 1200px; height: 800px"
  sandbox="allow-scripts allow-same-origin allow-forms allow-downloads"></iframe>"""  # as Airflow's is


def test_a_link_to_a_log_opens_in_airflow_and_not_in_its_frame(browser: Browser, desk: str) -> None:
    page = browser.new_page()
    page.route("**/frame", lambda route: route.fulfill(body=FRAME, content_type="text/html"))
    page.route("**/dags/**", lambda route: route.fulfill(body="the log", content_type="text/html"))
    page.goto(f"{desk}/frame")
    page.frame_locator("iframe").get_by_role("link", name="Log", exact=True).click()
    page.wait_for_url("**/dags/news_pages/runs/manual__2025-09-02__2/tasks/land/mapped/1")
    page.close()
