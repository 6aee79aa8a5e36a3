"""lxml.html, the whole page, with compiled CSS selectors."""

from __future__ import annotations

from functools import cache

from common import Extracted, serve
from css_rules import SITE_NAME, SITES, body_of, fold
from lxml import html
from lxml.cssselect import CSSSelector

_selector = cache(CSSSelector)


def read(data: bytes, _name: str) -> Extracted:
    """One page's fields."""
    tree = html.document_fromstring(data)
    sites = _selector(SITE_NAME)(tree)
    found: dict[str, list[str]] = {}
    for part, fields in SITES[sites[0].get("content") if sites else ""].items():
        roots = _selector(part)(tree)
        for field, (css, attribute) in fields.items() if roots else ():
            nodes = _selector(css)(roots[0])
            if attribute is None:
                found[field] = [fold(node.text_content()) for node in nodes]
            else:
                found[field] = [node.get(attribute) for node in nodes]
    return Extracted(body_of(found))


if __name__ == "__main__":
    serve(read, ("lxml", "cssselect"))
