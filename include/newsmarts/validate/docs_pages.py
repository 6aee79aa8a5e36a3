"""Great Expectations' pages made safe to open, in the news desk's look, with the failures first.

Great Expectations 1.24 loads scripts and styles from six other hosts, names a run's day as its name and the
day's midnight as the time that it ran, and lists columns by name, whether they failed or not.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from newsmarts.core.templates import palette

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SECTION = re.compile(r"section-\d+")
_WITHOUT = (
    "script, link, style, img, iframe, object, embed, footer, form, button, input, .navbar-brand, "
    ".card:has(.btn-group), a[data-toggle=collapse], title ~ title"
)
_HERE = Path(__file__).parent


@cache
def style() -> str:
    """The style sheet of all Data Docs."""
    return palette() + (_HERE / "data_docs.css").read_text(encoding="utf-8")


def standalone(page: str, contract: str, day: date, note: str = "") -> str:
    """The page without scripts, outside resources, random ids and times. Note and failures come first.

    What a script would unfold is unfolded, and the colours and sizes of single elements are left out.
    """
    soup = BeautifulSoup(page, "lxml")
    for element in soup.select(_WITHOUT):
        element.decompose()
    for element in soup.find_all(True):
        for name in [name for name in element.attrs if name.lower().startswith(("on", "style"))]:
            del element.attrs[name]
    if soup.html is not None:
        soup.html["lang"] = "en"
    _name_run(soup, contract, day)
    _failures_first(soup)
    head = soup.head or soup.new_tag("head")
    head.append(soup.new_tag("meta", attrs={"http-equiv": "Content-Security-Policy", "content": POLICY}))
    if note and soup.body is not None:
        # nothing was checked, which Great Expectations takes for success
        for mark in soup.select(".text-success"):
            mark.decompose()
        for text in soup.find_all(string=re.compile(r"^\s*Succeeded\s*$")):
            text.replace_with(" Not evaluated")
        line = soup.new_tag("p", attrs={"class": "alert"})
        line.string = note
        soup.body.insert(0, line)
    sheet = soup.new_tag("style")
    sheet.string = style()
    head.append(sheet)
    seen: dict[str, str] = {}
    return _UUID.sub(lambda found: seen.setdefault(found[0], f"id-{len(seen) + 1}"), str(soup))


def _name_run(soup: BeautifulSoup, contract: str, day: date) -> None:
    if soup.title is not None:
        soup.title.string = f"{contract}, {day}"
    for element in soup.select(".breadcrumb-item.active"):
        element.string = f"{contract} / {day}"
    for cell in soup.find_all("td"):
        text = cell.get_text(strip=True)
        if text == "Run Time" and isinstance(cell.parent, Tag):
            cell.parent.decompose()
        elif text == "Run Name":
            cell.string = "Capture day (UTC)"


def _failures_first(soup: BeautifulSoup) -> None:
    """Put the sections of columns that failed, and the links to them, behind the overview."""
    sections = [each for each in soup.select(".ge-section") if _SECTION.fullmatch(str(each.get("id")))]
    failed = [each for each in sections[1:] if each.select_one(".text-danger")]
    for section in reversed(failed):
        sections[0].insert_after(section)
    overview = soup.find("a", href="#section-1")
    entry = overview.find_parent("li") if overview is not None else None
    for section in reversed(failed):
        link = soup.find("a", href=f"#{section['id']}")
        item = link.find_parent("li") if link is not None else None
        if entry is not None and item is not None:
            entry.insert_after(item)
