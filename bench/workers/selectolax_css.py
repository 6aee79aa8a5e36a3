"""selectolax (its lexbor engine), the whole page, with CSS selectors."""

from __future__ import annotations

from common import Extracted, serve
from css_rules import SITE_NAME, SITES, body_of, fold
from selectolax.lexbor import LexborHTMLParser


def read(data: bytes, _name: str) -> Extracted:
    """One page's fields."""
    tree = LexborHTMLParser(data)
    site = tree.css_first(SITE_NAME)
    found: dict[str, list[str]] = {}
    for part, fields in SITES[site.attributes["content"] if site else ""].items():
        root = tree.css_first(part)
        for field, (css, attribute) in fields.items() if root else ():
            nodes = root.css(css)
            if attribute is None:
                found[field] = [fold(node.text()) for node in nodes]
            else:
                found[field] = [node.attributes[attribute] or "" for node in nodes]
    return Extracted(body_of(found))


if __name__ == "__main__":
    serve(read, ("selectolax",))
