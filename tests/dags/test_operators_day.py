"""An operator's day, in a real browser before a real Airflow: from a red day to the article."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from local.airflow_api import AirflowApi
from local.airflow_servers import ADMIN
from samples.generate import write_inbox
from tests.browser import chromium, require_chromium
from tests.dags.make_run import PATIENCE_SECONDS, SAMPLES, MakeRun

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket, pytest.mark.timeout(900)]

DAY = date(2025, 9, 8)
LEAKING = "ticker-in-body.txt"
# a good page, which shows that line in its ticker, and another one that breaks a contract
OTHERS = ("2025-09-03/al_mayadeen/ashgrove-vaccine-drive.txt", "2025-09-01/al_mayadeen/no-byline.txt")


@pytest.fixture(scope="module", autouse=True)
def looked_for_first() -> None:
    """Before anything is started."""
    require_chromium()


@pytest.fixture
def red_day(first: MakeRun, api: AirflowApi) -> date:
    """A day that was run and refused: two of its three pages have reasons with an alarm."""
    folder = first.news / "inbox" / DAY.isoformat() / "al_mayadeen"
    folder.mkdir(parents=True)
    samples = SAMPLES / "inbox"
    for page in (f"2025-09-03/al_mayadeen/{LEAKING}", *OTHERS):
        shutil.copy2(samples / page, folder)
    api.trigger("news_pages", {"day": DAY.isoformat()})
    wait_for_end(api)
    return DAY


def wait_for_end(api: AirflowApi) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while api.active_runs():
        assert time.monotonic() < deadline
        time.sleep(1)


class Operator:
    """Someone before the UI; notes what goes wrong on the pages they look at."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))

    def log_in(self, password: str) -> None:
        self.page.goto(self.address)
        self.page.fill("input[name=username]", ADMIN)
        self.page.fill("input[name=password]", password)
        self.page.keyboard.press("Enter")

    def open(self, name: str) -> FrameLocator:
        """A page of the news desk, by the desk's own navigation."""
        frame = self.desk()
        frame.get_by_role("navigation", name="News desk").get_by_role("link", name=name, exact=True).click()
        expect(frame.get_by_role("heading", level=1)).to_contain_text(name)
        return frame

    def desk(self) -> FrameLocator:
        return self.page.frame_locator("iframe[title=Today]")


@pytest.fixture
def operator(first: MakeRun) -> Iterator[Operator]:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
        context.set_default_timeout(60_000)
        page = context.new_page()
        operator = Operator(page, first.address)
        yield operator
        assert not operator.faults


def test_from_a_red_day_to_the_article(
    red_day: date, first: MakeRun, api: AirflowApi, operator: Operator
) -> None:
    operator.log_in(first.home.password())

    # a red day
    operator.page.get_by_role("link", name="Today").click()
    desk = operator.desk()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Today")
    expect(desk.locator(f"a[href$='day={red_day}'] rect.refused")).to_have_count(1)

    # why it was refused, its offending page, and why that is one
    desk.locator(f"a[href$='day={red_day}'] rect.refused").click()
    day = operator.desk()
    expect(day.get_by_text("This day was refused as a whole")).to_be_visible()
    expect(day.get_by_role("heading", name="Held back 1")).to_be_visible()
    quarantine = operator.open("Quarantine")
    quarantine.get_by_label("Capture day").fill(str(red_day))
    quarantine.get_by_role("button", name="Filter").click()
    # the third is held back, because its day was refused
    expect(quarantine.locator("table.choosing tbody tr")).to_have_count(3)
    quarantine.get_by_role("link", name=f"{red_day}/al_mayadeen/{LEAKING}").click()
    expect(quarantine.locator(".why .code").first).to_contain_text("ticker_in_body")
    expect(quarantine.get_by_text("What to do.").first).to_be_visible()
    quarantine.get_by_role("link", name="To the marked text").click()
    expect(quarantine.locator("li.block mark").first).to_be_in_viewport()

    # somebody has captured the day again, and better
    written = list(write_inbox(first.news / "inbox", 4, first_day=red_day, seed=8))
    wanted_path, wanted = next(each for each in written if each[1]["publisher"] == "al_mayadeen")

    # a backfill from the UI, which turns green
    backfill = operator.open("Backfill")
    choice = backfill.locator("label", has_text=str(red_day)).get_by_role("checkbox")
    choice.check()
    backfill.get_by_role("button", name="Start 1 chosen day").click()
    expect(backfill.get_by_role("heading", name="Progress")).to_be_visible()
    row = backfill.locator("table.progress tr", has_text=str(red_day))
    expect(row.locator(".badge")).to_have_text("success", timeout=PATIENCE_SECONDS * 1000)
    expect(backfill.get_by_text("Nothing is left to wait for.")).to_be_visible(
        timeout=PATIENCE_SECONDS * 1000
    )
    today = operator.open("Today")
    expect(today.locator(f"a[href$='day={red_day}'] rect.refused")).to_have_count(0)
    wait_for_end(api)

    # the article
    articles = operator.open("Articles")
    articles.get_by_label("Words").fill(f'"{wanted["headline"]}"')
    articles.get_by_role("button", name="Find").click()
    articles.get_by_role("link", name=wanted["headline"]).click()
    expect(articles.get_by_role("heading", level=1)).to_have_text(wanted["headline"])
    expect(articles.get_by_text(wanted_path.name)).to_be_visible()
