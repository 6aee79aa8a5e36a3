"""Every page of the desk in a browser, wide and narrow, light and dark: nothing is cut or hard to use.

The pages are served without Airflow, on the samples' marts.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from newsmarts.core.settings import PROJECT_ROOT
from tests.browser import chromium, require_chromium
from tests.desk.sample_desk import lend

pytestmark = [
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.timeout(1800),  # axe takes seconds a page on a busy machine
    pytest.mark.xdist_group("sample_marts"),
]

SIZES = {"wide": (1400, 900), "narrow": (390, 844)}
PAGES = (
    "today",
    "today?year=2025",
    "contracts",
    "contracts?show=all&q=byline",
    "contracts/days",
    "contracts/expectation?contract=al_mayadeen_articles&expectation=agency_present",
    "contracts?day=2025-09-04",
    "contracts?day=2025-09-03&reason=unexpected_byline",
    "contracts?day=2025-09-20",
    "contracts?day=2025-10-07",
    "quarantine",
    "quarantine?state=not_article",
    "quarantine?reason=no_such_reason",
    "articles",
    "articles?q=ferry",
    "articles?q=%22unclosed",
    "sources",
    "drift?period=90",
    "backfill",
    "backfill/progress?since=2025-01-01T00:00:00Z",
    "no/such/page",
)
# pages that are found by a link of another one
LINKED = (
    ("quarantine", "tbody th a"),
    ("articles", ".hits h2 a"),
    ("contracts?day=2025-09-03", "tbody th a"),
)
SERVER = """
import sys, uvicorn
from datetime import date
from tests.desk.desk_client import MadeUpAirflow, guarded, run_of
runs = [run_of(date(2025, 9, n), "failed" if n == 2 else "success", minute=n) for n in range(1, 7)]
uvicorn.run(guarded(MadeUpAirflow(runs)), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
"""
# Text that its box cuts off, and entries of the navigation beyond the edge of the screen.
CUT = """() => {
  const cut = [], hidden = ".unseen, svg, details:not([open]) > :not(summary)";
  const hides = (way) => ["hidden", "clip"].includes(way);
  for (const it of document.querySelectorAll("body *")) {
    if (it.closest(hidden) || !it.getClientRects().length) continue;
    if (![...it.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) continue;
    const style = getComputedStyle(it), box = it.getBoundingClientRect();
    const text = it.textContent.trim().slice(0, 40);
    if (hides(style.overflowX) && it.scrollWidth > it.clientWidth + 1) cut.push(text);
    if (hides(style.overflowY) && it.scrollHeight > it.clientHeight + 2) cut.push(text);
    if (it.closest(".scroll, .table-wrap, pre, aside")) continue;
    if (box.right > innerWidth + 1 || box.left < -1) cut.push(`beyond the edge: ${text}`);
  }
  return cut;
}"""


@pytest.fixture(scope="module")
def desk(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the pages."""
    require_chromium()
    home = tmp_path_factory.mktemp("walk") / "home"
    home.mkdir()
    lend(sample_home, home)
    (home / "inbox" / "2025-10-07").mkdir(parents=True)
    (home / "inbox" / "2025-10-07" / "page.txt").write_text("x")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "NEWS_HOME": str(home), "NEWS_SETTLE_SECONDS": "0"}
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], cwd=PROJECT_ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(f"{address}/today", timeout=30, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def browser(desk: str) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def addresses(page: Page, desk: str) -> list[str]:
    """Every page to look at."""
    found = [f"{desk}/{path}" for path in PAGES]
    for path, links in LINKED:
        page.goto(f"{desk}/{path}")
        link = page.locator(links).first.get_attribute("href")
        assert link, path
        found.append(f"{desk}{link}")
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_each_page_is_whole_and_can_be_used_by_everyone(
    browser: Browser, desk: str, size: str, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, (width, height), faults = Axe(), SIZES[size], []
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for number, address in enumerate(addresses(page, desk)):
        said.clear()
        page.goto(address)
        expected = [line for line in said if "status of 4" in line]  # the browser's line on an error page
        faults += [f"{address}: console: {line}" for line in said if line not in expected]
        wide, high = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        if wide > width:
            faults.append(f"{address}: is {wide} px wide")
        faults += [f"{address}: cut: {text!r}" for text in page.evaluate(CUT)]
        title = page.title()
        if not title.endswith("· News desk"):
            faults.append(f"{address}: is titled {title!r}")
        found = axe.run(page).response["violations"]
        faults += [
            f"{address}: {each['id']} at {each['nodes'][0]['html'][:120]} ({len(each['nodes'])})"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        if folder := os.environ.get("DESK_PICTURES"):
            name = f"{number:02d}-{size}-{theme}.png"
            page.screenshot(path=Path(folder, name), full_page=high < 6000)
    context.close()
    assert not faults, "\n".join(faults)
