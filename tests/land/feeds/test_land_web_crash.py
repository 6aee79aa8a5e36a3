"""A landing from the web that is killed keeps what it wrote, and the next one lands every capture once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.settings import Settings
from tests.examples import one_fast
from tests.land.killed_landing import start
from tests.land.servers.captures import ENGLISH, Captured, page
from tests.land.servers.common_crawl import CommonCrawl, Crawl, Crawled
from tests.land.servers.loopback import Answer, Asked, Hang, LoopbackServer
from tests.land.servers.wayback import Wayback
from tests.land.web_feeds import DAY, declare, land, raw, rows

pytestmark = pytest.mark.enable_socket

COUNT = 12


class Stops:
    """Answers, until the n-th request for a page: that one waits for ever."""

    def __init__(self, right: Callable[[Asked], Any], is_page: Callable[[Asked], bool], n: int) -> None:
        self._right, self._is_page, self._left = right, is_page, n
        self.reached = threading.Event()
        self.asked: Counter[str] = Counter()

    def __call__(self, asked: Asked) -> Any:
        if self._is_page(asked):
            self.asked[asked.target + asked.headers.get("range", "")] += 1
            self._left -= 1
            if self._left == 0:
                self.reached.set()
                return Hang()
        return self._right(asked)


def wayback(settings: Settings, server: LoopbackServer) -> tuple[Settings, Any, Any]:
    archive = Wayback(Captured("20250901120000", f"{ENGLISH}/news/{n:02}", page(n)) for n in range(COUNT))
    declared = declare(
        settings,
        "wayback",
        index_delay_seconds=0,
        cdx_url=f"{server.url}/cdx/search/cdx",
        replay_url=f"{server.url}/web/",
    )
    return declared, archive, lambda asked: asked.path.startswith("/web/")


def common_crawl(settings: Settings, server: LoopbackServer) -> tuple[Settings, Any, Any]:
    captures = [Crawled("20250901120000", f"{ENGLISH}/news/{n:02}", page(n)) for n in range(COUNT)]
    archive = CommonCrawl(Crawl("CC-MAIN-2025-35", captures, "2025-08-21", "2025-09-05"))
    archive.base = server.url
    declared = declare(settings, "common_crawl", index_url=f"{server.url}/", data_url=f"{server.url}/")
    return declared, archive, lambda asked: "range" in asked.headers


@pytest.mark.parametrize("set_up", [wayback, common_crawl])
@pytest.mark.parametrize("killed_at", one_fast([5, 1, COUNT]))
def test_killed_in_the_middle(killed_at: int, set_up: Any, settings: Settings, tmp_path: Path) -> None:
    with LoopbackServer(lambda asked: Answer()) as server:
        settings, archive, is_page = set_up(settings, server)
        stops = Stops(archive, is_page, killed_at)
        server.respond = stops
        # the rows are written every now and then, here as often as can be
        process, _begins = start(settings, DAY, _CHECKPOINT_SECONDS=0.0)
        assert stops.reached.wait(120)
        process.kill()
        process.join()
        manifest = settings.home / "raw" / "manifest"
        kept = rows(settings) if any(manifest.rglob("captures.parquet")) else []
        assert len(kept) < killed_at
        result = land(settings)
        assert (result.landed, result.new, result.rejected) == (COUNT, COUNT - len(kept), 0)
        landed = rows(settings)
        assert Counter(row["url"] for row in landed) == Counter(
            f"{ENGLISH}/news/{n:02}" for n in range(COUNT)
        )
        assert {raw(settings, row) for row in landed} == {page(n) for n in range(COUNT)}
        # what was written isn't fetched again, and what could not be fetched is fetched once more
        assert stops.asked.total() == killed_at + COUNT - len(kept)
        assert land(settings).new == 0
        assert stops.asked.total() == killed_at + COUNT - len(kept)
        assert all(row["capture_day"] == DAY for row in landed)
