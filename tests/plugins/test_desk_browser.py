"""The pages as a person sees them: a real browser logs in to the Airflow UI and looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FrameLocator,
    Page,
    expect,
)

from newsmarts.core.partitions import docs_path
from tests.browser import chromium, require_chromium
from tests.desk.day_files import HOSTILE, HOSTILE_ATTRIBUTE, write_landed_day
from tests.plugins.desk_server import CLEAN_DAY, FULL_DAY, Desk

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

PATIENCE_MS = 30_000
LOOKED_AT = (
    "today?year=2025",
    "contracts",
    "contracts/days",
    "contracts/expectation?contract=al_mayadeen_articles&expectation=house_byline",
    f"contracts?day={FULL_DAY}",
    "contracts?day=1999-01-01",
    "quarantine?state=all",
    "articles",
    "backfill",
    "backfill/progress?since=2025-01-01T00:00:00Z",
)

# Contrast after WCAG 2 of each text with the ground behind it; colours are painted to learn their RGB.
LOW_CONTRAST = """() => {
  const context = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (color) => {
    context.clearRect(0, 0, 1, 1); context.fillStyle = color; context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const [r, g, b] = color.slice(0, 3).map((part) => part / 255)
      .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("main *")) {
    const nodes = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const text = nodes.map((node) => node.data).join("");
    if (!text.trim() || element.closest(".unseen")) continue;
    const [high, low] = [light(rgb(getComputedStyle(element).color)), light(ground(element))]
      .sort((one, other) => other - one);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) poor.push(`${text.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.fixture(scope="session", autouse=True)
def looked_for_first() -> None:
    """Before anything is started."""
    require_chromium()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def session(browser: Browser, desk: Desk) -> Iterator[BrowserContext]:
    """A browser in which an administrator has logged in through the login form."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(desk.url)
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", desk.passwords["ada"])
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Contracts").wait_for()
    page.close()
    desk.start_run("news_pages", "manual__looked_at", day=str(FULL_DAY))
    yield context
    context.close()


class Eyes:
    """A page with what went wrong on it: console errors, exceptions, and requests that leave the server."""

    def __init__(self, page: Page, desk: Desk) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((desk.url, "data:", "blob:"))
                else self.faults.append(f"request to {request.url}")
            ),
        )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"{message.text} at {message.location}")

    @property
    def frame(self) -> FrameLocator:
        """The plugin's page inside Airflow's."""
        return self.page.frame_locator("main iframe, #root iframe")


@pytest.fixture
def eyes(session: BrowserContext, desk: Desk) -> Iterator[Eyes]:
    page = session.new_page()
    seen = Eyes(page, desk)
    yield seen
    ran = [frame.url for frame in page.frames if frame.evaluate("window.pwned")]
    page.evaluate("localStorage.removeItem('theme')")
    page.close()
    assert not ran, f"captured text ran as script in {ran}"
    assert not seen.faults


def test_from_the_navigation_to_a_day(eyes: Eyes, desk: Desk) -> None:
    eyes.page.goto(desk.url)
    eyes.page.get_by_role("link", name="Contracts").click()
    expect(eyes.frame.get_by_role("heading", name="Contracts")).to_be_visible()
    eyes.frame.get_by_role("link", name="All days").click()
    rows = eyes.frame.locator("table.days tbody tr")
    expect(rows.filter(has_text=str(CLEAN_DAY))).to_contain_text("nothing quarantined")

    eyes.frame.get_by_role("link", name=str(FULL_DAY)).click()
    expect(eyes.frame.get_by_role("heading", name="Monday, 1 September 2025")).to_be_visible()
    expect(eyes.frame.locator("table.contract").first).to_contain_text("date_present")
    # The address follows, so the page can be sent to a colleague.
    eyes.page.wait_for_url(f"**/plugin/contracts/news-desk/contracts?day={FULL_DAY}")
    eyes.page.reload()
    expect(eyes.frame.get_by_role("heading", name="Monday, 1 September 2025")).to_be_visible()


def test_the_day_picker_goes_to_a_day(eyes: Eyes, desk: Desk) -> None:
    eyes.page.goto(f"{desk.url}/plugin/contracts")
    eyes.frame.get_by_label("Capture day").fill(str(FULL_DAY))
    eyes.frame.get_by_role("button", name="Show").click()
    expect(eyes.frame.get_by_role("heading", name="Monday, 1 September 2025")).to_be_visible()
    eyes.frame.get_by_role("link", name=f"{CLEAN_DAY} →").click()
    expect(eyes.frame.get_by_role("heading", name="Tuesday, 2 September 2025")).to_be_visible()
    expect(eyes.frame.get_by_text("Nothing was quarantined.")).to_be_visible()


def test_the_tab_of_a_run_shows_its_results(eyes: Eyes, desk: Desk) -> None:
    eyes.page.goto(f"{desk.url}/dags/news_pages/runs/manual__looked_at")
    eyes.page.locator("a[href$='/plugin/run-contracts']").click()
    eyes.page.wait_for_url("**/runs/manual__looked_at/plugin/run-contracts")
    expect(eyes.frame.locator("table.away")).to_contain_text(HOSTILE)
    expect(eyes.frame.locator("table.away")).to_contain_text(HOSTILE_ATTRIBUTE)
    expect(eyes.frame.locator("tr.broken")).to_have_count(2)
    expect(eyes.frame.locator(".sum")).to_contain_text(
        re.compile(r"7\s+captures\s+=\s+5\s+valid\s+\+\s+0\s+not\s+articles\s+\+\s+2\s+quarantined")
    )

    eyes.frame.get_by_role("link", name="foreign_byline").click()
    expect(eyes.frame.locator("table.away tbody tr")).to_have_count(1)
    eyes.frame.get_by_role("link", name="all reasons").click()
    expect(eyes.frame.locator("table.away tbody tr")).to_have_count(2)


def test_a_task_has_a_tab_in_a_run_and_over_all_runs(eyes: Eyes, desk: Desk) -> None:
    eyes.page.goto(f"{desk.url}/dags/news_pages/runs/manual__looked_at/tasks/nothing")
    eyes.page.locator("a[href$='/plugin/task-run-contracts']").click()
    expect(eyes.frame.locator("tr.broken")).to_have_count(2)
    eyes.page.goto(f"{desk.url}/dags/news_pages/tasks/nothing")
    eyes.page.locator("a[href$='/plugin/task-contracts']").click()
    expect(eyes.frame.locator("table.history").first).to_contain_text("date_present")


def test_a_day_is_started_and_watched_until_it_is_done(eyes: Eyes, desk: Desk) -> None:
    """In Airflow's own frame, with its cookie: the browser itself declares that the form is of this site."""
    day = "2022-02-03"
    write_landed_day(desk.home, date.fromisoformat(day))
    eyes.page.goto(f"{desk.url}/plugin/backfill")
    bar = eyes.frame.locator("[data-bar]")
    expect(bar).to_be_hidden()
    eyes.frame.get_by_label(day).check()
    bar.get_by_role("button", name="Start 1 chosen day").click()
    row = eyes.frame.locator("table.progress tbody tr").filter(has_text=day)
    expect(row).to_contain_text("queued")
    (run,) = eyes.frame.locator("a.mono").filter(has_text=f"manual__{day}").all_inner_texts()
    desk.end_run("news_pages", run, "success")
    # without a reload
    expect(row.locator(".badge.good")).to_have_text("success")


def test_a_page_is_acknowledged_and_opened_again(eyes: Eyes, desk: Desk) -> None:
    eyes.page.goto(f"{desk.url}/plugin/quarantine")
    row = eyes.frame.locator("table.away tbody tr").filter(has_text=HOSTILE)
    row.get_by_role("checkbox").check()
    eyes.frame.get_by_label("Why they may stay out").fill(HOSTILE_ATTRIBUTE)
    eyes.frame.get_by_role("button", name="Acknowledge").click()
    expect(eyes.frame.get_by_role("heading", name="Acknowledged")).to_be_visible()
    expect(row).to_have_count(0)
    eyes.frame.get_by_role("link", name="Acknowledged").click()
    expect(row.locator(".acknowledged").first).to_contain_text(HOSTILE_ATTRIBUTE)
    row.get_by_role("rowheader").get_by_role("link").click()
    expect(eyes.frame.get_by_text("What to do.").first).to_be_visible()
    eyes.frame.get_by_role("button", name="Undo acknowledging").click()
    expect(eyes.frame.locator("h1 .badge")).to_have_text("quarantined, open")


def test_from_a_cell_of_the_map_to_its_day(eyes: Eyes, desk: Desk) -> None:
    eyes.page.goto(f"{desk.url}/plugin/today/news-desk/today?year=2025")
    cell = eyes.frame.locator(f"svg.heat a[href$='day={FULL_DAY}']")
    expect(cell.locator("title")).to_have_text(re.compile("over 20 % quarantined; 7 captures, 5 valid, 2"))
    cell.click()
    expect(eyes.frame.get_by_role("heading", name="Monday, 1 September 2025")).to_be_visible()


def test_data_docs_keep_the_login_and_run_nothing(eyes: Eyes, desk: Desk) -> None:
    folder = docs_path(desk.home) / str(FULL_DAY)
    (folder / "validations").mkdir(parents=True)
    script = "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
    (folder / "index.html").write_text(f"{script}<a href='validations/rows.html'>Results</a>")
    (folder / "validations" / "rows.html").write_text(f"{script}<p>the rows")
    eyes.page.goto(f"{desk.url}/plugin/contracts/news-desk/contracts?day={FULL_DAY}")
    eyes.frame.get_by_role("link", name="Data Docs").click()
    eyes.frame.get_by_role("link", name="Results").click()
    expect(eyes.frame.get_by_text("the rows")).to_be_visible()
    assert not any(frame.evaluate("window.pwned") for frame in eyes.page.frames)
    eyes.faults.clear()  # what the browser reports of the scripts that it refused


def test_light_and_dark_follow_the_ui_at_once(eyes: Eyes, desk: Desk) -> None:
    eyes.page.goto(f"{desk.url}/plugin/contracts")
    body = eyes.frame.locator("body")
    expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
    eyes.page.evaluate("localStorage.setItem('theme', 'dark')")  # as the UI's own switch does
    expect(body).to_have_css("background-color", re.compile(r"^oklch\(0\.23"))
    eyes.page.reload()
    expect(body).to_have_css("background-color", re.compile(r"^oklch\(0\.23"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(eyes: Eyes, desk: Desk, theme: str) -> None:
    for path in LOOKED_AT:
        eyes.page.goto(desk.page(path))
        eyes.page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
        eyes.page.reload()
        assert eyes.page.evaluate(LOW_CONTRAST) == [], path


def test_without_a_choice_in_the_ui_the_browser_decides(
    browser: Browser, session: BrowserContext, desk: Desk
) -> None:
    context = browser.new_context(storage_state=session.storage_state(), color_scheme="dark")
    page = context.new_page()
    page.goto(desk.page("contracts"))
    expect(page.locator("body")).to_have_css("background-color", re.compile(r"^oklch\(0\.23"))
    context.close()


def test_a_small_screen_scrolls_one_way_only(eyes: Eyes, desk: Desk) -> None:
    eyes.page.set_viewport_size({"width": 390, "height": 844})
    for path in LOOKED_AT:
        eyes.page.goto(desk.page(path))
        width = eyes.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], f"{path} is {width[0]} px wide"
    eyes.page.goto(f"{desk.url}/plugin/contracts")
    expect(eyes.frame.get_by_role("link", name=str(FULL_DAY)).first).to_be_visible()


def test_a_stranger_sees_the_login_and_no_page(browser: Browser, desk: Desk) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{desk.url}/plugin/contracts")
    page.wait_for_url("**/auth/login**", timeout=PATIENCE_MS)
    answer = page.goto(desk.page("contracts"))
    assert answer is not None
    assert answer.status == 401
    assert "Not logged in" in page.inner_text("body")
    context.close()
