"""Plain BeautifulSoup on lxml, the whole page, with select()."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from common import Extracted, serve
from css_rules import body_of


def read(data: bytes, _name: str) -> Extracted:
    """One page's body."""
    page = BeautifulSoup(data, "lxml")
    return Extracted(
        body_of(page, first=Tag.select_one, every=Tag.select, text=Tag.get_text, attribute=Tag.get)
    )


if __name__ == "__main__":
    serve(read, ("beautifulsoup4", "lxml"))
