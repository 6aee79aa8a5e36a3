"""The desk as a server without Airflow, and a browser tab that looks at its pages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from newsmarts.core.settings import PROJECT_ROOT

_PATIENCE_MS = 180_000  # the first page of Data Docs renders them all
SIZES = {"wide": (1400, 900), "narrow": (390, 844)}
# Below /no-right and /broken is what is answered without the right, and when Airflow fails.
SERVER = """
import sys, uvicorn
from datetime import date
from fastapi import FastAPI
from newsmarts.desk.airflow import FailedTask
from tests.desk.desk_client import MadeUpAirflow, guarded, run_of
runs = [run_of(date(2025, 9, n), "failed" if n == 2 else "success", minute=n) for n in range(1, 7)]
broken = MadeUpAirflow(runs)
broken.newest_runs = None
airflow = MadeUpAirflow(runs)
airflow.failures = [FailedTask(runs[1].run_id, "land", "crawls", "its folder isn't there", map_index=1)]
app = FastAPI()
app.mount("/no-right", guarded(MadeUpAirflow(runs), read_results=403))
app.mount("/broken", guarded(broken))
app.mount("/", guarded(airflow))
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")
"""
# Text that its box cuts off, and text beyond the edge of the screen.
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
    if (it.closest(".scroll, .table-wrap, .table-responsive, pre, aside")) continue;
    if (box.right > innerWidth + 1 || box.left < -1) cut.push(`beyond the edge: ${text}`);
  }
  return cut;
}"""


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of the pages of a home."""
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


def _without_sandbox(route: Route) -> None:
    answer = route.fetch(timeout=0)
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": ""})


class Walker:
    """A tab of one size and theme, and what was wrong on the pages that it looked at."""

    def __init__(self, browser: Browser, size: str, theme: str) -> None:
        self.faults: list[str] = []
        self._name = f"{size}-{theme}"
        self._width, height = SIZES[size]
        self._number = 0
        self._said: list[str] = []
        self._axe = Axe()
        # no motion: a picture of a page that is still moving differs each time
        self.context = browser.new_context(
            viewport={"width": self._width, "height": height},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(_PATIENCE_MS)
        self.page: Page = self.context.new_page()
        # in the sandbox of Data Docs axe can't run either; that nothing else can is tested in tests/plugins
        self.page.route("**/contracts/docs/**", _without_sandbox)
        self.page.on("console", lambda line: self._said.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self._said.append(str(error)))
        self.page.on("dialog", lambda dialog: self._said.append(f"dialog: {dialog.message}"))

    def visit(self, address: str) -> None:
        """Open a page and look at it."""
        self._said.clear()
        self.page.goto(address)
        self.look(address)

    def look(self, name: str) -> None:
        """Look at the page that is open."""
        page, faults = self.page, list[str]()
        # the browser's own line on an error page
        faults += [
            f"console: {line}" for line in self._said if "the server responded with a status" not in line
        ]
        wide, high = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        if wide > self._width:
            faults.append(f"is {wide} px wide")
        faults += [f"cut: {text!r}" for text in page.evaluate(CUT)]
        if not page.title().endswith("· News desk") and "/docs/" not in name:
            faults.append(f"is titled {page.title()!r}")
        if page.evaluate("window.pwned"):
            faults.append("captured text ran as a script")
        found = self._axe.run(page).response["violations"]
        faults += [
            f"{each['id']} at {each['nodes'][0]['html'][:120]} ({len(each['nodes'])})"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        self.faults += [f"{name}: {fault}" for fault in faults]
        if folder := os.environ.get("DESK_PICTURES"):
            file = f"{self._number:02d}-{self._name}.png"
            page.screenshot(path=Path(folder, file), full_page=high < 6000)
        self._number += 1

    def linked(self, desk: str, links: Mapping[str, str], each: int = 1) -> list[str]:
        """The addresses of pages that are found by the first links of another one."""
        found = []
        for path, link in links.items():
            self.page.goto(f"{desk}/{path}")
            self.page.locator(link).first.wait_for()
            for tag in self.page.locator(link).all()[:each]:
                found.append(f"{desk}{tag.get_attribute('href')}")
        return list(dict.fromkeys(found))
