"""The page about a hostile page: captured text makes no elements, and nothing is allowed to run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsmarts.core.errors import CaptureError
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.show.contracts import Answer, Answers
from samples import html, text
from samples.markup import SKINS
from tests.parse.pages import ARTICLE, HEADLINE
from tests.show.looking import look, shown, text_of

SHOW = PROJECT_ROOT / "include" / "newsmarts" / "show"
HOSTILE = (
    '</bdi></li></ol></style></title><script>alert(1)</script><img src=x onerror="alert(2)"> '
    "{{ 7 * 7 }} <base href=//evil.example> &lt;b&gt; \" ' onmouseover=alert(3) javascript:alert(4) "
    "\u202egpj.exe\u202c"
)


def hostile_pages() -> Iterator[tuple[str, str]]:
    """Captures that put markup wherever the page shows text of theirs, and their names."""
    name = "<img src=x onerror=alert(9)>\"'&.txt"
    yield name, text.render(ARTICLE)
    lines = text.render(ARTICLE).split("\n")
    for at in range(0, len(lines), 17):
        yield "page.txt", "\n".join([*lines[:at], lines[at] + HOSTILE, *lines[at + 1 :]])
    yield "page.txt", "\n".join(f"{line}{HOSTILE}" if len(line) > 60 else line for line in lines)
    yield "other.txt", HOSTILE
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    for skin in SKINS:
        printed = html.render(ARTICLE, skin)
        yield "page.html", printed.replace(HEADLINE, escaped)
        yield "page.html", printed.replace("Velmora", escaped)
        yield "page.html", printed.replace('href="', 'href="javascript:alert(1)//')
    yield "page.html", f"<html><head><title>{escaped}</title><body><p>{escaped}</p>{HOSTILE}"


OWN_TAGS = set(re.findall(r"<([a-z][a-z0-9]*)", (SHOW / "templates" / "page.html").read_text("utf-8")))
OWN_ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "title", "type", "checked",
    "aria-label", "start", "href", "tabindex", "open", "scope",
}  # fmt: skip


def assert_harmless(page: BeautifulSoup) -> None:
    assert not OWN_TAGS & {"script", "img", "svg", "iframe", "form", "link", "base"}
    assert {tag.name for tag in page.find_all(True)} <= OWN_TAGS
    assert {name for tag in page.find_all(True) for name in tag.attrs} <= OWN_ATTRIBUTES
    assert all(str(link["href"]).startswith("#") for link in page.select("[href]"))
    assert len(page.select("style, title, main, h1")) == 4
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f]", page.get_text())


@pytest.mark.slow
def test_captured_text_makes_no_elements(tmp_path: Path) -> None:
    trouble = Answers(
        (
            Answer("c", "e", "critical", passed=False, reason_code="r", offending=(HOSTILE,), notes="n"),
            Answer("c", "f", "warning", passed=False, reason_code=None, offending=(HOSTILE,), notes="n"),
        ),
        other_ticker_lines=3,
    )
    for number, (name, data) in enumerate(hostile_pages()):
        seen = look(tmp_path / str(number) / name, data)
        assert_harmless(shown(seen, trouble))
        assert_harmless(shown(seen, None, HOSTILE))
    seen = look(tmp_path / "late.txt", text.render(ARTICLE))
    seen.rejection, seen.page = CaptureError("odd", HOSTILE), None
    assert_harmless(shown(seen))


def test_the_policy_allows_the_pages_own_style_and_nothing_else(tmp_path: Path) -> None:
    page = shown(look(tmp_path / "page.txt", text.render(ARTICLE)))
    policy = page.select_one('meta[http-equiv="Content-Security-Policy"]')
    assert policy is not None
    digest = base64.b64encode(hashlib.sha256(text_of(page.style).encode()).digest()).decode()
    assert policy["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"url\(|@import|expression", text_of(page.style))
    assert not page.select("[style], script, link, img")
