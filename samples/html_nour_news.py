"""Nour News pages as HTML: the ``Body_Body_…`` ids are the site's, the rest of the markup is made up."""

from __future__ import annotations

from collections.abc import Sequence

from samples import furniture
from samples.html_body import body_nodes, link_list, slug_of
from samples.markup import Node, el
from samples.model import Page

_MENU = ("Home", "Politics", "Economy", "International", "Society", "Multimedia", "Archive")


def url_of(page: Page) -> str:
    """The article's canonical address, which holds its id."""
    news_id = page.url_news_id or page.news_id or "0"
    return f"https://nournews.ir/en/news/{news_id}/{slug_of(page.headline or 'untitled')}"


def head(page: Page, extra: Sequence[Node]) -> Node:
    """A sparse head: title, canonical address, description."""
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("title", f"{page.headline} - Nournews" if page.headline else "Nournews"),
        el("link", rel="canonical", href=url_of(page)) if page.news_id else None,
        el("meta", name="description", content=page.standfirst) if page.standfirst else None,
        el("meta", property="og:site_name", content="Nournews"),
        el("meta", property="og:title", content=page.headline) if page.headline else None,
        *extra,
    )


def body(page: Page, menu: Sequence[Node], tail: Sequence[Node]) -> Node:
    """The visible page. ``menu`` goes into the navigation, ``tail`` after the comment form."""
    return el(
        "body",
        el(
            "header",
            el("a", "Nournews", href="/en", class_="logo"),
            el("nav", link_list(_MENU, "/en/")),
            *menu,
            class_="top",
        ),
        el("main", _article(page), _comment_form(), class_="news"),
        el("footer", el("p", "All rights reserved for Nournews"), class_="bottom"),
        *tail,
    )


def _article(page: Page) -> Node:
    news_id = published = title = None
    if page.news_id:
        news_id = el("div", "News ID : ", el("span", page.news_id, id="Body_Body_lblNewsID"))
    if page.published_local:
        moment = furniture.us_time(page.published_local)
        published = el("div", "Publish Date : ", el("span", moment, id="Body_Body_lblDatePublish"))
    if page.headline:
        title = el("h1", el("span", page.headline, id="Body_Body_lblNewsTitle"))
    return el(
        "article",
        news_id,
        published,
        el("div", page.headline, class_="breadcrumb-title") if page.headline else None,
        title,
        el("p", page.standfirst, id="Body_Body_lblNewsLead") if page.standfirst else None,
        el("div", *body_nodes(page), id="Body_Body_lblNewsBody"),
        class_="news-article",
    )


def _comment_form() -> Node:
    return el(
        "div",
        el("label", furniture.NOUR_NEWS_FORM_LABEL, for_="txtName"),
        el("input", type="text", id="txtName", name="txtName"),
        el("input", type="email", id="txtEmail", name="txtEmail"),
        el("textarea", id="txtComment", name="txtComment"),
        class_="comment-form",
    )
