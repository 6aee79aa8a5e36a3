"""Hand-written CSS rules for the pages' class names and ids, the same for every library that takes CSS.

Each part of a page is found once, then its fields inside it, as a careful author would write it: searching
the whole page for every field would make the slower libraries slower still. The fields are the record's.
Rules like these read the skins that keep the site's own names, and nothing in the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Fields = dict[str, tuple[str, str | None]]
"""Field → a CSS selector inside its part, and the attribute to read; None: the element's text."""

SITE_NAME = 'meta[property="og:site_name"]'

_AL_MAYADEEN: dict[str, Fields] = {
    "head": {
        "url": ('link[rel="canonical"]', "href"),
        "news_id": ('meta[name="postid"]', "content"),
        "published_at": ('meta[property="article:published_time"]', "content"),
        "modified_at": ('meta[property="article:modified_time"]', "content"),
        "section": ('meta[property="article:section"]', "content"),
    },
    "section.breaking-news": {"ticker": ("div.ticker-item", None)},
    "article.post": {
        "headline": ("h1.post-title", None),
        "facts": ("ul.post-facts > li", None),
        "read_minutes": ("div.read-time", None),
        "standfirst": ("p.summary", None),
        "image_alt": ("ul.post-media img", "alt"),
        "image_caption": ("div.image-caption", None),
        "body": (
            ".p-content > p:not(.read-more), .p-content > h3, .p-content > ul > li, .p-content > blockquote",
            None,
        ),
        "related_headlines": ("div.related-item, p.read-more a", None),
        "tags": ("ul.tags > li", None),
    },
    "aside.lists": {
        "most_read": ("section.most-read h3", None),
        "coverage": ("div.coverage-item", None),
        "read_next": ("section.read-next h3", None),
    },
}
_NOUR_NEWS: dict[str, Fields] = {
    "head": {"url": ('link[rel="canonical"]', "href")},
    "article.news-article": {
        "news_id": ("#Body_Body_lblNewsID", None),
        "published_at": ("#Body_Body_lblDatePublish", None),
        "headline": ("#Body_Body_lblNewsTitle", None),
        "standfirst": ("#Body_Body_lblNewsLead", None),
        "body": ("#Body_Body_lblNewsBody > p, #Body_Body_lblNewsBody > h3", None),
    },
}
SITES: dict[str, dict[str, Fields]] = {"Al Mayadeen English": _AL_MAYADEEN, "Nournews": _NOUR_NEWS}


def body_of(
    page: Any,
    *,
    first: Callable[[Any, str], Any],
    every: Callable[[Any, str], list[Any]],
    text: Callable[[Any], str],
    attribute: Callable[[Any, str], str | None],
) -> str:
    """The body of a parsed page; all fields are read.

    The functions are a library's: the first node for a selector or None, every node, and what a node has.
    """
    site = first(page, SITE_NAME)
    found: dict[str, list[str | None]] = {}
    for part, fields in SITES["" if site is None else attribute(site, "content") or ""].items():
        root = first(page, part)
        for field, (css, name) in fields.items() if root is not None else ():
            nodes = every(root, css)
            if name is None:
                found[field] = [" ".join(text(node).split()) for node in nodes]
            else:
                found[field] = [attribute(node, name) for node in nodes]
    return "\n\n".join(found.get("body", []))
