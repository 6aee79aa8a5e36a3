"""lxml.html, the whole page, with compiled CSS selectors."""

from __future__ import annotations

from functools import cache

from common import Extracted, serve
from css_rules import body_of
from lxml import html
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

_selector = cache(CSSSelector)


def _every(node: HtmlElement, css: str) -> list[HtmlElement]:
    return _selector(css)(node)


def _first(node: HtmlElement, css: str) -> HtmlElement | None:
    return next(iter(_every(node, css)), None)


def read(data: bytes, _name: str) -> Extracted:
    """One page's body."""
    page = html.document_fromstring(data)
    return Extracted(
        body_of(page, first=_first, every=_every, text=HtmlElement.text_content, attribute=HtmlElement.get)
    )


if __name__ == "__main__":
    serve(read, ("lxml", "cssselect"))
