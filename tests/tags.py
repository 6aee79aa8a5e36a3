"""The elements of a page that a test looks at."""

from __future__ import annotations

from bs4 import Tag


def first_tag(page: Tag, selector: str) -> Tag:
    """The first element that a CSS selector finds; the test fails when there is none."""
    found = page.select_one(selector)
    assert found is not None, f"the page has no {selector}"
    return found
