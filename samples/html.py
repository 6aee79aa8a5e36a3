"""Pages as HTML captures, in any skin and at any size."""

from __future__ import annotations

from types import ModuleType

from samples import html_al_mayadeen, html_al_mayadeen_ar, html_nour_news, padding
from samples.markup import Skin, document
from samples.model import Page, Publisher

_SITES: dict[Publisher, ModuleType] = {
    "al_mayadeen": html_al_mayadeen,
    "al_mayadeen_ar": html_al_mayadeen_ar,
    "nour_news": html_nour_news,
}


def render(page: Page, skin: Skin = "semantic", size_bytes: int = 0) -> str:
    """The page as its HTML capture.

    ``size_bytes``: about how large to make it, with navigation, styles and scripts of the kind that
    make real pages large; a page that is larger already stays as it is.
    """
    site = _SITES[page.publisher]
    plain = document(site.head(page, ()), site.body(page, (), ()), skin, page.language)
    missing = size_bytes - len(plain.encode())
    if missing <= 0:
        return plain
    size = missing
    for _ in range(2):  # the first try shows by how much this page's filling misses the size wanted
        filling = padding.fill(size, seed=page.headline or "")
        head, body = site.head(page, filling.head), site.body(page, filling.menu, filling.tail)
        padded = document(head, body, skin, page.language)
        size = size * missing // (len(padded.encode()) - len(plain.encode()))
    return padded
