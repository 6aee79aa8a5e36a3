"""The page as a browser shows it: nothing is fetched, nothing runs, and it fits a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from newsmarts.core.settings import Settings
from newsmarts.show.capture import look_at
from newsmarts.show.render import render
from samples import html, text
from tests.browser import chromium
from tests.parse.pages import ARTICLE, HEADLINE

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

HOSTILE = (
    "</title></style><script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(2)>" + "W" * 900
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page; whatever it logs, opens or loads from elsewhere fails the test."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    faults: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        faults.append("dialog")
        dialog.dismiss()

    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", dismiss)
    page.on(
        "request", lambda request: None if request.url.startswith("file:") else faults.append(request.url)
    )
    yield page
    page.close()
    assert faults == []


def written(tmp_path: Path, name: str, data: str) -> str:
    capture, out = tmp_path / name, tmp_path / "out.html"
    capture.write_text(data, encoding="utf-8")
    out.write_text(render(look_at(capture, Settings()), None), encoding="utf-8")
    return out.as_uri()


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_it_fits_and_stays_silent(width: int, page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    escaped = HOSTILE.replace("<", "&lt;")
    page.goto(written(tmp_path, "page.html", html.render(ARTICLE).replace(HEADLINE, escaped)))
    expect(page.locator(".k-headline .text")).to_contain_text("<script>alert(1)</script>")
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert page.evaluate(wide) is False
    assert page.locator(".block").evaluate_all("all => all.every(one => one.offsetWidth > 0)")


def test_a_number_leads_to_its_block_and_a_kind_can_be_hidden(page: Page, tmp_path: Path) -> None:
    page.goto(written(tmp_path, "page.txt", text.render(ARTICLE)))
    page.locator("#f-headline a.place").click()
    block = page.locator(".block:target")
    expect(block).to_be_in_viewport()
    expect(block.locator(".text")).to_have_text(HEADLINE)
    page.locator("label", has_text="Navigation").click()
    expect(page.locator(".run.k-navigation")).to_be_hidden()
    expect(page.locator(".run.k-headline")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_kinds_differ_in_colour(scheme: str, browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(written(tmp_path, "page.txt", text.render(ARTICLE)))
    colours = page.locator(".legend .dot").evaluate_all(
        "all => all.map(one => [one.parentElement.className, getComputedStyle(one).backgroundColor])"
    )
    page.close()
    tinted = {name: colour for name, colour in colours if "0 262" not in colour and "oklch" in colour}
    grey = {"k k-navigation", "k k-label", "k k-footer"}
    named = {name: colour for name, colour in tinted.items() if name not in grey}
    assert len(set(named.values())) == len(named) >= 10
