"""The dictionary as a browser shows it: legible in light and dark, nothing fetched, fit for a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsmarts.core.settings import PROJECT_ROOT
from tests.browser import chromium

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

PAGE = (PROJECT_ROOT / "docs" / "data-dictionary.html").as_uri()
# WCAG's contrast between an element's text and the page, drawn because colours are told in many ways
CONTRASTS = """
elements => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const light = colour => {
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(each => each / 255)
      .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = light(getComputedStyle(document.body).backgroundColor);
  return elements.map(each => light(getComputedStyle(each).color))
    .map(each => (Math.max(each, page) + 0.05) / (Math.min(each, page) + 0.05));
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_legible_and_fits(browser: Browser, scheme: str, width: int, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request", lambda request: None if request.url.startswith("file:") else faults.append(request.url)
    )
    page.goto(f"{PAGE}#captures")
    expect(page.locator("#captures h2")).to_be_in_viewport()
    page.locator("#captures summary").click()
    expect(page.locator("#captures details table")).to_be_visible()
    contrasts = page.locator("#captures *").evaluate_all(CONTRASTS)
    assert len(contrasts) > 100
    assert min(contrasts) >= 4.5
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    # a reference leads to its column
    page.locator("#captures a", has_text="articles.article_id").click()
    expect(page.locator("tr:target code").first).to_have_text("article_id")
    background = "matchMedia('(prefers-color-scheme: dark)').matches"
    assert page.evaluate(background) is (scheme == "dark")
    page.close()
    assert faults == []
