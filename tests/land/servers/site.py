"""A small news site: sitemaps by month, robots.txt, ETags, and the moods of the network in front of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.land.servers.captures import page
from tests.land.servers.loopback import Answer, Asked, Hang, HangUp

CHALLENGE = b"""<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>
<script>window._cf_chl_opt={cType:'managed'};</script></body></html>"""


@dataclass
class Article:
    """A page of the site, and when it last changed."""

    body: bytes
    changed_at: datetime | None = None

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:12]}"'


@dataclass
class Site:
    """``articles`` by path; ``instead`` answers a path in place of what would be right."""

    base: str = ""  # its own address, for what it says about itself
    robots: str | None = "User-agent: *\nDisallow: /search\n"
    articles: dict[str, Article] = field(default_factory=dict)
    instead: dict[str, Answer | Hang | HangUp] = field(default_factory=dict)
    conditional: bool = True

    def publish(self, path: str, number: int, changed_at: datetime | None = None) -> bytes:
        """Put an invented page there."""
        self.articles[path] = Article(page(number), changed_at)
        return page(number)

    def __call__(self, asked: Asked) -> Answer | Hang | HangUp:
        instead = self.instead.get(asked.target, self.instead.get(asked.path, self.instead.get("*")))
        if instead is not None:
            return instead
        if asked.path == "/robots.txt" and self.robots is not None:
            return Answer(self.robots.encode(), content_type="text/plain")
        if asked.path.startswith("/sitemaps/"):
            return self._sitemap(asked.path)
        article = self.articles.get(asked.path)
        return self._article(article, asked) if article else Answer(b"<title>Not found</title>", status=404)

    def _article(self, article: Article, asked: Asked) -> Answer:
        if not self.conditional:
            return Answer(article.body)
        headers = {"ETag": article.etag}
        if asked.headers.get("if-none-match") == article.etag:
            return Answer(status=304, headers=headers)
        return Answer(article.body, headers=headers)

    def _sitemap(self, path: str) -> Answer:
        if path == "/sitemaps/all.xml":
            return self._index()
        year, month = path.removeprefix("/sitemaps/all/sitemap-").removesuffix(".xml").split("-")
        return self._month(int(year), int(month))

    def _index(self) -> Answer:
        months = sorted({(time.year, time.month) for time in map(_time, self.articles.values())})
        parts = "".join(
            f"<sitemap><loc>{self.base}/sitemaps/all/sitemap-{year}-{month}.xml</loc></sitemap>"
            for year, month in months
        )
        return _xml(
            f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>'
        )

    def _month(self, year: int, month: int) -> Answer:
        urls = "".join(
            f"<url><loc>{self.base}{path}</loc>{_lastmod(article)}</url>"
            for path, article in self.articles.items()
            if (_time(article).year, _time(article).month) == (year, month)
        )
        return _xml(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>')


def _time(article: Article) -> datetime:
    return article.changed_at or datetime(2025, 9, 1, tzinfo=UTC)


def _lastmod(article: Article) -> str:
    return f"<lastmod>{article.changed_at.isoformat()}</lastmod>" if article.changed_at else ""


def _xml(text: str) -> Answer:
    return Answer(f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(), content_type="application/xml")
