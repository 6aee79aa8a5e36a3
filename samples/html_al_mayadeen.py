"""Al Mayadeen pages as HTML.

Head metadata, ``p.summary`` and ``div.p-content`` are as scrapers of the site describe them; the markup of
the ticker, the related block and the lists isn't known, so it is made up, in the order of text captures.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin

from samples import furniture
from samples.html_body import body_nodes, link_list, slug_of
from samples.markup import Node, el, json_script
from samples.model import Link, Page

_SITES = {"en": "https://english.almayadeen.net", "ar": "https://www.almayadeen.net"}


def url_of(page: Page) -> str:
    """The article's canonical address: section and slug, no id."""
    return urljoin(
        _SITES[page.language], f"/news/{slug_of(page.section)}/{slug_of(page.headline or 'untitled')}"
    )


def image_url_of(page: Page) -> str:
    """The lead picture's address."""
    return f"https://media.example.org/archive/image/{slug_of(page.headline or 'untitled')}.jpg"


def head(page: Page, extra: Sequence[Node]) -> Node:
    """Everything a machine may read about the page, all in agreement with what is visible."""
    site_name = furniture.WORDS[page.language].name
    title = f"{page.headline} | {site_name}" if page.headline else site_name
    published = page.offset_time(page.published_local) if page.published_local else None
    changed = page.modified_local or page.published_local
    modified = page.offset_time(changed) if changed else None
    facts = {
        "og:site_name": site_name,
        "og:type": "article",
        "og:url": url_of(page),
        "og:title": page.headline,
        "og:description": page.standfirst,
        "og:image": image_url_of(page) if page.picture else None,
        "article:published_time": published,
        "article:modified_time": modified,
        "article:section": page.section,
    }
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        el("link", rel="canonical", href=url_of(page)),
        el("meta", name="description", content=page.standfirst) if page.standfirst else None,
        el("meta", name="postid", content=page.news_id) if page.news_id else None,
        el("meta", name="keywords", content=", ".join(page.tags)),
        *(el("meta", property=name, content=value) for name, value in facts.items() if value),
        json_script(_json_ld(page, published, modified), type="application/ld+json"),
        json_script(_tawsiyat(page, published, modified), id="tawsiyat-metadata", type="text/tawsiyat"),
        *extra,
    )


def body(page: Page, menu: Sequence[Node], tail: Sequence[Node]) -> Node:
    """The visible page. ``menu`` goes into the navigation, ``tail`` after the footer."""
    return el(
        "body",
        _header(menu),
        _ticker(page),
        el("main", _article(page), _lists(page), class_="page-main"),
        _footer(),
        *tail,
        class_="single single-news",
    )


def _json_ld(page: Page, published: str | None, modified: str | None) -> dict[str, object]:
    author = page.head_byline or page.byline_raw
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": url_of(page),
        "headline": page.headline,
        "description": page.standfirst,
        "datePublished": published,
        "dateModified": modified,
        "articleSection": page.section,
        "inLanguage": page.language,
        "author": {"@type": "Organization", "name": author} if author else None,
        "publisher": {"@type": "Organization", "name": furniture.WORDS[page.language].name},
    }
    return {name: value for name, value in data.items() if value is not None}


def _tawsiyat(page: Page, published: str | None, modified: str | None) -> dict[str, object]:
    return {
        "type": "post",
        "url": url_of(page),
        "postid": page.news_id,
        "title": page.headline,
        "keywords": ",".join(page.tags),
        "thumbnail": image_url_of(page) if page.picture else "",
        "word_count": str(sum(len(block.get("text", "").split()) for block in page.record("html")["body"])),
        "lang": page.language,
        "published_time": published,
        "last_updated": modified,
        "description": page.standfirst or "",
        "author": page.head_byline or page.byline_raw or "",
        "classes": [
            {"key": "class1", "value": "News", "mapping": "posttype"},
            {"key": "class2", "value": page.section, "mapping": "category"},
            *({"key": "class4", "value": name, "mapping": "coverage"} for name in page.coverage),
            {"key": "class5", "value": page.head_byline or page.byline_raw or "", "mapping": "author"},
        ],
    }


def _header(menu: Sequence[Node]) -> Node:
    languages = el("ul", *(el("li", el("a", name, href=f"/{name}")) for name in ("Ar", "Es")), el("li", "x"))
    menus = [
        el("li", el("a", name, href=f"/{slug_of(name)}"), link_list(entries), class_="menu-item")
        for name, entries in furniture.MENUS.items()
    ]
    return el(
        "header",
        el("a", "Al Mayadeen English", href="/", class_="logo"),
        languages,
        el("div", "Slogan", class_="slogan"),
        el("nav", el("ul", *menus, el("li", el("a", "LIVE", href="/live"))), class_="main-menu"),
        *menu,
        el("nav", link_list(furniture.REGIONS), class_="regions"),
        class_="site-header",
    )


def _ticker(page: Page) -> Node | None:
    if not page.ticker:
        return None
    lines = (el("div", el("a", line, href="/latest"), class_="ticker-item") for line in page.ticker)
    return el(
        "section",
        el("div", "BREAKING", class_="ticker-label"),
        el("div", *lines, class_="ticker-items"),
        class_="breaking-news",
    )


def _article(page: Page) -> Node:
    facts = [
        el("li", "By ", el("a", page.byline_raw, href="/authors/desk")) if page.byline_raw else None,
        el("li", f"Source: {page.agency}") if page.agency else None,
        el("li", furniture.short_time(page.published_local)) if page.published_local else None,
        el("li", furniture.shares_label(page.shares)) if page.shares else None,
    ]
    figure = minutes = None
    if page.picture:
        figure = el(
            "li",
            el("img", src=image_url_of(page), alt=page.picture.alt, loading="lazy"),
            el("div", page.picture.caption, class_="image-caption"),
        )
    if page.read_minutes is not None:
        minutes = el("div", f"{page.read_minutes} Min Read", class_="read-time")
    return el(
        "article",
        el("h1", page.headline, class_="post-title") if page.headline else None,
        el("ul", *facts, class_="post-facts"),
        minutes,
        el("p", page.standfirst, class_="summary") if page.standfirst else None,
        el("button", "Listen", type="button", class_="listen") if page.listen else None,
        el("ul", el("li", "x"), figure, class_="post-media"),
        el("div", *body_nodes(page), class_="p-content"),
        link_list(page.tags, "/tags/", class_="tags") if page.tags else None,
        class_="post",
    )


def _lists(page: Page) -> Node:
    all_link = el("div", el("a", "All", href="/all"), class_="all-link")
    sections = []
    if page.most_read:
        cards = [
            _card(link, _headline(link), el("ul", el("li", link.section), el("li", _date(link))))
            for link in page.most_read
        ]
        sections.append(el("section", el("h2", "Most Read"), *cards, class_="most-read"))
    if page.coverage:
        names = [
            el("div", el("a", name, href=f"/coverage/{slug_of(name)}"), class_="coverage-item")
            for name in page.coverage
        ]
        sections.append(el("section", el("h2", "Coverage"), all_link, *names, class_="coverage"))
    if page.read_next:
        cards = [
            _card(link, el("div", link.section, class_="card-section"), _headline(link))
            for link in page.read_next
        ]
        sections.append(el("section", el("h2", "Read Next"), all_link, *cards, class_="read-next"))
    return el("aside", *sections, class_="lists")


def _card(link: Link, *parts: Node) -> Node:
    picture = el("img", alt=link.caption, src="/thumb.jpg")
    return el("div", el("a", picture, href=f"/news/{slug_of(link.headline)}"), *parts, class_="card")


def _headline(link: Link) -> Node:
    return el("h3", el("a", link.headline, href=f"/news/{slug_of(link.headline)}"))


def _date(link: Link) -> str:
    return furniture.short_date(link.published_on) if link.published_on else ""


def _footer() -> Node:
    return el(
        "footer",
        el("div", "Al Mayadeen English", class_="footer-name"),
        el("p", furniture.AL_MAYADEEN_SLOGAN),
        el("p", "All Rights Reserved"),
        link_list(("x", "Privacy Policy", "About Us", "Contact Us", "Authors")),
        el("div", el("a", "Android", href="/android"), class_="app"),
        el("div", el("a", "iOS", href="/ios"), class_="app"),
        class_="site-footer",
    )
