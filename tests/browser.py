"""Chromium for tests that look at pages as people do.

``NEWS_REQUIRE_BROWSER=1`` makes a machine without it fail instead of skip.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.missing import skip_or_fail

_CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def require_chromium() -> None:
    """Skip, or fail, where there is none; called before a server is started for it."""
    if not os.access(_CHROMIUM, os.X_OK):
        reason = "no Chromium on this machine (apt-get install chromium), so the pages were not opened"
        skip_or_fail("NEWS_REQUIRE_BROWSER", reason)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, for one module at most: while Playwright is started no other event loop can start."""
    require_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()
