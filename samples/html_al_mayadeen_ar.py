"""Pages of Al Mayadeen's Arabic edition as HTML, in the markup that public scrapers of it document.

The head is the English edition's, with its own words; the markup of the lists under an article isn't known.
Its rules go by names of classes, so it has the semantic skin alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from samples import furniture
from samples.html_al_mayadeen import head, image_url_of
from samples.html_body import body_nodes, link_list, slug_of
from samples.markup import Node, el
from samples.model import Link, Page

__all__ = ["body", "head"]
_WORDS = furniture.WORDS["ar"]


def body(page: Page, menu: Sequence[Node], tail: Sequence[Node]) -> Node:
    """The visible page. ``menu`` goes into the navigation, ``tail`` after the footer."""
    header = el("header", el("a", _WORDS.name, href="/"), el("nav", link_list(furniture.MENU_AR)), *menu)
    footer = el("footer", el("p", "جميع الحقوق محفوظة"), link_list(("من نحن", "اتصل بنا")))
    return el("body", header, _ticker(page), _article(page), *_lists(page), footer, *tail)


def _ticker(page: Page) -> Node | None:
    if not page.ticker:
        return None
    lines = (
        el(
            "li",
            el(
                "div",
                el("div", el("a", el("p", line), href="/latest"), class_="ticker-text"),
                class_="ticker-item",
            ),
        )
        for line in page.ticker
    )
    return el("div", el("span", _WORDS.ticker), el("ul", *lines), id="ticker-box")


def _article(page: Page) -> Node:
    byline = page.byline_raw and (
        page.byline_raw if page.head_byline else f"{_WORDS.byline}{page.byline_raw}"
    )
    facts = [
        el("li", byline) if byline else None,
        el("li", f"{_WORDS.agency}{page.agency}") if page.agency else None,
        el("li", furniture.arabic_time(page.published_local)) if page.published_local else None,
    ]
    figure = None
    if page.picture:
        picture = el("img", src=image_url_of(page), alt=page.picture.alt)
        figure = el("figure", picture, el("figcaption", page.picture.caption))
    tags = (el("p", el("a", tag, href=f"/tags/{slug_of(tag)}")) for tag in page.tags)
    return el(
        "div",
        el("h1", page.headline) if page.headline else None,
        el("ul", *facts, class_="post-info"),
        el("p", page.standfirst, class_="lg_para summary") if page.standfirst else None,
        figure,
        el("div", *body_nodes(page), class_="p-content"),
        el("div", *tags, class_="tags-box"),
        class_="details-white-box",
    )


def _lists(page: Page) -> list[Node]:
    sections = []
    if page.most_read:
        cards = (
            _card(link, el("span", link.section), el("span", link.shown_on or "")) for link in page.most_read
        )
        sections.append(el("section", el("h3", _WORDS.most_read), el("ul", *cards)))
    if page.coverage:
        names = (el("h4", el("a", name, href=f"/coverages/{slug_of(name)}")) for name in page.coverage)
        sections.append(el("section", el("h3", _WORDS.coverage), *names))
    return sections


def _card(link: Link, *facts: Node) -> Node:
    address = f"/news/{slug_of(link.section)}/{slug_of(link.headline)}"
    picture = el("a", el("img", src="/thumb.jpg", alt=link.caption), href=address)
    return el("li", picture, el("h5", el("a", link.headline, href=address)), *facts)
