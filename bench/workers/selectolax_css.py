"""selectolax (its lexbor engine), the whole page, with CSS selectors."""

from __future__ import annotations

from common import Extracted, serve
from css_rules import body_of
from selectolax.lexbor import LexborHTMLParser, LexborNode


def _attribute(node: LexborNode, name: str) -> str | None:
    return node.attributes[name]


def read(data: bytes, _name: str) -> Extracted:
    """One page's body."""
    page = LexborHTMLParser(data).root
    node = LexborNode
    return Extracted(
        body_of(page, first=node.css_first, every=node.css, text=node.text, attribute=_attribute)
    )


if __name__ == "__main__":
    serve(read, ("selectolax",))
