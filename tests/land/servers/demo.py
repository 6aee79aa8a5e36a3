"""A small Common Crawl, Wayback Machine and news site on this machine, to watch the feeds at work.

``python -m tests.land.servers.demo --days 5`` serves invented captures until Ctrl-C, and writes a feeds' file
to use with ``NEWS_FEEDS_FILE``. Backfill the days it names; for the live feed run today.
"""

from __future__ import annotations

import argparse
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from samples import html
from samples.generator import FIRST_DAY, Generator
from tests.land.servers.captures import ENGLISH, NOUR, Captured
from tests.land.servers.common_crawl import CommonCrawl, Crawl, Crawled
from tests.land.servers.loopback import LoopbackServer
from tests.land.servers.site import Article, Site
from tests.land.servers.wayback import Wayback

FEEDS = """# Written by tests/land/servers/demo.py for servers on this machine; gone with them.
[feeds.common_crawl]
kind = "common_crawl"
hosts = ["english.almayadeen.net", "nournews.ir"]
index_url = "{crawl}/"
data_url = "{crawl}/"
crawl_delay_seconds = 0.2
allow_private_hosts = ["127.0.0.1"]

[feeds.wayback]
kind = "wayback"
hosts = ["english.almayadeen.net", "nournews.ir"]
cdx_url = "{wayback}/cdx/search/cdx"
replay_url = "{wayback}/web/"
crawl_delay_seconds = 0.2
index_delay_seconds = 0.5
allow_private_hosts = ["127.0.0.1"]

[feeds.live]
kind = "live"
hosts = ["127.0.0.1"]
publishers = {{ "127.0.0.1" = "al_mayadeen" }}
contact = "you@example.org"
sitemaps = ["{site}/sitemaps/all.xml"]
crawl_delay_seconds = 0.5
allow_private_hosts = ["127.0.0.1"]
"""


def _urls(publisher: str, number: int) -> str:
    if publisher == "al_mayadeen":
        return f"{ENGLISH}/news/politics/page-{number}"
    return f"{NOUR}/en/news/{200_000 + number}/page-{number}"


def archives(pages: int, days: int, first_day: date) -> tuple[Wayback, CommonCrawl]:
    captured: list[Captured] = []
    crawled: list[Crawled] = []
    for made in Generator(seed=11, days=days, first_day=first_day).pages(pages):
        stamp = f"{made.captured_on:%Y%m%d}{8 + made.number % 12:02}{made.number % 60:02}00"
        url, body = _urls(made.page.publisher, made.number), html.render(made.page).encode()
        if made.number % 3:
            captured.append(Captured(stamp, url, body))
        else:
            crawled.append(Crawled(stamp, url, body))
    for day in range(days):  # what any archive has as well
        stamp = f"{first_day + timedelta(days=day):%Y%m%d}230000"
        captured.append(Captured(stamp, f"{ENGLISH}/moved", b"moved", status=301))
        crawled.append(Crawled(stamp, f"{NOUR}/en/gone", b"gone", status=404))
    last_day = first_day + timedelta(days=days)
    crawl = Crawl("CC-MAIN-2025-38", crawled, first_day.isoformat(), last_day.isoformat())
    return Wayback(captured), CommonCrawl(crawl)


def site_of(pages: int) -> Site:
    now = datetime.now(UTC)
    site = Site(robots="User-agent: *\nDisallow: /search\nCrawl-delay: 1\n")
    made = (each for each in Generator(seed=12).pages(pages * 2) if each.page.publisher == "al_mayadeen")
    for number, each in zip(range(pages), made, strict=False):
        path = f"/news/politics/live-{number}"
        site.articles[path] = Article(html.render(each.page).encode(), now - timedelta(minutes=number))
    return site


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument("--first-day", type=date.fromisoformat, default=FIRST_DAY)
    parser.add_argument("--pages", type=int, default=60, help="captures in the archives, over all days")
    parser.add_argument("--out", type=Path, default=Path("feeds-demo.toml"))
    given = parser.parse_args()
    wayback, crawl = archives(given.pages, given.days, given.first_day)
    site = site_of(12)
    with LoopbackServer(wayback) as a, LoopbackServer(crawl) as b, LoopbackServer(site) as c:
        crawl.base, site.base = b.url, c.url
        given.out.write_text(FEEDS.format(wayback=a.url, crawl=b.url, site=c.url), encoding="utf-8")
        last_day = given.first_day + timedelta(days=given.days - 1)
        print(f"NEWS_FEEDS_FILE={given.out.absolute()}  days {given.first_day} to {last_day}; Ctrl-C ends it")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main()
