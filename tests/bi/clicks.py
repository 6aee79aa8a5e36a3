"""Clicks on the bars of Superset's charts, and what its requests are filtered by after them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page


def chosen_values(request: Any) -> Iterator[dict[str, Any]]:
    """The values that a chart's request is filtered by, apart from its own filters."""
    if "/api/v1/chart/data" in request.url:
        for query in (request.post_data_json or {}).get("queries", []):
            yield from (each for each in query.get("filters", []) if each["op"] == "IN")


def find_bar(page: Page, chart: str) -> tuple[float, float]:
    """A place on a bar of a chart: where the pointer becomes a hand, below the legend."""
    holder = page.locator(".dashboard-component-chart-holder", has=page.get_by_text(chart, exact=True))
    canvas = holder.locator("canvas").first
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box is not None
    for down in (0.6, 0.5, 0.4, 0.3):
        for across in range(4, 60):
            place = box["x"] + box["width"] * across / 60, box["y"] + box["height"] * down
            page.mouse.move(*place)
            if canvas.evaluate("it => it.closest('[style*=\"cursor: pointer\"]') !== null"):
                return place
    raise AssertionError(f"no bar found on {chart}")
