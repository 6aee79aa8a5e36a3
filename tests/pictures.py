"""Takes the pictures of Airflow and of the desk in docs/images from a running ``make run``.

    make run INBOX=folder NEWS_HOME=other    # a copy of samples/inbox: a refused day is added
    python -m tests.pictures http://127.0.0.1:8080 PASSWORD folder [name of a picture …]

``make test-bi`` takes those of Superset. Superset's environment has Pillow, by which both get smaller.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, ViewportSize

from local.airflow_api import AirflowApi
from local.airflow_servers import ADMIN
from newsmarts.core.settings import PROJECT_ROOT
from tests.browser import chromium

IMAGES = PROJECT_ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 860}
OTHER_SIZES: dict[str, ViewportSize] = {
    "day-page": {"width": 1280, "height": 1340},
    "sources": {"width": 1280, "height": 690},
    "lineage": {"width": 1900, "height": 560},
}
RED_DAY = date(2025, 9, 8)
RED_PAGES = (
    "2025-09-03/al_mayadeen/ticker-in-body.txt",
    "2025-09-03/al_mayadeen/ashgrove-vaccine-drive.txt",
    "2025-09-01/al_mayadeen/no-byline.txt",
)
# Of the desk, in Airflow's frame: the address, and what is clicked there first.
DESK: dict[str, tuple[str, tuple[str, ...]]] = {
    "today": ("today", ()),
    "day-refused": (f"contracts?day={RED_DAY}", ()),
    "quarantine": ("quarantine", ()),
    "day-page": (f"quarantine?day={RED_DAY}", ("a:has-text('ticker-in-body')",)),
    "day-backfill": ("backfill", (f"label:has-text('{RED_DAY}') input",)),
    "contracts": ("contracts", ()),
    "search": ("articles?q=ferry", ()),
    "day-article": ("articles?q=ferry", (".hits h2 a",)),
    "sources": ("sources", ()),
    "drift": ("drift", ()),
}
SHOWN = "2025-09-04"  # the day whose run of news_pages is shown
# Of Airflow; {pages} is that run, {marts} the last one of news_marts that took days.
AIRFLOW = {
    "airflow-runs": "dags/news_pages/runs",
    "airflow-graph": "dags/news_pages/runs/{pages}",
    "airflow-marts-run": "dags/news_marts/runs/{marts}",
    "lineage": "assets",
    "feeds": "dags/news_pages/runs/{pages}/tasks/land/mapped",
}
LINEAGE = ("a:has-text('news_release')", "text=Task Dependencies", ".react-flow__controls-fitview")


def main(address: str, password: str, inbox: Path, *names: str) -> None:
    """Take those that are named, or all."""
    with AirflowApi(address, ADMIN, password) as api, chromium() as browser:
        api.log_in()
        _refuse_a_day(api, inbox)
        runs = {
            run["dag_id"].removeprefix("news_"): quote(run["dag_run_id"], safe="")
            for run in api.changed_runs(datetime(2000, 1, 1, tzinfo=UTC))
            if f"__{SHOWN}" in run["dag_run_id"] or re.match(r"[0-9]+ days?: ", run["note"] or "")
        }
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.set_default_timeout(180_000)
        page.goto(address)
        page.fill("input[name=username]", ADMIN)
        page.fill("input[name=password]", password)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Today").wait_for()
        for name, (path, clicks) in DESK.items():
            if names and name not in names:
                continue
            page.set_viewport_size(OTHER_SIZES.get(name, SIZE))
            page.goto(f"{address}/plugin/today/news-desk/{path}")
            desk = page.frame_locator("main iframe, #root iframe")
            for click in clicks:
                desk.locator(click).first.click()
            desk.locator("h1").wait_for()
            _take(page, name)
        for name, path in AIRFLOW.items():
            if names and name not in names:
                continue
            page.set_viewport_size(OTHER_SIZES.get(name, SIZE))
            view = '"graph"' if name == "airflow-graph" else '"grid"'
            page.evaluate("view => localStorage.setItem('default_dag_view', view)", view)
            page.goto(f"{address}/{path.format(**runs)}")
            for click in LINEAGE if name == "lineage" else ():
                page.locator(click).first.click()
                page.wait_for_timeout(2000)
            _take(page, name)


def _refuse_a_day(api: AirflowApi, inbox: Path) -> None:
    """Run a day that is refused, if it hasn't run."""
    folder = inbox / str(RED_DAY) / "al_mayadeen"
    if not folder.exists():
        folder.mkdir(parents=True)
        for path in RED_PAGES:
            shutil.copy2(inbox / path, folder)
        api.trigger("news_pages", {"day": str(RED_DAY)})
    while api.active_runs():
        time.sleep(1)


def _take(page: Page, name: str) -> None:
    if name == "airflow-graph":
        page.locator(".react-flow__node").first.wait_for()
    page.wait_for_timeout(8000)  # Airflow's tables and charts come one after the other
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    make_smaller(path)


def make_smaller(path: Path) -> None:
    """Give a picture a palette that keeps the hue of small dots; Superset's environment has Pillow."""
    python = PROJECT_ROOT / ".bi" / "env" / "bin" / "python"
    code = (
        "import sys; from PIL import Image; path = sys.argv[1];"
        "image = Image.open(path).convert('RGB');"
        "image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=0).save(path, optimize=True)"
    )
    if python.exists():
        subprocess.run([python, "-c", code, path], check=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), *sys.argv[4:])
