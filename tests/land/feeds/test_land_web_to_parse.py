"""What the archives give is read as articles, like the pages of an inbox."""

from __future__ import annotations

from datetime import date

import pytest

from newsmarts.core.settings import Settings
from newsmarts.land import run as land
from newsmarts.parse import run as parse
from tests.land.servers.demo import FEEDS, archives, site_of
from tests.land.servers.loopback import LoopbackServer

pytestmark = pytest.mark.enable_socket

DAYS = (date(2025, 9, 1), date(2025, 9, 2))


def test_captures_of_archives_are_read_as_articles(settings: Settings) -> None:
    wayback, crawl = archives(pages=24, days=2, first_day=DAYS[0])
    site = site_of(2)
    with LoopbackServer(wayback) as a, LoopbackServer(crawl) as b, LoopbackServer(site) as c:
        crawl.base, site.base = b.url, c.url
        path = settings.home.parent / "feeds.toml"
        declared = FEEDS.format(wayback=a.url, crawl=b.url, site=c.url)
        quick = declared.replace("delay_seconds = 0.5", "delay_seconds = 0").replace(
            "seconds = 0.2", "seconds = 0"
        )
        path.write_text(quick, encoding="utf-8")
        settings = settings.model_copy(update={"feeds_file": path})
        for day in DAYS:
            landed = land.run(day, settings)
            assert (landed.landed, landed.rejected) == (12, 2)
            assert parse.run(day, settings).parsed == 12
        assert c.asked == []  # neither of the days is today
