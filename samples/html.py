"""Pages as HTML captures, in any skin and at any size."""

from __future__ import annotations

from samples import html_al_mayadeen, html_nour_news, padding
from samples.markup import Skin, document
from samples.model import Page


def render(page: Page, skin: Skin = "semantic", size_bytes: int = 0) -> str:
    """The page as its HTML capture.

    ``size_bytes``: about how large to make it, with navigation, styles and scripts of the kind that
    make real pages large; a page that is larger already stays as it is.
    """
    site = html_al_mayadeen if page.publisher == "al_mayadeen" else html_nour_news
    plain = document(site.head(page, ()), site.body(page, (), ()), skin)
    missing = size_bytes - len(plain.encode())
    if missing <= 0:
        return plain
    size = missing
    for _ in range(2):  # the first try shows by how much this page's filling misses the size wanted
        filling = padding.fill(size, seed=page.headline or "")
        padded = document(site.head(page, filling.head), site.body(page, filling.menu, filling.tail), skin)
        size = size * missing // (len(padded.encode()) - len(plain.encode()))
    return padded
