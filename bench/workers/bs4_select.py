"""Plain BeautifulSoup on lxml, the whole page, with select()."""

from __future__ import annotations

from bs4 import BeautifulSoup
from common import Extracted, serve
from css_rules import SITE_NAME, SITES, body_of, fold


def read(data: bytes, _name: str) -> Extracted:
    """One page's fields."""
    soup = BeautifulSoup(data, "lxml")
    site = soup.select_one(SITE_NAME)
    found: dict[str, list[str]] = {}
    for part, fields in SITES[str(site["content"]) if site else ""].items():
        root = soup.select_one(part)
        for field, (css, attribute) in fields.items() if root else ():
            nodes = root.select(css)
            if attribute is None:
                found[field] = [fold(node.get_text()) for node in nodes]
            else:
                found[field] = [str(node.get(attribute)) for node in nodes]
    return Extracted(body_of(found))


if __name__ == "__main__":
    serve(read, ("beautifulsoup4", "lxml"))
